#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz trace: start and end, a known history, how it ends, what it loses.
# shellcheck disable=SC2086 # words: $quick
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"

need root jq perl
share neither
begin 10

# Starts several times faster in an emulated machine: where the backend makes no
# difference.
quick="--backend tracepoint"
one_get='shmget(0x7700 + $$, 4096, 01600)'

run_told shmviz trace --json -- perl -e '
	$id = shmget(0x5107, 5000, 03640);
	shmwrite($id, "abc", 0, 3);
	syscall(29, 0x5107, 1, 0);
	syscall(29, 0x5107, 1, 03600);
	syscall(30, $id, 0x1001, 0);
	syscall(67, 0x1000);
	syscall(31, $id, 0, 0);
	syscall(31, $id, 77, 0);
	syscall(30, -1, 0, 010000 | 020000 | 0100000);
	exit 7'
expect_status 0
jq -s . "$tmp/out" >"$tmp/all"
expect_jq '.[0] | .type == "start" and (.version | type) == "string" and
	(.backend | IN("fentry", "kprobe", "tracepoint")) and
	(.blind | type) == "array" and .anchor.monotonic > 0 and
	.anchor.realtime > 1600000000000000000' "$tmp/all"
expect_jq '.[-1] | .type == "end" and .seen == .delivered + .lost + .filtered and
	.lost == 0 and .reason == "command" and .command_exit == 7' "$tmp/all"
result "first line start, last line end, the command's status"

jq '[.[] | select(.type == "event" and .comm == "perl" and (.event | startswith("shm")))]' "$tmp/all" >"$tmp/ev"
expect_jq '[.[].event] == ["shmget", "shmctl", "shmat", "shmdt", "shmget",
	"shmget", "shmat", "shmdt", "shmctl", "shmctl", "shmat"]' "$tmp/ev"
expect_jq 'all(.[]; .compat == false and .pid == .tid and .uid == 0 and
	(.ts | type) == "number" and (.ipcns | type) == "number" and
	(.cgroup | type) == "number")' "$tmp/ev"
expect_jq '.[0] | .flags == "IPC_CREAT|IPC_EXCL|0640" and .key == "0x00005107" and
	.size == 5000 and .mode == "0640" and .nattch == 0 and .ret == .shmid and
	.cpid == .pid and (has("errno") | not)' "$tmp/ev"
expect_jq '.[2].nattch == 1 and .[2].addr == .[3].addr and .[3].ret == 0' "$tmp/ev"
expect_jq '.[4].ret == .[0].shmid' "$tmp/ev"
expect_jq '.[5] | .errno == "EEXIST" and .ret == -17' "$tmp/ev"
expect_jq '.[6] | .errno == "EINVAL" and .addr == "0x1001"' "$tmp/ev"
expect_jq '.[7] | .errno == "EINVAL" and .addr == "0x1000"' "$tmp/ev"
expect_jq '.[8] | .cmd == "IPC_RMID" and .ret == 0 and .args.cmd == 0' "$tmp/ev"
expect_jq '.[9] | .cmd == "77" and .errno == "EINVAL"' "$tmp/ev"
expect_jq '.[10] | .flags == "SHM_RDONLY|SHM_RND|SHM_EXEC" and .args.shmid == -1' "$tmp/ev"
result "a known history, call for call"

if is_whole "$(jq -r '.[0].backend' "$tmp/all")"; then
	expect_jq 'all(.[]; .duration_ns > 0)' "$tmp/ev"
	expect_jq '.[0].created == true and .[4].created == false' "$tmp/ev"
	expect_jq '(.[0].shmid) as $id | .[3].shmid == $id and .[3].nattch == 0' "$tmp/ev"
	expect_jq '.[8].gone == true and .[8].key == "0x00005107"' "$tmp/ev"
	result "duration, created, the segment of shmdt, destroyed"
else
	run_told shmviz trace --json --entry -- perl -e "\$id = $one_get;"'
		shmwrite($id, "a", 0, 1); shmctl($id, 0, 0)'
	jq -s '[.[] | select(.type == "event" and (.event | startswith("shm")))]' "$tmp/out" >"$tmp/ev"
	expect_jq 'all(.[]; .duration_ns > 0)' "$tmp/ev"
	expect_jq '(.[0].shmid) as $id | .[3].event == "shmdt" and
		.[3].shmid == $id and .[3].nattch == 0' "$tmp/ev"
	expect_jq '.[4].gone == true' "$tmp/ev"
	result "--entry: duration, the segment of shmdt, destroyed"
