#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --redact: no user, no group and no cgroup of anybody, in any field of any output;
# the same stand-in for the same user in all of one output.
. "$(dirname "$0")/harness/lib.sh"

need root jq perl
skip_if_native
begin 6
file=/dev/shm/users-$$
trap 'rm -f "$file"; cleanup' EXIT

# Creator and owner of the segment and of the file: four users and four groups, with
# numbers that nothing else here has.
id=$(perl -e 'my $stat = "\0" x 112; $) = "42001 42001"; $> = 41001;
	my $id = shmget(0x5ec2e711, 8192, 01600) // die; $> = 0; $) = "0 0";
	shmctl($id, 2, $stat) or die;
	substr($stat, 4, 8) = pack("LL", 41002, 42002); shmctl($id, 1, $stat) or die;
	print $id')
shmids="$shmids $id"
background perl -e 'open(my $f, "+>", $ARGV[1]); truncate($f, 4096); chown(41001, 42002, $ARGV[1]);
	my ($m, $n) = (syscall(9, 0, 4096, 3, 1, fileno($f), 0), syscall(30, $ARGV[2] + 0, 0, 0));
	open(my $o, ">", "$ARGV[0].tmp"); printf $o "%x\n", $n; close $o;
	rename("$ARGV[0].tmp", $ARGV[0]); sleep 1000' "$tmp/ready" "$file" "$id"
holder=$pid
wait_for test -s "$tmp/ready"
at=$(cat "$tmp/ready")

# shown FILE: the users and groups in it, as words
shown()
{
	grep -oE '(^|[^0-9a-fx])4[12]00[12]([^0-9a-f]|$)' "$1" | tr -cd '0-9\n' | sort -u | tr '\n' ' '
}

expect_hidden()
{
	expect_same "$(shown "${1:-$tmp/out}")" "" "$ran: users that are shown:"
}

# Without --redact they are there: else nothing would be tested here.
run shmviz ls --json
expect_same "$(shown "$tmp/out")" "41001 41002 42002 " "users of ls"
run shmviz ls --json --redact
expect_status 0
expect_hidden
expect_jq ".segments[] | select(.shmid == $id) | [.uid, .gid, .cuid] |
	all(. > 2000000000 and . < 4294967295)"
# Root stays root: it says nothing of anybody.
shm_make 4096
run shmviz ls --json --redact
expect_jq ".segments[] | select(.shmid == $shmid) | .uid == 0 and .gid == 0 and .cuid == 0"
result "ls: owner, group and creator"

run shmviz ls -r -n -o SHMID,OWNER,UID,GID,CUID,CGID
expect_same "$(awk -v id="$id" '$1 == id' "$tmp/out")" "$id 41002 41002 42002 41001 42001" "the table"
run shmviz ls -r -n -o SHMID,OWNER,UID,GID,CUID,CGID --redact
expect_status 0
expect_hidden
expect_same "$(awk -v id="$id" '$1 == id { print NF; for (i = 2; i <= NF; i++)
	if ($i < 2000000001) print "column " i " has " $i }' "$tmp/out")" 6 "stand-ins of users"
# Four of them, and the owner is the uid.
expect_same "$(awk -v id="$id" '$1 == id { print ($2 == $3 && $3 != $5 && $4 != $6) }' "$tmp/out")" 1 \
	"who is who"
result "ls: every column of users"

