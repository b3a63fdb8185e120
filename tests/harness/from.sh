# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash disable=SC2154 # variables of lib.sh
#
# What the tests of --from share: a trace that was written down.

# record: in $tmp/trace the calls of the perl program on stdin, with a name that ends
# strings, lines and JSON and is no UTF-8, and of stress-ng; the status is 5.
record()
{
	cat >"$tmp/name" <<'END'
my $comm = "a\"\\\xff\n\e[1m\0";
syscall(157, 15, $comm);
END
	cat "$tmp/name" - >"$tmp/history"
	shmviz trace --json --entry -- sh -c "perl $tmp/history; stress-ng -q --shm-sysv 1 --shm-sysv-ops 2; exit 5" \
		>"$tmp/trace" 2>"$tmp/err"
}
