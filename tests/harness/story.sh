# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash disable=SC2154 # variables of lib.sh
#
# A trace with all that a trace by fentry can have, the same each time: told by the
# tests that need no kernel for it. Times are from 1000 s on, in microseconds here.

story_ns=4026531839

# at US EVENT PID COMM MEMBERS...: one event
at()
{
	printf '{"type":"event","event":"%s","ts":%s000,"pid":%s,"tid":%s,"nspid":%s,"comm":"%s","uid":0,"ipcns":%s,"cgroup":1%s}\n' \
		"$2" $((1000000000 + $1)) "$3" "$3" "$3" "$4" "$story_ns" "${5:+,$5}"
}

# seg SHMID KEY SIZE NATTCH [CREATOR]: members of the segment after an event
seg()
{
	printf '"shmid":%s,"key":"%s","size":%s,"mode":"0600","nattch":%s,"dest":false,"locked":false,"cpid":%s' \
		"$1" "$2" "$3" "$4" "${5:-100}"
}

call='"compat":false'

# A server makes a segment, three workers inherit it, one of them execs; a client comes
# and goes; it is marked, and the last to exit ends it. Another is left behind.
story()
{
	cat <<-END
	{"type":"start","version":"0.1.0","backend":"fentry","blind":[],"ipcns":$story_ns,"kinds":["sysv","memfd"],"anchor":{"monotonic":1000000000000,"realtime":1795332921953329399}}
	{"type":"segment","ipcns":$story_ns,"shmid":3,"key":"0x00000007","size":12288,"uid":0,"gid":0,"cuid":0,"mode":"0640","nattch":1,"status":[],"cpid":50,"creator":"old","lpid":50,"resident":4096,"swapped":0,"attachments":[{"pid":50,"comm":"old","start":"0x7f0000000000","end":"0x7f0000003000","prot":"rw-"}]}
	{"type":"segment","ipcns":$story_ns,"shmid":4,"key":"0x00000008","size":4096,"uid":0,"gid":0,"cuid":0,"mode":"0600","nattch":0,"status":["orphan"],"cpid":51,"lpid":51,"resident":0,"swapped":0,"attachments":[]}
	END
	at 1000 shmget 100 server "$(seg 5 0x0000beef 65536 0),$call,\"flags\":\"IPC_CREAT|0600\",\"ret\":5,\"created\":true,\"duration_ns\":15000,\"args\":{\"key\":\"0x0000beef\",\"size\":65536,\"shmflg\":896}"
	at 1500 shmat 100 server "$(seg 5 0x0000beef 65536 1),\"addr\":\"0x7f1000000000\",$call,\"flags\":\"0\",\"ret\":139642271694848,\"duration_ns\":12000,\"args\":{\"shmid\":5,\"shmaddr\":\"0x0\",\"shmflg\":0}"
	for worker in 1 2 3; do
		at $((2000 * worker)) inherit $((100 + worker)) server "\"ppid\":100,$(seg 5 0x0000beef 65536 $((1 + worker))),\"addr\":\"0x7f1000000000\",\"end\":\"0x7f1000010000\""
	done
	at 6500 shmget 200 client '"key":"0x0000beef","size":99999999,'"$call"',"flags":"0600","ret":-22,"errno":"EINVAL","duration_ns":900,"args":{"key":"0x0000beef","size":99999999,"shmflg":384}'
	at 6600 shmget 200 client '"key":"0x0000beef","size":99999999,'"$call"',"flags":"0600","ret":-22,"errno":"EINVAL","duration_ns":800,"args":{"key":"0x0000beef","size":99999999,"shmflg":384}'
	at 7000 shmget 200 client "$(seg 5 0x0000beef 65536 4),$call,\"flags\":\"0600\",\"ret\":5,\"created\":false,\"duration_ns\":1100,\"args\":{\"key\":\"0x0000beef\",\"size\":0,\"shmflg\":384}"
	at 7200 shmat 200 client "$(seg 5 0x0000beef 65536 5),\"addr\":\"0x7f2000000000\",$call,\"flags\":\"SHM_RDONLY\",\"ret\":139711001821184,\"duration_ns\":8000,\"args\":{\"shmid\":5,\"shmaddr\":\"0x0\",\"shmflg\":4096}"
	at 8000 drop 102 server "$(seg 5 0x0000beef 65536 4),\"addr\":\"0x7f1000000000\",\"end\":\"0x7f1000010000\",\"cause\":\"exec\""
	at 9000 shmctl 200 client "$(seg 5 0x0000beef 65536 4),$call,\"cmd\":\"IPC_RMID\",\"ret\":-1,\"errno\":\"EPERM\",\"duration_ns\":500,\"args\":{\"shmid\":5,\"cmd\":0,\"buf\":\"0x0\"}"
	at 9500 drop 200 client "$(seg 5 0x0000beef 65536 3),\"addr\":\"0x7f2000000000\",\"end\":\"0x7f2000010000\",\"cause\":\"shmdt\""
	at 9501 shmdt 200 client "$(seg 5 0x0000beef 65536 3),\"addr\":\"0x7f2000000000\",$call,\"ret\":0,\"duration_ns\":9000,\"args\":{\"shmaddr\":\"0x7f2000000000\"}"
	echo '{"type":"lost","count":7}'
	at 9800 create 300 'm\\x1b\\xff<b>&' '"kind":"memfd","dev_major":0,"dev_minor":1,"inode":77,"name":"a<i>\\x0a","size":0,"nlink":0'
	at 9850 resize 300 'm\\x1b\\xff<b>&' '"kind":"memfd","dev_major":0,"dev_minor":1,"inode":77,"name":"a<i>\\x0a","size":8192,"nlink":0'
	at 9900 map 300 'm\\x1b\\xff<b>&' '"kind":"memfd","dev_major":0,"dev_minor":1,"inode":77,"name":"a<i>\\x0a","size":8192,"nlink":0,"addr":"0x7f4000000000","end":"0x7f4000002000","prot":"rw-s","offset":0'
	at 10000 shmget 100 server "$(seg 6 0x00000000 4096 0),$call,\"flags\":\"0600\",\"ret\":6,\"created\":true,\"duration_ns\":5000,\"args\":{\"key\":\"0x00000000\",\"size\":4096,\"shmflg\":384}"
	at 10500 shmctl 100 server "$(seg 5 0x00000000 65536 3),$call,\"cmd\":\"IPC_RMID\",\"ret\":0,\"duration_ns\":2500,\"args\":{\"shmid\":5,\"cmd\":0,\"buf\":\"0x0\"}"
	at 11000 drop 101 server "$(seg 5 0x00000000 65536 2),\"addr\":\"0x7f1000000000\",\"end\":\"0x7f1000010000\",\"cause\":\"exit\""
	at 11500 drop 100 server "$(seg 5 0x00000000 65536 1),\"addr\":\"0x7f1000000000\",\"end\":\"0x7f1000010000\",\"cause\":\"exit\""
	at 11800 drop 300 'm\\x1b\\xff<b>&' '"kind":"memfd","dev_major":0,"dev_minor":1,"inode":77,"name":"a<i>\\x0a","size":8192,"nlink":0,"addr":"0x7f4000000000","end":"0x7f4000002000","prot":"rw-s","offset":0,"cause":"exit"'
	at 11900 destroy 300 'm\\x1b\\xff<b>&' '"kind":"memfd","dev_major":0,"dev_minor":1,"inode":77,"name":"a<i>\\x0a","size":8192,"nlink":0'
	at 12000 drop 103 server "$(seg 5 0x00000000 65536 0),\"addr\":\"0x7f1000000000\",\"end\":\"0x7f1000010000\",\"cause\":\"exit\""
	at 12000 destroy 103 server "$(seg 5 0x00000000 65536 0),\"gone\":true,\"cause\":\"last-detach\""
	at 13000 drop 50 old "$(seg 3 0x00000007 12288 0 50),\"addr\":\"0x7f0000000000\",\"end\":\"0x7f0000003000\",\"cause\":\"exit\""
	echo '{"type":"end","seen":40,"delivered":30,"lost":7,"filtered":3,"reason":"command","command_exit":5}'
}
