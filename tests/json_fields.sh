#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every field of the JSON that describes objects (ls, ls --all, frames, map, explain,
# doctor) against what /proc, stat(2) and uname(2) say of the same thing.
. "$(dirname "$0")/harness/lib.sh"

need root jq perl
share first
has_device && device=4 || device=0
begin $((6 + device))
posix=/dev/shm/fields-$$
trap 'rm -f "$posix"; cleanup' EXIT

# A segment whose creator, owner and groups are four, of which none is root's; a file
# in /dev/shm and a memfd likewise. The program says where it has what.
cat >"$tmp/have.pl" <<'END'
use strict;
my ($file, $posix) = @ARGV;
my ($comm, $memfd_name, $stat) = ("fields \"1\"", "fields", "\0" x 112);
sub fill { my ($at, $x) = (@_, "x");
	open(my $mem, "+<", "/proc/self/mem"); binmode $mem;
	for my $page (0, 1) { sysseek($mem, $at + $page * 4096, 0); syswrite($mem, $x) == 1 or die; } }
$) = "2001 2001"; $> = 1001;
my $id = shmget(0x0f1e1d5, 20000, 03600) // die "shmget: $!";
$> = 0; $) = "0 0";
shmctl($id, 2, $stat) or die "IPC_STAT: $!";
substr($stat, 4, 8) = pack("LL", 1002, 2002);
substr($stat, 20, 2) = pack("S", 0641);
shmctl($id, 1, $stat) or die "IPC_SET: $!";
shmctl($id, 11, 0) or die "SHM_LOCK: $!";
my $rw = syscall(30, $id, 0, 0); fill($rw);
my $ro = syscall(30, $id, 0, 010000);
open(my $p, "+>", $posix) or die; truncate($p, 12345);
chown(1003, 2003, $posix); chmod(0604, $posix);
my $pm = syscall(9, 0, 8192, 3, 1, fileno($p), 4096); fill($pm);
my $fd = syscall(319, $memfd_name, 1);
open(my $m, "+<&=", $fd); truncate($m, 9000);
my $mm = syscall(9, 0, 8192, 3, 1, $fd, 0); fill($mm);
syscall(157, 15, $comm);
open(my $out, ">", "$file.tmp");
printf $out "%d %x %x %d %d\n", $id, $rw, $ro, fileno($p), $fd;
close($out); rename("$file.tmp", $file);
sleep 1000;
END
background perl "$tmp/have.pl" "$tmp/had" "$posix"
holder=$pid
wait_for test -s "$tmp/had"
read -r id rw ro posix_fd memfd_fd <"$tmp/had"
shmids="$shmids $id"

