#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz stat: counts against strace -c, kinds, histograms, intervals.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"
. "$(dirname "$0")/harness/stat.sh"

need root jq perl strace stress-ng
share neither
begin_each 3 5

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
	missed=$(jq '.missed // 0' "$tmp/end")
	expect_jq ".lost == $missed and .unnamed == 0" "$tmp/end"
	expect_jq "$histograms" "$tmp/end"
	strace_calls "$tmp/summary" >"$tmp/theirs"
	calls "$tmp/end" >"$tmp/ours"
	[ -s "$tmp/theirs" ] || fail "strace saw nothing of $name"
	if [ "$missed" != 0 ] && may_miss; then
		ktap_print_msg "preempted inside a hook: $missed events were missed"
		awk -v missed="$missed" 'NR == FNR { n += $2; next } { n -= $2 }
			END { exit !(n <= 0 && n + missed >= 0) }' "$tmp/ours" "$tmp/theirs" ||
			fail "more calls are missing than were missed"
	elif ! cmp -s "$tmp/ours" "$tmp/theirs"; then
		fail "$backend: $name: shmviz (-) and strace (+) differ:"
		diff "$tmp/ours" "$tmp/theirs" | sed 's/^/# /'
	fi
	result "$backend: $name: counted as by strace -c"
}

for backend in $backends; do
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
	missed=$(jq '.missed // 0' "$tmp/end")
	[ "$missed" = 0 ] || may_miss || fail "$missed events were missed"
	expect_jq "[.events[] | select(.errno == \"EINVAL\") | .count] | add as \$n |
		\$n <= $(cat "$tmp/sum") and \$n + $missed >= $(cat "$tmp/sum")" "$tmp/end"
	expect_jq ".unnamed > 0 and .lost == $missed" "$tmp/end"
	result "$backend: many processes, one row: each of $(cat "$tmp/sum") calls is counted"
done

run_told shmviz stat --json -- perl "$tmp/history"
expect_status 0
head -n 1 "$tmp/out" >"$tmp/start"
expect_jq '.type == "start" and (.version | type) == "string" and
	(.backend | IN("fentry", "kprobe", "tracepoint")) and
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

if [ "$whole" ]; then
	# shm_open and shm_close, whatever calls them: nattch is the oracle's.
	run_told shmviz stat --json -- perl -e '
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
	for backend in $backends; do
		run shmviz stat --json --backend "$backend" -- "$tmp/elf32"
		end "$tmp/out"
		expect_jq '[.events[] | select(.event | startswith("shm")) |
			[.event, .compat, .errno, .count]] ==
			[["shmget", true, "EINVAL", 1], ["shmctl", true, "EINVAL", 1]]' "$tmp/end"
	done
	result "a 32-bit program"
else
	ktap_test_skip "a 32-bit program" "this kernel runs none"
fi

# It goes on all the time; with pauses, for slow machines.
background perl -e 'while (1) { shmctl(-1, 2, $x); select(undef, undef, undef, 0.002) }'
noise=$pid
# What the lines have adds up to the totals.
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
kill "$noise"
result "--interval: differences, which add up to the totals"

# A process that is gone before the second interval is in the first alone.
background "$SHMVIZ" stat --json --interval 0.2 --key 0x5206 >"$tmp/int" 2>"$tmp/int.err"
wait_for grep -q '"start"' "$tmp/int"
perl -e 'shmget(0x5206, 1, 0) for 1..9'
wait_for sh -c "sed '1,/\"count\"/d' '$tmp/int' | grep -q '\"stat\"'"
kill -TERM "$pid"
wait "$pid"
expect_same $? 0 "status after SIGTERM"
jq -s . "$tmp/int" >"$tmp/all"
expect_jq '.[-1].type == "end" and .[-1].reason == "signal"' "$tmp/all"
expect_jq '[.[] | select(.type == "stat") | .events[].count] | add == 9' "$tmp/all"
expect_jq '(.[-2].type == "stat") and .[-2].events == []' "$tmp/all"
expect_jq '.[-1].events | length == 1 and .[0].count == 9' "$tmp/all"
result "SIGTERM; an interval without events is empty"
finish
