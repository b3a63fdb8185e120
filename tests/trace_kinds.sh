#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz trace --kind: memfd, POSIX shared memory, shared anonymous memory and
# files, from their making to their end; the ranges that events add up to are
# those of /proc/PID/maps.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"

need root jq perl stress-ng
run shmviz trace --kind memfd --duration 0.01
if [ "$status" = 3 ]; then
	begin 1
	run shmviz trace --kind memfd --duration 1
	expect_error 3 "this kernel allows no tracing: .*(fentry|kprobe) programs were refused"
	run shmviz trace --kind all --json -- true
	expect_status 3
	run shmviz trace --kind sysv --duration 0.01
	expect_status 0
	result "without fentry and kprobes: status 3; System V as ever"
	finish
	exit
fi
begin 10

# words FILTER: what happened to objects that pass it, in $tmp/ev
words()
{
	jq -r "[.[] | select($1) | if .cause then .event + \":\" + .cause else .event end] |
		join(\" \")" "$tmp/ev"
}

trace_to --kind memfd -- perl -e '
	$page = 4096; $name = "hello"; $fd = syscall(319, $name, 1);
	open($file, "+<&=", $fd); truncate($file, 6 * $page);
	$at = syscall(9, 0, 6 * $page, 3, 1, $fd, 0);
	if (!fork) { exit } wait;
	syscall(11, $at + $page, $page);
	syscall(10, $at + 4 * $page, $page, 1); syscall(10, $at + 4 * $page, $page, 3);
	$to = syscall(9, 0, $page, 0, 0x22, -1, 0); syscall(25, $at, $page, $page, 3, $to);
	shmctl(shmget(0, 1, 01600), 0, 0)'
expect_same "$(words true)" "create resize map inherit drop:exit \
split adjust split adjust drop:munmap \
split adjust split adjust protect adjust drop:merge drop:merge protect \
split drop:split drop:exit drop:exit destroy" "what happened"
expect_jq '.[0].inode as $inode | all(.[]; .kind == "memfd" and .inode == $inode and .dev_major == 0) and
	all(.[:-1][]; .name == "hello") and (.[-1] | has("name") | not) and
	(.[0].size == 0) and all(.[1:][]; .size == 24576)' "$tmp/ev"
expect_jq '.[2] | .prot == "rw-s" and .offset == 0 and
	all(.addr, .end; test("^0x7[0-9a-f]{11}$"))' "$tmp/ev"
expect_jq '(.[0].pid) as $p | .[3].ppid == $p and .[3].pid != $p and .[4].pid == .[3].pid and
	.[3].addr == .[2].addr' "$tmp/ev"
expect_jq '[.[] | select(.event == "adjust")] | all(.[]; .was_addr and .was_end and
	(.was_addr != .addr or .was_end != .end))' "$tmp/ev"
expect_jq '.[0].kinds == ["memfd"]' "$tmp/all"
# It ends after its last process has left all namespaces.
expect_jq '.[-1].ipcns == .[0].ipcns' "$tmp/ev"
result "a memfd: made, sized, mapped, inherited, split, merged, moved, destroyed"

# Of huge pages not only ftruncate changes the size.
pool=$(cat /proc/sys/vm/nr_hugepages)
echo $((pool + 4)) >/proc/sys/vm/nr_hugepages
if [ "$(cat /proc/sys/vm/nr_hugepages)" -lt $((pool + 4)) ]; then
	ktap_test_skip "a memfd on huge pages: no 4 huge pages to be had"
else
	trace_to --kind memfd -- perl -e '
		$huge = 2 << 20; $name = "huge"; $fd = syscall(319, $name, 5);
		syscall(285, $fd, 0, 0, $huge); syscall(285, $fd, 0, 0, $huge);
		syscall(285, $fd, 1, $huge, $huge);
		$at = syscall(9, 0, 2 * $huge, 3, 1, $fd, 0);
		$at = syscall(9, 0, $huge, 3, 1, $fd, 0);
		open($file, "+<&=", $fd); truncate($file, $huge)'
	expect_same "$(words true)" \
		"create resize resize map map resize drop:exit drop:exit destroy" "what happened"
	expect_same "$(jq -c '[.[] | select(.event == "resize").size / 2097152]' "$tmp/ev")" "[1,2,1]"
	result "a memfd on huge pages: sized by fallocate, mmap and ftruncate"
fi
echo "$pool" >/proc/sys/vm/nr_hugepages

