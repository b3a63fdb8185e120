#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every command but view leaves all as it was: attachments and times, resident
# and swapped pages, and the marks of use on each page and in each page table.
. "$(dirname "$0")/harness/lib.sh"

need root device perl
share second
[ -w "/proc/$$/clear_refs" ] || ktap_skip_all "needs /proc/PID/clear_refs"
begin 7

# Since 6.17 the kernel can sample who uses what, by the same marks.
damon=/sys/module/damon_stat/parameters/enabled
if [ -w "$damon" ] && [ "$(cat "$damon")" = Y ]; then
	trap 'echo Y >"$damon"; cleanup' EXIT
	echo N >"$damon"
fi

# Maps eight pages each of a segment (twice), a file, a memfd and the board;
# writes pages 0 to 5 and has pages 4 and 5 swapped out, if there is swap. Says
# "NAME ADDRESS" of each, clears all marks of use, and waits.
cat >"$tmp/hold.pl" <<'END'
my ($file, $shmid, $path) = @ARGV;
my $n = "shmviz-test";
open(F, "+<", $path) or die "$path: $!";
open(D, "+<", "/dev/shmviz") or die "/dev/shmviz: $!";
my $memfd = syscall(319, $n, 0);
open(G, "+<&=", $memfd) && truncate(G, 8 * 4096) or die "memfd: $!";
my @at = (["segment", syscall(30, $shmid + 0, 0, 0)],
	  ["again", syscall(30, $shmid + 0, 0, 010000)],
	  ["file", syscall(9, 0, 8 * 4096, 3, 1, fileno(F), 0)],
	  ["memfd", syscall(9, 0, 8 * 4096, 3, 1, $memfd, 0)],
	  ["board", syscall(9, 0, 8 * 4096, 3, 1, fileno(D), 0)]);
open(M, "+<", "/proc/self/mem"); binmode M;
for (@at) {
	my ($name, $at) = @$_;
	die "$name: $!" if $at == -1;
	for my $page ($name eq "again" ? () : 0 .. 5) {
		sysseek(M, $at + $page * 4096, 0);
		syswrite(M, "x") == 1 or die "$name: $!";
	}
	syscall(28, $at + 4 * 4096, 2 * 4096, 21) if $name ne "again";
}
open(C, ">", "/proc/self/clear_refs"); syswrite(C, "1") or die "clear_refs: $!";
close(C);
open(O, ">", "$file.tmp");
printf O "%s %x\n", @$_ for @at;
close(O);
rename("$file.tmp", $file);
sleep 1000;
END

# What the kernel has of all this: nothing that it says comes from shmviz.
cat >"$tmp/facts.pl" <<'END'
my ($pid, $file, $shmid, $path) = @ARGV;
open(S, "<", "/proc/sysvipc/shm");
while (<S>) { print if (split)[1] eq $shmid; }
# Of the file: blocks, which count swap; the times of access and change.
print join(" ", $path, (stat $path)[8, 9, 10, 12]), "\n";
open(P, "<", "/proc/$pid/pagemap") or die; binmode P;
open(K, "<", "/proc/kpageflags") or die; binmode K;
open(N, "<", "/proc/kpagecount") or die; binmode N;
sub u64 { my ($fh, $i) = @_; my $b;
	sysseek($fh, $i * 8, 0); sysread($fh, $b, 8); return unpack("Q", $b); }
open(A, "<", $file);
while (<A>) {
	my ($name, $at) = split;
	for my $page (0 .. 7) {
		my $e = u64(*P, (hex($at) >> 12) + $page);
		my $pfn = $e & ((1 << 55) - 1);
		printf "%s %d pagemap %x", $name, $page, $e;
		# Not whether it has come to the LRU yet, nor is locked just now.
		printf " flags %x maps %d", u64(*K, $pfn) & ~0x21, u64(*N, $pfn)
			if $e >> 63;
		print "\n";
	}
}
# The accessed bits of its page tables.
my ($map, %want) = ("");
open(A, "<", $file);
while (<A>) { my ($name, $at) = split; $want{$at} = $name; }
open(R, "<", "/proc/$pid/smaps");
while (<R>) {
	$map = $want{$1} // "" if /^0*([0-9a-f]+)-/;
	print "$map $_" if $map ne "" && /^(Rss|Swap|Referenced|Shared_Dirty|Private_Dirty):/;
}
END

