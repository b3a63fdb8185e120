#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz map against /proc/PID/pagemap of every holder, /proc/kpagecount and
# shmviz frames; all kinds of objects; and that it fits the screen.
# shellcheck disable=SC2154 # pid of lib.sh
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/ls.sh"

need root device jq perl
share second
begin 9

# poke PID ADDRESS r|w [PAGES]: through /proc/PID/mem, which faults as the process would
cat >"$tmp/poke.pl" <<'END'
my ($pid, $at, $how, $n) = (@ARGV, 1);
open(my $mem, "+<", "/proc/$pid/mem") or die "$pid: $!"; binmode $mem;
for my $page (0 .. $n - 1) {
	sysseek($mem, hex($at) + $page * 4096, 0);
	($how eq "w" ? syswrite($mem, "y") : sysread($mem, my $byte, 1)) == 1 or die "$pid $at: $!";
}
END
poke()
{
	perl "$tmp/poke.pl" "$@" || fail "poke $*"
}

# at ADDRESS PAGE: the address of that page
at()
{
	perl -e 'printf "%x", hex($ARGV[0]) + $ARGV[1] * 4096' "$@"
}

# pageout PID ADDRESS PAGES: process_madvise(MADV_PAGEOUT)
pageout()
{
	perl -e 'my $fd = syscall(434, $ARGV[0] + 0, 0);
		my $iov = pack("QQ", hex($ARGV[1]), $ARGV[2] * 4096);
		syscall(440, $fd, $iov, 1, 21, 0) > 0 or die "process_madvise: $!"' "$@"
}

