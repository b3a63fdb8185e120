#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz stat: tables, filters, too few rows, intervals, ends, hostile names: what
# has nothing to do with how events are seen, so by the backend that starts fast.
# shellcheck disable=SC2086 # words: $quick, $filter
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"
. "$(dirname "$0")/harness/stat.sh"

need root jq perl
skip_if_elsewhere
begin 9

quick="--backend tracepoint"

run env COLUMNS=132 LC_ALL=C "$SHMVIZ" stat $quick -- perl "$tmp/history"
expect_grep "^shmget +EEXIST +3 .*<" "$tmp/out"
expect_grep "^shmget +ok +1 .*<" "$tmp/out"
expect_grep "^ *[0-9]+ +4 +1 +1 +6 .* 8 +[0-9.]+[num]?s perl$" "$tmp/out"
expect_grep "^ +FROM +BELOW +shmget +shmat +shmdt +shmctl$" "$tmp/out"
expect_grep "^the command exited with status 7$" "$tmp/out"
expect_grep "^[0-9]+ seen, [0-9]+ counted, 0 lost, [0-9]+ filtered$" "$tmp/out"
expect_grep "^counting .* by (fentry|kprobe|tracepoint)" "$tmp/err"
expect_same "$(grep -c '[^ -~]' "$tmp/out")" 0 "lines that are no ASCII"
expect_same "$(grep -c ' $' "$tmp/out")" 0 "lines that end in blanks"
awk 'length > 132' "$tmp/out" >"$tmp/long"
expect_empty "$tmp/long"
run env COLUMNS=20 "$SHMVIZ" stat $quick -- perl "$tmp/history"
expect_status 0
expect_grep "^shmget +EEXIST +3" "$tmp/out"
result "the tables"

# Others do not count where there is a command or filter. With pauses, for slow
# machines: it is there to be left out, not to be fast.
background perl -e 'while (1) { shmctl(-1, 2, $x); select(undef, undef, undef, 0.002) }'
noise=$pid
run shmviz stat $quick --json -- sh -c 'perl -e "fork; fork; shmget(0x5203, 1, 0); 1 while wait > 0"; true'
end "$tmp/out"
expect_jq "$identity" "$tmp/end"
expect_jq '.filtered > 0' "$tmp/end"
expect_jq '[.events[] | select(.event | startswith("shm")) | [.event, .errno, .count]] |
	length == 4 and all(. == ["shmget", "ENOENT", 1])' "$tmp/end"
expect_jq "all(.events[]; .pid != $noise)" "$tmp/end"
result "-- COMMAND: its descendants and nobody else"

# counted FILTER...: what the history has then, as a list of [event, errno, count]
counted()
{
	run shmviz stat $quick --json "$@" -- perl "$tmp/history"
	expect_status 0
	end "$tmp/out"
	expect_jq "$identity" "$tmp/end"
	jq '[.events[] | select(.event | startswith("shm")) | [.event, .errno, .count]]' "$tmp/end" >"$tmp/counted"
}

counted --event shmat,shmdt
expect_jq '. == [["shmat", null, 1], ["shmdt", null, 1]]' "$tmp/counted"
counted --event shmget --failed
expect_jq '. == [["shmget", "EEXIST", 3]]' "$tmp/counted"
counted --key 0x5201 --comm perl --uid 0 --ipcns $$
expect_jq 'map(.[2]) | add == 12' "$tmp/counted"
for filter in "--key 0x5204" "--comm other" "--uid 4711"; do
	counted $filter
	expect_jq '. == []' "$tmp/counted"
done
run shmviz stat $quick --json --pid "$noise" --duration 0.3
end "$tmp/out"
expect_jq "$identity" "$tmp/end"
expect_jq ".events | length == 1 and .[0].pid == $noise and .[0].errno == \"EINVAL\" and
	.[0].count > 0" "$tmp/end"
shm_make 4096
run shmviz stat $quick --json --shmid "$shmid" -- perl -e '
	for (1..7) { $a = syscall(30, 0 + $ARGV[0], 0, 0); syscall(67, $a) }
	shmctl(shmget(0x5205, 1, 01600), 0, 0)' "$shmid"
end "$tmp/out"
expect_jq '[.events[] | select(.event | startswith("shm")) | [.event, .count]] ==
	[["shmat", 7], ["shmdt", 7]]' "$tmp/end"
result "filters: failed, event, key, comm, uid, ipcns, pid, shmid"

# Rows for two events and results that a process has, and no more.
run shmviz stat $quick --json --rows 2 -- perl "$tmp/history"
end "$tmp/out"
expect_jq "$identity" "$tmp/end"
expect_jq '[.events[] | select(.pid)] | length == 2' "$tmp/end"
expect_jq '.lost == 0 and .unnamed > 0 and
	.unnamed == ([.events[] | select(has("pid") | not) | .count] | add) and
	all(.events[] | select(has("pid") | not); has("comm") | not)' "$tmp/end"
