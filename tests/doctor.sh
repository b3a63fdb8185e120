#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz doctor says of this machine what is so.
. "$(dirname "$0")/harness/lib.sh"

need root jq
share first
begin 4

run shmviz doctor --json
doctor=$status
cp "$tmp/out" "$tmp/doctor"
expect_same "$(jq -r .kernel "$tmp/doctor")" "$(uname -r)" kernel
expect_jq 'all(.checks[]; (.name | type) == "string" and (.ok | type) == "boolean"
	and (.ok or (.advice | length) > 0))' "$tmp/doctor"
if [ "$doctor" = 0 ]; then
	expect_jq 'all(.checks[]; .ok) and (.commands.trace | IN("fentry", "kprobe")) and
		.commands.ls == "full" and .commands.frames == "full" and
		.commands.view != "none"' "$tmp/doctor"
else
	expect_same "$doctor" 3 "exit status"
	expect_jq 'any(.checks[]; .ok | not)' "$tmp/doctor"
fi
result "JSON: all checks, advice where one is not ok, exit status 0 or 3"

trace=$(jq -r .commands.trace "$tmp/doctor")
run shmviz trace --json --duration 0.05
if [ "$trace" = none ]; then
	expect_status 3
else
	expect_status 0
	expect_same "$(head -n 1 "$tmp/out" | jq -r .backend)" "$trace" backend
fi
run shmviz frames --board
if [ "$(jq -r .commands.frames "$tmp/doctor")" = full ]; then
	expect_status 0
else
	expect_status 3
fi
result "what it promises of trace and frames is so"

view=$(jq -r .commands.view "$tmp/doctor")
case $(cat /sys/module/shmviz/parameters/allow_view 2>/dev/null) in
Y)
	allowed=full verdict=ok code=0 ;;
N)
	allowed=off verdict=off code=3 ;;
*)
	allowed=none verdict=missing code=3 ;;
esac
expect_same "$view" "$allowed" "what it says of view"
expect_jq "[.checks[] | select(.name == \"view\") | .verdict] == [\"$verdict\"]" \
	"$tmp/doctor"
expect_jq "any(.checks[]; .name == \"view\" and .ok == (\"$verdict\" != \"missing\") and
	(.advice == null) == (\"$verdict\" == \"ok\"))" "$tmp/doctor"
run shmviz view --board
expect_status "$code"
result "what it says of view is so; off is not missing"

run shmviz doctor
expect_same "$status" "$doctor" "exit status of the text"
grep -qF "Linux $(uname -r)" "$tmp/out" || fail "the kernel is not named"
jq -r '.checks[].name' "$tmp/doctor" >"$tmp/names"
while read -r name; do
	expect_grep "^$name " "$tmp/out"
done <"$tmp/names"
for command in trace ls frames view; do
	expect_grep "^  $command +(ok|limited|missing|off) " "$tmp/out"
done
result "text: the same checks, and all commands"
finish
