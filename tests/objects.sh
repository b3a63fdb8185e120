#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz frames of every notation: frames by pagemap, sharers by /proc/PID/maps.
. "$(dirname "$0")/harness/lib.sh"

need root device jq perl unshare
share first
begin 10

# Maps the object that $ARGV[0] names, eight pages of it from page $ARGV[2] on,
# touches pages 1 and 4 of the mapping, and says where it lies and what pagemap
# has behind it: "shmid ID", "at ADDRESS", "page N PFN". Waits then.
cat >"$tmp/hold.pl" <<'END'
my ($kind, $file, $first, $name) = @ARGV;
my ($SHARED, $PRIVATE, $ANON) = (1, 2, 0x20);
my ($id, $fd, $at);
sub map_it { my ($flags, $fd) = @_;
	return syscall(9, 0, 8 * 4096, 3, $flags, $fd, $first * 4096); }
if ($kind eq "segment") {
	$id = length($name) ? $name : shmget(0, 8 * 4096, 01600) // die "shmget: $!";
	$at = syscall(30, $id + 0, 0, 0);
} elsif ($kind eq "file") {
	open(F, "+<", $name) or die "$name: $!";
	$at = map_it($SHARED, fileno(F));
} elsif ($kind eq "memfd") {
	my $n = "shmviz-test";
	$fd = syscall(319, $n, 0);
	open(F, "+<&=", $fd) && truncate(F, 8 * 4096) or die "memfd: $!";
	$at = map_it($SHARED, $fd);
} else {
	$at = map_it($ANON | ($kind eq "shared" ? $SHARED : $PRIVATE), -1);
}
die "$kind: $!" if $at == -1;
open(M, "+<", "/proc/self/mem"); binmode M;
for my $page (1, 4) { sysseek(M, $at + $page * 4096, 0); syswrite(M, "x") == 1 or die; }
open(P, "<", "/proc/self/pagemap"); binmode P;
open(O, ">", "$file.tmp");
print O "shmid $id\n" if defined $id;
printf O "at %x\n", $at;
for my $page (1, 4) {
	sysseek(P, (($at >> 12) + $page) * 8, 0); sysread(P, my $e, 8);
	printf O "page %d %d\n", $page + $first, unpack("Q", $e) & ((1 << 55) - 1);
}
close(O);
rename("$file.tmp", $file);
sleep 1000;
END

# hold KIND FIRST NAME [BEFORE...]: sets $pid, $at, $id; "page pfn" in $tmp/pages
hold()
{
	kind=$1 first=$2 name=$3
	shift 3
	rm -f "$tmp/held"
	background "$@" perl "$tmp/hold.pl" "$kind" "$tmp/held" "$first" "$name"
	wait_for test -e "$tmp/held" || ktap_exit_fail_msg "nothing to look at"
	at=$(sed -n 's/^at //p' "$tmp/held")
	id=$(sed -n 's/^shmid //p' "$tmp/held")
	sed -n 's/^page //p' "$tmp/held" >"$tmp/pages"
}

release()
{
	kill "$1"
	wait "$1" 2>/dev/null
}

# The frames of the last run are those in $tmp/pages, and there are no more.
expect_frames()
{
	expect_status 0
	jq -r '.pages[] | select(.state != "hole") | "\(.page) \(.pfn)"' \
		"$tmp/out" >"$tmp/ours"
	expect_same "$(cat "$tmp/ours")" "$(cat "$tmp/pages")" "frames of $ran"
}

