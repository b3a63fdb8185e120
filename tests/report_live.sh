#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz report -- CMD: the page of what a command does, by each backend; what it
# writes itself, what it leaves behind, what can't be run, what was lost.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"
. "$here/harness/report.sh"

need root jq perl
share first
find_backends
# The rest is the same by any backend: not where the lane host has tested it.
rest=0
case $backends in
*tracepoint*) rest=3 ;;
esac
# shellcheck disable=SC2086 # words
set -- $backends
begin $((2 * $# + 2 + rest))
[ ! "$no_whole" ] || ktap_print_msg "tracepoints only: $no_whole"

# There are no other tools for XML in the lab: the page has one thing a line.
# has PATTERN...: in the page
has()
{
	for pattern; do
		expect_grep "$pattern" "$tmp/page"
	done
}

card()
{
	sed -n "s/.*id=\"n-$1\".*<b>\([0-9]*\)<.*/\1/p" "$tmp/page"
}

# One that is left behind, one that children inherit and attach and that ends.
cat >"$tmp/life" <<'END'
$| = 1;
print "said by the command\n";
my $left = shmget(0x510c, 8192, 01600);
print STDERR "left $left\n";
my $id = shmget(0, 20000, 01600);
my $at = syscall(30, $id, 0, 0);
for (1..2) { unless (fork) { syscall(30, $id, 0, 010000); exit } wait }
shmget(0x510c, 1, 03600) for 1..3;
shmctl($id, 0, 0);
syscall(67, $at);
exit 7;
END

for backend in $backends; do
	run shmviz report -o "$tmp/page" --perfetto "$tmp/perfetto" --backend "$backend" -- perl "$tmp/life"
	left=$(sed -n 's/^left //p' "$tmp/err")
	shmids="$shmids $left"
	expect_status 0
	expect_same "$(cat "$tmp/out")" "said by the command" "stdout"
	expect_trace_events "$tmp/perfetto"
	expect_same "$(card made) $(card gone) $(card left) $(card failed) $(card lost)" "2 1 1 3 0" "the cards"
	has "traced by $backend" 'exited with status 7' "ipcrm -m $left<" 'EEXIST' "No picture: none of these"
	expect_same "$(grep -c 'class="object"' "$tmp/page")" 1 sections
	expect_same "$(jq '[.traceEvents[] | select(.ph == "X" and .cat == "call,failed")] | length' "$tmp/perfetto")" 3 "failed calls with durations"
	shm_remove "$left"
	result "$backend: a life, from shmget to the end"

	case $backend in
	fentry | kprobe)
		has 'destroyed by last-detach' '5 attachments' 'Not seen: calls that seccomp refuses or answers'
		expect_same "$(grep -c '<td>exit</td>' "$tmp/page")" 5 "ends by exit, and their sum"
		expect_same "$(grep -c 'class="span inherit"' "$tmp/page")" 3 "inherited ones, and the one of the legend"
		expect_same "$(jq -c '[.traceEvents[] | select(.cat == "fork" or .cat == "attachment") | .ph] | sort' "$tmp/perfetto")" \
			'["b","b","b","b","b","e","e","e","e","e","f","f","s","s"]' "attachments and arrows" ;;
	*)
		has 'gone, its end was not seen' '3 attachments' 'Not seen: attachments inherited by fork' \
			'an attachment without an end may have ended'
		expect_same "$(grep -c '<td>gone by then, not seen how</td>' "$tmp/page")" 2 "ends that were not seen" ;;
	esac
	result "$backend: what it sees, and what it says that it does not"
done

# The command ends, a child of it goes on: at the end it shares with nobody, but is there.
cat >"$tmp/stay" <<'END'
my $id = shmget(0, 20000, 01600);
syscall(30, $id, 0, 0);
my $child = fork;
unless ($child) { open STDOUT, ">/dev/null"; open STDERR, ">/dev/null"; sleep 1000; exit }
shmwrite($id, "x", 5000, 1);
shmctl($id, 0, 0);
print "$id $child\n";
END
run shmviz report -o "$tmp/page" --backend "$1" -- perl "$tmp/stay"
expect_status 0
read -r id child <"$tmp/out"
if has_device; then
	# shellcheck disable=SC2154 # read above
	has "sysv:$id" "$child"
	grep -q 'No picture' "$tmp/page" && fail "no picture: $(grep 'No picture' "$tmp/page")"
else
	has 'No picture: .*module'
fi
kill "$child"
result "the sharing picture at the end, or why there is none"

# Who was to take it is killed: the page is there all the same.
cat >"$tmp/alone" <<'END'
for my $status (glob "/proc/[0-9]*/status") {
	open(my $f, "<", $status) or next;
	my $text = join "", <$f>;
	my ($pid, $parent) = $text =~ /^Pid:\s+(\d+).*^PPid:\s+(\d+)/ms;
	kill 9, $pid if $parent == getppid && $pid != $$ && $text =~ /^Name:\s+shmviz/m;
}
END
cat "$tmp/stay" >>"$tmp/alone"
run shmviz report -o "$tmp/page" --backend "$1" -- perl "$tmp/alone"
expect_status 0
read -r id child <"$tmp/out"
kill "$child"
has 'No picture: it could not be'
result "a picture that nobody is left to take"

[ $rest -gt 0 ] || finish

# The page goes to stdout alone.
run shmviz report -- sh -c 'echo from the command; exit 3'
expect_status 0
expect_same "$(head -c 15 "$tmp/out")" "<!DOCTYPE html>" "the beginning"
expect_grep '</html>' "$tmp/out"
expect_grep '^from the command$' "$tmp/err"
grep -q 'from the command$' "$tmp/out" && fail "the command wrote into the page"
expect_grep 'exited with status 3' "$tmp/out"
run shmviz report --duration 0.05 --perfetto -
expect_status 0
expect_trace_events "$tmp/out"
result "what the command writes is no part of the page"

echo precious >"$tmp/precious"
for command in "shmviz report -o $tmp/never -- $tmp/nowhere" "shmviz report -o $tmp/precious -- $tmp/nowhere"; do
	run $command
	expect_status 1
	expect_grep "cannot run '.*/nowhere': No such file" "$tmp/err"
done
[ ! -e "$tmp/never" ] || fail "a page was made of nothing"
expect_same "$(cat "$tmp/precious")" precious "what was there"
run shmviz report -o "$tmp/no/page" -- touch "$tmp/ran"
expect_error 1 "cannot write '.*/no/page'"
[ ! -e "$tmp/ran" ] || fail "it ran, though its page can't be written"
run shmviz report -o "$tmp/page" --duration 0.01 --key 0x510d
expect_status 0
has 'Nothing happened' '--key 0x510d'
result "what can't be run, and where nothing can be written"

# A buffer that is full is said, and under --strict it is the exit code.
run shmviz report --strict --buffer 4K -o "$tmp/page" --perfetto "$tmp/perfetto" -- perl -e 'shmget(0x510e, 1, 0) for 1..5000'
case $(card lost) in
0)
	expect_status 0 ;;
*)
	[ "$status" = 4 ] || fail "status $status, though $(card lost) were lost"
	has "$(card lost) events were lost"
	expect_same "$(jq .otherData.lost "$tmp/perfetto")" "$(card lost)" "the same" ;;
esac
expect_same $(($(card events) + $(card lost))) 5000 "events and losses"
result "losses"
finish
