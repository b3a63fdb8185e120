#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz report --from, how things end: segments that are attached at the end or left
# behind, losses that add up, an end that belongs to no attachment that was seen.
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/report.sh"

need jq xmllint
skip_if_native
begin 3

# event TS SHMID NATTCH MEMBER...
event()
{
	printf '{"type":"event","ts":%s,"event":"shmat","pid":100,"tid":100,"nspid":100,"comm":"one","uid":0,"ipcns":9,"cgroup":1,"shmid":%s,"key":"0x00000000","size":8192,"mode":"0600","nattch":%s,"dest":false,"locked":false,"cpid":100,"compat":false,"flags":"0","ret":0,"args":{}}\n' \
		"$1" "$2" "$3" >"$tmp/event"
	shift 3
	jq -c ". + {$*}" "$tmp/event"
}

made()
{
	event "$1" "$2" 0 "\"event\":\"shmget\",\"ret\":$2,\"created\":true,\"flags\":\"IPC_CREAT|0600\",\"args\":{\"key\":\"0x00000000\",\"size\":8192,\"shmflg\":896}"
}

# attached TS SHMID NATTCH ADDR
attached()
{
	event "$1" "$2" "$3" "\"addr\":\"$4\",\"ret\":$(($4)),\"args\":{\"shmid\":$2,\"shmaddr\":\"0x0\",\"shmflg\":0}"
}

# dropped TS SHMID NATTCH START END
dropped()
{
	event "$1" "$2" "$3" "\"event\":\"drop\",\"cause\":\"munmap\",\"addr\":\"$4\",\"end\":\"$5\"" |
		jq -c 'del(.compat, .flags, .ret, .args)'
}

start='{"type":"start","version":"0.1.0","backend":"fentry","blind":[],"ipcns":9,"kinds":["sysv"],"anchor":{"monotonic":1000,"realtime":1700000000000000000}}'
{
	echo "$start"
	made 2000 5
	attached 3000 5 1 0x10000
	made 4000 6
	attached 5000 6 1 0x20000
	dropped 6000 6 0 0x20000 0x22000
	made 7000 7
	made 8000 8
	event 9000 8 0 '"event":"destroy","cause":"rmid","gone":true' |
		jq -c 'del(.compat, .flags, .ret, .args)'
	echo '{"type":"end","seen":8,"delivered":8,"lost":0,"filtered":0,"reason":"signal"}'
} >"$tmp/trace"
report_from "$tmp/trace"
expect_card left '[.[] | select(.type == "event")] | group_by(.shmid) | map(last) |
	map(select(.nattch == 0 and .event != "destroy")) | length'
expect_same "$(in_page "string(//*[@id='n-left']//*[local-name()='b'])")" 2 "6 and 7 are left behind"
expect_card gone '[.[] | select(.event == "destroy")] | length'
for id in 5 6; do
	expect_object "$id"
done
expect_same "$(in_page "count($(object 'shmid 5')//*[@class='spans']//*[local-name()='td'][6][@data-ts])")" \
	0 "ends of what is still attached"
result "attached at the end, left behind, destroyed"

# Cut off: the lines of losses are all there is.
{
	echo "$start"
	made 2000 5
	echo '{"type":"lost","count":3}'
	made 3000 6
	echo '{"type":"lost","count":4}'
} >"$tmp/trace"
report_from "$tmp/trace"
expect_same "$(in_page "string(//*[@id='n-lost']//*[local-name()='b'])")" 7 "the number of lost"
expect_jq '.otherData.lost == 7 and .otherData.cut_off' "$tmp/perfetto"
result "losses add up, also without a last line"

# Two attachments side by side, of which the second was not seen to begin.
{
	echo "$start"
	made 2000 5
	attached 3000 5 1 0x10000
	dropped 4000 5 1 0x12000 0x14000
	dropped 5000 5 0 0x10000 0x12000
	echo '{"type":"end","seen":4,"delivered":4,"lost":0,"filtered":0,"reason":"signal"}'
} >"$tmp/trace"
report_from "$tmp/trace"
section=$(object "shmid 5")
expect_same "$(in_page "count($section//*[@class='spans']//*[local-name()='tbody']/*)")" 2 "attachments"
expect_same "$(xmllint --xpath "$section//*[@class='spans']//*[local-name()='td'][6]/@data-ts" \
	"$tmp/page" 2>/dev/null | grep -o '[0-9]*' | sort | tr '\n' ' ')" "4000 5000 " "their ends"
expect_same "$(in_page "count($section//*[@class='spans']//*[local-name()='tr'][*[@data-ts='3000']][*[6][@data-ts='5000']])")" \
	1 "rows from 3000 to 5000"
result "an address just past an attachment is none of it"
finish
