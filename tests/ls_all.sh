#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz ls --all against /proc/PID/maps, /proc/PID/fd and stat: every kind.
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/ls.sh"

need root jq perl unshare stat
share first
begin 13

posix=/dev/shm/shmviz-test-$$
plain=$tmp/plain
trap 'rm -f "$posix" "$posix".*; cleanup' EXIT
make_file "$posix"
make_file "$plain"
shm_make 32768
have sysv="$shmid" anon memfd=one file="$posix" file="$plain" fork
first=$pid
child=$(fd_of "$first" fork)
pids="$pids $child"
have sysv="$shmid" file="$posix" file="$plain" anon memfd=two
second=$pid
list --all
expect_maps "$first" "$child" "$second"
for kind in sysv posix file; do
	expect_jq "[$(of $kind "$first")] | length == 1 and .[0].maps == 3 and
		.[0].procs == 3 and ([.[0].attachments[].pid] | contains([$first, $child, $second]))"
done
for kind in memfd anon; do
	expect_jq "[$(of $kind "$first")] | length == 1 and .[0].maps == 2 and .[0].procs == 2"
	expect_jq "[$(of $kind "$second")] | length == 1 and .[0].maps == 1 and .[0].procs == 1"
done
expect_jq "[.objects[] | .kind] | unique | . == [\"anon\", \"file\", \"memfd\", \"posix\", \"sysv\"]"
result "each kind, in two processes and a child: the mappings are the kernel's"

# Facts by stat(1) through the link of /proc; three of eight pages were written.
for kind in anon memfd posix file; do
	case $kind in
	posix)
		start=$(addr_of "$first" 'file') ;;
	file)
		start=$(sed -n 's/^file \([^ ]*\) .*/\1/p' "$tmp/had.$first" | tail -n 1) ;;
	*)
		start=$(addr_of "$first" $kind) ;;
	esac
	stat -L -c '%s %b %u %g %i' "/proc/$first/map_files/$start-"* >"$tmp/theirs"
	jq -r "$(of $kind "$first") | \"\(.size) \(.allocated / 512) \(.uid) \(.gid) \(.inode)\"" \
		"$tmp/out" >"$tmp/ours"
	expect_same "$(cat "$tmp/ours")" "$(cat "$tmp/theirs")" "facts of $kind"
done
for kind in sysv anon memfd posix; do
	expect_jq "$(of $kind "$first") | .resident + .swapped == 3 * 4096"
done
# A file on a tmpfs is in swappable memory, too.
if [ "$(stat -f -c %T "$plain")" = tmpfs ]; then
	expect_jq "$(of file "$first") | .resident + .swapped == 3 * 4096"
else
	expect_jq "$(of file "$first") | has(\"swapped\") | not"
fi
expect_jq "$(of sysv "$first") | .nattch == 3 and .shmid == $shmid and .status == []"
expect_same "$(jq -r "$(of sysv "$first") | .resident" "$tmp/out")" \
	"$(shm_line "$shmid" rss)" "resident of the segment"
result "size, pages, owner, inode: those of stat and /proc/sysvipc/shm"

# Descriptors by readlink: those of memfds, below /dev/shm, and of the file.
for who in "$first" "$child" "$second"; do
	for fd in "/proc/$who/fd/"*; do
		case $(readlink "$fd") in
		/memfd:* | /dev/shm/* | "$plain")
			echo "$who ${fd##*/}" ;;
		esac
	done
done | sort >"$tmp/theirs"
jq -r ".objects[].descriptors[] | select(.pid == ($first, $child, $second)) | \"\(.pid) \(.fd)\"" \
	"$tmp/out" | sort >"$tmp/ours"
expect_same "$(cat "$tmp/ours")" "$(cat "$tmp/theirs")" "descriptors"
expect_jq "$(of memfd "$first") | .fds == 2 and .name == \"one\""
# A second process gets the first one's memfd, and maps it.
have file="/proc/$first/fd/$(fd_of "$first" memfd)" fd=nobody-maps-it
third=$pid
list --all
expect_maps "$first" "$third"
expect_jq "$(of memfd "$first") | .fds == 3 and .procs == 3 and .name == \"one\""
expect_jq "[.objects[] | select(.name == \"nobody-maps-it\")] | length == 1 and
	.[0].kind == \"memfd\" and .[0].maps == 0 and .[0].fds == 1 and
	.[0].size == 32768 and .[0].allocated == 0 and .[0].status == []"
