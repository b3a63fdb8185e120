#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Latencies at their boundaries: slots of the histogram, mean, percentiles and the
# times in the table, of calls whose durations are known.
. "$(dirname "$0")/harness/lib.sh"

need jq perl
skip_if_native
begin 4

# calls DURATION...: a trace of as many calls, in $tmp/trace
calls()
{
	{
		echo '{"type":"start","version":"0.1.0","backend":"fentry","blind":[],"ipcns":1,"kinds":["sysv"],"anchor":{"monotonic":1,"realtime":1700000000000000000}}'
		for duration; do
			echo "{\"type\":\"event\",\"event\":\"shmget\",\"ts\":2,\"pid\":7,\"tid\":7,\"nspid\":7,\"comm\":\"x\",\"uid\":0,\"ipcns\":1,\"cgroup\":1,\"compat\":false,\"ret\":0,\"duration_ns\":$duration,\"args\":{\"key\":\"0x00000007\",\"size\":1,\"shmflg\":0}}"
		done
		echo "{\"type\":\"end\",\"seen\":$#,\"delivered\":$#,\"lost\":0,\"filtered\":0,\"reason\":\"signal\"}"
	} >"$tmp/trace"
}

# Both neighbours of every power of two, to beyond the last slot.
# shellcheck disable=SC2046 # words
calls 0 $(perl -e 'print join " ", map { my $p = 1 << $_; ($p - 1, $p, $p + 1) } 1 .. 40')
run shmviz stat --from "$tmp/trace" --json
expect_status 0
tail -n 1 "$tmp/out" >"$tmp/end"
expect_same "$(jq -c '.events[0].log2_ns' "$tmp/end")" "$(perl -e '
	my @n = (0) x 32;
	for my $d (0, map { my $p = 1 << $_; ($p - 1, $p, $p + 1) } 1 .. 40) {
		my $slot = 0; my $v = $d; while ($v > 1) { $v >>= 1; $slot++ }
		$n[$slot > 31 ? 31 : $slot]++ }
	print "[", join(",", @n), "]"')" "slots"
expect_jq '.events[0] | .count == 121 and .max_ns == 1099511627777 and
	.total_ns == ([range(1; 41) | pow(2; .) * 3] | add)' "$tmp/end"
result "slots: both neighbours of every power of two"

# columns: COUNT AVG P50 P99 MAX of the table
columns()
{
	run env COLUMNS=132 "$SHMVIZ" stat --from "$tmp/trace"
	expect_status 0
	sed -n 's/^shmget ok *//p' "$tmp/out" | tr -s ' '
}

# A time has three digits, to the nearest; never 1000 of a unit but of seconds.
for case in 1:1ns 9:9ns 999:999ns 1000:1us 1004:1us 1006:1.01us 9994:9.99us 9996:10us \
	99940:99.9us 99960:100us 999499:999us 999500:1ms 1000000:1ms 1234567:1.23ms \
	999499999:999ms 999500000:1s 1000000000:1s 12345678901:12.3s 999400000000:999s \
	999600000000:1000s 1234567000000:1235s; do
	calls "${case%:*}"
	# shellcheck disable=SC2046 # words
	set -- $(columns)
	expect_same "$1 $2 $5" "1 ${case#*:} ${case#*:}" "count, mean and maximum of ${case%:*} ns"
done
result "times: three digits, in the right unit"

# The mean of all; each percentile by the slot in which it falls.
calls 1 2 3 1000 999500
expect_same "$(columns)" "5 200us <4ns <1.05ms 1ms" "columns"
calls 3 3
expect_same "$(columns)" "2 3ns <4ns <4ns 3ns" "columns"
calls 1 8
expect_same "$(columns)" "2 4ns <2ns <16ns 8ns" "columns"
# 50 of 100 are enough for the half, 49 are not.
# shellcheck disable=SC2046 # words
calls $(perl -e 'print join " ", (1) x 50, (8) x 50')
expect_same "$(columns)" "100 4ns <2ns <16ns 8ns" "columns"
# shellcheck disable=SC2046 # words
calls $(perl -e 'print join " ", (1) x 49, (8) x 51')
expect_same "$(columns)" "100 4ns <16ns <16ns 8ns" "columns"
# 99 of 100 are enough for the other.
# shellcheck disable=SC2046 # words
calls $(perl -e 'print join " ", (1) x 99, 8')
expect_same "$(columns)" "100 1ns <2ns <2ns 8ns" "columns"
# shellcheck disable=SC2046 # words
calls $(perl -e 'print join " ", (1) x 98, 8, 8')
expect_same "$(columns)" "100 1ns <2ns <16ns 8ns" "columns"
calls 2147483647
expect_same "$(columns)" "1 2.15s <2.15s <2.15s 2.15s" "columns"
calls 2147483648
expect_same "$(columns)" "1 2.15s >2.15s >2.15s 2.15s" "columns"
result "mean, half and 99 %"

# From the first slot that has some to the last one, and no others.
calls 4 4 64
run env COLUMNS=132 LC_ALL=C "$SHMVIZ" stat --from "$tmp/trace"
expect_same "$(sed -n '/FROM/,/^$/p' "$tmp/out" | sed 1d | tr -s ' ' | sed '/^ *$/d; s/^ //; s/ *$//')" \
	"4ns 8ns 2 ################################
8ns 16ns
16ns 32ns
32ns 64ns
64ns 128ns 1 ################" "the histogram"
result "the histogram: its first and last line, and bars"
finish
