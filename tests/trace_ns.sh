#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz trace: IPC and pid namespaces, cgroups, and what is attached already
# when it starts, wherever that is.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"

need root jq perl unshare nsenter progs/holder
share first
begin_each 5

# What each process says of itself; stderr may also have what the tracer says.
export SAID="$tmp/said"
say='sub said { open(my $file, ">>", $ENV{SAID}); print $file "@_\n" }'

# Two namespaces, whose first segments have the same number.
test_same_shmid()
{
	: >"$SAID"
	trace_to --backend "$1" -- perl -e "$say"'
		# The first stays: else its inode may be that of the second, too.
		for (1 .. 2) {
			fork && wait && last if $_ == 2;
			syscall(272, 0x08000000);
			$id = shmget(0x77 + $_, 4096, 01600); $a = syscall(30, $id, 0, 0);
			readlink("/proc/self/ns/ipc") =~ /(\d+)/;
			said($1, $id, 4096);
		}
		syscall(67, $a)'
	expect_same "$(cut -d ' ' -f 2 "$SAID" | sort -u | wc -l | tr -d ' ')" 1 "shmids"
	expect_same "$(jq -r '.[] | select(.event == "shmget") | "\(.ipcns) \(.shmid) \(.size)"' \
		"$tmp/calls")" "$(cat "$SAID")" "namespaces and shmids"
	expect_jq '[.[] | select(.event == "shmat")] | length == 2 and
		all(.[]; .nattch == 1) and .[0].shmid == .[1].shmid and
		.[0].ipcns != .[1].ipcns and .[0].key != .[1].key' "$tmp/calls"
	expect_jq 'all(.[]; has("caller_ipcns") | not)' "$tmp/calls"
	result "$1: the same shmid in two namespaces"
}

# Attached in one namespace, detached from in another.
test_left()
{
	: >"$SAID"
	trace_to --backend "$1" --entry -- perl -e "$say"'
		sub ns { readlink("/proc/self/ns/ipc") =~ /(\d+)/; said($1) }
		syscall(272, 0x08000000); ns; $id = shmget(0x79, 4096, 01600);
		$a = syscall(30, $id, 0, 0); $b = syscall(30, $id, 0, 0);
		syscall(272, 0x08000000); ns;
		shmget(0x79, 1, 0); syscall(67, $a); syscall(67, $b)'
	old=$(sed -n 1p "$SAID") new=$(sed -n 2p "$SAID")
	expect_jq "[.[] | select(.event == \"shmdt\")] | length == 2 and
		all(.[]; .ipcns == $old and .caller_ipcns == $new) and
		([.[].nattch] == [1, 0])" "$tmp/calls"
	expect_jq "[.[] | select(.event == \"shmget\") | .ipcns] == [$old, $new]" "$tmp/calls"
	! is_whole "$1" || expect_jq "[.[] | select(.event == \"drop\")] |
		length == 2 and all(.[]; .ipcns == $old and .caller_ipcns == $new)" "$tmp/ev"
	result "$1: detached from outside its namespace"
}

