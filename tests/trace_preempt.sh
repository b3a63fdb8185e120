#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz trace and stat: whether the kernel preempts or not, nothing that a crowd of
# processes does is missed. The crowd counts itself. On a kernel that preempts,
# BACKEND=fentry makes this test fail. CALLS=N: of each of 8 processes (1000).
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"

need root jq progs/crowd
share first
find_backends
cp "$tmp/start" "$tmp/by_itself"
[ "$whole" ] || ktap_skip_all "tracepoints only: $no_whole"
chosen=${BACKEND:-$whole}
backends=$chosen
# Kprobes do the same on a kernel that does not preempt.
run shmviz trace --backend kprobe --no-segments --duration 0.01
[ "$chosen" = kprobe ] || [ "$status" != 0 ] || backends="$backends kprobe"
# shellcheck disable=SC2086 # words
set -- $backends
begin $((2 + 6 * $#))

if preempts; then
	expect_same "$whole" kprobe "backend by itself"
else
	expect_same "$whole" fentry "backend by itself"
fi
expect_jq '.blind == ["calls that seccomp refuses or answers"] and (has("why") | not)' "$tmp/by_itself"
run shmviz trace --no-segments --duration 0.01
expect_grep "^tracing System V shared memory by $whole; " "$tmp/err"
result "the backend is one that misses nothing, and the first line names it"

run shmviz trace --json --no-segments --backend fentry --duration 0.01
if [ "$status" = 0 ]; then
	head -n 1 "$tmp/out" >"$tmp/start"
	preempts && words=true || words=false
	expect_jq "([.blind[] | select(contains(\"preempted\"))] | length > 0) == $words" "$tmp/start"
fi
result "fentry says whether it may miss something"

# crowd WHAT PROCESSES TIMES OPTION...: traced; the kinds of events in $tmp/kinds, how
# often that was done in $done_times
crowd()
{
	what=$1 processes=$2 times=$3
	shift 3
	# shellcheck disable=SC2016 # of the inner shell
	run shmviz trace --json --strict --no-segments --backend "$backend" "$@" -- \
		sh -c '"$1" "$2" "$3" "$4" >"$0"' "$tmp/done" \
		"$progs/crowd" "$what" "$processes" "$times"
	expect_status 0
	done_times=$(cat "$tmp/done")
	tail -n 1 "$tmp/out" >"$tmp/end"
	expect_jq '.command_exit == 0 and .lost == 0 and (has("missed") | not) and
		.seen == .delivered + .filtered' "$tmp/end"
	jq -n '[inputs | select(.type == "event") | .event] | group_by(.) |
		map({key: .[0], value: length}) | from_entries' "$tmp/out" >"$tmp/kinds"
}

for backend in $backends; do
	crowd stat 8 "${CALLS:-1000}"
	expect_jq ". == {shmget: 1, shmctl: ($done_times + 1), destroy: 1}" "$tmp/kinds"
	result "$backend: 8 processes, $done_times calls: each is told"

	crowd attach 8 150
	expect_jq ". == {shmget: 1, shmat: $done_times, shmdt: $done_times,
		drop: $done_times, shmctl: 1, destroy: 1}" "$tmp/kinds"
	result "$backend: 8 processes attach and detach $done_times times"

	# More than there are processors, by far: each is inside of it at once.
	crowd attach 64 5
	expect_jq ". == {shmget: 1, shmat: $done_times, shmdt: $done_times,
		drop: $done_times, shmctl: 1, destroy: 1}" "$tmp/kinds"
	result "$backend: 64 processes attach and detach $done_times times"

	crowd fork 8 15
	expect_jq ". == {shmget: 1, shmat: 8, inherit: $done_times,
		drop: ($done_times + 8), shmctl: 1, destroy: 1}" "$tmp/kinds"
	jq -s '[.[] | select(.event == "inherit") | .pid] | unique' "$tmp/out" >"$tmp/children"
	expect_jq "length == $done_times and .[0] > 0" "$tmp/children"
	result "$backend: 8 processes fork $done_times children, each with its own pid"

	crowd map 8 150 --kind memfd
	expect_jq ".map == $done_times and .drop == $done_times" "$tmp/kinds"
	result "$backend: 8 processes map and unmap $done_times times"

	# shellcheck disable=SC2016 # of the inner shell
	run shmviz stat --json --backend "$backend" -- \
		sh -c '"$1" stat 8 "$2" >"$0"' "$tmp/done" "$progs/crowd" $((3 * ${CALLS:-1000}))
	expect_status 0
	tail -n 1 "$tmp/out" >"$tmp/end"
	expect_jq ".lost == 0 and (has(\"missed\") | not) and
		([.events[] | select(.event == \"shmctl\") | .count] | add) == $(cat "$tmp/done") + 1" "$tmp/end"
	result "$backend: stat counts $(cat "$tmp/done") calls of 8 processes"
done
finish
