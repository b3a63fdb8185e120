#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz trace: which segment each command of shmctl is about, and its mode and
# marks after the call.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"

need root jq perl unshare
share second
begin_each 3

# In a namespace of its own, in which 70 segments came and went: the kernel counts
# up to 64 indexes and then puts a sequence number above them. So the shmid of the
# next one is not its index.
cat >"$tmp/commands.pl" <<'END'
shmctl(shmget(0, 4096, 01600), 0, 0) for 1 .. 70;
my $name = "commands\0";
syscall(157, 15, $name);
my $id = shmget(0, 8192, 01640);
my $buf = "\0" x 256;
my $index = $id & 0x7fff;
my $at = syscall(30, $id, 0, 0);
open(S, ">", $ENV{SAID}); print S "$id $index\n"; close(S);
syscall(31, $id, 2, $buf);	# IPC_STAT
syscall(31, $index, 13, $buf);	# SHM_STAT
syscall(31, $index, 15, $buf);	# SHM_STAT_ANY
syscall(31, $id, 3, $buf);	# IPC_INFO
syscall(31, $id, 14, $buf);	# SHM_INFO
syscall(31, $id, 11, 0);	# SHM_LOCK
syscall(31, $id, 2, $buf);
syscall(31, $id, 12, 0);	# SHM_UNLOCK
syscall(31, $id, 0, 0);		# IPC_RMID
syscall(31, $id, 2, $buf);
syscall(67, $at);
END
export SAID="$tmp/said"

test_commands()
{
	: >"$SAID"
	trace_to --backend "$1" --comm commands --event shmctl \
		-- unshare --ipc perl "$tmp/commands.pl"
	read -r id index <"$SAID"
	[ "${id:-0}" -gt "${index:-0}" ] || fail "the shmid is the index: $id"
	expect_same "$(jq -r '[.[].cmd] | join(" ")' "$tmp/ev")" \
		"IPC_STAT SHM_STAT SHM_STAT_ANY IPC_INFO SHM_INFO SHM_LOCK IPC_STAT SHM_UNLOCK IPC_RMID IPC_STAT" \
		"commands"
	expect_jq ".[0].shmid == $id and .[1].shmid == $id and .[2].shmid == $id" "$tmp/ev"
	expect_jq ".[1].ret == $id and .[2].ret == $id and .[1].args.shmid == $index" "$tmp/ev"
	expect_jq 'all(.[3, 4]; .args.shmid > 0 and (has("shmid") or has("size") | not))' "$tmp/ev"
	result "$1: shmids, and none where the command has none"

	expect_same "$(jq -r '[.[] | if has("locked") then
		(if .locked then "locked" else "" end) + (if .dest then "dest" else "" end) + "." else "none" end] |
		join(" ")' "$tmp/ev")" ". . . none none locked. locked. . dest. dest." "marks"
	result "$1: locked and marked, after each command"

	expect_jq 'all(.[] | select(has("mode")); .mode == "0640" and .size == 8192 and .nattch == 1)' \
		"$tmp/ev"
	expect_same "$(jq '[.[] | select(has("mode"))] | length' "$tmp/ev")" 8 "events with a mode"
	result "$1: the mode is that of shmget, whatever the marks"
}

for backend in $backends; do
	test_commands "$backend"
done
finish