# want WHAT ARG...: what the kernel says of it, as JSON
cat >"$tmp/want.pl" <<'END'
use strict;
sub slurp { open(my $f, "<", $_[0]) or die "$_[0]: $!"; local $/; return <$f> }
sub text { my ($t) = @_; $t =~ s/(["\\])/\\$1/g; return "\"$t\"" }
sub comm { my $c = slurp("/proc/$_[0]/comm"); chomp $c; return text($c) }
sub json { my @f; while (@_) { my ($k, $v) = splice(@_, 0, 2); push @f, "\"$k\":$v" }
	return "{" . join(",", @f) . "}" }
sub sysvipc { my ($id) = @_; my (@names, %row);
	for (split /\n/, slurp("/proc/sysvipc/shm")) { my @f = split;
		if (!@names) { @names = @f } elsif ($f[1] == $id) { @row{@names} = @f } }
	return %row }
# The mappings of a process whose line matches, in the order of their addresses.
sub maps { my ($pid, $match) = @_;
	return grep { $_->{path} =~ $match } map {
		/^(\w+)-(\w+) (....) (\w+) (\w+):(\w+) (\d+) *(.*)$/ ?
		{ start => $1, end => $2, prot => $3, offset => hex $4, dev => [hex $5, hex $6],
		  ino => $7, path => $8 } : () } split /\n/, slurp("/proc/$pid/maps") }
sub ns { return (stat("/proc/$_[0]/ns/ipc"))[1] }
sub devs { my ($dev) = @_;
	return (($dev >> 8 & 0xfff) | ($dev >> 32 & ~0xfff), ($dev & 0xff) | ($dev >> 12 & ~0xff)) }
my ($what, $pid, @arg) = @ARGV;
if ($what eq "segment" || $what eq "sysv") {
	my %s = sysvipc($arg[0]);
	my @at = map { json(pid => $pid, comm => comm($pid), start => "\"0x$_->{start}\"",
		end => "\"0x$_->{end}\"", $what eq "sysv" ? (offset => $_->{offset}) : (),
		prot => text($what eq "sysv" ? $_->{prot} : substr($_->{prot}, 0, 3))) }
		maps($pid, qr/^\/SYSV/);
	my @all = (ipcns => ns($pid), shmid => $s{shmid}, key => sprintf("\"0x%08x\"", $s{key}),
		size => $s{size}, uid => $s{uid}, gid => $s{gid}, cuid => $s{cuid},
		mode => sprintf("\"%04o\"", oct($s{perms}) & 0777), nattch => $s{nattch},
		status => oct($s{perms}) & 02000 ? "[\"locked\"]" : "[]", cpid => $s{cpid},
		creator => comm($s{cpid}), lpid => $s{lpid}, resident => $s{rss}, swapped => $s{swap},
		attachments => "[" . join(",", @at) . "]");
	push @all, kind => "\"sysv\"", object => "\"sysv:$s{shmid}\"", inode => $s{shmid},
		maps => scalar(@at), procs => 1, fds => 0, descriptors => "[]" if $what eq "sysv";
	print json(@all), "\n";
} elsif ($what eq "file") {
	my ($fd, $kind, $name, $object, $match) = @arg;
	my @s = stat("/proc/$pid/fd/$fd");
	my ($major, $minor) = devs($s[0]);
	my @at = map { json(pid => $pid, comm => comm($pid), start => "\"0x$_->{start}\"",
		end => "\"0x$_->{end}\"", offset => $_->{offset}, prot => text($_->{prot})) }
		maps($pid, qr/$match/);
	print json(kind => text($kind), name => text($name), object => text($object),
		dev_major => $major, dev_minor => $minor, inode => $s[1], size => $s[7],
		allocated => $s[12] * 512, uid => $s[4], gid => $s[5],
		mode => sprintf("\"%04o\"", $s[2] & 07777), resident => $s[12] * 512, swapped => 0,
		status => "[]", maps => scalar(@at), procs => 1, fds => 1,
		attachments => "[" . join(",", @at) . "]",
		descriptors => "[" . json(pid => $pid, comm => comm($pid), fd => $fd) . "]"), "\n";
} elsif ($what eq "object") {
	my %s = sysvipc($arg[0]);
	print json(kind => "\"segment\"", ipcns => ns($pid), shmid => $s{shmid},
		key => sprintf("\"0x%08x\"", $s{key}), mode => sprintf("\"%04o\"", oct($s{perms}) & 0777),
		nattch => $s{nattch}, size => $s{size}, pages => int(($s{size} + 4095) / 4096),
		inode => $s{shmid}, page_order => 0, status => "[\"locked\"]"), "\n";
} elsif ($what eq "sharers") {
	print "[", join(",", map { json(pid => $pid, comm => comm($pid), start => "\"0x$_->{start}\"",
		end => "\"0x$_->{end}\"", first_page => $_->{offset} / 4096, prot => text($_->{prot}),
		locked => "false", view => "false") } maps($pid, qr/^\/SYSV/)), "]\n";
} elsif ($what eq "area") {
	my ($m) = grep { hex($_->{start}) == hex($arg[0]) } maps($pid, qr/./);
	my ($line) = grep { /^\Q$m->{start}\E-/ } split /\n/, slurp("/proc/$pid/maps");
	my ($smap) = slurp("/proc/$pid/smaps") =~ /^(\Q$m->{start}\E-.*?VmFlags:[^\n]*)/ms;
	my ($flags) = $smap =~ /VmFlags: (.*)$/;
	my ($size) = $smap =~ /KernelPageSize: +(\d+)/;
	print json(start => "\"0x$m->{start}\"", end => "\"0x$m->{end}\"", prot => text($m->{prot}),
		offset => $m->{offset}, dev_major => $m->{dev}[0], dev_minor => $m->{dev}[1],
		inode => $m->{ino}, path => text($m->{path}), line => text($line), memory => "\"object\"",
		kernel_page_size => $size * 1024, vm_flags => text($flags)), "\n";
} elsif ($what eq "entry") {
	open(my $p, "<", "/proc/$pid/pagemap"); binmode $p; my $e;
	sysseek($p, (hex($arg[0]) >> 12) * 8, 0); sysread($p, $e, 8); $e = unpack("Q", $e);
	sub bit { return $e >> $_[0] & 1 ? "true" : "false" }
	print json(entry => sprintf("\"0x%016x\"", $e), state => "\"present\"", present => bit(63),
		swapped => bit(62), file_or_shared => bit(61), uffd_wp => bit(57),
		exclusive => bit(56), soft_dirty => bit(55), pfn => $e & ((1 << 55) - 1)), "\n";
} elsif ($what eq "frame") {
	my $pfn = $arg[0];
	sub word { my ($file) = @_; my $w = ""; open(my $f, "<", "/proc/$file") or return 0;
		binmode $f; sysseek($f, $pfn * 8, 0); sysread($f, $w, 8); return unpack("Q", $w) }
	my ($node, $zone, $spanned, @in);
	for (split /\n/, slurp("/proc/zoneinfo")) {
		($node, $zone) = ($1, $2) if /^Node (\d+), zone +(\w+)/;
		$spanned = $1 if /^ +spanned +(\d+)/;
		@in = ($node, $zone) if /^ +start_pfn: +(\d+)/ && $pfn >= $1 && $pfn < $1 + $spanned;
	}
	print json(pfn => $pfn, phys => sprintf("\"0x%x\"", $pfn * 4096), node => $in[0],
		zone => text($in[1]), mapcount => word("kpagecount"),
		-e "/proc/kpagecgroup" ? (memcg => word("kpagecgroup")) : ()), "\n";
}
END
want()
{
	perl "$tmp/want.pl" "$@" >"$tmp/want" || fail "no oracle for $*"
}

# expect_fields FILTER: what it finds has each field of $tmp/want, and as it is there
expect_fields()
{
	jq -r --slurpfile want "$tmp/want" "[$1]"' | if length != 1 then "\(length) of them" else
		.[0] as $got | $want[0] | if type == "array" then select(. != $got) |
			"\($got | tojson), expected \(tojson)" else
		to_entries[] | select(.value != $got[.key]) |
		"\(.key): \($got[.key] | tojson), expected \(.value | tojson)" end end' \
		"$tmp/out" >"$tmp/diff" 2>&1
	[ -s "$tmp/diff" ] || [ ! -s "$tmp/want" ] || return
	fail "$ran: $1:"
	sed 's/^/# /' "$tmp/diff" | head -n 20
}

run shmviz ls --json
expect_status 0
want segment "$holder" "$id"
expect_fields ".segments[] | select(.shmid == $id and .ipcns == $(stat -L -c %i /proc/self/ns/ipc))"
expect_jq ".segments[] | select(.shmid == $id) | .uid == 1002 and .gid == 2002 and .cuid == 1001"
result "ls: every field of a segment"

# The table, column by column.
run shmviz ls -r -b -n -o NS,SHMID,KEY,UID,GID,CUID,CGID,MODE,SIZE,RSS,SWAP,NATTCH,STATUS,CPID,LPID
expect_status 0
expect_same "$(awk -v id="$id" '$2 == id' "$tmp/out")" \
	"$(stat -L -c %i /proc/self/ns/ipc) $id $(printf '0x%08x' "$(shm_line "$id" key)") $(
	for column in uid gid cuid cgid; do shm_line "$id" $column; done | tr '\n' ' ')0641 $(
	for column in size rss swap nattch; do shm_line "$id" $column; done | tr '\n' ' ')locked $(
	for column in cpid lpid; do shm_line "$id" $column; done | tr '\n' ' ' | sed 's/ $//')" \
	"columns of the table"
run shmviz ls -r -n -o SHMID,SIZE,RSS
expect_same "$(awk -v id="$id" '$1 == id' "$tmp/out")" "$id 19.5K 8K" "sizes for people"
result "ls: every column of a segment"

run shmviz ls --all --json
expect_status 0
want sysv "$holder" "$id"
expect_fields ".objects[] | select(.kind == \"sysv\" and .shmid == $id and
	.ipcns == $(stat -L -c %i /proc/self/ns/ipc))"