result "descriptors: a memfd that was handed over, one that nobody maps"

make_file "$posix.open"
make_file "$posix.unused"
make_file "$posix.gone"
make_file "$tmp/gone"
make_file "$tmp/gone (deleted)"
have open="$posix.open" file="$posix.gone" file="$tmp/gone" file="$tmp/gone (deleted)" \
	unlink="$posix.gone" unlink="$tmp/gone"
list --all
shm_name=${posix#/dev/shm}
expect_jq ".objects[] | select(.name == \"$shm_name.open\") |
	.kind == \"posix\" and .maps == 0 and .fds == 1 and .status == []"
# That nobody has it can be said only if everybody could be looked at.
unused='["orphan"]'
[ ! -s "$tmp/err" ] || unused='[]'
expect_jq ".objects[] | select(.name == \"$shm_name.unused\") |
	.kind == \"posix\" and .maps == 0 and .fds == 0 and .status == $unused"
expect_jq ".objects[] | select(.name == \"$shm_name.gone\") |
	.kind == \"posix\" and .maps == 1 and .status == [\"deleted\"]"
expect_jq ".objects[] | select(.name == \"$tmp/gone\") |
	.kind == \"file\" and .maps == 1 and .status == [\"deleted\"]"
expect_jq ".objects[] | select(.name == \"$tmp/gone (deleted)\") | .status == []"
# Each file that ls finds below /dev/shm.
find /dev/shm -type f | sed -n "s/^.dev.shm\(.shmviz-test-$$\)/\1/p" | sort >"$tmp/theirs"
jq -r ".objects[] | select(.kind == \"posix\" and .status != [\"deleted\"] and
	.mntns == $(stat -L -c %i /proc/self/ns/mnt)) | .name" "$tmp/out" |
	grep "^/shmviz-test-$$" | sort >"$tmp/ours"
expect_same "$(cat "$tmp/ours")" "$(cat "$tmp/theirs")" "files below /dev/shm"
result "POSIX memory that is open, unused, unlinked; a file that is unlinked"