fi

# Only the command and its children count, threads and grandchildren too.
background perl -e "while (1) { \$i = $one_get; shmctl(\$i, 0, 0) }"
noise=$pid
run_told shmviz trace --json -- sh -c 'perl -e "fork; fork; shmget(0x5108, 1, 0); 1 while wait > 0"; true'
kill "$noise"
jq -s . "$tmp/out" >"$tmp/all"
expect_jq "[.[] | select(.type == \"event\") | select(.args.key == \"0x00005108\")]
	| length == 4 and ([.[].pid] | unique | length) == 4" "$tmp/all"
expect_jq "all(.[] | select(.type == \"event\"); .pid != $noise)" "$tmp/all"
expect_jq '.[-1] | .filtered > 0 and .seen == .delivered + .lost + .filtered' "$tmp/all"
result "-- COMMAND: its descendants and nobody else"

run shmviz trace $quick --json -- /nonexistent/program
expect_status 1
tail -n 1 "$tmp/out" >"$tmp/end"
expect_jq '.type == "end" and .reason == "failed"' "$tmp/end"
expect_grep "cannot run '/nonexistent/program': No such file" "$tmp/err"
run shmviz trace $quick --json -- sh -c 'kill -9 $$'
expect_status 0
tail -n 1 "$tmp/out" >"$tmp/end"
expect_jq '.command_signal == 9' "$tmp/end"
run shmviz trace $quick --json --duration 0.2
expect_status 0
tail -n 1 "$tmp/out" >"$tmp/end"
expect_jq '.type == "end" and .reason == "duration"' "$tmp/end"
background "$SHMVIZ" trace --json >"$tmp/int" 2>"$tmp/int.err"
wait_for grep -q start "$tmp/int"
kill -TERM "$pid"
wait "$pid"
expect_same $? 0 "status after SIGTERM"
tail -n 1 "$tmp/int" >"$tmp/end"
expect_jq '.type == "end" and .reason == "signal"' "$tmp/end"
result "ends by command, signal and duration; a command that can't be run"

# More than a buffer of 4 KiB holds, while the reader cannot read.
storm='for (1..400) { shmctl(-1, 2, $x) }; kill CONT => getppid'
run shmviz trace --json --strict --buffer 4K -- perl -e "kill STOP => getppid; $storm"
expect_status 4
jq -s . "$tmp/out" >"$tmp/all"
expect_jq '.[-1] | .seen >= 400 and .lost > 0 and .seen == .delivered + .lost + .filtered' "$tmp/all"
expect_jq '(.[-1].lost) == ([.[] | select(.type == "lost") | .count] | add)' "$tmp/all"
expect_jq '(.[-1].delivered) == ([.[] | select(.type == "event")] | length)' "$tmp/all"
run shmviz trace $quick --buffer 4K -- perl -e "kill STOP => getppid; $storm"
expect_status 0
expect_grep "^LOST [0-9]+" "$tmp/out"
expect_grep "^[0-9]+ seen, [0-9]+ delivered, [1-9][0-9]* lost, [0-9]+ filtered" "$tmp/out"
result "what is lost is counted and shown; --strict: status 4"

# Events come faster than they are written: its end must come all the same.
background perl -e 'while (1) { shmctl(-1, 2, $x) }'
noise=$pid
background perl -e 'while (1) { shmctl(-1, 2, $x) }'
run timeout -s KILL 60 "$SHMVIZ" trace --json --duration 0.3
kill "$noise" "$pid"
expect_status 0
tail -n 1 "$tmp/out" >"$tmp/end"
expect_jq '.type == "end" and .reason == "duration" and .seen > 0 and
	.seen == .delivered + .lost + .filtered' "$tmp/end"
result "ends on a busy system"

expect_end_when_full trace $quick --json
expect_end_unread trace $quick
result "full disk: status 1; closed pipe: ends"