want file "$holder" "$posix_fd" posix "${posix#/dev/shm}" "posix:${posix#/dev/shm}" "^$posix\$"
expect_fields ".objects[] | select(.name == \"${posix#/dev/shm}\")"
want file "$holder" "$memfd_fd" memfd fields "memfd:$holder/$memfd_fd" '^/memfd:fields'
expect_fields ".objects[] | select(.kind == \"memfd\" and any(.descriptors[]; .pid == $holder))"
result "ls --all: every field of a segment, a file and a memfd"

addr=$(printf '%x' $((0x$rw + 4096 + 0x123)))
run shmviz explain --json "$holder" "$addr"
expect_status 0
want area "$holder" "$rw"
expect_fields .mapping
want entry "$holder" "$(printf '%x' $((0x$rw + 4096)))"
expect_fields .pagemap
pfn=$(jq .pfn "$tmp/want")
want frame "$holder" "$pfn"
# On 6.1 kpagecgroup has it of the first page of a folio only; here pages are small.
expect_fields .frame
expect_jq ".type == \"explain\" and .version == 1 and .redacted == false and .pid == $holder and
	.comm == \"fields \\\"1\\\"\" and .addr == \"0x$addr\" and .page_offset == 291 and
	.where == \"mapped\" and .page == 1 and .frame.phys_addr ==
	\"0x$(printf '%x' $((pfn * 4096 + 0x123)))\""