expect_jq '[.events[] | select(.event == "shmctl") | [.errno, .count]] ==
	[[null, 1], ["EINVAL", 5]]' "$tmp/end"
run shmviz stat $quick --rows 2 -- perl "$tmp/history"
expect_grep "^ +- .* \(no room\)$" "$tmp/out"
expect_grep "^[0-9]+ events are of processes that found no room.*--rows" "$tmp/out"
expect_grep ", 0 lost," "$tmp/out"
result "too few rows: said, and counted all the same"

run shmviz stat $quick --json --no-latency -- perl "$tmp/history"
end "$tmp/out"
expect_jq "$identity" "$tmp/end"
expect_jq '([.events[] | select(.event | startswith("shm")) | .count] | add) == 12 and
	all(.events[]; has("log2_ns") or has("total_ns") or has("max_ns") | not)' "$tmp/end"
run shmviz stat $quick --no-latency -- perl "$tmp/history"
expect_grep "^EVENT +RESULT +COUNT$" "$tmp/out"
expect_same "$(grep -c 'BELOW' "$tmp/out")" 0 "histograms"
run shmviz stat $quick --json --no-latency --shmid 1 --duration 0.01
head -n 1 "$tmp/out" >"$tmp/start"
expect_jq '.blind | any(contains("--no-latency"))' "$tmp/start"
result "--no-latency"

run shmviz stat $quick --json --interval 0.2 --duration 0.6
jq -s . "$tmp/out" >"$tmp/all"
# A busy machine may miss a tick, and two intervals are one. Never one too many:
# the third tick is the end.
expect_jq '([.[].type] | .[0] == "start" and .[-1] == "end" and
	(.[1:-1] | all(. == "stat") and length >= 1 and length <= 3)) and
	.[-1].reason == "duration"' "$tmp/all"
run shmviz stat $quick --interval 0.2 --count 2
expect_same "$(grep -cE '^[0-9:]{8}, [0-9.]+ s: [0-9]+ events$' "$tmp/out")" 2 "intervals"
expect_same "$(grep -c '^Total of ' "$tmp/out")" 1 "totals"
result "--interval: differences, which add up to the totals"

run shmviz stat $quick --json -- /nonexistent/program
expect_status 1
end "$tmp/out"
expect_jq '.reason == "failed"' "$tmp/end"
expect_grep "cannot run '/nonexistent/program': No such file" "$tmp/err"
run shmviz stat $quick --json -- sh -c 'kill -9 $$'
expect_status 0
end "$tmp/out"
expect_jq '.command_signal == 9' "$tmp/end"
run timeout -s KILL 60 "$SHMVIZ" stat $quick --json --duration 0.3
expect_status 0
end "$tmp/out"
expect_jq "$identity and .reason == \"duration\" and .seen > 0" "$tmp/end"
kill "$noise"
result "ends by command, signal and duration; a command that can't be run"

expect_end_when_full stat $quick --interval 0.05
expect_end_unread stat $quick
result "full disk: status 1; closed pipe: ends"

cat >"$tmp/hostile" <<'END'
my $comm = "a\"\\\xff\n\e[1m\0";
syscall(157, 15, $comm);
shmget(0x5207, 1, 0);
$comm = "later\0";
syscall(157, 15, $comm);
shmget(0x5207, 1, 0);
END
run shmviz stat $quick --json --key 0x5207 -- perl "$tmp/hostile"
expect_same "$(wc -l <"$tmp/out" | tr -d ' ')" 2 "lines"
end "$tmp/out"
expect_same "$(jq -r '.events[0].comm' "$tmp/end")" 'a"\\\xff\x0a\x1b[1m' comm
expect_jq '.events | length == 1 and .[0].count == 2' "$tmp/end"
run shmviz stat $quick --key 0x5207 -- perl "$tmp/hostile"
expect_grep ' a"\\\\\\xff\\x0a\\x1b\[1m$' "$tmp/out"
# Several accents on one letter: in a locale without them, not to be measured.
cat >"$tmp/accents" <<'END'
my $comm = "a" . "\xcc\x81" x 4 . "b\0";
syscall(157, 15, $comm);
shmget(0x5207, 1, 0);
END
run env LC_ALL=C timeout -s KILL 60 "$SHMVIZ" stat $quick --key 0x5207 -- perl "$tmp/accents"
expect_status 0
expect_grep ' a(\\xcc\\x81){4}b$' "$tmp/out"
run env LC_ALL=C.UTF-8 "$SHMVIZ" stat $quick --key 0x5207 -- perl "$tmp/accents"
expect_same "$(grep -cF "$(printf ' a\314\201\314\201\314\201\314\201b')" "$tmp/out")" 1 "names as UTF-8"
result "a hostile comm is escaped, and does not multiply"
finish
