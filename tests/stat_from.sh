#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz stat --from: the events of a trace that was written down, counted; jq is
# the oracle. Also cut off, from a pipe, of a newer version, and something else.
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/from.sh"

need root jq perl stress-ng
share neither
begin 6

record <<'END'
my $id = shmget(0x510c, 5000, 01600);
my $at = syscall(30, $id, 0, 0);
shmget(0x510c, 5000, 03600) for 1..4;
fork or exit;
wait;
select(undef, undef, undef, 0.25);
syscall(31, $id, 77, 0) for 1..3;
shmctl($id, 0, 0);
exit 3;
END

# Each row as jq counts it: an inherit is its parent's.
want='[.[] | select(.type == "event") | . + {pid: (.ppid // .pid)}] |
	group_by([.event, .cause, .errno, .compat, .pid]) | map({
		key: ([.[0] | .event, .cause, .errno, .compat, .pid] | tojson),
		value: [length, ([.[].duration_ns // empty] | add, max)]}) | from_entries'
have='.[-1].events | map({
		key: ([.event, .cause, .errno, .compat, .pid] | tojson),
		value: [.count, .total_ns, .max_ns]}) | from_entries'
counts()
{
	jq -s -S -c "$have" "$1"
}

run shmviz stat --from "$tmp/trace" --json
expect_status 0
expect_empty "$tmp/err"
expect_same "$(counts "$tmp/out")" "$(jq -s -S -c "$want" "$tmp/trace")" "rows"
cp "$tmp/out" "$tmp/whole"
jq -s . "$tmp/out" >"$tmp/all"
expect_jq '.[-1] | .seen == .delivered + .lost + .filtered and
	.delivered == ([.events[].count] | add) and .delivered > 10 and
	.reason == "command" and .command_exit == 5' "$tmp/all"
expect_jq 'all(.[-1].events[] | select(.log2_ns); (.log2_ns | add) == .count and
	(.max_ns as $max | .log2_ns | to_entries | map(select(.value > 0)) | last.key as $slot |
	 pow(2; $slot) <= $max and $max < pow(2; $slot + 1)))' "$tmp/all"
expect_same "$(jq -r '[.[-1].events[] | select(.errno == "EEXIST")][0].comm' "$tmp/all")" \
	'a"\\\xff\x0a\x1b[1m' comm
result "rows, latencies and names as the trace has them"

mkfifo "$tmp/pipe"
cat "$tmp/trace" >"$tmp/pipe" &
# shellcheck disable=SC2016 # of the inner shell
run sh -c 'COLUMNS=132 "$1" stat --from - <"$2"' sh "$SHMVIZ" "$tmp/pipe"
expect_status 0
for call in shmget shmat shmdt shmctl; do
	times=$(jq -s "map(select(.event == \"$call\" and .errno == \"EINVAL\")) | length" "$tmp/trace")
	expect_grep "^$call +EINVAL +$times " "$tmp/out"
done
expect_grep '^the command exited with status 5$' "$tmp/out"
expect_grep '^counted what was traced by' "$tmp/err"
result "tables, from a pipe"

run shmviz stat --from "$tmp/trace" --json --failed --key 0x510c
expect_status 0
jq -s . "$tmp/out" >"$tmp/all"
expect_jq '[.[-1].events[] | [.event, .errno, .count]] ==
	[["shmget", "EEXIST", 4], ["shmctl", "EINVAL", 3]]' "$tmp/all"
expect_jq '.[-1] | .seen == .delivered + .lost + .filtered and .filtered > 4' "$tmp/all"
result "filters pick from it"

run shmviz stat --from "$tmp/trace" --json --interval 0.1
expect_status 0
jq -s . "$tmp/out" >"$tmp/all"
expect_same "$(counts "$tmp/out")" "$(counts "$tmp/whole")" "totals"
expect_jq '[.[] | select(.type == "stat")] | length >= 2 and
	all(.[:-1][]; .to == .from + 100000000 and (.events | length) > 0) and
	([range(1; length) as $i | .[$i].from >= .[$i - 1].to] | all)' "$tmp/all"
sums='map(.events[]) | group_by([.event, .cause, .errno, .compat, .pid]) |
	map([.[0].event, .[0].cause, .[0].errno, .[0].pid, (map(.count) | add),
	     (map(.total_ns // 0) | add)])'
expect_jq "([.[] | select(.type == \"stat\")] | $sums) == (.[-1:] | $sums)" "$tmp/all"
# A time that lies years ahead makes no line for each second until then.
jq -c 'if .type == "event" and .errno == "EINVAL" then .ts += 1000000000000000000 else . end' \
	"$tmp/trace" >"$tmp/leap"
run timeout -s KILL 60 "$SHMVIZ" stat --from "$tmp/leap" --interval 0.01
expect_status 0
result "--interval: by the times of events; empty ones are left out"

# Cut off, and with what a newer version may say.
lines=$(($(wc -l <"$tmp/trace") - 3))
head -n "$lines" "$tmp/trace" >"$tmp/cut"
run shmviz stat --from "$tmp/cut" --json
expect_status 0
expect_grep "cut off after line $lines: no end line" "$tmp/err"
expect_same "$(counts "$tmp/out")" "$(jq -s -S -c "$want" "$tmp/cut")" "rows"
jq -s . "$tmp/out" >"$tmp/all"
expect_jq '.[-1] | .reason == "cut-off" and .seen == .delivered' "$tmp/all"
jq -c '. + {newer: [1, {}]}, if .type == "start" then {type: "newer"} else empty end' \
	"$tmp/trace" >"$tmp/newer"
run shmviz stat --from "$tmp/newer" --json
expect_status 0
expect_grep "1 lines of a newer version were skipped" "$tmp/err"
expect_same "$(counts "$tmp/out")" "$(counts "$tmp/whole")" "rows"
result "cut off: as far as it goes; a newer version: what is known of it"

for options in "-- true" "--duration 1" "--rows 5" "--backend fentry" "--no-latency" \
	       "--pid 1 --follow" "--interval 1 --count 2"; do
	# shellcheck disable=SC2086 # words
	run shmviz stat --from "$tmp/trace" $options
	expect_error 2 "^shmviz stat: --from FILE goes with --json, -o, --interval, --redact and filters only"
done
run shmviz stat --from "$tmp/none"
expect_error 1 "cannot read '.*/none': No such file"
echo '{"type":"weather"}' >"$tmp/bad"
run shmviz stat --from "$tmp/bad"
expect_status 1
expect_grep "line 1 is not of 'shmviz trace --json'" "$tmp/err"
{ shmviz stat --from "$tmp/trace"; echo $? >"$tmp/status"; } >/dev/full 2>"$tmp/err"
expect_same "$(cat "$tmp/status")" 1 "status on a full disk"
result "what does not go with it, and what is no trace"
finish
