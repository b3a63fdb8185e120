#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The notation of objects: what frames and view take, as ls --all says it.
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/ls.sh"

need root jq perl unshare stat
share neither
begin 5

posix=/dev/shm/shmviz-test-$$
trap 'rm -f "$posix" "$posix".*; cleanup' EXIT
# leads_to NOTATION [INODE [PAGES]]: frames takes it, and the object has this
# inode number. Without the module, all before the module is done.
leads_to()
{
	run shmviz frames --json "$1"
	if ! has_device; then
		expect_error 3 "the module is not loaded"
		return
	fi
	expect_status 0
	[ ! "$2" ] || expect_jq ".object.inode == $2 and .object.pages == ${3:-8}"
	expect_jq '.summary.present == 3'
}

make_file "$posix"
make_file "$tmp/file"
have newsysv anon memfd=name closed="$posix" file="$tmp/file" pipe anonprivate
one=$pid
id=$(fd_of "$one" newsysv)
shmids="$shmids $id"
inode_at()
{
	stat -L -c %i "/proc/$one/map_files/$(addr_of "$one" "$1")-"*
}
leads_to "sysv:$id" "$id"
leads_to "sysv:$(stat -L -c %i /proc/self/ns/ipc)/$id" "$id"
leads_to "sysv:$one/0x$(addr_of "$one" newsysv)" "$id"
leads_to "anon:$one/0x$(addr_of "$one" anon)" "$(inode_at anon)"
leads_to "anon:$one/0x$(printf %X $((0x$(addr_of "$one" anon) + 9000)))" "$(inode_at anon)"
leads_to "memfd:$one/$(fd_of "$one" memfd)" "$(inode_at memfd)"
leads_to "memfd:$one/0x$(addr_of "$one" memfd)" "$(inode_at memfd)"
leads_to "posix:/${posix##*/}" "$(stat -c %i "$posix")"
leads_to "posix:$one//${posix##*/}" "$(stat -c %i "$posix")"
leads_to "posix:$one/0x$(addr_of "$one" closed)" "$(stat -c %i "$posix")"
leads_to "file:$tmp/file" "$(stat -c %i "$tmp/file")"
leads_to "file:$one/$(fd_of "$one" file)" "$(stat -c %i "$tmp/file")"
leads_to "file:$one/0x$(addr_of "$one" file)" "$(stat -c %i "$tmp/file")"
result "each form of each kind"

# All that ls --all says of processes of ours, in namespaces of their own, too,
# with hostile names, and unlinked.
own_shm '.lonely $' 3
have -x "env NAME=$posix unshare -m -i sh $tmp/own.sh" closed="$posix" newsysv memfd=a
inside=$pid
name=$(printf 'a b\t\377%%41\\')
make_file "$posix.$name"
make_file "$posix.gone"
make_file "$tmp/gone"
have file="$posix.$name" closed="$posix.gone" unlink="$posix.gone" \
	file="$tmp/gone" unlink="$tmp/gone"
two=$pid
run shmviz ls --all --json
expect_status 0
jq -r "[.objects[] | select((.name // \"\" | startswith(\"/${posix##*/}\")) or
	any(.attachments[]; .pid == ($one, $two, $inside)))] | unique |
	.[] | \"\(.inode) \((.size + 4095) / 4096 | floor) \(.object)\"" "$tmp/out" >"$tmp/named"
expect_same "$(wc -l <"$tmp/named" | tr -d ' ')" 12 "objects"
expect_grep "posix:$inside//${posix##*/}.lonely%20%24" "$tmp/named"
while read -r inode pages object; do
	leads_to "$object" "$inode" "$pages"
done <"$tmp/named"
result "what ls --all says works: $(wc -l <"$tmp/named" | tr -d ' ') objects"