# expect_sharers PID...: those of the last run are all mappings that have what
# the first one has at $at, by device and inode number.
expect_sharers()
{
	what=$(awk -v at="$at" '{ split($1, r, "-") }
		r[1] == at { print $4, $5 }' "/proc/$1/maps")
	for sharer; do
		awk -v pid="$sharer" -v what="$what" '$4 " " $5 == what {
			split($1, r, "-")
			print pid, "0x" r[1], "0x" r[2], $2, $3 }' \
			"/proc/$sharer/maps"
	done | while read -r a b c d offset; do
		echo "$a $b $c $d $((0x$offset / 4096))"
	done | sort >"$tmp/theirs"
	jq -r '.sharers[] | "\(.pid) \(.start) \(.end) \(.prot) \(.first_page)"' \
		"$tmp/out" | sort >"$tmp/ours"
	expect_same "$(cat "$tmp/ours")" "$(cat "$tmp/theirs")" "sharers of $ran"
	[ -s "$tmp/theirs" ] || fail "nobody maps it"
}

hold segment 0 ''
shmids="$shmids $id"
run shmviz frames "$id" --json
expect_frames
expect_sharers "$pid"
expect_jq ".object.kind == \"segment\" and .object.shmid == $id and .object.pages == 8"
one=$pid first_at=$at
hold segment 0 "$id"
run shmviz frames --json "$id"
expect_frames
expect_sharers "$pid" "$one"
expect_jq '[.pages[] | select(.state == "present") | .mapcount] == [2, 2]'
for name in "sysv:$id" "sysv:$(stat -L -c %i /proc/self/ns/ipc)/$id" "sysv:$pid/0x$at"; do
	run shmviz frames --json "$name"
	expect_frames
	expect_sharers "$pid" "$one"
done
result "SHMID, mapped by two"

run shmviz frames --pid "$one" --addr "$first_at" --json
expect_frames
expect_sharers "$pid" "$one"
run shmviz frames --pid "$pid" --addr "0x$(printf %x $((0x$at + 5 * 4096 + 7)))" --json
expect_frames
run shmviz frames --pid="$pid" --addr="0X$at" --pages 4 --json
expect_jq '[.pages[].page] == [4]'
release "$one"
release "$pid"
result "--pid PID --addr ADDR of a segment: any address in it"

# The first segment of a namespace: shmid 0, and inode number 0 in maps.
hold segment 0 '' unshare -i
expect_same "$id" 0 "shmid in a new namespace"
run shmviz frames --ipcns "$pid" "$id" --json
expect_frames
expect_sharers "$pid"
expect_jq ".object.ipcns == $(stat -L -c %i "/proc/$pid/ns/ipc") and .object.nattch == 1"
run shmviz frames --pid "$pid" --addr "$at" --json
expect_frames
expect_sharers "$pid"
expect_jq '.object.inode == 0'
run shmviz frames --json "sysv:$(stat -L -c %i "/proc/$pid/ns/ipc")/$id"
expect_frames
expect_sharers "$pid"
expect_jq ".object.ipcns == $(stat -L -c %i "/proc/$pid/ns/ipc")"
run shmviz frames --json "sysv:$pid/0x$at"
expect_frames
# Not one of ours by that number.
run shmviz frames "$id" --json
[ "$status" = 1 ] || expect_jq ".object.ipcns == $(stat -L -c %i /proc/self/ns/ipc)"
run shmviz frames --ipcns $$ "$id" --json
[ "$status" = 1 ] || expect_jq ".object.ipcns == $(stat -L -c %i /proc/self/ns/ipc)"
run shmviz frames --ipcns "$pid" 5
expect_error 1 "no segment with shmid 5 in that IPC namespace"
release "$pid"
result "--ipcns PID SHMID, with shmid 0"

posix=/dev/shm/shmviz-test-$$
dd if=/dev/zero of="$posix" bs=4096 seek=12 count=0 2>/dev/null
hold file 0 "$posix"
one=$pid
run shmviz frames --path "$posix" --json
expect_frames
expect_sharers "$pid"
expect_jq ".object.kind == \"file\" and .object.pages == 12 and
	.object.inode == $(stat -c %i "$posix")"
