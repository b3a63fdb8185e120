#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz stat: counts against strace -c, histograms, filters, too few rows, ends.
# shellcheck disable=SC2086 # words: $backends, $quick, $filter
. "$(dirname "$0")/harness/lib.sh"

need root jq perl strace stress-ng

run shmviz trace --backend fentry --duration 0.01
backends=tracepoint
cp "$tmp/err" "$tmp/no_fentry"
[ "$status" != 0 ] || backends=${BACKENDS:-fentry tracepoint}
set -- $backends
begin $((13 + 3 * $#))

# end FILE: the last line, which has the totals
end()
{
	tail -n 1 "$1" >"$tmp/end"
	expect_jq '.type == "end"' "$tmp/end"
}

# Starts several times faster in an emulated machine: where the backend makes no
# difference.
quick="--backend tracepoint"

identity='.seen == .delivered + .lost + .filtered and
	.delivered == ([.events[].count] | add // 0)'

# Each latency is in one slot, and they are as many as the calls.
histograms='all(.events[] | select(.event | startswith("shm"));
	(.log2_ns | length) == 32 and (.log2_ns | add) == .count and
	.max_ns > 0 and .total_ns >= .max_ns and .total_ns <= .max_ns * .count and
	(.max_ns as $max | .log2_ns | to_entries | map(select(.value > 0)) |
	 last.key as $slot | pow(2; $slot) <= $max and $max < pow(2; $slot + 1)))'

# calls FILE: CALL COUNT ERRORS, as strace counts them
calls()
{
	jq -r '[.events[] | select(.event | startswith("shm"))] | group_by(.event)[] |
		[.[0].event, ([.[].count] | add),
		 ([.[] | select(.errno) | .count] | add // 0)] |
		map(tostring) | join(" ")' "$1" | sort
}

# strace_calls FILE: the same from strace -c, which leaves out errors of 0
strace_calls()
{
	awk '$NF ~ /^shm/ { print $NF, $4, (NF > 5 ? $5 : 0) }' "$1" | sort
}

# against BACKEND NAME COMMAND...
against()
{
	backend=$1 name=$2
	shift 2
	run shmviz stat --json --backend "$backend" -- \
		strace -c -f -o "$tmp/summary" \
		-e trace=shmget,shmat,shmdt,shmctl "$@"
	expect_status 0
	end "$tmp/out"
	expect_jq "$identity" "$tmp/end"
	expect_jq '.lost == 0 and .unnamed == 0' "$tmp/end"
	expect_jq "$histograms" "$tmp/end"
	strace_calls "$tmp/summary" >"$tmp/theirs"
	calls "$tmp/end" >"$tmp/ours"
	[ -s "$tmp/theirs" ] || fail "strace saw nothing of $name"
	if ! cmp -s "$tmp/ours" "$tmp/theirs"; then
		fail "$backend: $name: shmviz (-) and strace (+) differ:"
		diff "$tmp/ours" "$tmp/theirs" | sed 's/^/# /'
	fi
	result "$backend: $name: counted as by strace -c"
}

for backend; do
	against "$backend" "perl's shm builtins" perl -e '
		for (1..20) {
			$id = shmget(0x7800 + $$ + $_, 4096 * $_, 01600);
			shmwrite($id, "abc", 0, 3); shmread($id, $x, 0, 3);
			fork or exit;
			shmctl($id, 2, $x); shmctl($id, 0, 0); shmctl($id, 0, 0);
		}
		syscall(29, 1, -1, 02001777); syscall(67, -1); shmctl(-1, 0, 0);'
	against "$backend" "stress-ng --shm-sysv" \
		stress-ng --shm-sysv 2 --shm-sysv-ops 8 --seed 1
	# For a second, from all CPUs at once, into the same rows.
	run shmviz stat --json --backend "$backend" --rows 1 -- perl -e '
		for (1..4) {
			open($pipe[$_], "-|") and next;
			$end = time + 2;
			do { shmctl(-1, 2, $x) for 1..100; $n += 100 } while (time < $end);
			print $n;
			exit;
		}
		$sum += readline $pipe[$_] for 1..4;
		open($file, ">", $ARGV[0]) and print $file $sum' "$tmp/sum"
	end "$tmp/out"
	expect_jq "$identity" "$tmp/end"
	expect_jq "$histograms" "$tmp/end"
	expect_jq "[.events[] | select(.errno == \"EINVAL\") | .count] |
		add == $(cat "$tmp/sum")" "$tmp/end"
	expect_jq '.unnamed > 0 and .lost == 0' "$tmp/end"
	result "$backend: many processes, one row: each of $(cat "$tmp/sum") calls is counted"
done
[ "$#" = 2 ] || ktap_print_msg "no fentry on this kernel: $(cat "$tmp/no_fentry")"

cat >"$tmp/history" <<'END'
$id = shmget(0x5201, 5000, 03640);
for (1..3) { syscall(29, 0x5201, 1, 03600) }	# EEXIST
$addr = syscall(30, $id, 0, 0);
syscall(67, $addr);
for (1..5) { syscall(31, $id, 77, 0) }		# EINVAL
shmctl($id, 0, 0);
exit 7
END
run shmviz stat --json -- perl "$tmp/history"
expect_status 0
head -n 1 "$tmp/out" >"$tmp/start"
expect_jq '.type == "start" and (.version | type) == "string" and
	(.backend == "fentry" or .backend == "tracepoint") and
	(.blind | type) == "array" and .anchor.monotonic > 0 and
	(has("interval_ns") | not)' "$tmp/start"
end "$tmp/out"
expect_jq "$identity" "$tmp/end"
expect_jq "$histograms" "$tmp/end"
expect_jq '[.events[] | select(.event | startswith("shm")) | [.event, .errno, .count]] ==
	[["shmget", null, 1], ["shmget", "EEXIST", 3], ["shmat", null, 1],
	 ["shmdt", null, 1], ["shmctl", null, 1], ["shmctl", "EINVAL", 5]]' "$tmp/end"
expect_jq 'all(.events[]; .pid > 0 and .comm == "perl") and
	([.events[].pid] | unique | length) == 1' "$tmp/end"
expect_jq '.reason == "command" and .command_exit == 7 and .to > .from' "$tmp/end"
result "a known history, count for count"

run env COLUMNS=132 LC_ALL=C "$SHMVIZ" stat -- perl "$tmp/history"
expect_grep "^shmget +EEXIST +3 .*<" "$tmp/out"
expect_grep "^shmget +ok +1 .*<" "$tmp/out"
expect_grep "^ *[0-9]+ +4 +1 +1 +6 .* 8 +[0-9.]+[num]?s perl$" "$tmp/out"
expect_grep "^ +FROM +BELOW +shmget +shmat +shmdt +shmctl$" "$tmp/out"
expect_grep "^the command exited with status 7$" "$tmp/out"
expect_grep "^[0-9]+ seen, [0-9]+ counted, 0 lost, [0-9]+ filtered$" "$tmp/out"
expect_grep "^counting .* by (fentry|tracepoint)" "$tmp/err"
expect_same "$(grep -c '[^ -~]' "$tmp/out")" 0 "lines that are no ASCII"
expect_same "$(grep -c ' $' "$tmp/out")" 0 "lines that end in blanks"
awk 'length > 132' "$tmp/out" >"$tmp/long"
expect_empty "$tmp/long"
run env COLUMNS=20 "$SHMVIZ" stat $quick -- perl "$tmp/history"
expect_status 0
expect_grep "^shmget +EEXIST +3" "$tmp/out"
result "the tables"

if [ "$1" = fentry ]; then
	# shm_open and shm_close, whatever calls them: nattch is the oracle's.
	run shmviz stat --json -- perl -e '
		$page = 4096; $id = shmget(0x5202, 4 * $page, 01600);
		$addr = syscall(30, $id, 0, 0);
		for (1..3) { fork and next; exec "true" if $_ == 1; exit }
		1 while wait > 0;
		syscall(11, $addr + $page, $page);		# munmap: two are left
		shmctl($id, 0, 0)'
	end "$tmp/out"
	expect_jq "$identity" "$tmp/end"
	expect_jq '[.events[] | select(.event | startswith("shm") | not) |
			{key: (.event + " " + (.cause // "")), value: .count}] |
		group_by(.key) | map({key: .[0].key, value: (map(.value) | add)}) | from_entries ==
		{"inherit ": 3, "split ": 2, "drop exec": 1, "drop exit": 4,
		 "drop munmap": 1, "destroy last-detach": 1}' "$tmp/end"
	expect_jq 'all(.events[] | select(.event | startswith("shm") | not);
		has("log2_ns") or has("total_ns") or has("errno") or has("compat") | not)' "$tmp/end"
	expect_jq '([.events[] | select(.cause == "exit") | .pid] | unique | length) == 3' "$tmp/end"
	expect_jq '([.events[] | select(.event == "inherit") | .pid] | unique) ==
		([.events[] | select(.event == "shmat") | .pid])' "$tmp/end"
	result "inherit, split, drop and destroy, by cause and process"
else
	expect_jq '.blind | any(contains("inherited by fork")) and any(contains("end of segments"))' "$tmp/start"
	ktap_print_msg "no fentry on this kernel: $(cat "$tmp/no_fentry")"
	result "what tracepoints cannot see is said"
fi

# A static program of 84 bytes of headers: shmget(IPC_PRIVATE, 0, 0) by its own
# number, shmctl(-1, IPC_STAT, 0) by ipc(2), exit(0).
perl -e '
	$code = "\x31\xdb\x31\xc9\x31\xd2\x68\x8b\x01\x00\x00\x58\xcd\x80" .
		"\x31\xff\x31\xf6\x31\xd2\x83\xca\x02\x83\xc9\xff" .
		"\x6a\x18\x5b\x6a\x75\x58\xcd\x80" .
		"\x31\xdb\x6a\x01\x58\xcd\x80";
	$base = 0x8048000; $len = 84 + length $code;
	print "\x7fELF\1\1\1", "\0" x 9,
		pack("vvVVVVVvvvvvv", 2, 3, 1, $base + 84, 52, 0, 0, 52, 32, 1, 0, 0, 0),
		pack("V8", 1, 0, $base, $base, $len, $len, 5, 4096), $code' >"$tmp/elf32"
chmod +x "$tmp/elf32"
if "$tmp/elf32" 2>/dev/null; then
	for backend; do
		run shmviz stat --json --backend "$backend" -- "$tmp/elf32"
		end "$tmp/out"
		expect_jq '[.events[] | select(.event | startswith("shm")) |
			[.event, .compat, .errno, .count]] ==
			[["shmget", true, "EINVAL", 1], ["shmctl", true, "EINVAL", 1]]' "$tmp/end"
	done
	run shmviz stat $quick -- "$tmp/elf32"
	expect_grep "^shmget 32-bit +EINVAL +1 " "$tmp/out"
	result "a 32-bit program"
else
	ktap_test_skip "a 32-bit program" "this kernel runs none"
fi

# Others do not count, children do.
# With pauses, for slow machines: it is there to be left out, not to be fast.
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

# The noise goes on: what the lines have adds up to the totals.
run shmviz stat --json --interval 0.2 --count 3
expect_status 0
jq -s . "$tmp/out" >"$tmp/all"
expect_jq '[.[].type] == ["start", "stat", "stat", "stat", "end"] and
	.[0].interval_ns == 200000000 and .[-1].reason == "count"' "$tmp/all"
sums='map(.events[]) | group_by([.event, .errno, .compat, .pid]) |
	map([.[0].event, .[0].errno, .[0].pid, (map(.count) | add),
	     (map(.total_ns // 0) | add), (map(.log2_ns // [0]) | transpose | map(add))])'
expect_jq "(.[1:4] | $sums) == (.[4:5] | $sums)" "$tmp/all"
expect_jq 'def sum(f): map(f) | add; .[-1] as $totals | .[1:4] |
	sum(.seen) == $totals.seen and sum(.delivered) == $totals.delivered and
	sum(.filtered) == $totals.filtered' "$tmp/all"
expect_jq '.[1].from == .[4].from and .[1].to == .[2].from and
	.[2].to == .[3].from and .[3].to == .[4].to' "$tmp/all"
expect_jq '[.[1:4][].events[] | select(has("max_ns"))] == []' "$tmp/all"
expect_jq "all(.[1:4][]; $identity)" "$tmp/all"
expect_jq ".[4] | $identity" "$tmp/all"
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

# A process that is gone before the second interval is in the first alone.
background "$SHMVIZ" stat --json --interval 0.2 --key 0x5206 >"$tmp/int" 2>"$tmp/int.err"
wait_for grep -q '"start"' "$tmp/int"
perl -e 'shmget(0x5206, 1, 0) for 1..9'
wait_for sh -c "sed '1,/\"count\"/d' '$tmp/int' | grep -q '\"stat\"'"
kill -INT "$pid"
wait "$pid"
expect_same $? 0 "status after SIGINT"
jq -s . "$tmp/int" >"$tmp/all"
expect_jq '.[-1].type == "end" and .[-1].reason == "signal"' "$tmp/all"
expect_jq '[.[] | select(.type == "stat") | .events[].count] | add == 9' "$tmp/all"
expect_jq '(.[-2].type == "stat") and .[-2].events == []' "$tmp/all"
expect_jq '.[-1].events | length == 1 and .[0].count == 9' "$tmp/all"
result "SIGINT; an interval without events is empty"

run shmviz stat $quick --json -- /nonexistent/program
expect_status 1
end "$tmp/out"
expect_jq '.reason == "failed"' "$tmp/end"
expect_grep "cannot run '/nonexistent/program': No such file" "$tmp/err"
run shmviz stat $quick --json -- sh -c 'kill -9 $$'
expect_status 0
end "$tmp/out"
expect_jq '.command_signal == 9' "$tmp/end"
run timeout -s KILL 60 "$SHMVIZ" stat --json --duration 0.3
expect_status 0
end "$tmp/out"
expect_jq "$identity and .reason == \"duration\" and .seen > 0" "$tmp/end"
kill "$noise"
result "ends by command, signal and duration; a command that can't be run"

shmviz stat $quick --interval 0.05 --duration 1000 >/dev/full 2>"$tmp/err"
status=$? ran="stat >/dev/full"
expect_status 1
expect_grep "No space left" "$tmp/err"
# Were they to wait for something to happen, they would last as long as their --duration.
{ shmviz stat $quick --json --duration 200; echo $? >"$tmp/status"; } 2>/dev/null |
	head -n 1 >"$tmp/out"
expect_jq '.type == "start"'
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
