#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz trace --from: what --json has written is read back whole; cut off, from a
# pipe, of a newer version, and when it is something else.
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/from.sh"

need root jq perl stress-ng
share neither
begin 7

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
# A trace in which mprotect is told of, and the clock is set between the two.
id='"pid":217,"tid":217,"nspid":217,"comm":"perl","uid":0,"ipcns":1,"cgroup":1,"cgroup_path":"/"'
cat >"$tmp/set" <<END
{"type":"start","version":"0.1.0","backend":"fentry","blind":[],"ipcns":1,"kinds":["sysv","memfd"],"anchor":{"monotonic":1000000000,"realtime":1800000000000000000}}
{"type":"event","event":"protect","ts":2100000000,$id,"kind":"memfd","dev_major":0,"dev_minor":1,"inode":7,"name":"cache","size":8192,"nlink":0,"addr":"0x7f8195e54000","end":"0x7f8195e56000","prot":"r--s","was_prot":"rw-s","offset":4096}
{"type":"anchor","anchor":{"monotonic":2150000000,"realtime":1800003600000000000}}
{"type":"event","event":"protect","ts":2200000000,$id,"shmid":3,"key":"0x0000004e","size":12288,"mode":"0600","nattch":2,"dest":false,"locked":false,"cpid":217,"addr":"0x7f9d8e664000","end":"0x7f9d8e666000","prot":"---s","was_prot":"r-xs","offset":8192}
{"type":"event","event":"shmat","ts":2130000000,$id,"shmid":3,"key":"0x0000004e","size":12288,"mode":"0600","nattch":1,"dest":false,"locked":false,"cpid":217,"addr":"0x7f9d8e663000","compat":false,"flags":"0","ret":140314201108480,"args":{"shmid":3,"shmaddr":"0x0","shmflg":0}}
{"type":"event","event":"shmget","ts":2140000000,$id,"key":"0x00000001","size":1,"compat":false,"flags":"0","ret":-2,"errno":"ENOENT","args":{"key":"0x00000001","size":1,"shmflg":0}}
{"type":"end","seen":4,"delivered":4,"lost":0,"filtered":0,"reason":"signal"}
END
run shmviz trace --from "$tmp/set" --json
cmp -s "$tmp/set" "$tmp/out" || {
	fail "what was read back differs from what was written:"
	diff "$tmp/set" "$tmp/out" | sed 's/^/# /'
}
expect_empty "$tmp/err"
run env TZ=UTC "$SHMVIZ" trace --from "$tmp/set"
expect_grep '^08:00:01.100000 .* protect memfd:cache 0x7f8195e54000-0x7f8195e56000 rw-s to r--s ' "$tmp/out"
expect_grep '^CLOCK set: 2027-01-15 08:00:01.150000 became 2027-01-15 09:00:00.000000$' "$tmp/out"
expect_grep '^09:00:00.050000 .* protect 0x7f9d8e664000-0x7f9d8e666000 r-xs to ---s .* shmid 3 12K' "$tmp/out"
# It happened before, though it was told after.
expect_grep '^08:00:01.140000 .* shmget\(0x1, 1, 0\)' "$tmp/out"
run env TZ=UTC "$SHMVIZ" stat --from "$tmp/set" --interval 0.01
expect_grep '^protect +2$' "$tmp/out"
expect_grep '^09:00:00, ' "$tmp/out"
expect_grep '^CLOCK set: ' "$tmp/out"
run env TZ=UTC "$SHMVIZ" report --from "$tmp/set" --perfetto "$tmp/perfetto" -o "$tmp/page"
expect_grep '<time>2027-01-15 08:00:00 [+]0000</time>.* at <time>2027-01-15 09:00:00 [+]0000</time> \(the clock was set' "$tmp/page"
expect_grep 'protect 0x7f9d8e664000-0x7f9d8e666000 r-xs to ---s' "$tmp/page"
expect_same "$(jq -c '[.otherData.clock_set, ([.traceEvents[] | select(.name == "protect")] | length)]' "$tmp/perfetto")" \
	'[true,2]' "what the trace events have"
result "mprotect, and a clock that was set: trace, stat, report and trace events"
finish