trace_to --kind anon -- perl -e '
	$at = syscall(9, 0, 8192, 3, 0x21, -1, 0);
	if (!fork) { exec $^X, "-e", "1" } wait;
	if (!fork) { syscall(11, $at, 8192); exit } wait;
	syscall(11, $at, 8192); syscall(9, 0, 8192, 3, 0x22, -1, 0)'
expect_same "$(words true)" \
	"create map inherit drop:exec inherit drop:munmap drop:munmap destroy" "what happened"
expect_jq '([.[].inode] | unique | length) == 1 and all(.[]; has("name") | not)' "$tmp/ev"
result "shared anonymous memory: fork, exec, munmap; private memory is none"

# Another tmpfs has a file of the same name. Before 6.6 an open cannot be seen.
name=shmviz-test-$$
trace_to --kind posix -- perl -e '
	open(A, ">", "/tmp/$ARGV[0]"); close A; unlink "/tmp/$ARGV[0]";
	open($f, "+>", "/dev/shm/$ARGV[0]"); truncate($f, 8192);
	$at = syscall(9, 0, 8192, 1, 1, fileno $f, 0);
	syscall(9, 0, 8192, 1, 2, fileno $f, 0);
	syscall(285, fileno $f, 0, 0, 16384);
	open($g, "<", "/dev/shm/$ARGV[0]"); close $g;
	link "/dev/shm/$ARGV[0]", "/dev/shm/$ARGV[0].2";
	unlink "/dev/shm/$ARGV[0]", "/dev/shm/$ARGV[0].2";
	symlink "x", "/dev/shm/$ARGV[0]"; unlink "/dev/shm/$ARGV[0]";
	syscall(285, fileno $f, 0, 0, 4096);
	close $f; syscall(11, $at, 8192)' "$name"
expect_same "$(words '.event != "open"')" "create resize map map resize unlink unlink \
drop:munmap drop:exit destroy" "what happened"
if jq -e '.[0].blind | any(.[]; startswith("who opens"))' "$tmp/all" >"$tmp/blind"; then
	expect_same "$(words '.event == "open"')" "" "opens"
else
	expect_same "$(words '.event == "open"')" "open" "opens"
fi
expect_jq "all(.[:-1][]; .name | startswith(\"$name\"))" "$tmp/ev"
expect_jq '[.[] | select(.event == "map") | .prot] == ["r--s", "r--p"]' "$tmp/ev"
expect_jq '[.[] | select(.event == "resize") | .size] == [8192, 16384] and
	[.[] | select(.event == "unlink") | .nlink] == [1, 0]' "$tmp/ev"
result "POSIX shared memory, from its name to its end"

trace_to --kind file -- perl -e '
	open($f, "+>", "$ARGV[0]"); truncate($f, 8192);
	$at = syscall(9, 0, 8192, 3, 1, fileno $f, 0);
	syscall(9, 0, 8192, 3, 2, fileno $f, 0);
	open($g, "<", $ARGV[0]); syscall(9, 0, 8192, 1, 1, fileno $g, 0);
	syscall(11, $at, 4096)' "$tmp/shared"
expect_same "$(words '.name == "shared"')" "map split adjust drop:munmap drop:exit" "what happened"
expect_same "$(jq -r '.[0] | "\(.dev_major):\(.dev_minor) \(.inode)"' "$tmp/ev")" \
	"$(perl -e '@s = stat $ARGV[0]; printf "%d:%d %d", $s[0] >> 8, $s[0] & 255, $s[1]' "$tmp/shared")" \
	"device and inode"
result "a file: mapped shared and writable, and nothing else of it"

