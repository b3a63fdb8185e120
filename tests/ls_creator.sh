#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ls: keys that are negative numbers in /proc/sysvipc/shm, creators whose names look
# like a part of /proc/PID/stat, and a pid that is another process's by now.
. "$(dirname "$0")/harness/lib.sh"

need root jq perl unshare
share neither
begin 3

key=$((0xfedc0000 + $$ % 65536))
shm_make 4096 $((key - 4294967296))
expect_same "$(shm_line "$shmid" key)" $((key - 4294967296)) "the key, by the kernel"
run shmviz ls --json
expect_jq ".segments[] | select(.shmid == $shmid) | .key == \"$(printf '0x%08x' $key)\""
run shmviz ls --raw --noheadings -o SHMID,KEY
expect_grep "^$shmid $(printf '0x%08x' $key)$" "$tmp/out"
result "keys above 0x7fffffff"

cat >"$tmp/make.pl" <<'END'
my ($file, $comm) = @ARGV;
syscall(157, 15, $comm);
my $id = shmget(0, 4096, 01600);
open(my $out, ">", "$file.tmp"); print $out "$id\n"; close($out);
rename("$file.tmp", $file);
sleep 1000;
END
for comm in "x) Z 1 1 1 1" ") R 0 0" "a) (b" "(((" ")))" "a b"; do
	rm -f "$tmp/id"
	background perl "$tmp/make.pl" "$tmp/id" "$comm"
	wait_for test -s "$tmp/id"
	read -r id <"$tmp/id"
	shmids="$shmids $id"
	expect_same "$(cat "/proc/$pid/comm")" "$comm" "the name, by the kernel"
	run shmviz ls --json
	expect_jq ".segments[] | select(.shmid == $id) | .creator == \"$comm\" and
		.cpid == $pid and (.status | index(\"orphan\") | not)"
	kill "$pid"
	wait "$pid" 2>/dev/null
	run shmviz ls --json
	expect_jq ".segments[] | select(.shmid == $id) | .creator == null and
		(.status | index(\"orphan\") != null)"
done
result "creators with parentheses, while they live and when they are gone"

# In a pid namespace that gives the creator's pid out a second time, when a second has
# passed: the kernel keeps no smaller part of the segment's time. A reader that takes the
# first parenthesis for the end of the second one's name finds an earlier start there.
cat >"$tmp/again.pl" <<'END'
my ($file, @ls) = @ARGV;
my $named;
my $creator = fork // die;
if (!$creator) { shmget(0, 4096, 01600) // die; exit }
waitpid($creator, 0);
my $made = time;
select(undef, undef, undef, 0.1) until time > $made + 2;
open(my $last, ">", "/proc/sys/kernel/ns_last_pid") or exit 4;
syswrite($last, $creator - 1) or exit 4;
close($last);
my $other = fork // die;
if (!$other) { syscall(157, 15, my $name = "x) Z 1 1 1 1"); sleep 1000; exit }
until ($named) { open(my $comm, "<", "/proc/$other/comm"); $named = <$comm> =~ /^x/ }
open(my $out, ">", $file); print $out "$creator $other\n"; close($out);
my $status = system(@ls);
kill 9, $other; waitpid($other, 0);
exit($status >> 8);
END
run unshare --pid --fork --mount-proc --ipc perl "$tmp/again.pl" "$tmp/pids" \
	"$SHMVIZ" ls --json
if [ "$status" = 4 ]; then
	ktap_test_skip "a pid that was given again" "no /proc/sys/kernel/ns_last_pid here"
else
	expect_status 0
	read -r creator other <"$tmp/pids"
	expect_same "$other" "$creator" "the pid that was given again"
	expect_jq "[.segments[] | select(.cpid == $creator and .size == 4096 and
		.creator == null and (.status | index(\"orphan\") != null))] | length == 1"
	result "a process with the creator's pid that started later is not the creator"
fi
finish