# Names that end strings, lines and JSON, move the cursor, turn the line round,
# are no UTF-8, or nothing at all: of events, of who makes a segment and has it
# attached when the trace begins, and of who is its parent.
cat >"$tmp/hostile" <<'END'
my @names = ("a\"\\\xff\n\e[1m", "\xff\xfe", "", "\x{9b}2J\r\x7f\x07", "\xc2\x9b2J",
	"\xe2\x80\xaeabc", "\"},{\"type\":\"e", "\xe2\x82", "%s%n\t\x01\x0b");
my $pause = shift;
for my $i (0 .. $#names) {
	my $comm = $names[$i];
	syscall(157, 15, $comm);
	shmget(0x5200 + $i, 1, 0);
	next if fork;
	syscall(157, 1, 9);	# goes with its parent
	my $id = shmget(0x5210 + $i, 4096, 03600);
	my $a = syscall(30, $id, 0, 0);
	if ($pause) {
		open(O, ">", "$pause.$i"); close(O);
		sleep 1000;
	}
	fork ? wait : exit;
	shmctl($id, 0, 0);
	exit;
}
sleep 1000 if $pause;
1 while wait > 0;
END
clean='BEGIN { $/ = undef } $_ = <>; exit 1 if /[\x00-\x08\x0b-\x1f\x7f]/;
	exit 1 unless utf8::decode($_); exit 1 if /[\x80-\x9f\x{202a}-\x{202e}\x{2066}-\x{2069}]/'

# expect_clean: nothing of it can reach a terminal raw
expect_clean()
{
	perl -e "$clean" "$tmp/out" || fail "$ran: raw bytes in the output"
	perl -e "$clean" "$tmp/err" || fail "$ran: raw bytes on stderr"
}

names='"a\"\\\\\\xff\\x0a\\x1b[1m", "\\xff\\xfe", "", "\\x9b2J\\x0d\\x7f\\x07",
	"\\xc2\\x9b2J", "\\xe2\\x80\\xaeabc", "\"},{\"type\":\"e", "\\xe2\\x82",
	"%s%n\\x09\\x01\\x0b"'
run_told shmviz trace --json -- perl "$tmp/hostile"
expect_status 0
expect_clean
jq -s '[.[] | select(.event == "shmget" and (.args.key | startswith("0x0000520")))]' \
	"$tmp/out" >"$tmp/ev"
expect_jq "[.[].comm] == [$names]" "$tmp/ev"
jq -s '[.[] | select(.type == "event")]' "$tmp/out" >"$tmp/ev"
expect_jq "all(.[]; .comm as \$c | any($names, \"perl\"; . == \$c))" "$tmp/ev"
expect_jq "[.[] | select(.event == \"shmat\") | .comm] | sort == ([$names] | sort)" "$tmp/ev"
run_told shmviz trace $quick -- perl "$tmp/hostile"
expect_status 0
expect_clean
expect_grep 'a"\\\\\\xff\\x0a\\x1b\[1m' "$tmp/out"
expect_same "$(grep -c 'shmget(0x520' "$tmp/out")" 9 "lines of shmget"
result "hostile names of callers are escaped"

background perl "$tmp/hostile" "$tmp/pause"
for i in 0 1 2 3 4 5 6 7 8; do
	wait_for [ -e "$tmp/pause.$i" ]
done
run shmviz trace --json --duration 0.01
expect_status 0
expect_clean
jq -s '[.[] | select(.type == "segment" and (.key | startswith("0x0000521")))] |
	sort_by(.key)' "$tmp/out" >"$tmp/ev"
expect_jq "[.[].creator] == [$names]" "$tmp/ev"
expect_jq "[.[].attachments[].comm] == [$names]" "$tmp/ev"
run shmviz trace $quick --duration 0.01
expect_status 0
expect_clean
expect_grep 'before .*a"\\\\\\xff\\x0a\\x1b\[1m .*attached' "$tmp/out"
expect_same "$(grep -c ' key 0x521[0-8] ' "$tmp/out")" 9 "lines of segments"
kill "$pid"
wait "$pid" 2>/dev/null
for i in 0 1 2 3 4 5 6 7 8; do
	shm_remove "$(perl -e 'print shmget(0x5210 + $ARGV[0], 1, 0)' "$i")"
done
result "hostile names of who was there before are escaped"
finish