cp "$tmp/pages" "$tmp/pages.one"
# Another maps pages 4 to 11 of it.
hold file 4 "$posix"
sort -n "$tmp/pages.one" "$tmp/pages" | uniq >"$tmp/both"
cp "$tmp/both" "$tmp/pages"
run shmviz frames --path "$posix" --json
expect_frames
expect_sharers "$pid" "$one"
expect_jq '[.sharers[].first_page] | sort == [0, 4]'
run shmviz frames --pid "$pid" --addr "$at" --json
expect_frames
expect_sharers "$pid" "$one"
for name in "posix:/${posix##*/}" "posix:$pid//${posix##*/}" "posix:$pid/0x$at"; do
	run shmviz frames --json "$name"
	expect_frames
	expect_sharers "$pid" "$one"
done
release "$one"
release "$pid"
run shmviz frames --path "$posix" --json
expect_frames
expect_jq '.sharers == []'
rm -f "$posix"
result "--path FILE: POSIX shared memory, parts of it, and mapped by nobody"

for kind in memfd shared; do
	hold $kind 0 ''
	run shmviz frames --pid "$pid" --addr "$at" --json
	expect_frames
	expect_sharers "$pid"
	expect_jq '.object.kind == "file" and .object.pages == 8'
	[ $kind = memfd ] && name=memfd:$pid/0x$at || name=anon:$pid/0x$at
	run shmviz frames "$name" --json
	expect_frames
	expect_sharers "$pid"
	release "$pid"
done
result "--pid PID --addr ADDR: a memfd, shared anonymous memory"

background perl -e 'open(D, "+<", "/dev/shmviz") or die;
	my $at = syscall(9, 0, 2 * 4096, 3, 1, fileno(D), 4096);
	open(M, "+<", "/proc/self/mem"); sysseek(M, $at + 4096, 0);
	syswrite(M, "b") == 1 or die;
	open(P, "<", "/proc/self/pagemap"); sysseek(P, (($at >> 12) + 1) * 8, 0);
	sysread(P, my $e, 8);
	open(O, ">", "$ARGV[0].tmp");
	printf O "at %x\npage 2 %d\n", $at, unpack("Q", $e) & ((1 << 55) - 1);
	close(O); rename("$ARGV[0].tmp", $ARGV[0]); sleep 1000' "$tmp/board"
wait_for test -e "$tmp/board"
at=$(sed -n 's/^at //p' "$tmp/board")
sed -n 's/^page //p' "$tmp/board" >"$tmp/pages"
run shmviz frames --board --json
jq -r '.pages[] | select(.page == 2) | "\(.page) \(.pfn)"' "$tmp/out" >"$tmp/ours"
expect_same "$(cat "$tmp/ours")" "$(cat "$tmp/pages")" "the board's page 2"
expect_sharers "$pid"
expect_jq '.object.kind == "board"'
cp "$tmp/out" "$tmp/board.json"
run shmviz frames --pid "$pid" --addr "$at" --json
expect_status 0
expect_same "$(jq -c '.pages[].pfn' "$tmp/out")" \
	"$(jq -c '.pages[].pfn' "$tmp/board.json")" "the board by address"
release "$pid"
result "--board, and where it is mapped"

hold private 0 ''
private=$pid private_at=$at
run shmviz frames --pid "$private" --addr "$private_at"
expect_error 1 "process $private has private memory at 0x$private_at"
run shmviz frames --pid "$private" --addr 0x1000
expect_error 1 "process $private has nothing mapped at 0x1000"
run shmviz frames --pid "$private" --addr ffffffffffffffff
expect_error 1 "process $private "
release "$private"
run shmviz frames --pid "$private" --addr "$private_at"
expect_error 1 "no process $private"
run shmviz frames --ipcns "$private" 0
expect_error 1 "process $private: no such process"
run shmviz frames --path "$tmp/nothing"
expect_error 1 "$tmp/nothing.*No such file"
run shmviz frames --path ''
expect_error 1 "''"
run shmviz frames --path "$tmp"
expect_error 1 "no regular file"
run shmviz frames --path /dev/null
expect_error 1 "no regular file"
mkfifo "$tmp/fifo"
run shmviz frames --path "$tmp/fifo"
expect_error 1 "no regular file"
result "what is not there, or cannot be shared: one line, exit code 1"

