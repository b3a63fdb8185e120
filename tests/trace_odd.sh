#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Traces that are no whole one: several in one file, without the first line, with a line
# that is too long; read by trace, stat and report, as a picture by map, and in little
# memory.
# shellcheck disable=SC3045 # ulimit -v: dash and busybox have it
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/from.sh"
. "$here/harness/story.sh"

need jq perl
skip_if_native
begin 5

# As trace --json itself writes it.
story | shmviz trace --from - --json >"$tmp/story"
n=$(grep -c '"type":"event"' "$tmp/story")
lost=$(tail -n 1 "$tmp/story" | jq .lost)
lines=$(wc -l <"$tmp/story" | tr -d ' ')

# of_stat FILE: what stat counts in it: events, lost, and how long it was, in ns
of_stat()
{
	run shmviz stat --json --from "$1"
	expect_status 0
	jq -s -c '[(map(select(.type == "start")) | length), .[-1].delivered, .[-1].lost,
		.[-1].to - .[-1].from]' "$tmp/out"
}

cat "$tmp/story" "$tmp/story" >"$tmp/two"
run shmviz trace --from "$tmp/two" --json
expect_status 0
cmp -s "$tmp/two" "$tmp/out" || fail "two traces: not the same bytes"
expect_grep "/two: 2 traces, one after the other" "$tmp/err"
run shmviz trace --from "$tmp/two"
expect_same "$(grep -c '^TIME' "$tmp/out")" 2 "headings"
expect_same "$(grep -c ' seen, ' "$tmp/out")" 2 "last lines"
took=$(of_stat "$tmp/story" | jq '.[3]')
expect_same "$(of_stat "$tmp/two")" "[1,$((2 * n)),$((2 * lost)),$((2 * took))]" "what stat counts"
expect_grep "/two: 2 traces, one after the other" "$tmp/err"
# The filter of now leaves out as much of each.
run shmviz trace --from "$tmp/two" --json --event shmget
expect_same "$(jq -c 'select(.type == "end") | [.delivered, .filtered]' "$tmp/out" | sort -u | wc -l | tr -d ' ')" \
	1 "different ends"
expect_jq 'select(.type == "end") | .seen == .delivered + .lost + .filtered'
result "two traces in one file: trace shows both, stat counts both"

cp "$tmp/two" "$tmp/trace"
run shmviz report --from "$tmp/trace" -o "$tmp/page"
expect_status 0
expect_grep "/trace: line $((lines + 1)) begins another trace, which is left out: 'tail -n \+$((lines + 1))'" "$tmp/err"
cp "$tmp/story" "$tmp/trace"
run shmviz report --from "$tmp/trace" -o "$tmp/one"
expect_status 0
cmp -s "$tmp/page" "$tmp/one" || fail "report: not the page of the first trace"
# The first one was cut off.
{ head -n $((lines - 1)) "$tmp/story"; cat "$tmp/story"; } >"$tmp/two"
run shmviz trace --from "$tmp/two" --json
expect_status 0
expect_grep "/two: cut off before line $lines: no end line" "$tmp/err"
expect_same "$(grep -c 'cut off' "$tmp/err")" 1 "lines about it"
result "report takes the first; a first one that was cut off"

# Without its first line: the events are told all the same.
tail -n +2 "$tmp/story" >"$tmp/headless"
first=$(head -n 1 "$tmp/headless" | jq '.ts // 0')
for command in "trace --json" stat "report -o $tmp/page"; do
	# shellcheck disable=SC2086 # words: $command
	run shmviz $command --from "$tmp/headless"
	expect_status 0
	expect_same "$(grep -c '/headless: no start line: times are those since the start' "$tmp/err")" 1 "lines of $command"
