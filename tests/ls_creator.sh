#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ls: keys that are negative numbers in /proc/sysvipc/shm, and creators whose names
# look like a part of /proc/PID/stat.
. "$(dirname "$0")/harness/lib.sh"

need root jq perl
begin 2

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
finish