# queued KIND NAME: in a socket's queue; $pid, its $inode, and $pfn of page 1
queued()
{
	: >"$tmp/queued"
	background "$progs/queued" "$@" >"$tmp/queued"
	wait_for grep -q . "$tmp/queued" || ktap_exit_fail_msg "nothing is queued"
	read -r inode pfn <"$tmp/queued"
}

# expect_queued KIND NAME: ls and frames have it, though no process leads to it.
expect_queued()
{
	run shmviz ls --all --json
	expect_status 0
	expect_jq "[.objects[] | select(.object == \"$1:@$inode\")] | length == 1"
	expect_jq ".objects[] | select(.object == \"$1:@$inode\") |
		.kind == \"$1\" and .name == \"$2\" and .size == 32768 and
		.resident == 4096 and .maps == 0 and .fds == 0 and
		(.status | index(\"orphan\"))"
	run shmviz frames --json "$1:@$inode"
	expect_status 0
	echo "1 $pfn" >"$tmp/pages"
	expect_frames
	expect_jq '.sharers == []'
}

queued memfd 'in a queue'
expect_queued memfd 'in a queue'
release "$pid"
run shmviz frames "memfd:@$inode"
expect_error 1 "no inode ${inode#*/} that is a memfd"
run shmviz ls --all --json
expect_jq "[.objects[] | select(.object == \"memfd:@$inode\")] == []"
queued posix /shmviz-queued
expect_queued posix /shmviz-queued
run shmviz frames "memfd:@$inode"
expect_error 1 "that is a memfd"
release "$pid"
run shmviz frames "memfd:@0:0/5"
expect_error 1 "device 0:0"
result "a memfd, and a file without a name, that only a socket's queue has"

bad()
{
	pattern=$1
	shift
	run shmviz frames "$@"
	expect_error 2 "$pattern"
}
bad "no object" --json
bad "belong together" --pid 1
bad "belong together" --addr 1000
bad "belong together" --addr 1000 0
bad "needs a SHMID" --ipcns 1
bad "needs a SHMID" --ipcns 1 --board
bad "more than one" 0 --board
bad "more than one" --board --path /dev/null
bad "more than one" --path /dev/null --pid 1 --addr 1000
bad "unexpected argument '2'" 1 2
for addr in '' zz 0x 0xg 12x -5 1ffffffffffffffff ' 1' +1; do
	bad "--addr '.*' is not an address" --pid 1 --addr "$addr"
done
for number in '' 0 -1 x 1x 99999999999 0x10 ' 1'; do
	bad "--pid '.*' is not a process id" --addr 1 --pid "$number"
	bad "--ipcns '.*' is not a process id" 0 --ipcns "$number"
done
for number in '' x 1x 0x1 99999999999 -1; do
	bad "shmid '$number' is not" "$number"
done
bad "more than one" sysv:0 --board
bad "unexpected argument 'sysv:2'" sysv:1 sysv:2
bad "unknown kind 'shm'" shm:5
for inode in @ @1 @0:1 @0:1/ @0/5 @:/ @0:1/x @0:1/-1 @0x0:1/5 @0:99999999999/5; do
	bad "'memfd:.*' is not" "memfd:$inode"
done
bad "'sysv:@0:1/5' is not" sysv:@0:1/5
bad "path" --path
bad "pathh" --pathh /dev/null
result "bad command lines: one line, exit code 2"

: >"$tmp/empty"
run shmviz frames --path "$tmp/empty" --json
expect_status 0
expect_jq '.pages == [] and .summary.pages == 0'
run shmviz frames --path "$tmp/empty"
expect_status 0
run shmviz frames --path "$tmp/empty" --pages 0
expect_error 2 "0"
printf 'some text' >"$tmp/small"
run shmviz frames --path "$tmp/small" --json
expect_status 0
expect_jq '[.pages[].state] == ["present"] and .object.size == 9'
result "an empty file, and one that nobody maps"
finish
