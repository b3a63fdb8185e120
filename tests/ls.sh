#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz ls against /proc/sysvipc/shm and /proc/PID/maps.
. "$(dirname "$0")/harness/lib.sh"

need root jq perl unshare
begin 6

# Attaches $ARGV[0] twice and waits; the last shmat decides lpid.
hold='syscall(30, $ARGV[0]+0, 0, 0); syscall(30, $ARGV[0]+0, 0, 010000);
      open(F, ">", $ARGV[1]); close(F); sleep 1000'

key=$((0x51e50000 + $$ % 65536))
shm_make 20000 $key
held=$shmid
shm_fill "$held" 0 5000
background perl -e "$hold" "$held" "$tmp/ready"
holder=$pid
wait_for test -e "$tmp/ready"
shm_make 4096
free=$shmid

run shmviz ls --json
expect_status 0
expect_jq '.segments | type == "array"'
ns=$(stat -L -c %i /proc/self/ns/ipc)
for id in $held $free; do
	jq -r ".segments[] | select(.shmid == $id and .ipcns == $ns)
		| \"\(.size) \(.cpid) \(.lpid) \(.nattch) \(.uid) \(.gid) \(.cuid) \(.resident) \(.swapped)\"" \
		"$tmp/out" >"$tmp/ours"
	for column in size cpid lpid nattch uid gid cuid rss swap; do
		shm_line "$id" $column
	done | tr '\n' ' ' | sed 's/ $//' >"$tmp/theirs"
	echo >>"$tmp/theirs"
	expect_same "$(cat "$tmp/ours")" "$(cat "$tmp/theirs")" "segment $id"
done
hex=$(printf 0x%08x $key)
expect_jq ".segments[] | select(.shmid == $held and .ipcns == $ns) |
	.key == \"$hex\" and .mode == \"0600\" and .status == []"
result "numbers are those of /proc/sysvipc/shm"

jq -r ".segments[] | select(.shmid == $held and .ipcns == $ns) | .attachments[]
	| \"\(.pid) \(.start) \(.end) \(.prot)\"" "$tmp/out" | sort >"$tmp/ours"
sed -n "s/^\([0-9a-f]*\)-\([0-9a-f]*\) \(...\)s 00000000 [^ ]* $held .*SYSV.*/$holder 0x\1 0x\2 \3/p" \
	"/proc/$holder/maps" | sort >"$tmp/theirs"
expect_same "$(wc -l <"$tmp/ours" | tr -d ' ')" 2 "attachments"
expect_same "$(cat "$tmp/ours")" "$(cat "$tmp/theirs")" "attachments"
expect_jq ".segments[] | select(.shmid == $held) | .attachments[0].comm == \"perl\""
result "attachments are those of /proc/PID/maps"

# Its creator is gone and nobody has it attached.
expect_jq ".segments[] | select(.shmid == $free and .ipcns == $ns) |
	.status == [\"orphan\"] and .creator == null and .attachments == []"
shm_remove "$held"
perl -e 'shmctl($ARGV[0], 11, 0) or die "SHM_LOCK: $!"' "$free"
run shmviz ls --json
expect_jq ".segments[] | select(.shmid == $held and .ipcns == $ns) |
	.status == [\"dest\"] and .key == \"0x00000000\""
expect_jq ".segments[] | select(.shmid == $free and .ipcns == $ns) |
	.status | contains([\"locked\"])"
result "orphan, dest and locked"

# The same shmid in two namespaces is two segments.
background unshare -i perl -e 'my $id = shmget(IPC_PRIVATE, 12345, 01600);
	open(F, ">", $ARGV[0]); print F $id; close(F); sleep 1000' "$tmp/other"
other=$pid
wait_for test -s "$tmp/other"
other_ns=$(stat -L -c %i "/proc/$other/ns/ipc")
run shmviz ls --json
expect_jq "[.segments[] | select(.ipcns == $other_ns)] | length == 1 and
	.[0].shmid == $(cat "$tmp/other") and .[0].size == 12345 and
	.[0].creator == \"perl\""
expect_jq "[.segments[] | select(.ipcns == $ns and .size == 12345)] | length == 0"
result "segments of another IPC namespace"

run shmviz ls
expect_status 0
expect_grep "NS +SHMID +KEY +OWNER" "$tmp/out"
expect_grep " $held .* root .* 0600 .* 2 +dest" "$tmp/out"
expect_grep "perl \($holder\) +[0-9a-f]+-[0-9a-f]+ r--" "$tmp/out"
run shmviz ls -r -b -o SHMID,SIZE,NATTCH
expect_grep "^$free 4096 0" "$tmp/out"
result "the table shows them"

# A name that libsmartcols would measure for ever, in a locale without UTF-8.
background perl -e 'syscall(157, 15, my $comm = "a" . "\xcc\x81" x 4 . "b\0");
	$id = shmget(0, 4711, 01600); $a = syscall(30, $id, 0, 0); shmctl($id, 0, 0);
	open($file, ">", $ARGV[0]); close $file; sleep 600' "$tmp/named"
wait_for test -e "$tmp/named"
run env LC_ALL=C timeout -s KILL 60 "$SHMVIZ" ls
expect_status 0
expect_grep 'a(\\xcc\\x81){4}b' "$tmp/out"
run env LC_ALL=C.UTF-8 timeout -s KILL 60 "$SHMVIZ" ls
expect_status 0
result "a hostile name in any locale"
finish
