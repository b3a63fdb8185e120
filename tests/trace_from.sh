#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz trace --from: what --json has written is read back whole; cut off, from a
# pipe, of a newer version, and when it is something else.
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/from.sh"

need root jq perl stress-ng
share second
begin 6

shm_make 12288
record <<'END'
my $id = shmget(0x510a, 5000, 01600);
shmwrite($id, "x", 0, 1);
shmget(0x510a, 5000, 03600);
my $at = syscall(30, $id, 0, 010000);
fork or exit;
wait;
syscall(31, $id, 77, 0);
shmctl($id, 0, 0);
exit 3;
END
shm_remove "$shmid"
jq -s . "$tmp/trace" >"$tmp/all"
expect_jq 'any(.[]; .type == "segment" and .size == 12288)' "$tmp/all"

run shmviz trace --from "$tmp/trace" --json
expect_status 0
expect_empty "$tmp/err"
cmp -s "$tmp/trace" "$tmp/out" || {
	fail "what was read back differs from what was written:"
	diff "$tmp/trace" "$tmp/out" | head -n 4 | sed 's/^/# /'
}
result "read back and written again: the same bytes"

mkfifo "$tmp/pipe"
cat "$tmp/trace" >"$tmp/pipe" &
run shmviz trace --from "$tmp/pipe"
expect_status 0
expect_grep 'shmget\(0x510a, 5000, IPC_CREAT\|IPC_EXCL\|0600\) += EEXIST' "$tmp/out"
expect_grep '^the command exited with status 5$' "$tmp/out"
expect_same "$(grep -cE '^[0-9][0-9]:' "$tmp/out")" \
	"$(jq -s '[.[] | select(.type == "event" and .cause != "shmdt")] | length' "$tmp/trace")" \
	"lines of events"
result "a table, from a pipe"

run shmviz trace --from "$tmp/trace" --json --failed --key 0x510a
expect_status 0
jq -s . "$tmp/out" >"$tmp/all"
jq -s '[.[] | select(.type == "event" and .errno and .key == "0x0000510a")]' "$tmp/trace" >"$tmp/want"
expect_same "$(jq -c '[.[] | select(.type == "event")]' "$tmp/all")" "$(jq -c . "$tmp/want")" events
expect_jq 'length > 0' "$tmp/want"
expect_jq '.[-1] | .seen == .delivered + .lost + .filtered and .filtered > 0' "$tmp/all"
result "filters pick from it"

# Other types than there should be, and words that would reach the terminal.
for line in '"blind":"x"' '"blind":5' '"kinds":{}' '"backend":"a\u001b[31mb"' '"blind":["\u001b[2J"]'; do
	{
		echo "{\"type\":\"start\",$line}"
		echo '{"type":"segment","shmid":1,"attachments":5,"status":7}'
		echo '{"type":"event","event":"drop","shmid":1}'
		echo '{"type":"event","event":"shmat","kind":"memfd"}'
	} >"$tmp/odd"
	for command in trace stat; do
		run shmviz $command --from "$tmp/odd"
		expect_status 0
		expect_grep "2 lines of a newer version were skipped" "$tmp/err"
		expect_same "$(cat "$tmp/out" "$tmp/err" | tr -d '\n\t -~\200-\377' | wc -c | tr -d ' ')" 0 "raw bytes"
	done
done

# Cut off anywhere: what stands before is told, and that it is cut off is said.
size=$(wc -c <"$tmp/trace")
for cut in 1 7 13 29 43 59 71 83 97; do
	head -c $((size * cut / 100)) "$tmp/trace" >"$tmp/cut"
	run shmviz trace --from "$tmp/cut" --json
	# A line can be cut after one of its own braces, too.
	if ! head -n 1 "$tmp/cut" | jq -e . >/dev/null 2>&1; then
		expect_error 1 "line 1 is not of 'shmviz trace --json'"
		continue
	fi
	expect_status 0
	expect_grep 'cut off after line [0-9]+: no end line' "$tmp/err"
	# All but a last line without its end, unless that is all it lacks.
	head -n "$(wc -l <"$tmp/cut")" "$tmp/cut" >"$tmp/before"
	tail -n 1 "$tmp/cut" | jq -e . >/dev/null 2>&1 &&
		{ cat "$tmp/cut"; echo; } >"$tmp/before"
	cmp -s "$tmp/out" "$tmp/before" || fail "cut at $cut %: not all before it was told"
done
result "a file that was cut off"

sed 's/"type":"event",/&"new":{"a":[1,{"b":null}]},/' "$tmp/trace" |
	sed '2i{"type":"weather","rain":true}' |
	sed '3i{"type":"event","event":"shmfoo","ts":1,"pid":1}' >"$tmp/newer"
run shmviz trace --from "$tmp/newer" --json
expect_status 0
cmp -s "$tmp/trace" "$tmp/out" || fail "what a newer version added was not skipped"
expect_grep '2 lines of a newer version were skipped' "$tmp/err"
result "unknown members, lines and events"

: >"$tmp/empty"
run shmviz trace --from "$tmp/empty"
expect_error 1 'empty, not a trace'
run shmviz trace --from "$tmp/nowhere"
expect_error 1 "cannot read '.*/nowhere': No such file"
run shmviz trace --from "$tmp"
expect_error 1 'Is a directory'
run shmviz trace --from "$tmp/trace" --duration 1
expect_error 2 '--from FILE goes with'
# Bytes turned at random: it may refuse them, it must not fall over.
perl -e 'srand(1); open(F, $ARGV[0]); @all = <F>;
	for $round (1..60) {
		@copy = map { $_ } @all;
		for (1..3) {
			my $line = int(rand(@copy));
			substr($copy[$line], int(rand(length($copy[$line]))), 1 + int(rand(3))) =
				join "", map { chr(int(rand(256))) } 1..int(rand(4));
		}
		open(O, ">", "$ARGV[1]/turned.$round"); print O @copy; close O;
	}' "$tmp/trace" "$tmp"
for file in "$tmp"/turned.*; do
	shmviz trace --from "$file" >"$tmp/out" 2>"$tmp/err"
	status=$?
	[ "$status" -le 1 ] || fail "${file##*/}: status $status"
	LC_ALL=C grep -q "$(printf '[\001-\010\016-\037\177]')" "$tmp/out" &&
		fail "${file##*/}: control characters come out"
done
result "what is no trace is refused in one line"
finish
