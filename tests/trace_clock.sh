#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody sets the clock during a trace. The program's own clock is the oracle.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"

need root lab jq perl
share first
export TZ=UTC
begin_each 3

# Other tests of this machine want the clock as it was.
uptime()
{
	cut -d. -f1 /proc/uptime
}
booted=$(($(date +%s) - $(uptime)))
restore_clock()
{
	date -u -s "@$((booted + $(uptime)))" >/dev/null
}
trap 'restore_clock; cleanup' EXIT

# It makes one call for each line that it gets. It says the key, and the time of day before
# and after it.
cat >"$tmp/calls.pl" <<'END'
sub now { my $now = "\0" x 16; syscall(228, 0, $now); return unpack("qq", $now) }
sub text { my @t = gmtime($_[0]); return sprintf("%02d:%02d:%02d.%06d", @t[2, 1, 0], $_[1] / 1000) }
$| = 1;
for (my $key = 0x7100; <STDIN>; $key++) {
	my @before = now();
	syscall(29, $key, 1, 0);
	my @after = now();
	printf "0x%08x %d.%09d %d.%09d %s %s\n", $key, @before, @after, text(@before), text(@after);
}
END

# call N: so many calls are made, and traced
called=0
call()
{
	until=$((called + $1))
	while [ "$called" -lt "$until" ]; do
		echo go >&3
		called=$((called + 1))
		# shellcheck disable=SC2016 # of the inner shell
		wait_for sh -c '[ "$(wc -l <"$1")" = "$2" ]' - "$tmp/said" "$called"
	done
	# shellcheck disable=SC2016 # of the inner shell
	wait_for sh -c '[ "$(grep -c "\"event\":\"shmget\"" "$1")" = "$2" ]' - "$tmp/out" "$called"
}

# set_clock TIME: trace and stat notice
anchors=0
set_clock()
{
	date -u -s "$1" >/dev/null
	anchors=$((anchors + 1))
	for file in out stat; do
		# shellcheck disable=SC2016 # of the inner shell
		wait_for sh -c '[ "$(grep -c "\"type\":\"anchor\"" "$1")" -ge "$2" ]' - "$tmp/$file" $anchors
	done
}

# Times of day of the events, by the last anchor before each one: all between before and
# after the call.
in_time='[.[] | .anchor // empty] as $anchors |
	[.[] | select(.event == "shmget") | .ts as $ts |
	 ([$anchors[] | select(.monotonic <= $ts)] | last) as $a |
	 {key: .args.key, time: (($ts - $a.monotonic + $a.realtime) / 1e9)}] as $events |
	($said | split("\n") | map(select(. != "") | split(" "))) as $said |
	($events | length) == ($said | length) and
	all(range($said | length); . as $i | $events[$i] as $e | $said[$i] as $s |
	    $e.key == $s[0] and $e.time > ($s[1] | tonumber) - 0.001 and
	    $e.time < ($s[2] | tonumber) + 0.001)'

for backend in $backends; do
	called=0 anchors=0
	: >"$tmp/said"
	: >"$tmp/stat"
	rm -f "$tmp/go"
	mkfifo "$tmp/go"
	perl "$tmp/calls.pl" <"$tmp/go" >"$tmp/said" &
	caller=$!
	pids="$pids $caller"
	exec 3>"$tmp/go"
	date -u -s "2027-03-01 12:00:00" >/dev/null
	background "$SHMVIZ" stat --json --backend "$backend" --interval 1 --pid $caller >"$tmp/stat" 2>/dev/null 3>&-
	stat=$pid
	trace_begin --backend "$backend" --pid $caller --no-segments 3>&-
	wait_for grep -q '"type":"start"' "$tmp/stat"
	call 2
	set_clock "2027-03-01 15:30:00"
	call 3
	set_clock "2026-01-01 09:00:00"
	call 2
	set_clock "2026-01-01 09:00:10"
	call 1
	exec 3>&-
	wait $caller
	kill -TERM $stat
	wait $stat
	jq -s . "$tmp/stat" >"$tmp/stat.all"
	trace_end
	jq --rawfile said "$tmp/said" "$in_time" "$tmp/all" >"$tmp/jq.out" 2>&1
	expect_same "$(cat "$tmp/jq.out")" true "whether times are those of the program"
	expect_jq '[.[] | select(.type == "anchor")] | length == 3' "$tmp/all"
	expect_same "$called" 8 "number of calls"
	result "$backend: times of day stay right when the clock is set"

	cp "$tmp/out" "$tmp/trace"
	run shmviz trace --json --from "$tmp/trace"
	cmp -s "$tmp/trace" "$tmp/out" || fail "what was read back differs from what was written"
	run shmviz trace --from "$tmp/trace"
	grep 'shmget(' "$tmp/out" >"$tmp/lines"
	paste -d' ' "$tmp/said" "$tmp/lines" | awk '
		{ from = substr($4, 1, 12); to = substr($5, 1, 12); at = substr($6, 1, 12) }
		at < from || at > to { print }' >"$tmp/wrong"
	expect_same "$(wc -l <"$tmp/lines" | tr -d ' ')" 8 "lines of calls"
	expect_empty "$tmp/wrong"
	expect_same "$(sed -n 's/^CLOCK set: .* became \(.*\)\..*/\1/p' "$tmp/out" | sed 's/[0-9]$//')" \
		"2027-03-01 15:30:0
2026-01-01 09:00:0
2026-01-01 09:00:1" "the lines about the clock"
	run shmviz report --from "$tmp/trace"
	expect_grep '<time>2027-03-01 12:00:.*at <time>2026-01-01 09:00:.*the clock was set meanwhile' "$tmp/out"
	result "$backend: the same by --from, as text and as a report"

	jq -s -c '[.[] | .anchor // empty | .realtime / 1e9 | floor | . - . % 60]' "$tmp/stat" >"$tmp/anchors"
	expect_same "$(cat "$tmp/anchors")" "[1803902400,1803915000,1767258000,1767258000]" "anchors of stat"
	# shellcheck disable=SC2016 # of jq
	expect_jq '[.[] | select(.type == "end")] | .[0].seen == .[0].delivered + .[0].filtered' "$tmp/stat.all"
	run shmviz stat --from "$tmp/trace" --interval 0.01
	grep -E '^[0-9:]+, ' "$tmp/out" | cut -d, -f1 | sort -u >"$tmp/lines"
	expect_grep '^12:0' "$tmp/lines"
	expect_grep '^15:3' "$tmp/lines"
	expect_grep '^09:0' "$tmp/lines"
	expect_same "$(grep -c '^CLOCK set: ' "$tmp/out")" 3 "lines about the clock"
	result "$backend: stat, stat --from: the same"
done
finish
