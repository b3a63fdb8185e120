#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The tables of stat at their boundaries, on traces that are made by hand: times and
# their units, percentiles, the order of processes and those that are left out.
. "$(dirname "$0")/harness/lib.sh"

need jq perl
skip_if_native
begin 3

# trace: a line PID NS ERRNO on stdin is a shmget of that process, which took so long
trace()
{
	perl -e '
		print q({"type":"start","version":"0.1.0","backend":"fentry","blind":[],"ipcns":1,"kinds":["sysv"],"anchor":{"monotonic":1,"realtime":1700000000000000000}}), "\n";
		my ($n, $ts) = (0, 10 ** 15);
		while (<STDIN>) {
			my ($pid, $ns, $errno) = split;
			my $result = $errno ? qq("ret":-2,"errno":"$errno") : q("ret":5,"shmid":5);
			$n++; $ts += $ns + 1;
			print qq({"type":"event","event":"shmget","ts":$ts,"pid":$pid,"tid":$pid,"nspid":$pid,"comm":"p$pid","uid":0,"ipcns":1,"cgroup":1,"key":"0x00000007","size":1,"compat":false,"flags":"0",$result,"duration_ns":$ns,"args":{"key":"0x00000007","size":1,"shmflg":0}}\n);
		}
		print qq({"type":"end","seen":$n,"delivered":$n,"lost":0,"filtered":0,"reason":"signal"}\n)' \
		>"$tmp/trace"
	run env COLUMNS=132 "$SHMVIZ" stat --from "$tmp/trace"
	expect_status 0
}

# cell COLUMN: of the results, by its heading, in the line of shmget ok
cell()
{
	awk -v name="$1" '$1 == "EVENT" { for (i = 1; i <= NF; i++) if ($i == name) col = i }
		col && $1 == "shmget" && $2 == "ok" { print $col; exit }' "$tmp/out"
}

for pair in 1=1ns 999=999ns 1000=1us 1004=1us 1006=1.01us 99949=99.9us 999499=999us \
	999500=1ms 999700=1ms 1000000=1ms 999499999=999ms 999500000=1s 61000000000=61s \
	999499000000=999s 1234000000000=1234s; do
	echo "7 ${pair%=*}" | trace
	expect_same "$(cell AVG)" "${pair#*=}" "AVG of ${pair%=*} ns"
	expect_same "$(cell MAX)" "${pair#*=}" "MAX of ${pair%=*} ns"
done
result "times: three digits, and the unit in which they are below 999.5"

# percentile PERCENT: the end of the slot in which it lies, by the counts of --json
percentile()
{
	run shmviz stat --from "$tmp/trace" --json
	jq -s -r --argjson p "$1" '.[-1].events[0].log2_ns as $slots | ($slots | add) as $n |
		[range($slots | length) | select(($slots[:. + 1] | add) * 100 >= $n * $p)][0] |
		pow(2; . + 1) | if . < 1000 then "<\(.)ns" else "<\(. / 10 | floor / 100)us" end' \
		"$tmp/out"
}
for times in "5 600" "5 5 600" "5 600 600" "600 5" "5" "600 600 600 5"; do
	for time in $times; do
		echo "7 $time"
	done | trace
	p50=$(cell P50) p99=$(cell P99)
	expect_same "$p50" "$(percentile 50)" "P50 of $times"
	expect_same "$p99" "$(percentile 99)" "P99 of $times"
done
result "percentiles: the slot in which so many are reached"

# 25 processes, of which the one with number n has n calls, and n % 4 of them fail.
for pid in $(seq 25); do
	for call in $(seq "$pid"); do
		[ "$call" -le $((pid % 4)) ] && echo "$pid 10 ENOENT" || echo "$pid 10"
	done
done | trace
awk '$1 == "PID" { for (i = 1; i <= NF; i++) place[$i] = i; next }
	place["PID"] && !NF { exit }
	place["PID"] && $1 ~ /^[0-9]+$/ { print $1, $place["SHMGET"], $place["FAILED"], $NF }' \
	"$tmp/out" >"$tmp/got"
for pid in $(seq 25 -1 6); do
	echo "$pid $pid $((pid % 4)) p$pid"
done >"$tmp/want"
cmp -s "$tmp/got" "$tmp/want" || {
	fail "the processes are not those with the most events, in their order"
	diff "$tmp/want" "$tmp/got" | sed 's/^/# /'
}
expect_grep "^and 5 processes more, with 15 events; --json has all$" "$tmp/out"
result "processes: those with the most events first, and how many are left out"
finish