make_file "$tmp/lonely"
make_file "$tmp/readonly"
have private="$posix" private="$plain" private="$tmp/lonely" readonly="$tmp/readonly"
private=$pid
list --all
expect_jq "[$(of posix "$private")] | length == 1 and .[0].procs == 4 and
	([.[0].attachments[] | select(.pid == $private) | .prot] == [\"rw-p\"])"
expect_jq "[$(of file "$private")] | length == 1 and .[0].name == \"$plain\" and
	([.[0].attachments[] | select(.pid == $private) | .prot] == [\"rw-p\"])"
expect_jq "[.objects[] | select(.name == \"$tmp/lonely\" or .name == \"$tmp/readonly\")] == []"
list --all --read-only
expect_jq "[.objects[] | select(.name == \"$tmp/readonly\")] | length == 1 and
	.[0].attachments[0].prot == \"r--s\" and .[0].kind == \"file\""
expect_jq "[.objects[] | select(.name == \"$tmp/lonely\")] == []"
result "private and read-only mappings"

# The first segment of a namespace has shmid 0.
have -x "unshare -i" newsysv
there=$pid
have -x "unshare -i" newsysv newsysv
here_too=$pid
expect_same "$(fd_of "$there" newsysv)" "$(fd_of "$here_too" newsysv)" "shmids"
list --kind sysv
expect_maps "$there" "$here_too"
for who in "$there" "$here_too"; do
	ns=$(stat -L -c %i "/proc/$who/ns/ipc")
	expect_jq "[.objects[] | select(.ipcns == $ns and .shmid == $(fd_of "$who" newsysv))] |
		length == 1 and .[0].object == \"sysv:$ns/$(fd_of "$who" newsysv)\" and
		[.[0].attachments[].pid] == [$who]"
done
expect_jq '[.objects[].kind] | unique == ["sysv"]'
# Attached in one namespace, gone on to another, where another segment has that
# shmid: no namespace can be said.
background unshare -i perl -e '$id = shmget(0, 4096, 01600); $a = syscall(30, $id, 0, 0);
	syscall(272, 0x08000000) == 0 or die "unshare: $!";
	shmget(0x77, 5000, 01600) == $id or die "another shmid";
	open($f, ">", "$ARGV[0].tmp"); close $f; rename("$ARGV[0].tmp", $ARGV[0]); sleep 1000' \
	"$tmp/moved"
moved=$pid
wait_for test -e "$tmp/moved"
list --kind sysv
expect_maps "$moved"
expect_jq "[$(of sysv "$moved")] | length == 1 and (.[0] | has(\"ipcns\") | not) and
	(.[0].object | startswith(\"sysv:$moved/0x\")) and .[0].size == 4096"
expect_jq ".objects[] | select(.ipcns == $(stat -L -c %i "/proc/$moved/ns/ipc")) |
	.size == 5000 and .key == \"0x00000077\" and .maps == 0"
result "two namespaces with equal shmids; a process that has changed its own"

# Another /dev/shm, with an equal name in it.
own_shm .lonely 1
have -x "env NAME=$posix unshare -m sh $tmp/own.sh" closed="$posix"
inside=$pid
list --all
expect_maps "$first" "$inside"
ns=$(stat -L -c %i "/proc/$inside/ns/mnt")
expect_jq "[.objects[] | select(.kind == \"posix\" and .name == \"$shm_name\")] | length == 2 and
	([.[].mntns] | sort) == ([$ns, $(stat -L -c %i /proc/self/ns/mnt)] | sort)"
expect_jq "$(of posix "$inside") | .mntns == $ns and [.attachments[].pid] == [$inside] and
	.object == \"posix:$inside/0x$(addr_of "$inside" closed)\""
expect_jq ".objects[] | select(.name == \"$shm_name.lonely\") |
	.mntns == $ns and .object == \"posix:$inside//${shm_name#/}.lonely\" and .resident == 4096"
result "a second mount namespace with its own /dev/shm and an equal name"

# Huge pages, if there are any to be had.
had=$(cat /proc/sys/vm/nr_hugepages 2>/dev/null)
trap 'rm -f "$posix" "$posix".*; cleanup
	[ ! "$had" ] || echo "$had" >/proc/sys/vm/nr_hugepages' EXIT
[ ! "$had" ] || echo $((had + 4)) >/proc/sys/vm/nr_hugepages
if [ "$(sed -n 's/HugePages_Free: *//p' /proc/meminfo)" -ge 4 ] 2>/dev/null; then
	have hugeanon hugememfd=huge hugesysv
	huge=$pid
	shmids="$shmids $(fd_of "$huge" hugesysv)"
	list --all
	expect_maps "$huge"
	for kind in anon memfd sysv; do
		expect_jq "$(of $kind "$huge") | .status == [\"hugetlb\"] and
			.size == 2097152 and .resident == 2097152"
	done
	kill "$huge"
	wait "$huge" 2>/dev/null
	result "huge pages belong to their kinds"
else
	ktap_test_skip "huge pages belong to their kinds" "no huge pages to be had"
fi
[ ! "$had" ] || echo "$had" >/proc/sys/vm/nr_hugepages

# vfork: one address space, two processes. The parent waits in the call; the
# child writes its number and sleeps. Then two threads: one process.
cat >"$tmp/vfork.pl" <<'END'
my ($file, $at) = ($ARGV[0], syscall(9, 0, 4096, 3, 0x21, -1, 0));
syscall(58) == 0 or exit;
open($out, ">", "$file.tmp"); print $out "$$\n"; close($out);
rename("$file.tmp", $file);
sleep 1000;
END
background perl "$tmp/vfork.pl" "$tmp/vforked"
parent=$pid
wait_for test -e "$tmp/vforked"
vforked=$(pgrep -P "$parent" 2>/dev/null || cat "/proc/$parent/task/$parent/children")
pids="$pids $vforked"
list --kind anon
expect_jq "[.objects[] | select(any(.attachments[]; .pid == $parent or .pid == ${vforked:-0}))] |
	length == 1 and .[0].maps == 1 and .[0].procs == 2"
kill -9 "$parent" ${vforked:+$vforked}
result "processes that share an address space have one mapping"

# Names that anybody may choose.
name=$(printf 'a b\t\033[31m\377$(x)%%41\\')
make_file "$posix.$name"
have file="$posix.$name" memfd="$name"
named=$pid
list --all
expect_jq "$(of memfd "$named") | .name == \"a b\\\\x09\\\\x1b[31m\\\\xff\$(x)%41\\\\\\\\\""
expect_jq "$(of posix "$named") | .object ==
	\"posix:$shm_name.a%20b%09%1b%5b31m%ff%24%28x%29%2541%5c\""
for locale in C C.UTF-8; do
	run env LC_ALL=$locale timeout -s KILL 60 "$SHMVIZ" ls --all
	expect_status 0
	expect_grep 'a b\\x09\\x1b\[31m\\xff\$\(x\)%41\\\\' "$tmp/out"
done
run shmviz ls -r -k memfd -o NAME,FDS
expect_grep '^a\\x20b\\x09\\x1b\[31m\\xff\$\(x\)%41\\x5c 1$' "$tmp/out"
result "hostile names"

run shmviz ls --all
expect_grep "KIND +OBJECT +NAME +SIZE +RSS +SWAP +MAPS +PROCS +FDS +STATUS +OWNER +MODE" "$tmp/out"
expect_grep "^ *[0-9]* *sysv +sysv:$shmid +0x00000000 +32K +12K +0 +3 +3 +0 .* root +0600" "$tmp/out"
expect_grep "perl \($first\) +$(addr_of "$first" anon)-[0-9a-f]+ rw-s +32K" "$tmp/out"
expect_grep "perl \($first\) +fd $(fd_of "$first" memfd)$" "$tmp/out"
run shmviz ls -r -n -b -k posix -o +DEV,INODE
expect_grep "^[0-9 ]*posix posix:$shm_name $shm_name 32768 12288 0 4 4 4 - root 0644 0:[0-9]+ $(stat -c %i "$posix")$" "$tmp/out"
run shmviz ls --kind=posix --kind anon --json
expect_jq '[.objects[].kind] | unique == ["anon", "posix"]'
run shmviz ls --kind sysv,memfd --summary
grep -q 'perl (' "$tmp/out" && fail "a summary with attachments"
# lsipc is somebody else's list of segments; ours is one in it.
if command -v lsipc >/dev/null; then
	lsipc -m -b -r --noheadings -o ID,SIZE,NATTCH | grep "^$shmid " >"$tmp/theirs"
	shmviz ls -j -k sysv 2>/dev/null | jq -r ".objects[] | select(.ipcns ==
		$(stat -L -c %i /proc/self/ns/ipc)) | \"\(.shmid) \(.size) \(.nattch)\"" |
		grep "^$shmid " >"$tmp/ours"
	expect_same "$(cat "$tmp/ours")" "$(cat "$tmp/theirs")" "segments of lsipc"
fi
result "the table; kinds and columns"

bad()
{
	pattern=$1
	shift
	run shmviz ls "$@"
	expect_error 2 "$pattern.*see 'shmviz ls --help'"
}
bad "unknown kind 'posixx', known are sysv, posix, memfd, anon, file" --kind posixx
bad "unknown kind ''" --kind ''
bad "unknown kind ''" --kind sysv,
bad "unknown kind 'SYSV'" --kind posix,SYSV
bad "needs a value" --kind
bad "exclude each other" --all --kind sysv
bad "exclude each other" --kind sysv -a
bad "read-only is about files" --read-only
bad "read-only is about files" --read-only --kind posix
bad "unknown column 'SHMID'" --all -o SHMID
bad "unknown column 'KIND'" -o KIND
bad "unexpected argument 'sysv'" --all sysv
result "bad command lines: one line, exit code 2"

# Looking leaves no trace: times of access, attach and detach, marks of use.
facts()
{
	stat -c '%n %x %y %z %b' "$posix" "$plain" "$posix.unused"
	awk -v id="$shmid" '$2 == id' /proc/sysvipc/shm
	for what in sysv anon memfd file; do
		awk -v at="$(addr_of "$first" $what)" '/^[0-9a-f]+-/ { on = index($1, at "-") == 1 }
			on && /^(Rss|Referenced|Swap|Shared_Dirty|Private_Dirty):/' \
			"/proc/$first/smaps"
	done
}
# A time of access that is long past is set anew by any access.
perl -e 'utime(1e9, 1e9, @ARGV) == @ARGV or die "utime: $!"' "$posix" "$plain" "$posix.unused"
echo 1 >"/proc/$first/clear_refs"
facts >"$tmp/before"
expect_same "$(grep -c 'Referenced: *0 kB' "$tmp/before")" 4 "mappings without marks of use"
for options in --all "--all --json --read-only"; do
	# shellcheck disable=SC2086 # words
	run shmviz ls $options
	expect_status 0
	facts >"$tmp/after"
	cmp -s "$tmp/before" "$tmp/after" || {
		fail "$ran changed something:"
		diff "$tmp/before" "$tmp/after" | sed 's/^/# /'
	}
done
result "nothing is disturbed"
finish
