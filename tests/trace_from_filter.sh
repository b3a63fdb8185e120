#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each filter of trace --from and stat --from from both sides, on a trace that is
# made by hand: an event passes by the one field that the filter names.
. "$(dirname "$0")/harness/lib.sh"

need jq
skip_if_native
begin 6
own=$(readlink /proc/self/ns/ipc | tr -dc 0-9)
other=$((own ^ 1))

# event TS MEMBER...: with members that another one of that name overrides
event()
{
	printf '{"type":"event","ts":%s,"event":"shmat","pid":10,"tid":10,"nspid":10,"comm":"one","uid":3,"ipcns":%s,"cgroup":1,"shmid":5,"key":"0x00000011","size":4096,"mode":"0600","nattch":1,"dest":false,"locked":false,"cpid":10,"addr":"0x1000","compat":false,"flags":"0","ret":4096,"args":{"shmid":5,"shmaddr":"0x0","shmflg":0}}\n' \
		"$1" "$own" >"$tmp/event"
	shift
	jq -c ". + {$*}" "$tmp/event"
}

segment()
{
	printf '{"type":"segment","ipcns":%s,"shmid":%s,"key":"%s","size":4096,"mode":"0600","nattch":0,"status":[],"cpid":10,"creator":null,"attachments":[]}\n' "$@"
}

{
	printf '{"type":"start","version":"0.1.0","backend":"fentry","blind":[],"ipcns":%s,"kinds":["sysv","memfd"],"anchor":{"monotonic":1,"realtime":1600000000000000000}}\n' "$own"
	segment "$own" 5 0x00000011
	segment "$own" 6 0x00000012
	segment "$other" 5 0x00000013
	event 1 ''
	event 2 '"pid":11, "tid":10, "nspid":10'
	event 3 '"tid":11, "nspid":11, "cpid":11'
	event 4 '"uid":4'
	event 5 '"comm":"onetwo"'
	event 6 '"comm":"on"'
	event 7 '"shmid":6'
	event 8 '"key":"0x00000012"'
	event 9 "\"ipcns\":$other, \"caller_ipcns\":$own"
	event 10 "\"caller_ipcns\":$other"
	event 11 '"ret":-22, "errno":"EINVAL", "addr":"0x0"'
	event 12 '"event":"shmdt", "ret":0, "args":{"shmaddr":"0x1000"}'
	event 13 '"event":"drop", "cause":"exit", "end":"0x2000"' |
		jq -c 'del(.ret, .args, .compat, .flags)'
	event 14 '"event":"create", "kind":"memfd", "dev_major":0, "dev_minor":1, "inode":7, "name":"x", "nlink":0' |
		jq -c 'del(.ret, .args, .compat, .flags, .shmid, .key, .mode, .nattch, .addr, .dest, .locked)'
	printf '{"type":"end","seen":17,"delivered":14,"lost":0,"filtered":3,"reason":"signal"}\n'
} >"$tmp/trace"

# passes EXPECTED FILTER...: the times of those that pass
passes()
{
	expected=$1
	shift
	run shmviz trace --from "$tmp/trace" --json "$@"
	expect_status 0
	jq -s . "$tmp/out" >"$tmp/all"
	expect_same "$(jq -r '[.[] | select(.type == "event") | .ts] | join(" ")' "$tmp/all")" \
		"$expected" "$ran: what passes"
	expect_jq '.[-1] | .seen == 17 and .seen == .delivered + .lost + .filtered' "$tmp/all"
	expect_jq '.[-1].delivered == ([.[] | select(.type == "event")] | length)' "$tmp/all"
	# stat counts whatever kind it is.
	case " $* " in
	*" --kind "*)
		return ;;
	esac
	n=$(jq '.[-1].delivered' "$tmp/all")
	run shmviz stat --from "$tmp/trace" --json "$@"
	expect_status 0
	tail -n 1 "$tmp/out" >"$tmp/end"
	expect_jq ".delivered == $n and .filtered == 17 - $n and .seen == 17 and
		([.events[].count] | add // 0) == $n" "$tmp/end"
}

all="1 2 3 4 5 6 7 8 9 10 11 12 13"
passes "$all 14"
passes "1 3 4 5 6 7 8 9 10 11 12 13 14" --pid 10
passes "2" --pid 11
passes "" --pid 12
passes "4" --uid 4
passes "1 2 3 5 6 7 8 9 10 11 12 13 14" --uid 3
passes "1 2 3 4 7 8 9 10 11 12 13 14" --comm one
passes "5" --comm onetwo
passes "6" --comm on
result "pid, uid, comm: whole values, of the process whose event it is"

passes "7" --shmid 6
passes "1 2 3 4 5 6 8 9 10 11 12 13" --shmid 5
passes "8" --key 0x12
passes "1 2 3 4 5 6 7 9 10 11 12 13" --key 17
passes "1 2 3 4 5 6 7 8 10 11 12 13 14" --ipcns $$
result "shmid, key, ipcns: of the segment, not of the caller"

passes "12" --event shmdt
passes "13" --event drop
passes "14" --event create
passes "11" --failed
passes "14" --kind memfd
passes "$all" --kind sysv
passes "$all 14" --kind all
result "event, kind, failed"

# segments EXPECTED FILTER...: those that were there at the start
segments()
{
	expected=$1
	shift
	run shmviz trace --from "$tmp/trace" --json "$@"
	expect_same "$(jq -r 'select(.type == "segment") | "\(.ipcns == '"$own"'):\(.shmid)"' \
		"$tmp/out" | tr '\n' ' ')" "$expected" "$ran: segments"
}
segments "true:5 true:6 false:5 "
segments "true:6 " --shmid 6
segments "true:5 " --key 0x11
segments "true:5 true:6 " --ipcns $$
segments "" --kind memfd
segments "" --no-segments
result "segments of the start: shmid, key, ipcns, kind"

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
finish