# wrong NOTATION PATTERN: it is of another kind, or is not there
wrong()
{
	run shmviz frames "$1"
	expect_error 1 "$2"
}
wrong "memfd:$one/$(fd_of "$one" pipe)" "is not a memfd but a pipe"
wrong "memfd:$two/$(fd_of "$two" file)" "is not a memfd but POSIX shared memory"
wrong "file:$two/$(fd_of "$two" file)" "is not a file but POSIX shared memory"
wrong "posix:$one/$(fd_of "$one" file)" "is not POSIX shared memory but a file"
wrong "anon:$one/0x$(addr_of "$one" memfd)" "is not shared anonymous memory but a memfd"
wrong "sysv:$one/0x$(addr_of "$one" anon)" "is not a System V segment but shared anonymous"
wrong "memfd:$one/0x$(addr_of "$one" newsysv)" "is not a memfd but a System V segment"
wrong "posix:/../../etc/passwd" "is not POSIX shared memory but a file"
wrong "file:/dev/null" "is not a file but a device"
wrong "file:/proc/$one/fd" "is not a file but a directory"
wrong "file:$tmp/nothing" "cannot open file:$tmp/nothing: No such file"
wrong "posix:/shmviz-nothing" "cannot open posix:/shmviz-nothing: No such file"
wrong "memfd:$one/9999" "has no descriptor 9999 open"
wrong "anon:$one/0x1000" "has nothing mapped there"
wrong "anon:$one/0x$(addr_of "$one" anonprivate)" "private memory there that nobody can share"
wrong "sysv:1/$id" "no process that can be seen is in IPC namespace 1"
kill "$two"
wait "$two" 2>/dev/null
wrong "memfd:$two/3" "no process $two"
wrong "posix:$two//x" "no process $two"
result "another kind, or not there: one line, exit code 1"

bad()
{
	run shmviz frames "$1"
	expect_error 2 "$2.*see 'shmviz frames --help'"
	run shmviz view "$1"
	expect_error 2 "$2.*see 'shmviz view --help'"
}
bad "sys:1" "unknown kind 'sys' in 'sys:1', known are sysv, posix, memfd, anon, file"
bad ":1" "unknown kind ''"
for rest in '' x -1 ' 1' 99999999999 1/ /1 1/x 1/2/3 0/1 1/0xg 1/0x 0x1; do
	bad "sysv:$rest" "'sysv:$rest' is not sysv:SHMID, sysv:IPCNS/SHMID or"
done
for kind in memfd anon posix file; do
	for rest in '' x 1 -1/1 0/1 1/ 1/x 1/-1 1/1/1 1/0x 1/0xz 1/0x11112222333344445 99999999999/1; do
		bad "$kind:$rest" "'$kind:$rest' is not .*$kind:PID/FD"
	done
done
bad memfd:/name "is not memfd:PID/FD"
bad posix:/ "is not the name of anything"
bad file:/ "is not the name of anything"
bad posix:0//name "is not posix:"
bad file:1//name "is not file:"
for name in 'a%' 'a%4' 'a%4g' 'a%00b'; do
	bad "posix:/$name" "a '%' takes two hex digits"
done
run shmviz frames sysv:1 --board
expect_error 2 "more than one object"
run shmviz frames sysv:1 posix:/x
expect_error 2 "unexpected argument 'posix:/x'"
run shmviz frames --ipcns 1 sysv:1
expect_error 2 "--ipcns needs a SHMID"
result "bad notations: one line, exit code 2"

# A process that is looked at for a kind may have anything: it is not opened.
# An open of a FIFO would wait for a writer, one of a tape would wind it.
mkfifo "$tmp/fifo"
run timeout 60 "$SHMVIZ" frames "file:$tmp/fifo"
expect_error 1 "is not a file but a pipe"
# What is mapped or open is opened for reading, and only as O_PATH before it is
# known to be a regular file.
if command -v strace >/dev/null; then
	strace -o "$tmp/strace" -e trace=open,openat "$SHMVIZ" ls --all >/dev/null 2>&1
	for object in anon:$one/0x$(addr_of "$one" anon) memfd:$one/$(fd_of "$one" memfd); do
		strace -e trace=open,openat "$SHMVIZ" frames "$object" 2>&1 >/dev/null |
			cat >>"$tmp/strace"
	done
	grep -E '"(map_files|fd)/|, "[0-9]+", O_' "$tmp/strace" | grep -v '"[0-9]*", .*O_DIRECTORY' >"$tmp/opened"
	[ -s "$tmp/opened" ] || fail "strace saw nothing opened"
	grep -v O_PATH "$tmp/opened" >"$tmp/wrong"
	grep -E 'O_WRONLY|O_RDWR' "$tmp/strace" | grep -v '"/dev/shmviz"' >>"$tmp/wrong"
	expect_empty "$tmp/wrong"
else
	ktap_print_msg "no strace: how objects are opened is not looked at"
fi
# A link out of another root directory leads back into it.
mkdir -p "$tmp/root/dev" "$tmp/root/shm"
echo secret >"$tmp/secret"
ln -s "$tmp" "$tmp/root/dev/shm"
background unshare -m perl -e 'chroot($ARGV[0]) && chdir("/") or die; print "\n"; sleep 1000' \
	"$tmp/root"
wait_for test "$tmp/root" -ef "/proc/$pid/root"
wrong "posix:$pid//secret" "cannot open posix:$pid//secret: No such file"
result "nothing is opened before it is known; no way out of a root directory"
finish
