#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz view: the bytes as they were written, and what it leaves alone. Loads
# the module with allow_view=1, and as it was at the end.
. "$(dirname "$0")/harness/lib.sh"

need root device insmod rmmod perl hexdump unshare
share second
ko=${SHMVIZ_KO:-$here/../build/kmod/$(uname -r)/shmviz.ko}
[ -e "$ko" ] || ktap_skip_all "needs shmviz.ko of this kernel: $ko"
was=$(cat /sys/module/shmviz/parameters/allow_view)
board=$(cat /sys/module/shmviz/parameters/board_pages)
rmmod shmviz 2>/dev/null || ktap_skip_all "the module is in use"

# load VALUE: anew, with allow_view=VALUE; what was just killed may still hold it
load()
{
	[ ! -d /sys/module/shmviz ] || wait_for rmmod shmviz
	insmod "$ko" allow_view="$1" board_pages="$board"
}
trap 'cleanup; load "$was"' EXIT
begin 10

# What pages 0, 2 and 3 of a segment of six are to hold; each ends in a line
# unlike the one before, which hexdump, too, then prints.
perl -e 'my $all = pack("C*", 0 .. 255);
	 print "\0" x 5, "hello", "\0" x 6, $all, "A" x 64, "\0" x 3755, "end 0";
	 print "\0" x 4096;
	 srand(7); print pack("C*", map { int rand 256 } 1 .. 4096);
	 print "\xff" x 4080, "page 3\n\tthe end."' >"$tmp/content"
expect_same "$(wc -c <"$tmp/content" | tr -d ' ')" 16384 "the content's size"

# write_page SHMID PAGE: from the content
write_page()
{
	perl -e 'open(F, "<", $ARGV[2]); binmode F; seek(F, $ARGV[1] * 4096, 0);
		read(F, my $bytes, 4096);
		shmwrite($ARGV[0], $bytes, $ARGV[1] * 4096, 4096) or die' \
		"$1" "$2" "$tmp/content"
}

# dump PAGE: of the content, as hexdump has it, without its last line, the size
dump()
{
	hexdump -C -s $(($1 * 4096)) -n 4096 "$tmp/content" | sed '$d'
}

# expect_dump: the output of the last run is $tmp/expected
expect_dump()
{
	expect_status 0
	expect_empty "$tmp/err"
	cmp -s "$tmp/out" "$tmp/expected" && return
	fail "$ran: not what was expected:"
	diff "$tmp/expected" "$tmp/out" | head -n 20 | sed 's/^/# /'
}

everything()
{
	grep -E "^ *[^ ]+ +$1 " /proc/sysvipc/shm
}

load 0 || fail "insmod failed"
shm_make $((6 * 4096))
for page in 0 2 3; do
	write_page "$shmid" $page
done
run shmviz view "$shmid"
expect_error 3 "allow_view=1"
run shmviz view --board
expect_error 3 "allow_view=1"
run shmviz doctor
expect_grep "^view +off " "$tmp/out"
expect_grep "allow_view=1$" "$tmp/out"
expect_grep "^  view +off " "$tmp/out"
doctor=$status
load 1 || fail "insmod with allow_view=1 failed"
run shmviz doctor
expect_status "$doctor"
expect_grep "^view +ok " "$tmp/out"
expect_grep "^  view +ok " "$tmp/out"
result "without allow_view: exit code 3, and what to do; doctor knows"

before=$(everything "$shmid")
{
	dump 0
	echo "00001000  -- page 1: hole"
	dump 2
	dump 3
	echo "00004000  -- pages 4-5: hole"
} >"$tmp/expected"
run shmviz view "$shmid"
expect_dump
expect_same "$(everything "$shmid")" "$before" "the line of /proc/sysvipc/shm"
result "the bytes that were written, as hexdump -C has them; holes"

dump 2 >"$tmp/expected"
run shmviz view --pages 2 "$shmid"
expect_dump
{ echo "00001000  -- page 1: hole"; dump 2; } >"$tmp/expected"
run shmviz view -p 1+2 "$shmid"
expect_dump
run shmviz view --pages 5-6 "$shmid"
expect_error 2 "5-6"
run shmviz view --pages x "$shmid"
expect_error 2 "'x'"
run shmviz view --interval 5 --follow "$shmid"
expect_error 2 "interval '5'"
run shmviz view
expect_error 2 "no object"
result "--pages; bad command lines"

