#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz explain: an address against /proc/PID/maps, pagemap, kpagecount and
# kpageflags; what fork, hugetlb and swap make of it. With the module and without.
. "$(dirname "$0")/harness/lib.sh"

need root jq perl
share first
begin 13

# Maps what its arguments say, eight pages each; says "WORD ADDRESS" in the file
# $ARGV[0] and waits. What it is told by lines in the fifo $ARGV[1], it or its
# child does: "write ADDRESS", "read ADDRESS", "out ADDRESS" (to swap).
cat >"$tmp/have.pl" <<'END'
use strict;
my ($file, $fifo, @words) = @ARGV;
my @said;
open(my $mem, "+<", "/proc/self/mem") or die; binmode $mem;
sub at { my ($at, $do) = @_; my $x = "x";
	sysseek($mem, $at, 0);
	($do eq "write" ? syswrite($mem, $x) : sysread($mem, $x, 1)) == 1
		or die "$do: $!"; }
for (@words) {
	my ($word, $arg) = split /=/, $_, 2;
	my $at;
	if ($word eq "name") { $0 = $arg; next; }
	if ($word eq "sysv") { $at = syscall(30, $arg + 0, 0, 0); }
	elsif ($word eq "sysvro") { $at = syscall(30, $arg + 0, 0, 010000); }
	elsif ($word eq "anon") { $at = syscall(9, 0, 8 * 4096, 3, 0x22, -1, 0); }
	elsif ($word eq "thp") { $at = syscall(9, 0, 4 << 20, 3, 0x22, -1, 0);
				 $at = ($at + (2 << 20) - 1) & -(2 << 20);
				 syscall(28, $at, 2 << 20, 14); at($at, "write"); }
	elsif ($word eq "huge") { $at = syscall(9, 0, 4 << 20, 3, 0x40021, -1, 0); }
	elsif ($word eq "file") {
		open(my $f, "+<", $arg) or die "$arg: $!";
		$at = syscall(9, 0, 8 * 4096, 3, 2, fileno($f), 8192); }
	elsif ($word eq "write" || $word eq "read") {
		at($said[-1][1] + $arg * 4096, $word); next; }
	elsif ($word eq "fork") {
		my $child = fork() // die "fork: $!";
		if (!$child) { open($mem, "+<", "/proc/self/mem"); binmode $mem;
			       $fifo .= ".child"; @said = (); last; }
		$at = $child; }
	elsif ($word eq "zombie") {
		my $child = fork() // die "fork: $!";
		exit 0 if !$child;
		$at = $child; }
	die "$word: $!" if $at == -1;
	push @said, [$word, $at];
}
if (@said) {
	open(my $out, ">", "$file.tmp");
	printf $out "%s %x %d\n", @$_, $_->[1] for @said;
	close($out);
	rename("$file.tmp", $file);
}
for (;;) {
	open(my $orders, "<", $fifo) or die "$fifo: $!";
	while (<$orders>) {
		my ($do, $at) = split;
		if ($do eq "out") { syscall(28, hex $at, 4096, 21); }
		else { at(hex $at, $do); }
		open(my $done, ">", "$fifo.done"); close($done);
	}
}
END

# have NAME WORD...: its pid in $pid, what it said in $tmp/NAME
have()
{
	name=$1
	shift
	mkfifo "$tmp/$name.fifo" "$tmp/$name.fifo.child"
	background perl "$tmp/have.pl" "$tmp/$name" "$tmp/$name.fifo" "$@"
	wait_for test -e "$tmp/$name" || ktap_exit_fail_msg "nothing to look at: $*"
}

# addr NAME WORD; child NAME
addr()
{
	sed -n "s/^$2 \([^ ]*\) .*/\1/p" "$tmp/$1" | head -n 1
}

child()
{
	sed -n "s/^fork [^ ]* //p" "$tmp/$1"
}