# VMAs by process and object, from the events: their range, protection and offset. A split
# of a segment has no adjust: it is cut off the VMA that it lies in. Where mprotect moves the
# boundary between two VMAs of a segment, protect alone tells it: it has the VMA that is there
# then, which is cut out of all others.
rebuild='def hex: ltrimstr("0x") | explode | reduce .[] as $c (0;
		. * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
	def pages: . + 4095 | . - . % 4096;
	def cut($v): map(
		if .[0] < $v[1] and $v[0] < .[1] then
			[.[0], $v[0], .[2], .[3]], [$v[1], .[1], .[2], .[3] + $v[1] - .[0]] |
			select(.[0] < .[1])
		else . end);
	reduce (.[] | select(.addr and (.errno == null) and (.event != "shmdt"))) as $e ({};
	($e.addr | hex) as $addr |
	(if $e.event == "shmat" then [$addr, $addr + ($e.size | pages),
			(if $e.args.shmflg >= 4096 then "r--s" else "rw-s" end), 0]
	 else [$addr, ($e.end | hex), $e.prot, $e.offset] end) as $v |
	"\($e.pid) \(if $e.kind then $e.inode else $e.shmid end)" as $k |
	if any("map", "shmat", "inherit"; . == $e.event) then .[$k] += [$v]
	elif $e.event == "split" then
		.[$k] |= (if $e.kind then . else cut($v) end) + [$v]
	elif $e.event == "adjust" then ($e.was_addr | hex) as $from | ($e.was_end | hex) as $to |
		.[$k] |= (map(select(.[0] != $from or .[1] != $to)) + [$v])
	elif $e.event == "protect" then
		.[$k] |= (if $e.kind then
			map(if .[0] <= $v[0] and $v[1] <= .[1] then .[2] = $v[2] else . end)
			else cut($v) + [$v] end)
	elif $e.event == "drop" then .[$k] |= map(select(.[0] != $v[0] or .[1] != $v[1]))
	else . end) |
	to_entries[] | .key as $k | .value[] | "\($k) \(map(tostring) | join(" "))"'

# maps PID: the same from /proc/PID/maps
maps()
{
	perl -ne 'BEGIN { $pid = shift }
		/^(\w+)-(\w+) (\S+) (\w+) \S+ (\d+) +(\/memfd:dance|\/dev\/zero|\/SYSV)/ and
		print join(" ", $pid, $5, hex $1, hex $2, $3, hex $4), "\n"' "$1" "/proc/$1/maps"
}

# A process and its child at rest, after they have mapped, split, protected, moved and let
# go in ways that only their seed knows.
cat >"$tmp/dance" <<'END'
srand($ARGV[0]);
my $page = 4096; my $name = "dance";
my $fd = syscall(319, $name, 1); open(my $file, "+<&=", $fd); truncate($file, 64 * $page);
my @at = map { syscall(9, 0, 16 * $page, 3, 1, $fd, $_ * 16 * $page) } 0 .. 3;
push @at, syscall(9, 0, 16 * $page, 3, 0x21, -1, 0);
my $id = shmget(0, 16 * $page, 01600);
push @at, syscall(30, $id, 0, $_) for 0, 0, 010000;
shmctl($id, 0, 0);
my @prots = (0, 1, 1, 3, 3, 5);
sub dance {
	for (1 .. $_[0]) {
		my $zone = int rand @at;
		my $at = $at[$zone] + $page * int rand 16;
		my $len = $page * (1 + int rand 4);
		my $prot = $prots[rand @prots];
		my $what = rand 7;
		if ($what < 1) { syscall(11, $at, $len) }
		elsif ($what < 4) { syscall(10, $at, $len, $prot) }
		elsif ($what < 5) { syscall(10, $at[$zone], 16 * $page, $prot) }
		elsif ($what < 6) { syscall(9, $at, $len, 3, 0x11, $fd, $page * int rand 60) }
		elsif ($what < 6.5) { syscall(25, $at, $len, $len, 3, $at[$zone] + $page * int rand 16) }
		# Segments do not tell that they have grown.
		elsif ($zone < 5) { syscall(25, $at, $len, $len + $page, 1) }
	}
}
dance(80);
$child = fork;
srand($ARGV[0] + !$child); dance(40);
$| = 1;
print $child ? "parent $$\n" : "child $$\n";
sleep 1000;
END
for seed in $(seq "${ROUNDS:-3}"); do
	: >"$tmp/pids"
	trace_begin --kind sysv,memfd,anon --buffer 64M --no-segments
	perl "$tmp/dance" $seed >"$tmp/pids" &
	pids="$pids $!"
	wait_for sh -c '[ "$(wc -l <"$1")" = 2 ]' - "$tmp/pids"
	for pid in $(cut -d' ' -f2 "$tmp/pids"); do
		maps "$pid"
	done | sort >"$tmp/theirs"
	trace_end
	jq -r "[.[] | select(.pid as \$p | any($(cut -d' ' -f2 "$tmp/pids" | paste -sd, -); . == \$p))] | $rebuild" \
		"$tmp/ev" | sort >"$tmp/ours"
	[ "$(wc -l <"$tmp/theirs")" -gt 30 ] || fail "the dance left next to nothing"
	if ! cmp -s "$tmp/ours" "$tmp/theirs"; then
		fail "seed $seed: VMAs from events (-) and of /proc/PID/maps (+) differ:"
		diff "$tmp/ours" "$tmp/theirs" | head -n 20 | sed 's/^/# /'
	fi
	ktap_print_msg "seed $seed: $(jq length "$tmp/ev") events, of them" \
		"$(jq '[.[] | select(.event == "protect")] | length' "$tmp/ev") protect;" \
		"$(wc -l <"$tmp/theirs" | tr -d ' ') VMAs"
	expect_jq '[.[] | select(.event == "protect" and .kind == null)] | length > 5' "$tmp/ev"
	expect_jq 'all(.[] | select(.event == "protect"); .was_prot != .prot and .was_prot[3:] == .prot[3:])' "$tmp/ev"
	# shellcheck disable=SC2046 # words
	kill -9 $(cut -d' ' -f2 "$tmp/pids")
