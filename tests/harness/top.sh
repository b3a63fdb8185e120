# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash disable=SC2154,SC2034 # variables of lib.sh, and for others
#
# What the tests of top share: a program on a terminal of its own.

# on_terminal SIZE COMMAND...: with the steps of stdin (see progs/screen.c); what
# they print is in $tmp/out
on_terminal()
{
	ran="$*"
	"$progs/screen" "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
	[ "$status" = 0 ] && return
	fail "$ran: not as it should be:"
	sed 's/^/# /' "$tmp/out" "$tmp/err" | head -n 60
}

# drive SIZE OPTION...: top
drive()
{
	size=$1
	shift
	on_terminal "$size" "$SHMVIZ" top "$@"
}

# expect_said TEXT: what the steps have printed, if they came to the end
expect_said()
{
	[ "$status" != 0 ] || expect_same "$(cat "$tmp/out")" "$1" "what the steps say"
}
