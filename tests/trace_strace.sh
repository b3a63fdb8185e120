#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every call that strace sees is traced, with the same arguments, result and
# errno, and no other; for both backends, on programs that are not ours and on
# one that does what it can think of.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"

need root jq perl strace stress-ng progs/storm
share second
begin_each 3
for backend in $backends; do
	differ "$backend" "perl's shm builtins" perl -e '
		for (1..5) {
			$id = shmget($_, 4096 * $_, 01666);
			shmwrite($id, "abc", 0, 3); shmread($id, $x, 0, 3);
			fork or exit;
			shmctl($id, 2, $x); shmctl($id, 0, 0); shmctl($id, 0, 0);
		}
		syscall(29, 1, -1, 02001777); syscall(30, -2, -4096, -1);
		syscall(67, -1); syscall(31, 0, 14, 0); syscall(31, -1, -1, -1);'
	differ "$backend" "stress-ng --shm-sysv" \
		stress-ng --shm-sysv 2 --shm-sysv-ops 8 --seed 1
	differ "$backend" "a storm of forks, execs and threads" "$progs/storm" -n 60
done
finish