# order FIFO WHAT ADDRESS: done when it returns
order()
{
	rm -f "$tmp/$1.done"
	echo "$2 $3" >"$tmp/$1"
	wait_for test -e "$tmp/$1.done"
}

# plus ADDRESS BYTES: in hex
plus()
{
	printf '%x' $((0x$1 + $2))
}

# what_is PID ADDRESS: in $entry the 16 digits in pagemap, in $low their lower 55
# bits as a number, in $count and $flags what /proc/kpagecount and /proc/kpageflags
# have for that frame
what_is()
{
	perl -e 'sub word { my ($file, $n) = @_; my $e;
			open(P, "<", $file) or die "$file: $!"; binmode P;
			sysseek(P, $n * 8, 0); sysread(P, $e, 8);
			return unpack("Q", $e // "\0" x 8); }
		 my $e = word("/proc/$ARGV[0]/pagemap", hex($ARGV[1]) >> 12);
		 my $low = $e & ((1 << 55) - 1);
		 printf "%016x %d %d %d\n", $e, $low, word("/proc/kpagecount", $low),
			word("/proc/kpageflags", $low)' "$1" "$2" >"$tmp/entry"
	read -r entry low count flags <"$tmp/entry"
}

explain()
{
	run shmviz explain --json "$@"
	expect_status 0
}

# The frame, by pagemap, by arithmetic and by what else the kernel says of it.
# expect_frame PID ADDRESS
expect_frame()
{
	what_is "$1" "$2"
	expect_jq ".pagemap.entry == \"0x$entry\" and .pagemap.pfn == $low and
		.frame.pfn == $low and .frame.mapcount == $count and
		.frame.phys == \"$(printf '0x%x' $((low * 4096)))\" and
		.frame.phys_addr == \"$(printf '0x%x' $((low * 4096 + 0x$2 % 4096)))\" and
		(.pagemap | .present and (.swapped | not))"
}

bits='def hex: ltrimstr("0x") | explode
	| reduce .[] as $c (0; . * 16 + (if $c > 96 then $c - 87 else $c - 48 end));'

shm_make 32768
sysv=$shmid
have one "sysv=$sysv" write=0 write=1 write=2
one=$pid
have two "sysvro=$sysv" read=1
two=$pid
a=$(plus "$(addr one sysv)" $((4096 + 0x234)))
b=$(plus "$(addr two sysvro)" $((4096 + 0x234)))

explain "$one" "$a"
expect_frame "$one" "$a"
line=$(grep "^$(addr one sysv)-" "/proc/$one/maps")
expect_same "$(jq -r .mapping.line "$tmp/out")" "$line" "the line of maps"
expect_jq "$bits .object.kind == \"sysv\" and .object.object == \"sysv:$sysv\" and
	.object.mode == \"0600\" and .object.uid == 0 and .page == 1 and .page_offset == 564 and .mapping.prot == \"rw-s\" and
	(.page_tables | .leaf_size == 4096 and
		(.fields | map(.index * pow(2; .low)) | add) == (\"0x$a\" | hex))"
levels=4
! grep -q '^flags.* la57' /proc/cpuinfo || levels=5
expect_jq ".page_tables | .levels == $levels and (.fields | length) == $levels + 1 and
	(.fields[0].high == 12 + 9 * $levels - 1)"
result "a page of a segment: mapping, object, bits, entry, frame"

by=maps
! has_device || by=device
expect_jq ".holders_by == \"$by\""
expect_jq ".holders | length == 1 and (.[0] | .pid == $two and .addr == \"0x$b\" and
	.prot == \"r--s\" and .has == \"frame\" and .comm == \"perl\")"
explain "$two" "0x$b"
expect_frame "$two" "$b"
expect_jq ".holders | length == 1 and (.[0] | .pid == $one and .addr == \"0x$a\" and
	.prot == \"rw-s\" and .has == \"frame\")"
[ "$by" = maps ] || expect_jq ".object | .nattch == 2 and .shmid == $sysv"
result "each of two processes is told the other's address"

# Page 0: one has touched it. Page 5: nobody has. (Reading a page can bring the
# entries of those around it, too: a third process has touched nothing.)
have three "sysvro=$sysv"
three=$pid
a=$(addr three sysvro)
explain "$three" "$a"
what_is "$three" "$a"
expect_jq ".pagemap.state == \"hollow\" and .pagemap.entry == \"0x$entry\" and $low == 0 and
	(.frame | not) and (.holders[] | select(.pid == $one) | .has == \"frame\")"
[ "$by" = maps ] || expect_jq ".object.own_page | .state == \"present\" and .pfn > 0"
[ "$by" = maps ] ||
	expect_jq ".object.own_page.pfn == (.holders[] | select(.pid == $one) | .pfn)"
explain "$three" "$(plus "$a" 20480)"
expect_jq '.pagemap.state == "hollow" and all(.holders[]; .has == "hollow")'
[ "$by" = maps ] || expect_jq '.object.own_page.state == "hole"'
run shmviz explain "$three" "$a"
expect_grep "hollow: mapped, but without an entry" "$tmp/out"
result "hollow pages: touched by another, touched by none"

# Private memory: shared by fork, until one writes.
have parent anon write=0 read=3 fork
parent=$pid
child=$(child parent)
pids="$pids $child"
a=$(addr parent anon)
explain "$parent" "$a"
expect_frame "$parent" "$a"
before=$(jq .frame.pfn "$tmp/out")
expect_jq ".mapping.memory == \"anonymous\" and .frame.mapcount == 2 and
	(.pagemap.exclusive | not) and .holders_by == \"address\""
expect_jq ".holders | length == 1 and (.[0] | .pid == $child and .addr == \"0x$a\")"
run shmviz explain "$parent" "$a"
expect_grep "makes a copy first" "$tmp/out"
order parent.fifo.child write "$a"
explain "$child" "$a"
expect_frame "$child" "$a"
expect_jq ".frame.pfn != $before and .pagemap.exclusive and .holders == []"
explain "$parent" "$a"
expect_jq ".frame.pfn == $before and .pagemap.exclusive and .holders == []"
run shmviz explain "$parent" "$a"
expect_grep "goes to this frame" "$tmp/out"
explain "$parent" "$(plus "$a" 12288)"
expect_frame "$parent" "$(plus "$a" 12288)"
zero=$((flags >> 24 & 1))
expect_jq "(.frame.flags | index(\"zero-page\") != null) == ($zero == 1)"
# Elsewhere a read can get a page of its own: large folios for anonymous memory.
! own_kernel || expect_same "$zero" 1 "ZERO_PAGE in kpageflags"
explain "$parent" "$(plus "$a" 24576)"
expect_jq '.pagemap.state == "hollow" and .holders_by == "nothing"'
result "fork: one frame before the write, two after; the zero page"

dd if=/dev/zero of="$tmp/file" bs=4096 count=10 2>/dev/null
# A process that maps only the first page does not hold the third one.
# shellcheck disable=SC2016 # perl's
background perl -e 'open(my $file, "<", $ARGV[0]) or die;
	syscall(9, 0, 4096, 1, 1, fileno($file), 0) > 0 or die;
	open(my $done, ">", $ARGV[1]); sleep 1000' "$tmp/file" "$tmp/short"
wait_for test -e "$tmp/short"
expect_grep "$tmp/file" "/proc/$pid/maps"
have private "file=$tmp/file" read=0 write=1
a=$(addr private file)
explain "$pid" "$a"
expect_frame "$pid" "$a"
expect_jq '.page == 2 and .holders == []'
expect_jq ".mapping.memory == \"private\" and .object.object == \"file:$tmp/file\" and
	.pagemap.file_or_shared"
explain "$pid" "$(plus "$a" 4096)"
expect_frame "$pid" "$(plus "$a" 4096)"
expect_jq '(.pagemap.file_or_shared | not) and .page == 3 and .holders_by == "address" and
	.holders == []'
run shmviz explain "$pid" "$(plus "$a" 4096)"
expect_grep "a copy of the object's page" "$tmp/out"
result "a private mapping: the file's page, and a copy"

a=$(addr three sysvro)
explain "$one" 1000
expect_jq '.where == "unmapped" and (.mapping | not) and (.before | not)'
first=$(head -n 1 "/proc/$one/maps")
expect_same "$(jq -r .after.line "$tmp/out")" "$first" "the nearest mapping"
explain "$one" ffff888000000000
expect_jq '.where == "kernel"'
explain "$one" 0x1234567812345678
expect_jq '.where == "non-canonical"'
vdso=$(sed -n 's/-.*\[vdso\]$//p' "/proc/$one/maps")
explain "$one" "$vdso"
expect_jq '.where == "mapped" and .mapping.memory == "special"'
vvar=$(sed -n 's/-.*\[vvar\]$//p' "/proc/$one/maps")
explain "$one" "${vvar:-$vdso}"
expect_jq '.mapping.memory == "special"'
if grep -q 'vsyscall' "/proc/$one/maps"; then
	explain "$one" ffffffffff600000
	expect_jq '.where == "mapped" and .mapping.memory == "special" and (.pagemap | not)'
fi
result "not mapped, the kernel's half, not canonical, vdso and vvar"

for what in "$one $(addr one sysv)" "$one $vdso" "$one 1000" "$three $a"; do
	# shellcheck disable=SC2086 # two words
	run shmviz explain $what
	expect_status 0
	awk 'length > 80' "$tmp/out" >"$tmp/long"
	expect_empty "$tmp/long"
	expect_empty "$tmp/err"
done
run shmviz explain "$one" "$(plus "$(addr one sysv)" $((4096 + 0x234)))"
expect_grep "^   63  48 47     39 38     30 29     21 20     12 11         0$|^   63  57 56" "$tmp/out"
expect_grep "PTE [0-9]+ +offset 0x234$" "$tmp/out"
expect_grep " \* 4096 \+ 0x234 = 0x[0-9a-f]*234$" "$tmp/out"
result "the text: 80 columns, the bits, the arithmetic"

had=$(cat /proc/sys/vm/nr_hugepages 2>/dev/null)
trap 'cleanup
	[ ! "$had" ] || echo "$had" >/proc/sys/vm/nr_hugepages' EXIT
[ ! "$had" ] || echo $((had + 2)) >/proc/sys/vm/nr_hugepages
if [ "$(sed -n 's/HugePages_Free: *//p' /proc/meminfo)" -ge 2 ] 2>/dev/null; then
	have huge huge write=3
	a=$(plus "$(addr huge huge)" $((5 * 4096 + 7)))
	explain "$pid" "$a"
	expect_jq '.page_tables | .leaf_size == 2097152 and .fields[-1].high == 20 and
		.fields[-2].name == "PMD" and .leaf_certain'
	expect_jq "$bits .page_tables.fields | map(.index * pow(2; .low)) | add == (\"0x$a\" | hex)"
	expect_jq '.frame.order == 9 and .mapping.kernel_page_size == 2097152 and .page == 5'
	what_is "$pid" "$a"
	expect_jq ".pagemap.entry == \"0x$entry\""
	kill "$pid"
	wait "$pid" 2>/dev/null
	result "a huge page: the walk ends earlier"
else
	ktap_test_skip "a huge page: the walk ends earlier" "no huge pages to be had"
fi

# A transparent one, if the kernel gave one.
have thp thp
a=$(plus "$(addr thp thp)" $((7 * 4096)))
if grep -q '^AnonHugePages: *[1-9]' "/proc/$pid/smaps"; then
	explain "$pid" "$a"
	expect_frame "$pid" "$a"
	expect_jq '.page_tables.leaf_size == 2097152 and .frame.order == 9 and
		(.frame.flags | index("thp") != null) and .frame.pfn % 512 == 7'
	result "a transparent huge page"
else
	ktap_test_skip "a transparent huge page" "the kernel gave none"
fi

have swap anon write=0
a=$(addr swap anon)
if [ "$(wc -l </proc/swaps)" -gt 1 ]; then
	order swap.fifo out "$a"
	what_is "$pid" "$a"
	explain "$pid" "$a"
	expect_jq ".pagemap | .state == \"swapped\" and .entry == \"0x$entry\""
	expect_jq ".pagemap.swap_type + .pagemap.swap_offset * 32 == $low and
		(.frame | not) and .holders_by == \"nothing\""
	run shmviz explain "$pid" "$a"
	expect_grep "slot [0-9]+ of the swap area" "$tmp/out"
	result "a page in swap"
else
	ktap_test_skip "a page in swap" "there is no swap"
fi

have ended zombie
zombie=$(sed -n 's/^zombie [^ ]* //p' "$tmp/ended")
wait_for grep -q 'State:.Z' "/proc/$zombie/status"
explain "$zombie" 1000
expect_jq '.where == "unmapped" and (.before | not) and (.after | not)'
kill -9 "$pid"
wait "$pid" 2>/dev/null
wait_for test ! -d "/proc/$pid"
run shmviz explain "$pid" 1000
expect_error 1 "no process $pid"
run shmviz explain "$one"
expect_error 2 "PID and an ADDR"
run shmviz explain 0 1000
expect_error 2 "'0' is not a process"
run shmviz explain "$one" 12x
expect_error 2 "'12x' is not an address"
run shmviz explain "$one" 0x11112222333344445
expect_error 2 "64 bits"
run shmviz explain "$one" 1 2
expect_error 2 "'2'"
result "a process that has ended, and wrong command lines"

# Who is not root sees an own process, but no frame; and not another's.
plain='$) = $( = "65534 65534"; $> = $< = 65534; exec @ARGV or die'
background perl -e "$plain" sleep 1000
wait_for sh -c "grep -q 'Name:.sleep' /proc/$pid/status"
stack=$(sed -n 's/-.*\[stack\]$//p' "/proc/$pid/maps")
end=$(sed -n 's/^[^-]*-\([^ ]*\).*\[stack\]$/\1/p' "/proc/$pid/maps")
[ "$stack" ] || fail "no stack"
run perl -e "$plain" "$SHMVIZ" explain --json "$pid" "$(plus "$end" -8)"
expect_status 0
expect_jq '.pagemap.present and .pagemap.pfn_hidden and (.frame | not)'
run perl -e "$plain" "$SHMVIZ" explain "$pid" "$(plus "$end" -8)"
expect_grep "CAP_SYS_ADMIN" "$tmp/out"
first=$(sed -n 's/-.*//p;q' "/proc/$pid/maps")
run perl -e "$plain" "$SHMVIZ" explain --json "$pid" "$first"
expect_jq '.object.kind == "file" and .object.object == "file:" + .mapping.path'
run perl -e "$plain" "$SHMVIZ" explain "$one" "$(addr one sysv)"
expect_error 1 "run it as root"
result "without the right to see frames"

key=$(printf '%d' 0x4e1f55aa)
shm_make 32768 "$key"
have secret name=secretname "sysv=$shmid" write=0
a=$(addr secret sysv)
explain "$pid" "$a"
pfn=$(jq .frame.pfn "$tmp/out")
explain --redact "$pid" "$a"
expect_jq ".redacted and .frame.pfn != $pfn and .comm == \"proc1\""
expect_jq '.frame.pfn == .pagemap.pfn and (.object.key != "0x4e1f55aa")'
expect_jq '.object.key[2:] as $key | .mapping.line | endswith("/SYSV" + $key + " (deleted)")'
run shmviz explain --redact "$pid" "$a"
for word in 4e1f55aa secretname "$(printf %x "$pfn")"; do
	! grep -q "$word" "$tmp/out" || fail "'$word' is in the redacted text"
done
result "--redact"
finish