# The first object of a picture, page by page and mapping by mapping, against pagemap.
# One program without jq: both take long to start in a slow machine.
cat >"$tmp/oracle.pl" <<'END'
use strict;
my (@maps, %frame, %touch, %copies, $looked);
my (undef, $object) = <STDIN>;
for ($object =~ /\{"pid":.*?\]\}\]\}/g) {
	my ($pid) = /"pid":(\d+)/;
	push @maps, [$pid, hex($1), hex($2), $3, $4]
		while /"start":"(\w+)","end":"(\w+)","first":(\d+),"prot":"([^"]+)"/g;
}
while ($object =~ /\{"page":(\d+),"count":(\d+),"state":"\w+",(?:"pfn":(\d+))?.*?"touch":"([^"]*)"(?:,"copies":\[(.*?)\])?/g) {
	my ($page, $n, $pfn, $touch, $copies) = ($1, $2, $3, $4, $5 // "");
	my %of = $copies =~ /"mapping":(\d+),"pfn":(\d+)/g;
	for my $i (0 .. $n - 1) {
		$frame{$page + $i} = ($pfn // 0) && $pfn + $i;
		$touch{$page + $i} = $touch;
		$copies{$page + $i}{$_} = $of{$_} + $i for keys %of;
	}
}
for my $m (0 .. $#maps) {
	my ($pid, $start, $end, $first, $prot) = @{$maps[$m]};
	open(P, "<", "/proc/$pid/pagemap") or die "$pid: $!"; binmode P;
	sysseek(P, $start / 4096 * 8, 0);
	for my $page ($first .. $first + ($end - $start) / 4096 - 1) {
		sysread(P, my $entry, 8) == 8 or die "$pid: pagemap";
		next unless exists $frame{$page};
		$entry = unpack("Q", $entry);
		my ($there, $pfn) = ($entry >> 62, $entry & ((1 << 55) - 1));
		my $theirs = !$there ? "o" : $there & 2 && $pfn == $frame{$page} ? "x" :
			$prot =~ /p$/ ? "c" . ($there & 2 ? $pfn : "") : "another frame";
		my $ours = substr($touch{$page}, $m, 1) . ($copies{$page}{$m} // "");
		print "page $page of mapping $m ($pid): $ours, by pagemap $theirs\n" if $ours ne $theirs;
		$looked++;
	}
	for my $page (keys %frame) {
		next if $page >= $first && $page < $first + ($end - $start) / 4096;
		print "page $page of mapping $m is outside\n" if substr($touch{$page}, $m, 1) ne "-";
	}
}
print "nothing to look at\n" unless $looked;
END

# expect_pagemap: the object of the last map --json is as page tables have it
expect_pagemap()
{
	perl "$tmp/oracle.pl" <"$tmp/out" >"$tmp/wrong" 2>&1
	[ -s "$tmp/wrong" ] || return
	fail "$ran: not as pagemap has it:"
	head -n 20 "$tmp/wrong" | sed 's/^/# /'
}

# object_of KIND PID: its notation, by the last list
object_of()
{
	jq -r "[$(of "$1" "$2")][0].object" "$tmp/list"
}

map()
{
	run shmviz map --json "$@"
	expect_status 0
	expect_empty "$tmp/err"
}

posix=/dev/shm/shmviz-test-$$
trap 'rm -f "$posix"; cleanup' EXIT
make_file "$posix"
shm_make 32768 32495
have sysv="$shmid" file="$posix" readonly="$posix" private="$posix" anon memfd=one fork
first=$pid
child=$(fd_of "$first" fork)
pids="$pids $child"
background perl -e '$a = syscall(30, $ARGV[0] + 0, 0, 010000);
	open($f, ">", "$ARGV[1].tmp"); printf $f "%x", $a; close $f;
	rename("$ARGV[1].tmp", $ARGV[1]); sleep 1000' "$shmid" "$tmp/reader"
reader=$pid
wait_for test -e "$tmp/reader"
list --all
cp "$tmp/out" "$tmp/list"

map "$shmid"
expect_pagemap
# Before it touches anything, a child has no page-table entry at all.
index="([.objects[0].processes[] | .pid] | index($child))"
expect_jq ".type == \"picture\" and .version == 1 and (.objects | length) == 1 and
	(.objects[0] | .object == \"sysv:$shmid\" and .name == \"0x00007eef\" and
		.nattch == 3 and .pages == 8 and .present == 3 and .holes == 5 and
		[.processes[] | .pid] == ([$first, $child, $reader] | sort) and
		(.processes | all(.[]; .mappings[0].prot ==
			if .pid == $reader then \"r--s\" else \"rw-s\" end)) and
		(.runs[0] | .state == \"present\" and .mapped == 1 and .sharing == 1)) and
	($index as \$c | .objects[0].runs | all(.[]; .touch[\$c:\$c + 1] == \"o\"))"
poke "$child" "$(at "$(addr_of "$first" sysv)" 1)" r
poke "$reader" "$(cat "$tmp/reader")" r 2
map "$shmid"
expect_pagemap
expect_jq "$index as \$c | .objects[0].runs | map(select(.touch[\$c:\$c + 1] == \"x\") |
	.page) == [1]"
expect_jq '[.objects[0].runs[] | select(.state == "present") | . as $r | range(.count) | $r.sharing] == [2, 3, 1]'
result "a segment: a child is hollow until it touches; a read-only attachment"

# The frames are those of frames, and mapcount is that of kpagecount.
jq -r '.objects[0].runs[] | select(.pfn) | . as $r | range(.count) |
	"\($r.page + .) \($r.pfn + .) \($r.mapcount)"' "$tmp/out" >"$tmp/ours"
shmviz frames --json "$shmid" | jq -r '.pages[] | select(.pfn) | "\(.page) \(.pfn) \(.mapcount)"' \
	>"$tmp/theirs"
expect_same "$(cat "$tmp/ours")" "$(cat "$tmp/theirs")" "frames"
perl -ane 'open(K, "<", "/proc/kpagecount"); sysseek(K, $F[1] * 8, 0); sysread(K, $n, 8);
	printf "%d %d %d\n", @F[0, 1], unpack("Q", $n)' "$tmp/ours" >"$tmp/theirs"
expect_same "$(cat "$tmp/ours")" "$(cat "$tmp/theirs")" "mapcounts"
expect_jq '.objects[0] | all(.runs[] | select(.pfn); .mapped == .mapcount) and
	([.runs[].page] == [foreach .runs[] as $r (0; . + $r.count; . - $r.count)]) and
	([.runs[].count] | add) == .pages and .page_first == 0 and .page_count == .pages'
result "frames and mapcounts; the runs are all of it"

# Pages 3 to 5 are new: 3 is copied, of 4 the private mapping has the shared frame.
private=$(addr_of "$first" private)
poke "$first" "$(at "$(addr_of "$first" file)" 3)" w 3
poke "$first" "$(at "$private" 3)" w
poke "$first" "$(at "$private" 4)" r
map "posix:${posix#/dev/shm}"
expect_pagemap
expect_jq "[.objects[0].processes[] | select(.pid == $first) | .mappings[].prot] | sort ==
	[\"r--s\", \"rw-p\", \"rw-s\"]"
expect_jq '[.objects[0].runs[] | select(.copies) | .page, .count] == [3, 1]'
expect_jq "[.objects[0] | .processes[] | select(.pid == $first).mappings[] | select(.prot == \"rw-p\")
	.mapping] as [\$m] | .objects[0].runs[] | select(.page == 3) | .copies[0].mapping == \$m"
# Twice in one process is not shared by two.
expect_jq '.objects[0].runs[] | select(.page <= 4 and .page + .count > 4) | .mapped == 2 and .sharing == 1'
map --path "$posix" --pages 3-4
expect_jq '.objects[0] | .kind == "posix" and .page_first == 3 and .page_count == 2 and
	.pages == 8 and ([.runs[].count] | add) == 2'
result "POSIX memory: read-only, private, copied; a range of pages"

for kind in memfd anon; do
	poke "$child" "$(addr_of "$first" $kind)" w
	map "$(object_of $kind "$first")"
	expect_pagemap
	expect_jq ".objects[0] | .kind == \"$kind\" and .object == \"$(object_of $kind "$first")\" and
		([.processes[].pid] == ([$first, $child] | sort)) and
		([.runs[] | . as \$r | range(.count) | \$r.sharing] == [2, 1, 1, 0, 0, 0, 0, 0])"
done
map "$(object_of memfd "$first")" "$shmid" --board
expect_jq '[.objects[].kind] == ["board", "memfd", "sysv"] and .objects[0].object == "board" and
	.objects[1].name == "one"'
map --pid "$first" --addr "$(addr_of "$first" anon)"
expect_jq ".objects[0] | .object == \"anon:$first/0x$(addr_of "$first" anon)\""
result "memfd and anonymous memory; several objects; the board; by address"

map "$shmid"
cp "$tmp/out" "$tmp/before"
pageout "$first" "$(addr_of "$first" sysv)" 3
# Whoever else has it must let go, too.
pageout "$child" "$(addr_of "$first" sysv)" 3
pageout "$reader" "$(cat "$tmp/reader")" 3
pageout "$first" "$(addr_of "$first" sysv)" 3
map "$shmid"
expect_pagemap
if [ "$(shm_line "$shmid" swap)" = 0 ]; then
	ktap_test_skip "swapped pages" "no swap took any page"
	failed=
else
	expect_jq ".objects[0] | .swapped * 4096 == $(shm_line "$shmid" swap)"
	expect_jq '.objects[0] | [.runs[] | select(.state == "swapped")] | length > 0 and
		all(.[]; .sharing == 0 and (.touch | test("^o+$")) and .swap_type < 2)'
	run shmviz map "$shmid"
	expect_grep 'swapped: area [01], slot' "$tmp/out"
	# The private copy, too.
	pageout "$first" "$(at "$private" 3)" 1
	map "posix:${posix#/dev/shm}"
	expect_pagemap
	expect_jq '.objects[0].runs[] | select(.page == 3) | .touch | contains("c")'
	result "swapped pages"
fi

had=$(cat /proc/sys/vm/nr_hugepages 2>/dev/null)
trap 'rm -f "$posix"; cleanup; [ ! "$had" ] || echo "$had" >/proc/sys/vm/nr_hugepages' EXIT
[ ! "$had" ] || echo $((had + 2)) >/proc/sys/vm/nr_hugepages
if [ "$(sed -n 's/HugePages_Free: *//p' /proc/meminfo)" -ge 2 ] 2>/dev/null; then
	have hugesysv hugememfd=huge fork
	huge=$pid
	pids="$pids $(fd_of "$huge" fork)"
	shmids="$shmids $(fd_of "$huge" hugesysv)"
	map "$(fd_of "$huge" hugesysv)"
	expect_pagemap
	expect_jq '.objects[0] | (.flags | index("hugetlb")) and .pages == 512 and .present == 512 and
		(.runs | all(.[]; .order == 9 and .sharing >= 1))'
	run shmviz map "$(fd_of "$huge" hugesysv)"
	expect_grep 'huge page of 2M' "$tmp/out"
	kill -9 "$(fd_of "$huge" fork)" "$huge"
	wait "$huge" 2>/dev/null
	result "huge pages"
else
	ktap_test_skip "huge pages" "no huge pages to be had"
fi

# All: what ls --all says that somebody maps, and every segment.
shm_make 4096
list --all
jq -r '.objects[] | select(.maps > 0 or .kind == "sysv") | .object' "$tmp/out" | sort >"$tmp/theirs"
map
jq -r '.objects[].object' "$tmp/out" | sort >"$tmp/ours"
expect_same "$(cat "$tmp/ours")" "$(cat "$tmp/theirs")" "all objects"
expect_jq ".objects[] | select(.object == \"sysv:$shmid\") | .processes == [] and
	([.runs[].touch] | unique == [\"\"])"
map --kind posix,memfd
expect_jq '[.objects[].kind] | unique == ["memfd", "posix"]'
# What it wrote is read back, and is the same.
cp "$tmp/out" "$tmp/kept"
map --from "$tmp/kept"
cmp -s "$tmp/out" "$tmp/kept" || fail "--from is not what was written"
# Neither processes that come and go nor segments make it fail.
background perl -e 'while (1) { my $id = shmget(0, 8192, 01600); my $a = syscall(30, $id, 0, 0);
	my $pid = fork; exit 0 if defined $pid && !$pid; shmctl($id, 0, 0); syscall(67, $a);
	waitpid($pid, 0); }'
stormy=$pid
for _ in 1 2 3 4 5 6 7 8; do
	run shmviz map
	expect_status 0
	expect_empty "$tmp/err"
	expect_grep "^sysv:$shmid " "$tmp/out"
done
kill -9 "$stormy"
result "all objects; --kind; read back; processes that come and go"

# 1 GiB with frames and holes here and there: it fits a screen.
shm_make $((1 << 30))
perl -e 'my $at = syscall(30, $ARGV[0] + 0, 0, 0); open(M, "+<", "/proc/self/mem");
	srand(1); for (1 .. 3000) { sysseek(M, $at + int(rand(1 << 18)) * 4096, 0); syswrite(M, "x"); }
	open($f, ">", "$ARGV[1].tmp"); close $f; rename("$ARGV[1].tmp", $ARGV[1]); sleep 1000' \
	"$shmid" "$tmp/filled" &
pids="$pids $!"
wait_for test -e "$tmp/filled"
for size in "80 24" "160 50" "60 16"; do
	width=${size% *} height=${size#* }
	run shmviz map "$shmid" --width "$width" --height "$height"
	expect_status 0
	[ "$(wc -l <"$tmp/out")" -lt "$height" ] || fail "$ran: $(wc -l <"$tmp/out") rows"
	[ "$(wc -l <"$tmp/out")" -gt 10 ] || fail "$ran: $(wc -l <"$tmp/out") rows"
	expect_same "$(perl -CSD -ne 'chomp; print if length > '"$width" "$tmp/out")" "" "too wide"
	expect_grep 'Folded: .* a row' "$tmp/out"
	# The counts of the rows are all there is.
	expect_same "$(perl -ne '$n += $1 if / (\d+) frames?/ ; END { print $n + 0 }' "$tmp/out")" \
		"$(($(shm_line "$shmid" rss) / 4096))" "frames in rows"
done
run shmviz map "$shmid" --full
expect_status 0
[ "$(wc -l <"$tmp/out")" -gt 3000 ] || fail "--full: $(wc -l <"$tmp/out") lines"
result "1 GiB fits the screen, and --full is all of it"

run shmviz map 2147483647
expect_error 1 "no segment with shmid 2147483647"
run shmviz map --pages 0-3
expect_error 2 "--pages needs an OBJECT"
run shmviz map --pages 5-999999 "$shmid"
expect_error 2 "past the end"
run shmviz map --kind posix "$shmid"
expect_error 2 "exclude each other"
run shmviz map --width 10
expect_error 2 "width '10' is not a number from 60 to 4096"
run shmviz map --from /dev/null 5
expect_error 2 "no OBJECT"
run shmviz map --from "$tmp/nothing"
expect_error 1 "nothing"
run shmviz map --full --json
expect_error 2 "about text"
chmod 600 /dev/shmviz
run perl -e '$) = $( = "65534 65534"; $> = $< = 65534; exec @ARGV' "$SHMVIZ" map
expect_error 1 "root|CAP_SYS_ADMIN"
result "bad command lines, no such object, not root"
finish
