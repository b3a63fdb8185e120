#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Calls that a seccomp filter refuses, as container profiles and SystemCallFilter= do,
# against strace.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"
. "$(dirname "$0")/harness/stat.sh"

need root jq strace progs/seccomp
share second
find_backends
results=5
[ ! "$whole" ] || results=6
begin $results

ways="errno trap caught kill thread one-of-two trace notify blocked"

# What strace has of each shmget: its key, and the errno; SIGSYS, if that signal is why
# there is no result. A thread that is killed alone never leaves the call: "?".
by_strace()
{
	for file in "$tmp"/strace/s.*; do
		awk '/^shmget\(0x5ec/ {
				key = substr($1, 8, 6)
				result = $NF
				if (sub(/.*= -1 /, ""))
					result = $1
			}
			/^--- SIGSYS |killed by SIGSYS/ && key && result != "?" {
				result = "SIGSYS"
			}
			END { if (key) print key, result }' "$file"
	done | sort
}

by_shmviz()
{
	jq -r '.[] | select(.args.key | startswith("0x00005ec")) |
		"0x\(.args.key[6:]) \(if .seccomp then "SIGSYS" else .errno // .ret end)"' "$1" | sort
}

# trace_ways BACKEND
trace_ways()
{
	rm -rf "$tmp/strace"
	mkdir "$tmp/strace"
	# shellcheck disable=SC2086 # words
	trace_to --backend "$1" -- sh -c 'exec "$@" >"$0"' "$tmp/said" \
		strace -ff -o "$tmp/strace/s" -e trace=shmget "$progs/seccomp" $ways
	by_strace >"$tmp/theirs"
	by_shmviz "$tmp/calls" >"$tmp/ours"
	expect_same "$(wc -l <"$tmp/theirs" | tr -d ' ')" 9 "number of calls that strace saw"
}

trace_ways tracepoint
expect_same "$(grep -c SIGSYS "$tmp/theirs")" 5 "number of SIGSYS that strace saw"
grep -v '?' "$tmp/theirs" >"$tmp/seen"
cmp -s "$tmp/ours" "$tmp/seen" || {
	fail "shmviz (-) and strace (+) differ:"
	diff "$tmp/ours" "$tmp/seen" | sed 's/^/# /'
}
expect_same "$(grep '?' "$tmp/theirs")" "0x5ec5 ?" "what strace saw of one thread of two"
expect_jq '.[0].blind | any(.[]; startswith("calls for which seccomp kills one thread"))' "$tmp/all"
result "tracepoint: errno, trap, kill, trace and notify as by strace"

expect_jq 'all(.[]; if .seccomp then .ret == -38 and .errno == "ENOSYS" else has("seccomp") | not end)' \
	"$tmp/calls"
cp "$tmp/out" "$tmp/trace"
run shmviz trace --json --from "$tmp/trace"
cmp -s "$tmp/trace" "$tmp/out" || fail "what was read back differs from what was written"
run shmviz trace --from "$tmp/trace" --failed
expect_same "$(grep -c '= SIGSYS .* refused by seccomp' "$tmp/out")" 5 "lines with SIGSYS"
expect_same "$(grep -c 'shmget(' "$tmp/out")" 8 "lines of calls that failed"
result "tracepoint: the same as text, by --failed and --from"

# stat_ways OPTION...: rows by errno
stat_ways()
{
	run_told shmviz stat --json "$@"
	expect_status 0
	end "$tmp/out"
	expect_jq "$identity" "$tmp/end"
	jq -r '[.events[] | select(.event == "shmget") | [(if .seccomp then "SIGSYS" else .errno // "ok" end), .count]] |
		group_by(.[0])[] | "\(.[0][0]) \([.[][1]] | add)"' "$tmp/end" >"$tmp/ours"
}

cat >"$tmp/rows" <<'END'
EACCES 1
ENOSYS 1
EPERM 1
SIGSYS 5
END
# shellcheck disable=SC2086 # words
stat_ways --backend tracepoint -- sh -c 'exec "$@" >"$0"' "$tmp/said" "$progs/seccomp" $ways
cmp -s "$tmp/ours" "$tmp/rows" || fail "stat counted: $(tr '\n' ' ' <"$tmp/ours")"
stat_ways --from "$tmp/trace"
cmp -s "$tmp/ours" "$tmp/rows" || fail "stat --from counted: $(tr '\n' ' ' <"$tmp/ours")"
run shmviz stat --from "$tmp/trace"
expect_grep '^shmget SIGSYS +5' "$tmp/out"
expect_grep '^shmget ENOSYS +1' "$tmp/out"
result "tracepoint: stat, stat --from: rows of their own"

# The shmid 29 is the number of shmget, too, and a blocked SIGSYS is pending.
trace_29()
{
	# shellcheck disable=SC2016 # of the inner shell
	trace_to --backend "$1" --no-segments -- sh -c 'exec "$1" id29 >"$0"' "$tmp/said" \
		"$progs/seccomp"
	expect_grep '^id29 0x5ec9 0$' "$tmp/said"
	expect_jq 'length == 30 and [.[].ret] == [range(30)] and
		all(.[]; .shmid == .ret and .size == 4096)' "$tmp/calls"
}

trace_29 tracepoint
result "tracepoint: a shmget that returns its own number is no refused one"

run shmviz report --from "$tmp/trace" -o "$tmp/page" --perfetto "$tmp/perfetto"
expect_status 0
# One is that of the latencies, the others are those of the failures.
expect_same "$(grep -o '<td>SIGSYS</td>' "$tmp/page" | wc -l | tr -d ' ')" 6 "cells with SIGSYS"
expect_same "$(grep -c '"name":"shmget SIGSYS"' "$tmp/perfetto")" 5 "slices with SIGSYS"
result "report: the same"

if [ "$whole" ]; then
	trace_ways "$whole"
	expect_jq 'length == 0' "$tmp/calls"
	expect_jq '.[0].blind | any(.[]; . == "calls that seccomp refuses or answers")' "$tmp/all"
	trace_29 "$whole"
	result "$whole: none of them, and it says so"
fi
finish