# Pages 2 and 3 go to swap, page 0 stays.
perl -e 'my $at = syscall(30, $ARGV[0] + 0, 0, 0);
	open(M, "<", "/proc/self/mem"); sysseek(M, $at + 8192, 0);
	sysread(M, my $touch, 8192);
	syscall(28, $at + 8192, 8192, 21)' "$shmid"
if [ "$(shm_line "$shmid" swap)" = 0 ]; then
	ktap_test_skip "swapped pages" "no swap took any page"
else
	before=$(everything "$shmid")
	expect_same "$(shm_line "$shmid" swap)" 8192 "swapped bytes"
	{
		dump 0
		echo "00001000  -- page 1: hole"
		echo "00002000  -- pages 2-3: swapped"
		echo "00004000  -- pages 4-5: hole"
	} >"$tmp/expected"
	run shmviz view "$shmid"
	expect_status 0
	expect_dump
	expect_same "$(everything "$shmid")" "$before" "the line of /proc/sysvipc/shm"
	result "swapped pages are said to be so, and stay in swap"
fi

# The shell has its background jobs ignore SIGINT.
with_sigint='$SIG{INT} = "DEFAULT"; exec @ARGV or die'
shm_make $((3 * 4096))
shm_fill "$shmid" 0 16
before=$(everything "$shmid")
background perl -e "$with_sigint" "$SHMVIZ" view --follow --interval 20 "$shmid" \
	>"$tmp/follow" 2>"$tmp/follow.err"
viewer=$pid
wait_for grep -q "pages 1-2: hole" "$tmp/follow"
expect_same "$(everything "$shmid")" "$before" "the line of /proc/sysvipc/shm"
lines=$(wc -l <"$tmp/follow")
perl -e 'shmwrite($ARGV[0], "yz", 9, 2)' "$shmid"
wait_for grep -qF "00000000  78 78 78 78 78 78 78 78  78*79*7a 78 78 78 78 78  |xxxxxxxxxyzxxxxx|" \
	"$tmp/follow"
expect_same "$(wc -l <"$tmp/follow")" $((lines + 1)) "lines after one change"
# It has looked again since it started: at holes, too.
expect_same "$(shm_line "$shmid" rss) $(shm_line "$shmid" nattch)" "4096 0" "rss, nattch"
expect_same "$(grep -c '^00001' "$tmp/follow")" 1 "lines of page 1"
shm_fill "$shmid" 8192 4096
wait_for grep -qE "^00002ff0  78 78 .*xx\|$" "$tmp/follow"
perl -e 'my $at = syscall(30, $ARGV[0] + 0, 0, 0);
	syscall(28, $at + 8192, 4096, 9) == 0 or die' "$shmid"
wait_for grep -qF "00002000  -- page 2: has gone" "$tmp/follow"
kill -INT "$viewer"
wait "$viewer"
expect_same "$?" 0 "status after SIGINT"
expect_empty "$tmp/follow.err"
background "$SHMVIZ" view --follow "$shmid" >"$tmp/follow" 2>"$tmp/follow.err"
wait_for grep -q "xxxxxyzxx" "$tmp/follow"
# It was started with SIGINT ignored, and so it stays.
kill -INT "$pid"
perl -e 'shmwrite($ARGV[0], "w", 12, 1)' "$shmid"
wait_for grep -qF "|xxxxxxxxxyzxwxxx|" "$tmp/follow"
kill -TERM "$pid"
wait "$pid"
case $? in
0 | 143) ;;
*) fail "status after SIGTERM" ;;
esac
result "--follow: a changed byte, a page that comes, one that goes; SIGINT"

# A hundred holes, looked at again and again, and then a page among them.
before=$shmid
shm_make $((100 * 4096))
many=$shmid shmid=$before
background perl -e "$with_sigint" "$SHMVIZ" view --follow --interval 20 "$many" \
	>"$tmp/follow" 2>"$tmp/follow.err"