expect_jq ".object | .object == \"sysv:$id\" and .kind == \"sysv\" and .size == 20000 and
	.mode == \"0641\" and .uid == 1002 and .gid == 2002 and .key == \"0x00f1e1d5\""
# The other mapping, which nobody has touched.
expect_jq ".holders == [{pid: $holder, comm: \"fields \\\"1\\\"\", prot: \"r--s\", has: \"hollow\",
	addr: \"0x$(printf '%x' $((0x$ro + 4096 + 0x123)))\", view: false}]"
# Which bits of the address lead through which table.
expect_jq ".page_tables | .levels as \$n | [.fields[] | select(.low >= 12)] | all(.[];
	.high - .low == 8)"
perl -e 'my $a = hex $ARGV[0]; printf "[%s]\n", join ",", map { $a >> $_ & 511 } @ARGV[1 .. 4]' \
	"$addr" 39 30 21 12 >"$tmp/want"
jq '[.page_tables.fields[] | select(.low >= 12 and .low <= 39) | .index]' "$tmp/out" >"$tmp/got"
expect_same "$(jq -c . "$tmp/got")" "$(jq -c . "$tmp/want")" "indexes of the tables"
result "explain: every field of mapping, entry, frame and object"

# Nothing is mapped there: its neighbours are.
perl -e 'open(M, "<", "/proc/$ARGV[0]/maps"); my $last = 0;
	while (<M>) { /^(\w+)-(\w+)/; if ($last && hex($1) > $last + 8192) {
		printf "%x %x %s\n", $last + 4096, $last, $1; last } $last = hex $2 }' "$holder" >"$tmp/gap"
read -r gap before after <"$tmp/gap"
run shmviz explain --json "$holder" "$gap"
expect_status 0
expect_jq ".where == \"unmapped\" and .before.end == \"0x$before\" and
	.after.start == \"0x${after##0}\" and (has(\"mapping\") | not) and (has(\"frame\") | not)"
# With five levels of page tables addresses have nine bits more.
if [ "$(jq .page_tables.levels "$tmp/out")" = 5 ]; then
	ends="ff00000000000000 100000000000000 feffffffffffffff ffffffffffffff"
else
	ends="ffff800000000000 800000000000 ffff7fffffffffff 7fffffffffff"
fi
# shellcheck disable=SC2086 # words
set -- $ends
for where in "$1 kernel" "$2 non-canonical" "$3 non-canonical" "$4 unmapped" \
	"ffffffffffffffff kernel"; do
	run shmviz explain --json "$holder" "${where% *}"
	expect_status 0
	expect_jq ".where == \"${where#* }\""
done
result "explain: between mappings, and at the ends of the address space"

