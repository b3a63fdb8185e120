#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz trace: the calls of 32-bit programs, by their own numbers and by the old
# ipc(2); no event for calls that only share a number; and odd ways to call.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"

need root jq perl strace progs/calls32 progs/oddcalls
share second
"$progs/calls32" >"$tmp/said" 2>"$tmp/err" ||
	ktap_skip_all "this kernel runs no 32-bit programs: $(head -n 1 "$tmp/err")"
begin_each 7

# said_so: each line that the program printed is a call, in this order
said_so()
{
	jq -r '.[] | [.event, (.errno // .ret)] | map(tostring) | join(" ")' \
		"$tmp/calls" >"$tmp/traced"
	cmp -s "$tmp/traced" "$1" && return
	fail "$ran: what was traced (-) and what the program says (+) differ:"
	diff "$tmp/traced" "$1" | head -n 20 | sed 's/^/# /'
}

# shellcheck disable=SC2016 # of the inner shell
quiet='exec "$@" >"$0"'

for backend in $backends; do
	trace_to --backend "$backend" -- sh -c "$quiet" "$tmp/said" "$progs/calls32"
	said_so "$tmp/said"
	expect_same "$(wc -l <"$tmp/said" | tr -d ' ')" 16 "lines of calls32"
	expect_jq 'all(.[]; .compat and .comm == "calls32")' "$tmp/calls"
	result "$backend: what a 32-bit program says that it called"

	expect_jq '.[0] | .args == {key: "0x32323232", size: 5000, shmflg: 1952} and
		.flags == "IPC_CREAT|IPC_EXCL|0640" and .key == "0x32323232" and
		.shmid == .ret and .nattch == 0 and .mode == "0640"' "$tmp/calls"
	expect_jq '.[1] | .errno == "EEXIST" and .ret == -17' "$tmp/calls"
	# ipc(2) itself returns 0 from shmat: the address goes to memory.
	expect_jq '.[0].ret as $id | .[2] | .args == {shmid: $id, shmaddr: "0x0", shmflg: 4096} and
		.flags == "SHM_RDONLY" and .ret > 4096 and .ret < 4294967296 and
		.nattch == 1' "$tmp/calls"
	expect_jq '.[3] | .args == {shmid: -1, shmaddr: "0x10000", shmflg: 0}' "$tmp/calls"
	expect_jq '.[0].ret as $id | .[4] | .cmd == "IPC_64|IPC_STAT" and
		.args.shmid == $id and .args.cmd == 258 and .shmid == $id' "$tmp/calls"
	expect_jq '.[2].addr as $a | .[5] | .args == {shmaddr: $a} and .addr == $a' "$tmp/calls"
	expect_jq '.[6] | .args.shmaddr == "0xfff00000" and .errno == "EINVAL"' "$tmp/calls"
	# Version 1 of shmat by ipc(2) is refused, whatever its arguments.
	expect_jq '.[7] | .event == "shmat" and .errno == "EINVAL"' "$tmp/calls"
	expect_jq '.[8] | .event == "shmctl" and .cmd == "IPC_INFO" and .errno == "EFAULT"' "$tmp/calls"
	expect_jq '.[0].ret as $id | .[9] | .cmd == "IPC_64|IPC_RMID" and
		.args.shmid == $id' "$tmp/calls"
	result "$backend: by ipc(2): arguments, flags, commands"

	expect_jq '.[10] | .args == {key: "0x32323233", size: 5000, shmflg: 896} and
		.ret == .shmid' "$tmp/calls"
	expect_jq '.[10].ret as $id | .[11] | .args == {shmid: $id, shmaddr: "0x0", shmflg: 0} and
		.flags == "0" and .addr != "0x0" and .nattch == 1' "$tmp/calls"
	expect_jq '.[12] | .cmd == "IPC_STAT" and .args.cmd == 2 and .args.buf != "0x0"' "$tmp/calls"
	expect_jq '.[11].addr as $a | .[13] | .args == {shmaddr: $a}' "$tmp/calls"
	# IPC_64 belongs to ipc(2): elsewhere it is a command that there is not.
	expect_jq '.[14] | .args.cmd == 258 and .errno == "EINVAL"' "$tmp/calls"
	expect_jq '.[15] | .cmd == "IPC_RMID" and .args.cmd == 0 and .ret == 0' "$tmp/calls"
	result "$backend: by their own numbers"

	# Of its utime, stty and sigaction said_so would have seen an event.
	if is_whole "$backend"; then
		expect_jq '[.[] | select(.event | startswith("shm") | not) |
			.event + ":" + .cause] == ["drop:shmdt", "destroy:rmid",
			"drop:shmdt", "destroy:rmid"]' "$tmp/ev"
		expect_jq '(.[2].ret) as $a | .[5] | .shmid != null and .nattch == 0' "$tmp/calls"
	else
		expect_jq 'all(.[]; .event | startswith("shm"))' "$tmp/ev"
		# A 32-bit caller's IPC_RMID ends the segment by ipc(2) and by its own number.
		trace_to --backend "$backend" --entry -- sh -c "$quiet" "$tmp/said" "$progs/calls32"
		expect_jq '[.[0, 10].ret] as [$old, $new] |
			(.[9] | .gone and .shmid == $old) and
			(.[15] | .gone and .shmid == $new)' "$tmp/calls"
	fi
	result "$backend: nothing else"

	differ "$backend" "calls32 under strace" "$progs/calls32"

	trace_to --backend "$backend" -- perl -e '
		$id = shmget(0x3265, 1, 01600); shmwrite($id, "a", 0, 1); shmctl($id, 0, 0);
		syscall(395, 1, 1, 0); syscall(397, 1, 1, 0); syscall(117, -1, -1, -1);'
	expect_jq '[.[].event] == ["shmget", "shmctl", "shmat", "shmdt", "shmctl"] and
		all(.[]; .compat == false)' "$tmp/calls"
	result "$backend: a 64-bit program is none, whatever numbers it calls"

	trace_to --backend "$backend" -- sh -c "$quiet" "$tmp/said" "$progs/oddcalls"
	# A kernel without x32, or where it is off, has no such calls: ENOSYS.
	sed '/^x32 .* ENOSYS$/d; s/^[a-z0-9]* //' "$tmp/said" >"$tmp/calls_said"
	said_so "$tmp/calls_said"
	grep -q ^upper "$tmp/said" || fail "oddcalls says nothing"
	expect_jq '[.[].args.key // empty][0:2] == ["0x64646464", "0x64646465"]' "$tmp/calls"
	expect_jq '[.[].compat][0:8] == [false, false, false, false, true, true, true, true]' "$tmp/calls"
	expect_jq 'all(.[8:][]; .compat == false)' "$tmp/calls"
	expect_jq '.[4:8] | .[0].ret as $id | .[1].ret < 4294967296 and
		.[1].args.shmid == $id and .[3].args.shmid == $id and
		.[2].args.shmaddr == .[1].addr and .[0].size == 5000' "$tmp/calls"
	result "$backend: odd ways to call: $(grep -c . "$tmp/calls_said") calls"
done
finish