done
run shmviz trace --from "$tmp/headless" --json
tail -n +2 "$tmp/out" | cmp -s - "$tmp/headless" || fail "not the same bytes after the first line"
head -n 1 "$tmp/out" >"$tmp/start"
expect_jq ".type == \"start\" and .backend == \"unknown\" and .anchor.realtime == $first and
	(.blind | length) == 1 and .kinds == [\"sysv\", \"posix\", \"memfd\", \"anon\", \"file\"]" "$tmp/start"
grep '"event":"shmget"' "$tmp/story" >"$tmp/events"
run env TZ=UTC "$SHMVIZ" trace --from "$tmp/events"
expect_status 0
expect_grep "^$(date -u -d "@$(head -n 1 "$tmp/events" | jq '.ts / 1000000000 | floor')" +%T)\." "$tmp/out"
expect_same "$(of_stat "$tmp/headless" | jq -c '.[0:3]')" "[1,$n,$lost]" "what stat counts"
# JSON of anything else is none all the same, and so is a line that was cut.
for line in '{"type":"picture"}' '{"type":7}' '{}' '[]' '5' '"start"' 'null' "$(head -n 1 "$tmp/headless" | cut -c 9-)"; do
	printf '%s\n' "$line" >"$tmp/odd"
	run shmviz trace --from "$tmp/odd"
	expect_error 1 "/odd: line 1 is not of 'shmviz trace --json'"
done
result "a trace without its first line"

# 400 MB in one line: refused before it is in memory, which a limit makes sure of.
long()
{
	perl -e 'print $ARGV[0]; print $ARGV[1] x 1000000 for 1..400' "$1" "$2"
}

for command in trace stat "report -o $tmp/page" "trace --json"; do
	piece='{"type":"event","comm":"' filler=a
	[ "$command" != "trace --json" ] || piece='{"type":"event","x":[0' filler=,0
	# shellcheck disable=SC2086 # words: $command
	{ head -n 3 "$tmp/story"; long "$piece" $filler; } |
		( ulimit -v 200000; exec "$SHMVIZ" $command --from - ) >"$tmp/out" 2>"$tmp/err"
	status=$? ran="$command of 400 MB"
	expect_status 1
	expect_same "$(grep -c 'shmviz: ' "$tmp/err")" 1 "lines of $command"
	expect_grep "stdin: line 4 is longer than 16 MiB or 2 million values: not of 'shmviz trace --json'" "$tmp/err"
done
# The longest line that is read, and one byte more.
head='{"type":"start","version":"'
for more in 0 1; do
	perl -e 'print $ARGV[0], "v" x ((16 << 20) - length($ARGV[0]) - 3 + $ARGV[1]), "\"}\n"' \
		"$head" $more >"$tmp/edge"
	tail -n 1 "$tmp/story" >>"$tmp/edge"
	run shmviz stat --from "$tmp/edge"
	expect_status $more
done
# So with values: json-c makes many bytes of each.
for more in 0 1; do
	perl -e 'print "{\"type\":\"start\",\"x\":[0", ",0" x (1999999 + $ARGV[0]), "]}\n"' \
		$more >"$tmp/edge"
	tail -n 1 "$tmp/story" >>"$tmp/edge"
	run shmviz stat --from "$tmp/edge"
	expect_status $more
done
result "a line of 400 MB takes no memory"

for piece in '{"type":"picture","host":"' '{"type":"picture","x":[0'; do
	long "$piece" "$(printf %s "$piece" | tail -c 1 | sed 's/"/a/; s/0/,0/')" |
		( ulimit -v 1000000; exec "$SHMVIZ" map --from - ) >"$tmp/out" 2>"$tmp/err"
	status=$? ran="map of 400 MB"
	expect_error 1 "stdin: it is larger than 64 MiB or 8 million values"
done
long '{"type":"picture","host":"' a |
	( ulimit -v 1000000; exec "$SHMVIZ" report --from "$tmp/story" --picture - -o "$tmp/page" ) \
	>"$tmp/out" 2>"$tmp/err"
status=$? ran="report --picture of 400 MB"
expect_error 1 "stdin: it is larger than 64 MiB or 8 million values"
result "a picture of 400 MB is refused"
finish