run shmviz doctor --json
expect_jq ".kernel == \"$(uname -r)\" and .version == \"$("$SHMVIZ" --version | sed 's/.* //')\" and
	([.checks[].name] | unique | length) == (.checks | length) and
	all(.checks[]; (.ok == (.verdict == \"ok\" or .verdict == \"off\")) and
		(.detail | length) > 0 and
		(if .ok then .verdict == \"off\" or .advice == null else .advice != null end))"
expect_jq ".checks[] | select(.name == \"module\") |
	.ok == $([ -d /sys/module/shmviz ] && echo true || echo false)"
expect_jq ".checks[] | select(.name == \"device\") |
	.ok == $([ -c /dev/shmviz ] && echo true || echo false)"
expect_jq ".checks[] | select(.name == \"btf\") |
	.ok == $([ -r /sys/kernel/btf/vmlinux ] && echo true || echo false)"
result "doctor: every check says what is so"

if [ "$device" != 0 ]; then
	run shmviz frames --json "$id"
	expect_status 0
	want object "$holder" "$id"
	expect_fields .object
	want sharers "$holder"
	expect_fields '(.sharers | sort_by(.start))'
	expect_jq '.page_size == 4096 and .summary == {pages: 5, present: 2, swapped: 0, holes: 3} and
		[.pages[].state] == ["present", "present", "hole", "hole", "hole"]'
	for page in 0 1; do
		want entry "$holder" "$(printf '%x' $((0x$rw + page * 4096)))"
		want frame "$holder" "$(jq .pfn "$tmp/want")"
		expect_fields ".pages[$page]"
		expect_jq ".pages[$page] | .order == 0 and .refcount >= 1 + .mapcount and
			(.flags | contains([\"uptodate\", \"swapbacked\"]))"
	done
	result "frames: every field of a segment, its sharers and pages"

	run shmviz frames --json --path "$posix"
	expect_jq ".object | .kind == \"file\" and .dev_major == $((0x$(stat -c %D "$posix") >> 8)) and
		.dev_minor == $((0x$(stat -c %D "$posix") & 0xff)) and .size == 12345 and .pages == 4 and
		.inode == $(stat -c %i "$posix") and .status == [] and (has(\"nattch\") | not)"
	run shmviz frames --json --board
	expect_jq '.object | .kind == "board" and .size == .pages * 4096 and (has("shmid") | not)'
	result "frames: every field of a file; the board"

	before=$(date +%s)
	run shmviz map --json "$id"
	after=$(date +%s)
	expect_status 0
	expect_jq ".type == \"picture\" and .version == 1 and .redacted == false and
		.taken >= $before * 1000000000 and .taken <= ($after + 1) * 1000000000 and
		.host == \"$(uname -n) $(uname -r)\""
	expect_jq ".objects[0] | .object == \"sysv:$id\" and .kind == \"sysv\" and .name == \"0x00f1e1d5\" and
		.size == 20000 and .page_size == 4096 and .page_order == 0 and .pages == 5 and
		.present == 2 and .swapped == 0 and .holes == 3 and
		(.flags | sort) == [\"locked\", \"shmem\"] and .shmid == $id and .nattch == 2 and
		.ipcns == $(stat -L -c %i /proc/self/ns/ipc) and .page_first == 0 and .page_count == 5"
	jq '[.sharers[] | {start, "end": .end, first: .first_page, prot}] | sort_by(.start)' >"$tmp/want" <<-END
		$("$SHMVIZ" frames --json "$id")
	END
	expect_fields '(.objects[0].processes[0].mappings | map({start, "end": .end, first, prot}) | sort_by(.start))'
	expect_jq ".objects[0].processes | length == 1 and .[0].pid == $holder and
		.[0].comm == \"fields \\\"1\\\"\" and [.[0].mappings[].mapping] == [0, 1]"
	result "map: every field of a segment"

	run shmviz explain --json "$holder" "$addr"
	expect_jq ".object | .shmid == $id and .nattch == 2 and
		.ipcns == $(stat -L -c %i /proc/self/ns/ipc) and .own_page == {state: \"present\", pfn: $pfn}"
	expect_jq '.holders_by == "device" and .frame.source == "device" and .frame.order == 0'
	result "explain, with the device: what it adds"
fi
finish