test_pids()
{
	# /proc is still that of outside: it says what the tracer must.
	: >"$SAID"
	trace_to --backend "$1" -- unshare --pid --fork --ipc perl -e "$say"'
		said($$, readlink("/proc/self")); $id = shmget(0x7a, 1, 01600);
		fork && wait && exit;
		said($$, readlink("/proc/self")); shmget(0x7a, 1, 0)'
	expect_same "$(jq -r '.[] | "\(.nspid) \(.pid)"' "$tmp/calls")" "$(cat "$SAID")" \
		"pids inside and outside"
	expect_same "$(cut -d ' ' -f 1 "$SAID" | tr '\n' ' ')" "1 2 " "pids inside"

	# The tracer in a pid namespace, who calls outside of it.
	: >"$tmp/out"
	background unshare --pid --fork --mount-proc "$SHMVIZ" trace --json --strict \
		--backend "$1" --key 0x7b,0x7c >"$tmp/out" 2>"$tmp/err"
	outside=$pid
	wait_for grep -q '"type":"start"' "$tmp/out"
	perl -e 'print "$$\n"; shmget(0x7b, 1, 0)' >"$tmp/caller"
	wait_for grep -q 0x0000007b "$tmp/out"
	tracer=$(awk -v parent="$outside" '{ sub(/.*\) /, "") } $2 == parent {
		split(FILENAME, path, "/"); print path[3] }' /proc/[0-9]*/stat 2>/dev/null)
	nsenter -t "$tracer" -p perl -e 'print "$$\n"; shmget(0x7c, 1, 0)' >"$tmp/inside"
	kill -TERM "$tracer"
	wait "$outside"
	split_trace
	expect_jq "[.[] | [.args.key, .pid, .tid, .nspid]] == [
		[\"0x0000007b\", 0, 0, $(cat "$tmp/caller")],
		[\"0x0000007c\", $(cat "$tmp/inside"), $(cat "$tmp/inside"), $(cat "$tmp/inside")]]" "$tmp/calls"
	result "$1: pids as the tracer sees them, and as the process itself does"
}

test_cgroup()
{
	root=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	if [ ! "$root" ] || ! mkdir "$root/shmviz-test-$$" 2>/dev/null; then
		ktap_test_skip "$1: the cgroup" "no cgroup2 is mounted where one can be made"
		return
	fi
	trace_to --backend "$1" -- sh -c 'echo $$ >"$0/cgroup.procs"
		exec perl -e "shmget(0x7d, 1, 0)"' "$root/shmviz-test-$$"
	expect_jq ".[0].cgroup == $(stat -c %i "$root/shmviz-test-$$")" "$tmp/calls"
	rmdir "$root/shmviz-test-$$"
	result "$1: the cgroup's id is the inode of its directory"
}

# hold MODE [COMMAND...]: one line more in $tmp/holders
hold()
{
	mode=$1
	shift
	: >"$tmp/holder"
	background "$@" "$progs/holder" "$mode" >"$tmp/holder"
	wait_for grep -q . "$tmp/holder"
	echo "$mode $(cat "$tmp/holder")" >>"$tmp/holders"
	# In the namespace of the test it stays when its holder is killed.
	read -r _ segment _ <"$tmp/holder"
	[ $# -gt 0 ] || [ "$mode" = left ] || shmids="$shmids $segment"
}

hold plain
hold parts
hold no-leader
hold vm
hold left
hold parts unshare --ipc
hold plain unshare --ipc --pid --fork
# A process that nobody can see by /proc/PID/maps alone.
hold no-leader unshare --ipc --pid --fork

kernel_segments()
{
	awk 'NR > 1 { print $2, $4, $7 }' /proc/sysvipc/shm
}

test_start()
{
	kernel_segments >"$tmp/before"
	trace_to --backend "$1" --duration 0.01
	jq '[.[] | select(.type == "segment")]' "$tmp/all" >"$tmp/segs"
	expect_jq '[.[] | [.ipcns, .shmid]] | length == (unique | length)' "$tmp/segs"
	while read -r mode ns segment nattch process; do
		failed_before=$failed
		expect_jq "[.[] | select(.ipcns == $ns and .shmid == $segment)] | length == 1 and
			.[0].nattch == $nattch and (.[0].attachments | length) == $nattch and
			all(.[0].attachments[]; .pid == $process and .comm == \"holder\")" \
			"$tmp/segs"
		[ "$failed" = "$failed_before" ] ||
			fail "not so: $mode: segment $segment of $ns, nattch $nattch, by $process"
	done <"$tmp/holders"
	# Of the test's own namespace every segment that has not changed meanwhile.
	mine=$(readlink /proc/self/ns/ipc | tr -dc 0-9)
	jq -r ".[] | select(.ipcns == $mine) | \"\(.shmid) \(.size) \(.nattch)\"" \
		"$tmp/segs" | sort >"$tmp/told"
	kernel_segments | grep -xFf "$tmp/before" >"$tmp/kernel"
	grep -vxFf "$tmp/told" "$tmp/kernel" >"$tmp/missing"
	[ -s "$tmp/kernel" ] || fail "the test has no segments of its own"
	expect_empty "$tmp/missing"
	result "$1: $(wc -l <"$tmp/holders" | tr -d ' ') holders were there before it"
}

for backend in $backends; do
	test_same_shmid "$backend"
	test_left "$backend"
	test_pids "$backend"
	test_cgroup "$backend"
	test_start "$backend"
done
finish