facts()
{
	perl "$tmp/facts.pl" "$holder" "$tmp/held" "$shmid" "$posix"
}

posix=/dev/shm/shmviz-test-$$
trap 'rm -f "$posix"; cleanup' EXIT
dd if=/dev/zero of="$posix" bs=4096 seek=8 count=0 2>/dev/null
shm_make 32768
background perl "$tmp/hold.pl" "$tmp/held" "$shmid" "$posix"
holder=$pid
wait_for test -e "$tmp/held"
at()
{
	sed -n "s/^$1 //p" "$tmp/held"
}
# A time that is set anew must show.
past()
{
	[ "$(date +%s)" -gt "$(shm_line "$shmid" atime)" ] &&
		[ "$(date +%s)" -gt "$(stat -c %Y "$posix")" ]
}
wait_for past

# undisturbed COMMAND...: it works, and all is as before
undisturbed()
{
	facts >"$tmp/before"
	run shmviz "$@"
	[ "$status" = 0 ] || [ "$1" = doctor ] || expect_status 0
	[ -s "$tmp/out" ] || fail "$ran said nothing"
	facts >"$tmp/after"
	cmp -s "$tmp/before" "$tmp/after" && return
	fail "$ran changed something:"
	diff "$tmp/before" "$tmp/after" | head -n 20 | sed 's/^/# /'
}

facts >"$tmp/before"
expect_grep "^segment Referenced: +0 kB" "$tmp/before"
expect_grep "^file Referenced: +0 kB" "$tmp/before"
expect_same "$(grep -c ' pagemap ' "$tmp/before")" 40 "pages looked at"
expect_grep "^segment 0 pagemap .* flags .* maps 1" "$tmp/before"
# Bit 2 is KPF_REFERENCED.
perl -ne '$bad = 1 if / flags (\w+)/ && hex($1) & 4; END { exit !!$bad }' \
	"$tmp/before" || fail "a page is marked as referenced before anyone looked"
[ "$(shm_line "$shmid" swap)" = 0 ] &&
	ktap_print_msg "no swap took any page: swapped ones are not looked at"
expect_same "$(facts | cmp - "$tmp/before")" "" "what is read twice"
result "the facts hold still while nobody looks"

undisturbed frames "$shmid"
undisturbed frames "$shmid" --all
undisturbed frames "$shmid" --fold
undisturbed frames "$shmid" --json
undisturbed frames "$shmid" --pages 2-6 --json
undisturbed frames --ipcns "$holder" "$shmid"
undisturbed frames --ipcns "$holder" "$shmid" --json
result "frames of a segment"

for name in segment again file memfd board; do
	undisturbed frames --pid "$holder" --addr "$(at $name)"
	undisturbed frames --pid "$holder" --addr "$(at $name)" --json
done
undisturbed frames --path "$posix"
undisturbed frames --path "$posix" --json
undisturbed frames --board
undisturbed frames --board --json
result "frames by address, by path, of the board"

for option in --full --json --svg --html --dot; do
	undisturbed map "$shmid" "$option"
	undisturbed map "$option"
done
undisturbed map --pid "$holder" --addr "$(at memfd)"
undisturbed map --path "$posix" --pages 2-6
undisturbed map --board
result "map"

undisturbed ls
undisturbed ls --json
result "ls"

undisturbed doctor
undisturbed doctor --json
result "doctor"

run shmviz trace --duration 0.1
if [ "$status" = 3 ]; then
	ktap_test_skip "trace" "$(tail -n 1 "$tmp/err")"
else
	undisturbed trace --duration 0.3
	undisturbed trace --duration 0.3 --json
	result "trace"
fi
finish