viewer=$pid
wait_for grep -q "pages 0-99: hole" "$tmp/follow"
shm_fill "$many" $((70 * 4096)) 16
wait_for grep -q "^00046000  78 78 78" "$tmp/follow"
kill -INT "$viewer"
wait "$viewer"
expect_same "$?" 0 "status after SIGINT"
result "--follow: more holes than the way of copying has room for"

# set_mode SHMID MODE: by IPC_SET
set_mode()
{
	perl -e 'my $ds; shmctl($ARGV[0], 2, $ds) or die "IPC_STAT: $!";
		substr($ds, 20, 2) = pack("S", oct $ARGV[1]);
		shmctl($ARGV[0], 1, $ds) or die "IPC_SET: $!"' "$1" "$2"
}

# Taken from the bounding set, a capability is not had after exec.
without_owner()
{
	perl -e 'syscall(157, 24, 15, 0, 0, 0) == 0 or die "prctl: $!";
		exec @ARGV' "$SHMVIZ" "$@"
}
set_mode "$shmid" 0
run without_owner view "$shmid"
expect_error 1 "CAP_IPC_OWNER"
run without_owner frames "$shmid"
expect_status 0
run shmviz view "$shmid"
expect_status 0
expect_grep "xxxxxxxxxyzxwxxx" "$tmp/out"
set_mode "$shmid" 0400
run without_owner view "$shmid"
expect_status 0
set_mode "$shmid" 0044
run without_owner view "$shmid"
expect_error 1 "CAP_IPC_OWNER"
chmod 666 /dev/shmviz
set_mode "$shmid" 0666
run perl -e '$) = $( = "65534 65534"; $> = $< = 65534; exec @ARGV' \
	"$SHMVIZ" view "$shmid"
expect_error 1 "root|CAP_SYS_ADMIN"
chmod 600 /dev/shmviz
result "the segment's mode and CAP_IPC_OWNER, and root, count"

printf 'some text' >"$tmp/file"
posix=/dev/shm/shmviz-test-$$
cp "$tmp/file" "$posix"
{
	echo "00000000  73 6f 6d 65 20 74 65 78  74 00 00 00 00 00 00 00  |some text.......|"
	echo "00000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|"
	echo "*"
	echo "00000ff0  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|"
} >"$tmp/expected"
run shmviz view --path "$posix"
expect_dump
: >"$posix"
run shmviz view --path "$posix"
expect_status 0
expect_empty "$tmp/out"
rm -f "$posix"
background unshare -i perl -e 'my $id = shmget(0, 4096, 01600);
	shmwrite($id, "far away", 0, 8); open(F, ">", "$ARGV[0].tmp");
	print F $id; close(F); rename("$ARGV[0].tmp", $ARGV[0]); sleep 1000' "$tmp/other"
wait_for test -s "$tmp/other"
run shmviz view --ipcns "$pid" "$(cat "$tmp/other")"
expect_status 0
expect_grep "^00000000  66 61 72 20 61 77 61 79 .*\|far away" "$tmp/out"
run shmviz view --board
expect_status 0
run shmviz view --path /sys/module/shmviz/refcnt
expect_error 1 "only the contents of shared memory"
run shmviz view 2147483647
expect_error 1 "no segment with shmid 2147483647"
result "a file, another IPC namespace, the board; what cannot be shown"

shm_make 1048576
perl -e 'srand(1); shmwrite($ARGV[0], pack("C*", map { int rand 256 }
	1 .. 1048576), 0, 1048576)' "$shmid"
for option in --pages=0-255 --follow; do
	run timeout 60 sh -c '"$0" view "$@" | head -n 1' \
		"$SHMVIZ" "$option" "$shmid"
	expect_status 0
	expect_empty "$tmp/err"
	timeout 60 "$SHMVIZ" view "$option" "$shmid" >/dev/full 2>"$tmp/err"
	status=$? ran="view $option >/dev/full"
	: >"$tmp/out"
	expect_error 1 "No space left"
done
result "closed pipe, full disk"

run rmmod shmviz
expect_status 0
load "$was"
result "all is let go: the module can be unloaded"
finish
