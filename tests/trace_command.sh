#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# COMMAND of trace and stat starts as it would without them: signals, descriptors,
# capabilities, priority. And both end when their reader goes, also where nothing
# happens that they would write.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"

need root jq perl
share first
begin_each 3

cat >"$tmp/state.pl" <<'END'
open(my $out, ">", $ARGV[0]) or die;
open(my $status, "<", "/proc/self/status");
print $out grep /^(Sig(Blk|Ign)|ShdPnd|Cap\w+|NoNewPrivs|Seccomp):/, <$status>;
print $out "nice ", getpriority(0, 0), "\n";
opendir(my $fds, "/proc/self/fd");
my %own = (fileno($out) => 1, fileno($status) => 1, dirfd($fds) => 1);
# Standard streams are the test's own business.
print $out "fd $_\n" for sort grep { /^\d/ && $_ > 2 && !$own{$_} } readdir($fds);
sub dirfd { my $dir = shift; for (glob("/proc/self/fd/*")) {
	return $1 if (readlink($_) // "") =~ m{/fd$} && m{(\d+)$} } return -1 }
END

# expect_as_without COMMAND...
expect_as_without()
{
	rm -f "$tmp/with"
	run "$@" -- perl "$tmp/state.pl" "$tmp/with"
	[ -s "$tmp/with" ] || fail "$ran: the command did not run"
	cmp -s "$tmp/without" "$tmp/with" || {
		fail "$ran: the command does not start as without it"
		diff "$tmp/without" "$tmp/with" | sed 's/^/# /'
	}
}

perl "$tmp/state.pl" "$tmp/without" </dev/null
for backend in $backends; do
	expect_as_without shmviz trace --json --backend "$backend"
	result "$backend: trace: signals, descriptors, capabilities, priority"
	expect_as_without shmviz stat --json --backend "$backend"
	result "$backend: stat: the same"

	for command in trace stat; do
		{
			timeout -s KILL 120 "$SHMVIZ" $command --json \
				--backend "$backend" --shmid 2147483647 2>"$tmp/err"
			echo $? >"$tmp/status"
		} | head -n 1 >"$tmp/out"
		expect_jq '.type == "start"'
		case $(cat "$tmp/status") in
		0 | 141) ;;
		*) fail "$command: status $(cat "$tmp/status") when its reader goes" ;;
		esac
	done
	result "$backend: they end when their reader goes, though nothing happens"
done
finish
