#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz frames: its JSON against pagemap, its text, and its error lines.
. "$(dirname "$0")/harness/lib.sh"

need root device jq perl
begin 6

# Attaches and touches pages 0, 1 and 5; prints their frames by pagemap.
hold='my ($id, $file) = @ARGV;
      my $at = syscall(30, $id + 0, 0, 0);
      for my $page (0, 1, 5) {
          shmwrite($id, "x", $page * 4096, 1) or die;
          syscall(0, -1, $at + $page * 4096, 0);
      }
      my $touch = "";
      open(M, "<", "/proc/self/mem"); binmode M;
      for my $page (0, 1, 5) { sysseek(M, $at + $page * 4096, 0); sysread(M, $touch, 1); }
      open(P, "<", "/proc/self/pagemap"); binmode P;
      open(F, ">", "$file.tmp");
      for my $page (0, 1, 5) {
          sysseek(P, (($at >> 12) + $page) * 8, 0); sysread(P, $e, 8);
          printf F "%d %d\n", $page, unpack("Q", $e) & ((1 << 55) - 1);
      }
      close(F); rename("$file.tmp", $file); sleep 1000'

shm_make 32768
background perl -e "$hold" "$shmid" "$tmp/pagemap"
wait_for test -s "$tmp/pagemap"
before="$(shm_line "$shmid" nattch) $(shm_line "$shmid" lpid) $(shm_line "$shmid" atime) $(shm_line "$shmid" dtime)"

run shmviz frames "$shmid" --json
expect_status 0
jq -r '.pages[] | select(.state == "present") | "\(.page) \(.pfn)"' "$tmp/out" \
	>"$tmp/ours"
expect_same "$(cat "$tmp/ours")" "$(cat "$tmp/pagemap")" "frames"
expect_jq '.page_size == 4096 and (.pages | length) == 8'
expect_jq '[.pages[] | select(.state == "hole") | .page] == [2, 3, 4, 6, 7]'
expect_jq '.summary == {pages: 8, present: 3, swapped: 0, holes: 5}'
expect_jq ".object.shmid == $shmid and .object.size == 32768 and .object.nattch == 1"
expect_jq 'def hex: ltrimstr("0x") | explode
		| reduce .[] as $c (0; . * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
	all(.pages[] | select(.state == "present");
		(.phys | hex) == .pfn * 4096 and .mapcount == 1 and .order == 0 and
		(.zone | type) == "string" and (.flags | index("uptodate")) != null)'
result "JSON: the frames that pagemap shows"

run shmviz frames "$shmid"
expect_status 0
while read -r page pfn; do
	expect_grep "^ *$page +present +$(printf '0x%x +0x%x' "$pfn" $((pfn * 4096)))" \
		"$tmp/out"
done <"$tmp/pagemap"
expect_grep "6-7 +hole" "$tmp/out"
expect_grep "8 pages: 3 present, 0 swapped, 5 holes" "$tmp/out"
run shmviz frames "$shmid" --pages 5-6 --json
expect_jq '[.pages[].page] == [5, 6]'
result "text: table, summary, folded holes"

after="$(shm_line "$shmid" nattch) $(shm_line "$shmid" lpid) $(shm_line "$shmid" atime) $(shm_line "$shmid" dtime)"
expect_same "$after" "$before" "nattch, lpid, atime, dtime"
result "looking changed nothing"

run shmviz frames "$shmid" --pages 8
expect_error 2 "8"
run shmviz frames "$shmid" --pages 4-99999999999999999999
expect_error 2 "8"
shm_make 4096
shm_remove "$shmid"
run shmviz frames "$shmid"
expect_error 1 "no segment with shmid $shmid"
run shmviz frames 2147483647
expect_error 1 "no segment with shmid 2147483647"
shm_make 1048576
shmviz frames "$shmid" --json >/dev/full 2>"$tmp/err"
status=$? ran="frames >/dev/full"
: >"$tmp/out"
expect_error 1 "No space left"
{ shmviz frames "$shmid" --all 2>"$tmp/err"; } | true
expect_empty "$tmp/err"
result "what is not there, full disk, closed pipe"

# An open object keeps the memory of a removed segment: it must be closed before
# anything is printed, however slow the reader.
shm_make 67108864
mkfifo "$tmp/slow"
exec 8<>"$tmp/slow"
background "$SHMVIZ" frames "$shmid" --all >"$tmp/slow" 8<&-
dd bs=1 count=1 <&8 >"$tmp/first" 2>/dev/null
[ -d "/proc/$pid" ] || fail "it did not wait for its reader"
for fd in "/proc/$pid"/fd/*; do
	case $(readlink "$fd") in
	*shmviz*) fail "it still holds $(readlink "$fd")" ;;
	esac
done
expect_same "$(wc -c <"$tmp/first" | tr -d ' ')" 1 "bytes read"
exec 8<&-
result "nothing is held while it prints"

run shmviz frames --board --json
expect_status 0
expect_jq '.summary.pages == .summary.present + .summary.swapped + .summary.holes'
chmod 600 /dev/shmviz
run perl -e '$) = $( = "65534 65534"; $> = $< = 65534; exec @ARGV' \
	"$SHMVIZ" frames "$shmid"
expect_error 1 "root|CAP_SYS_ADMIN"
result "the board; not root"
finish