done
result "ranges, protections and offsets that events add up to are those of /proc/PID/maps"

# Other people's program: all that it maps, it lets go, and nothing stays.
trace_to --kind memfd,posix,anon --buffer 64M -- \
	stress-ng -q --memfd 1 --memfd-ops 3 --memfd-fds 8 --shm 1 --shm-ops 2 --fork 1 --fork-ops 20
jq -r "$rebuild" "$tmp/ev" >"$tmp/left"
expect_empty "$tmp/left"
expect_jq '([.[] | select(.event == "create")] | length) >= 8 and
	([.[] | select(.event == "create") | .inode] | sort) as $made |
	([.[] | select(.event == "destroy") | .inode] | unique) as $gone |
	($made - $gone) == []' "$tmp/ev"
expect_jq '[.[].kind] | unique | (contains(["memfd"]) and contains(["posix"]) and
	contains(["anon"]))' "$tmp/ev"
result "stress-ng: whatever it makes and maps, it lets go"

calls='$name = "one"; $fd = syscall(319, $name, 1); open($f, "+<&=", $fd); truncate($f, 4096);
	$at = syscall(9, 0, 4096, 3, 1, $fd, 0); $b = syscall(9, 0, 4096, 3, 0x21, -1, 0);
	$id = shmget(0x5e10, 4096, 01600); $a = syscall(30, $id, 0, 0); shmctl($id, 0, 0);
	syscall(67, $a); syscall(11, $at, 4096)'
trace_to --kind memfd --event map,drop -- perl -e "$calls"
expect_same "$(words true)" "map drop:munmap" "what happened"
expect_jq '.[-1].filtered >= 3' "$tmp/all"
trace_to --kind sysv,memfd --no-segments --event create,shmget,map,shmdt -- perl -e "$calls"
expect_same "$(words true)" "create map shmget shmdt" "what happened"
# Only segments have keys. IPC_RMID takes it away, shmdt is of none.
trace_to --kind all --no-segments --key 0x5e10 -- perl -e "$calls"
expect_same "$(words true)" "shmget shmat shmctl" "what happened"
result "kinds and filters together"

# The same bytes again, and a name that would reach the terminal.
trace_to --kind memfd -- perl -e '
	for ("a\"\\\xff\n\e[1m", "\xe2\x80\xae", "%s{}", "x" x 249) {
		$name = $_; syscall(319, $name, 1);
	}'
expect_same "$(jq -r '[.[] | select(.event == "create") | .name] | .[0:3] | join(" ")' "$tmp/ev")" \
	'a"\\\xff\x0a\x1b[1m \xe2\x80\xae %s{}' "names"
expect_same "$(jq -r '[.[] | select(.event == "create") | .name] | .[3] | length' "$tmp/ev")" 249 "its length"
cp "$tmp/out" "$tmp/trace"
run shmviz trace --from "$tmp/trace" --json
cmp -s "$tmp/trace" "$tmp/out" || {
	fail "what was read back differs from what was written:"
	diff "$tmp/trace" "$tmp/out" | head -n 4 | sed 's/^/# /'
}
run shmviz trace --from "$tmp/trace"
expect_grep 'create memfd:a"\\\\\\xff\\x0a\\x1b\[1m ' "$tmp/out"
expect_grep '^traced shared memory \(memfd\) by (fentry|kprobe)' "$tmp/err"
run shmviz trace --from "$tmp/trace" --json --kind posix
expect_same "$(grep -c '"type":"event"' "$tmp/out")" 0 "events of another kind"
result "names of any bytes; --from: the same bytes"

for value in '' x 'memfd,' SYSV 'posix memfd'; do
	run shmviz trace --kind "$value"
	expect_error 2 "^shmviz trace: --kind '.*': a kind is needed: sysv, posix"
done
run shmviz stat --kind memfd
expect_status 2
result "bad values: one line, status 2"
finish