run shmviz ls --all --json
expect_same "$(shown "$tmp/out")" "41001 41002 42002 " "users of ls --all"
run shmviz ls --all --json --redact
expect_status 0
expect_hidden
expect_jq "(.objects[] | select(.kind == \"sysv\" and .shmid == $id)) as \$seg |
	(.objects[] | select(.kind == \"posix\" and any(.attachments[]; .pid == $holder))) as \$file |
	\$seg.cuid == \$file.uid and \$seg.gid == \$file.gid and \$seg.uid != \$file.uid and
	([\$seg.uid, \$seg.gid, \$seg.cuid] | all(. > 2000000000))"
run shmviz ls --all -r -n -o OBJECT,OWNER --redact
expect_status 0
expect_hidden
result "ls --all: the same user is the same in all of it"

run shmviz explain --json "$holder" "$at"
expect_same "$(shown "$tmp/out")" "41002 42002 " "users of explain"
for form in --json ""; do
	# shellcheck disable=SC2086 # maybe no word
	run shmviz explain $form "$holder" "$at" --redact
	expect_status 0
	expect_hidden
done
run shmviz top -b -n 1 --no-events --redact
expect_status 0
expect_hidden
result "explain and top"

# A trace that has all fields that one can have.
cat >"$tmp/trace" <<END
{"type":"start","version":"0.1.0","backend":"fentry","blind":[],"ipcns":1,"kinds":["sysv"],"anchor":{"monotonic":1,"realtime":1700000000000000000}}
{"type":"segment","ipcns":1,"shmid":5,"key":"0x5ec2e711","size":8192,"uid":41002,"gid":42002,"cuid":41001,"mode":"0600","nattch":1,"status":[],"cpid":9,"creator":"hidden-creator","lpid":9,"resident":0,"swapped":0,"attachments":[{"pid":9,"comm":"hidden-holder","start":"0x1000","end":"0x3000","prot":"rw-"}]}
{"type":"event","event":"shmget","ts":2,"pid":7,"tid":7,"nspid":7,"comm":"hidden-caller","uid":41001,"ipcns":1,"cgroup":77,"cgroup_path":"/hidden-group/hidden-leaf","shmid":5,"key":"0x5ec2e711","size":8192,"mode":"0600","nattch":1,"dest":false,"locked":false,"cpid":9,"compat":false,"flags":"0","ret":5,"args":{"key":"0x5ec2e711","size":1,"shmflg":0}}
{"type":"event","event":"drop","ts":3,"pid":9,"tid":9,"nspid":9,"comm":"hidden-holder","uid":41002,"ipcns":1,"cgroup":77,"cgroup_path":"/hidden-group/hidden-leaf","by_pid":11,"by_comm":"hidden-other","shmid":5,"key":"0x5ec2e711","size":8192,"mode":"0600","nattch":0,"dest":false,"locked":false,"cpid":9,"addr":"0x1000","end":"0x3000","cause":"exit"}
{"type":"event","event":"create","ts":4,"pid":9,"tid":9,"nspid":9,"comm":"hidden-holder","uid":41002,"ipcns":1,"cgroup":78,"cgroup_path":"/hidden-group","kind":"memfd","dev_major":0,"dev_minor":1,"inode":4,"name":"hidden-memfd","size":0,"nlink":0}
{"type":"event","event":"create","ts":5,"pid":9,"tid":9,"nspid":9,"comm":"hidden-holder","uid":41002,"ipcns":1,"cgroup":78,"cgroup_path":"/hidden-group","kind":"posix","dev_major":0,"dev_minor":1,"inode":5,"name":"hidden-posix","size":0,"nlink":1}
{"type":"end","seen":4,"delivered":4,"lost":0,"filtered":0,"reason":"signal"}
END
for command in "trace --json" trace "stat --json" stat; do
	# shellcheck disable=SC2086 # words
	run shmviz $command --from "$tmp/trace" --redact
	expect_status 0
	expect_hidden
	! grep -iE 'hidden|5ec2e711' "$tmp/out" "$tmp/err" >"$tmp/leak" || fail "$ran: $(head -n 3 "$tmp/leak")"
done
run shmviz trace --json --from "$tmp/trace" --redact
jq -s . "$tmp/out" >"$tmp/all"
expect_jq '.[0].redacted == true and .[1].uid == .[3].uid and .[1].cuid == .[2].uid and
	.[1].uid != .[1].cuid and .[1].key == .[2].key and .[2].key == .[2].args.key and
	.[1].attachments[0].comm == .[3].comm and .[2].comm != .[3].comm and
	.[2].cgroup_path == .[3].cgroup_path and .[2].cgroup_path != .[4].cgroup_path and
	.[4].name != .[5].name and ([.[4, 5].name] | all(test("^/?name[0-9]+$")))' "$tmp/all"
result "a trace with every field: users, names, keys, cgroups"

rm -f "$tmp/page"
run shmviz report --from "$tmp/trace" --redact -o "$tmp/page" --perfetto "$tmp/perfetto"
expect_status 0
for out in page perfetto; do
	expect_hidden "$tmp/$out"
	! grep -iE 'hidden-|5ec2e711' "$tmp/$out" >"$tmp/leak" || fail "$ran: $out: $(head -c 300 "$tmp/leak")"
done
result "a report of it"
finish
