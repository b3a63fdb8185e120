#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The segment of each shmdt, while other threads of the process change its address
# space. The fallback cannot look at the VMA of an address then.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"
. "$(dirname "$0")/harness/stat.sh"

need root jq progs/threads
share neither
begin_each 3 3
key=0x5e77
n=300

# all_told OPTION...: those of `threads own` or `inherited`, by trace
all_told()
{
	mode=$1
	trace_to --backend "$backend" --entry --buffer 64M --key $key -- "$progs/threads" "$mode" $key $n
	expect_jq "[.[] | select(.event == \"shmdt\" and .errno == null)] |
		length == 4 * $n and all(.[]; .shmid)" "$tmp/ev"
	expect_jq '.[-1] | .lost == 0 and (has("unidentified") | not)' "$tmp/all"
}

for backend in $backends; do
	all_told own
	result "$backend: trace --key: $((4 * n)) of $((4 * n)) shmdt"

	all_told inherited
	result "$backend: trace --key: as many by threads of a child that inherited them"

	run_told shmviz stat --json --backend "$backend" --key $key -- "$progs/threads" own $key $n
	expect_status 0
	end "$tmp/out"
	expect_jq "$identity" "$tmp/end"
	expect_jq "[.events[] | select(.event == \"shmdt\") | .count] == [4 * $n]" "$tmp/end"
	expect_jq '.lost == 0' "$tmp/end"
	result "$backend: stat --key: $((4 * n)) of $((4 * n)) shmdt"
done

# with_before READY COMMAND OPTION...: threads detach what was attached before the start.
# READY: what is printed when shmviz has begun.
with_before()
{
	ready=$1
	shift
	ran="$*"
	: >"$tmp/out"
	rm -f "$tmp/go" "$tmp/said"
	mkfifo "$tmp/go"
	"$progs/threads" before $key $n <"$tmp/go" >"$tmp/said" &
	threads=$!
	pids="$pids $threads"
	exec 3>"$tmp/go"
	wait_for grep -q attached "$tmp/said"
	background "$SHMVIZ" "$@" --backend tracepoint --key $key >"$tmp/out" 2>"$tmp/err"
	wait_for grep -q "$ready" "$tmp/out"
	echo go >&3
	exec 3>&-
	wait "$threads"
	kill -TERM "$pid"
	wait "$pid"
	status=$?
}

with_before '"segment"' trace --json --strict --entry --buffer 64M
expect_status 0
split_trace
expect_jq "([.[] | select(.event == \"shmdt\" and .errno == null)] | length) == 4 * $n" "$tmp/ev"
with_before '"stat"' stat --json --interval 0.1
expect_status 0
end "$tmp/out"
expect_jq "[.events[] | select(.event == \"shmdt\") | .count] == [4 * $n] and .lost == 0" "$tmp/end"
result "trace, stat: as many that were attached before the start"

# The fallback does not see where mremap moves an attachment. Each shmdt that cannot be
# looked up is counted: as lost, if the filter needs the segment.
dts='([.[] | select(.event == "shmdt" and .errno == null)]) as $dts | .[-1] as $sums'
run shmviz trace --json --strict --backend tracepoint --entry --buffer 64M --key $key -- \
	"$progs/threads" moved $key $n
expect_status 4
split_trace
expect_jq "$dts | \$sums.unidentified > 0 and \$sums.lost == \$sums.unidentified and
	(\$dts | length) + \$sums.lost == 4 * $n and
	([.[] | select(.type == \"lost\" and .unidentified) | .count] | add) == \$sums.lost" "$tmp/all"
ktap_print_msg "$(jq '.[-1].unidentified' "$tmp/all") of $((4 * n)) could not be looked up"
run shmviz trace --json --strict --backend tracepoint --entry --buffer 64M -- \
	"$progs/threads" moved $key $n
expect_status 0
split_trace
expect_jq "$dts | \$sums.unidentified > 0 and \$sums.lost == 0 and (\$dts | length) == 4 * $n and
	([\$dts[] | select(.shmid == null)] | length) == \$sums.unidentified" "$tmp/all"
cp "$tmp/out" "$tmp/trace"
run shmviz trace --json --from "$tmp/trace"
cmp -s "$tmp/trace" "$tmp/out" || fail "what was read back differs from what was written"
run shmviz trace --from "$tmp/trace"
expect_grep '^the segments of [0-9]+ shmdt could not be looked up$' "$tmp/out"
result "trace: each shmdt that cannot be looked up is counted"

run shmviz stat --json --backend tracepoint --key $key -- "$progs/threads" moved $key $n
expect_status 0
end "$tmp/out"
expect_jq "$identity" "$tmp/end"
expect_jq ".unidentified > 0 and .lost == .unidentified and
	([.events[] | select(.event == \"shmdt\") | .count] | add // 0) + .lost == 4 * $n" "$tmp/end"
run shmviz stat --backend tracepoint --key $key -- "$progs/threads" moved $key $n
expect_status 0
expect_grep '^LOST [0-9]+: the segment of a shmdt could not be looked up' "$tmp/out"
result "stat: the same, as JSON and as text"
finish
