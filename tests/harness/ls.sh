# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash disable=SC2154,SC2034 # variables of lib.sh, and for others
#
# What the tests of all kinds of objects share: a program that has them.

# Has what its arguments say, one after the other, eight pages of each, and
# writes the first three of those that it maps writable; says "WORD ADDRESS FD"
# for each in the file $ARGV[0], and waits. A private mapping is not written.
cat >"$tmp/have.pl" <<'END'
use strict;
my ($file, @words) = @ARGV;
my ($SHARED, $PRIVATE, $ANON, $HUGE) = (1, 2, 0x20, 0x40000);
my ($size, @said, @keep) = (8 * 4096);
open(my $mem, "+<", "/proc/self/mem") or die; binmode $mem;
sub fill { my ($at) = @_;
	for my $page (0 .. 2) {
		sysseek($mem, $at + $page * 4096, 0);
		syswrite($mem, "x") == 1 or die "write: $!";
	} }
sub map_it { my ($prot, $flags, $fd, $len) = @_;
	my $at = syscall(9, 0, $len // $size, $prot, $flags, $fd, 0);
	die "mmap: $!" if $at == -1;
	fill($at) if $prot & 2 && $flags & $SHARED;
	return $at; }
sub memfd { my ($name, $flags, $len) = @_;
	my $n = "$name";
	my $fd = syscall(319, $n, $flags);
	die "memfd: $!" if $fd < 0;
	open(my $f, "+<&=", $fd) or die "memfd: $!";
	truncate($f, $len) or die "memfd: $!";
	push @keep, $f;
	return $fd; }
sub file { my ($path, $mode) = @_;
	open(my $f, $mode // "+<", $path) or die "$path: $!";
	push @keep, $f;
	return fileno($f); }
for (@words) {
	my ($word, $arg) = split /=/, $_, 2;
	my ($at, $fd) = (0, -1);
	if ($word eq "sysv") { $at = syscall(30, $arg + 0, 0, 0); fill($at); }
	elsif ($word eq "newsysv") {
		my $id = shmget(0, $size, 01600) // die "shmget: $!";
		$at = syscall(30, $id, 0, 0); fill($at); $fd = $id; }
	elsif ($word eq "anon") { $at = map_it(3, $SHARED | $ANON, -1); }
	elsif ($word eq "memfd") { $at = map_it(3, $SHARED, $fd = memfd($arg, 1, $size)); }
	elsif ($word eq "fd") { $fd = memfd($arg, 1, $size); }
	elsif ($word eq "file") { $at = map_it(3, $SHARED, $fd = file($arg)); }
	elsif ($word eq "closed") { $at = map_it(3, $SHARED, file($arg)); close(pop @keep); }
	elsif ($word eq "open") { $fd = file($arg); }
	elsif ($word eq "readonly") { $at = map_it(1, $SHARED, $fd = file($arg, "<")); }
	elsif ($word eq "private") { $at = map_it(3, $PRIVATE, $fd = file($arg)); }
	elsif ($word eq "hugememfd") { $at = map_it(3, $SHARED, $fd = memfd($arg, 5, 2 << 20), 2 << 20); }
	elsif ($word eq "hugeanon") { $at = map_it(3, $SHARED | $ANON | $HUGE, -1, 2 << 20); }
	elsif ($word eq "hugesysv") {
		my $id = shmget(0, 2 << 20, 05600) // die "shmget: $!";
		$at = syscall(30, $id, 0, 0); fill($at); $fd = $id; }
	elsif ($word eq "unlink") { unlink($arg) or die "$arg: $!"; next; }
	elsif ($word eq "pipe") { pipe(my $r, my $w); push @keep, $r, $w; $fd = fileno($r); }
	elsif ($word eq "anonprivate") { $at = map_it(3, $PRIVATE | $ANON, -1); }
	elsif ($word eq "fork") { my $pid = fork; sleep 1000 unless $pid; $fd = $pid; }
	else { die "$word?"; }
	die "$word: $!" if $at == -1;
	push @said, sprintf "%s %x %d\n", $word, $at, $fd;
}
open(my $out, ">", "$file.tmp"); print $out @said; close($out);
rename("$file.tmp", $file);
sleep 1000;
END

# have [-x "COMMAND..."] WORD...: its pid in $pid; what it said in $tmp/had.PID
have()
{
	prefix=
	if [ "$1" = -x ]; then
		prefix=$2
		shift 2
	fi
	rm -f "$tmp/had"
	# shellcheck disable=SC2086 # words
	background $prefix perl "$tmp/have.pl" "$tmp/had" "$@"
	wait_for test -e "$tmp/had" || ktap_exit_fail_msg "nothing to look at: $*"
	mv "$tmp/had" "$tmp/had.$pid"
}

# own_shm SUFFIX PAGES: for have -x "env NAME=... unshare -m sh $tmp/own.sh", a
# /dev/shm of its own, which has NAME, of which nothing is there, and NAMESUFFIX.
own_shm()
{
	cat >"$tmp/own.sh" <<END
mount -t tmpfs none /dev/shm || exit
dd if=/dev/zero of="\$NAME" bs=4096 seek=8 count=0 2>/dev/null
dd if=/dev/zero of="\$NAME$1" bs=4096 count=$2 2>/dev/null
exec "\$@"
END
}

# addr_of PID WORD, fd_of PID WORD: of the first such word
addr_of()
{
	sed -n "s/^$2 \([^ ]*\) .*/\1/p" "$tmp/had.$1" | head -n 1
}

fd_of()
{
	sed -n "s/^$2 [^ ]* //p" "$tmp/had.$1" | head -n 1
}

# make_file PATH: eight pages, of which nothing is there yet
make_file()
{
	dd if=/dev/zero of="$1" bs=4096 seek=8 count=0 2>/dev/null
}

# list OPTION...: all that there is, as JSON
list()
{
	run shmviz ls --json "$@"
	expect_status 0
}

# ours_of PID...: what the last list says that they map: "PID START END PROT OFFSET"
ours_of()
{
	for who; do
		jq -r --argjson pid "$who" '.objects[].attachments[] | select(.pid == $pid)
			| "\(.pid) \(.start) \(.end) \(.prot) \(.offset)"' "$tmp/out"
	done | sort
}

# The same by /proc/PID/maps: on the kernel's own mounts, below /dev/shm, or a
# regular file that is shared and writable.
cat >"$tmp/theirs.pl" <<'END'
sub short { my ($range) = @_; $range =~ s/\b0+(?=.)//g; return $range; }
for my $pid (@ARGV) {
	open(my $maps, "<", "/proc/$pid/maps") or die "$pid: $!";
	while (<$maps>) {
		my ($range, $prot, $offset, $dev, $ino, $path) = split " ", $_, 6;
		next unless $path =~ m{^/(SYSV|memfd:|dev/zero|anon_hugepage|dev/shm/)} ||
			($ino && $prot =~ /w.s/ && -f "/proc/$pid/map_files/" . short($range));
		my ($start, $end) = split /-/, short($range);
		printf "%d 0x%s 0x%s %s %d\n", $pid, $start, $end, $prot, hex $offset;
	}
}
END

# expect_maps PID...: the last list has all their mappings, and some there are
expect_maps()
{
	compare_maps "$@"
	[ -s "$tmp/theirs" ] || fail "nothing is mapped"
}

compare_maps()
{
	perl "$tmp/theirs.pl" "$@" | sort >"$tmp/theirs"
	ours_of "$@" >"$tmp/ours"
	cmp -s "$tmp/ours" "$tmp/theirs" && return
	fail "shmviz (-) and /proc/PID/maps (+) differ:"
	diff "$tmp/ours" "$tmp/theirs" | sed 's/^/# /'
}

# of KIND PID: a filter for the object of a kind that a process maps or has open
of()
{
	echo ".objects[] | select(.kind == \"$1\" and
		any(.attachments[], .descriptors[]; .pid == $2))"
}
