#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# trace --from: options of a live trace are refused; values of filters at their
# boundaries, where a wrong one would pass for another; --ipcns; and what the filters
# of the trace itself left out stays counted.
. "$(dirname "$0")/harness/lib.sh"

need jq
skip_if_native
begin 3

cat >"$tmp/trace" <<'END'
{"type":"start","version":"0.1.0","backend":"fentry","blind":[],"ipcns":1,"kinds":["sysv"],"anchor":{"monotonic":1,"realtime":1600000000000000000}}
{"type":"end","seen":0,"delivered":0,"lost":0,"filtered":0,"reason":"signal"}
END

for options in "--pid 10 --follow" --entry "--buffer 4K" "--backend tracepoint" \
	"--duration 1" "-- true"; do
	# shellcheck disable=SC2086 # words
	run shmviz trace --from "$tmp/trace" $options
	expect_error 2 "^shmviz trace: --from FILE goes with"
done
result "what only a live trace can do is refused"

# refused OPTION VALUE: it would pass for another value otherwise
refused()
{
	run shmviz trace --from "$tmp/trace" "$1" "$2"
	expect_error 2 "^shmviz trace: $1 '$2': "
}
for value in 0x123456789 0x 0xg 4294967296 -1 ' 1' 1x; do
	refused --key "$value"
done
for value in 'sixteen bytes...' ''; do
	refused --comm "$value"
done
for value in 4294967295 4294967296 -1; do
	refused --uid "$value"
done
for value in 2147483648 -1 0x5; do
	refused --shmid "$value"
	refused --pid "$value"
done
refused --pid 0
for option in "--key 0xffffffff" "--key 4294967295" "--comm fifteen-bytes.." \
	"--uid 4294967294" "--shmid 2147483647" "--pid 2147483647"; do
	# shellcheck disable=SC2086 # words
	run shmviz trace --from "$tmp/trace" $option
	expect_status 0
done
result "values of filters at their boundaries"

# Of the segment's namespace one each: caller and segment, segment alone, caller alone.
own=$(readlink /proc/self/ns/ipc | tr -dc 0-9)
other=$((own ^ 1))
{
	head -n 1 "$tmp/trace"
	for namespaces in "$own" "$own,\"caller_ipcns\":$other" "$other,\"caller_ipcns\":$own"; do
		echo "{\"type\":\"event\",\"event\":\"shmdt\",\"ts\":$((ts = ${ts:-0} + 1)),\"pid\":7,\"tid\":7,\"nspid\":7,\"comm\":\"x\",\"uid\":0,\"cgroup\":1,\"shmid\":5,\"compat\":false,\"ret\":0,\"args\":{\"shmaddr\":\"0x1000\"},\"ipcns\":$namespaces}"
	done
	echo '{"type":"end","seen":7,"delivered":3,"lost":0,"filtered":4,"reason":"signal"}'
} >"$tmp/spaces"
run shmviz trace --from "$tmp/spaces" --json --ipcns $$
expect_status 0
expect_same "$(jq -r 'select(.type == "event") | .ts' "$tmp/out" | tr '\n' ' ')" "1 2 " "events"
tail -n 1 "$tmp/out" >"$tmp/end"
expect_jq '.seen == 7 and .delivered == 2 and .filtered == 5' "$tmp/end"
run shmviz stat --from "$tmp/spaces" --json --ipcns $$
expect_status 0
tail -n 1 "$tmp/out" >"$tmp/end"
expect_jq '.seen == 7 and .delivered == 2 and .filtered == 5' "$tmp/end"
result "--ipcns: of the segment; filtered: then and now"
finish
