#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every call of the device by a 32-bit program, against /proc/sysvipc/shm, maps
# and pagemap.
. "$(dirname "$0")/harness/lib.sh"

need root device perl progs/device32
begin 1

# Touches pages 0, 1 and 5; prints frames by pagemap, and the mapping by maps.
cat >"$tmp/hold.pl" <<'END'
my ($id, $file) = @ARGV;
my $at = syscall(30, $id + 0, 0, 0);
my $byte = "x";
open(M, "+<", "/proc/self/mem"); binmode M;
open(P, "<", "/proc/self/pagemap"); binmode P;
open(F, ">", "$file.tmp");
for my $page (0, 1, 5) {
	sysseek(M, $at + $page * 4096, 0); syswrite(M, $byte, 1);
	sysread(P, $e, 8) if sysseek(P, (($at >> 12) + $page) * 8, 0);
	printf F "page %d pfn %d\n", $page, unpack("Q", $e) & ((1 << 55) - 1);
}
open(MAPS, "<", "/proc/self/maps");
while (<MAPS>) {
	/^([0-9a-f]+)-([0-9a-f]+) / && hex($1) == $at and
		printf F "sharer %d 0x%s 0x%s\n", $$, $1, $2;
}
close(F); rename("$file.tmp", $file); sleep 1000;
END
shm_make 32000
background perl "$tmp/hold.pl" "$shmid" "$tmp/facts"
wait_for test -s "$tmp/facts"
{
	echo "size $(shm_line "$shmid" size)"
	echo "pages 8"
	echo "present $(($(shm_line "$shmid" rss) / 4096))"
	echo "nattch $(shm_line "$shmid" nattch)"
	echo "shmid $shmid"
	cat "$tmp/facts"
	echo "listed memfd:device32"
	echo "board mapped"
} >"$tmp/theirs"
run "$progs/device32" "$shmid" 8
expect_status 0
expect_empty "$tmp/err"
expect_same "$(cat "$tmp/out")" "$(cat "$tmp/theirs")" "what a 32-bit program is told"
expect_grep '^page 5 pfn [1-9]' "$tmp/out"
result "OPEN, INFO, FRAMES, SHARERS, LIST and mmap of a 32-bit program"
finish
