#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz trace: what no call shows. Who inherits, splits, moves and drops, who
# destroys and why; and that nattch comes out of it, whatever happens.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"

need root jq perl stress-ng progs/storm
find_backends
[ "$whole" ] || ktap_skip_all "tracepoints only: $no_whole"
begin 7

# trace_perl CODE: its events as one array in $tmp/ev
trace_perl()
{
	run shmviz trace --json --strict -- perl -e "$1"
	expect_status 0
	jq -s '[.[] | select(.type == "event")]' "$tmp/out" >"$tmp/ev"
}

# What the events say, one word each: "drop:exit", "shmat", ...
expect_words()
{
	expect_same "$(jq -r '[.[] | if .cause then .event + ":" + .cause
		else .event end] | join(" ")' "$tmp/ev")" "$1" "what happened"
}

trace_perl '
	$id = shmget(0, 8192, 01600); $a = syscall(30, $id, 0, 0);
	if (!fork) { exit } wait;
	if (!fork) { exec $^X, "-e", "1" } wait;
	if (!fork) { syscall(11, $a, 8192); exit } wait;
	if (!fork) { syscall(67, $a); exit } wait;
	shmctl($id, 0, 0)'
expect_words "shmget shmat inherit drop:exit inherit drop:exec inherit drop:munmap \
inherit drop:shmdt shmdt shmctl drop:exit destroy:last-detach"
expect_jq '(.[0].pid) as $p | [.[] | select(.event == "inherit")] |
	all(.[]; .ppid == $p and .pid != $p and .nattch == 2 and .comm == "perl") and
	([.[].pid] | unique | length) == 4' "$tmp/ev"
expect_jq '[.[] | select(.event == "inherit" or .event == "drop") | .pid] |
	.[0] == .[1] and .[2] == .[3] and .[4] == .[5] and .[6] == .[7]' "$tmp/ev"
expect_jq '(.[1].addr) as $a | [.[] | select(.event == "inherit" or .event == "drop")] |
	all(.[]; .addr == $a)' "$tmp/ev"
expect_jq '[.[] | select(.event == "drop") | .nattch] == [1, 1, 1, 1, 0]' "$tmp/ev"
result "children inherit under their own pid; exit, exec, munmap and shmdt drop"

trace_perl '
	$id = shmget(0, 6 * 4096, 01600); $a = syscall(30, $id, 0, 0);
	syscall(11, $a + 4096, 4096);
	syscall(10, $a + 4 * 4096, 4096, 1);
	$to = syscall(9, 0, 4096, 0, 0x22, -1, 0);
	syscall(25, $a, 4096, 4096, 3, $to);
	syscall(9, $to, 4096, 0, 0x32, -1, 0);
	shmctl($id, 0, 0)'
expect_words "shmget shmat split split drop:munmap split split split drop:split \
drop:munmap shmctl drop:exit drop:exit drop:exit destroy:last-detach"
expect_jq '[.[] | select(.nattch) | .nattch] == [0, 1, 2, 3, 2, 3, 4, 5, 4, 3, 3, 2, 1, 0, 0]' "$tmp/ev"
expect_jq 'all(.[] | select(.event == "split"); .pid == .tid and has("ppid") == false)' "$tmp/ev"
result "munmap, mprotect and mremap split and move: no attach"

trace_perl '
	$id = shmget(0x5e01, 4096, 01600); shmctl($id, 0, 0);
	syscall(272, 0x08000000);
	open(F, ">/proc/sys/kernel/shm_rmid_forced"); print F "1\n"; close F;
	$id = shmget(0x5e02, 4096, 01600);
	$a = syscall(30, $id, 0, 0); syscall(67, $a);
	if (!fork) { shmget(0x5e03, 4096, 01600); exit } wait;
	open(F, ">/proc/sys/kernel/shm_rmid_forced"); print F "0\n"; close F;
	if (!fork) { shmget(0x5e04, 4096, 01600); exit } wait;
	open(F, ">/proc/sys/kernel/shm_rmid_forced"); print F "1\n"; close F'
expect_words "shmget destroy:rmid shmctl shmget shmat drop:shmdt destroy:rmid-forced \
shmdt shmget destroy:rmid-forced shmget destroy:rmid-forced"
expect_jq '[.[] | select(.event == "destroy") | .key] == ["0x00005e01", "0x00005e02",
	"0x00005e03", "0x00005e04"]' "$tmp/ev"
expect_jq '([.[] | select(.event == "shmget") | .pid]) as $made |
	[.[] | select(.event == "destroy") | .pid] | .[2] == $made[2] and .[3] == $made[0]' "$tmp/ev"
result "destroyed by IPC_RMID, by the last detach, because shm_rmid_forced says so"

# The end of a namespace comes later, from a kworker.
background "$SHMVIZ" trace --json --key 0x5e05 >"$tmp/out" 2>"$tmp/err"
tracer=$pid
wait_for grep -q start "$tmp/out"
perl -e 'syscall(272, 0x08000000); shmget(0x5e05, 4096, 01600); readlink "/proc/self/ns/ipc"' &&
	wait_for grep -q ns-exit "$tmp/out"
kill -TERM "$tracer"
wait "$tracer"
jq -s '[.[] | select(.type == "event")]' "$tmp/out" >"$tmp/ev"
expect_words "shmget destroy:ns-exit"
expect_jq '.[0].ipcns == .[1].ipcns and .[0].shmid == .[1].shmid and .[1].gone' "$tmp/ev"
expect_jq '.[1].comm | startswith("kworker")' "$tmp/ev"
result "destroyed with its namespace"

# In a pid namespace whose init is gone, fork fails after it has copied all.
trace_perl '
	$id = shmget(0, 4096, 01600); $a = syscall(30, $id, 0, 0); shmctl($id, 0, 0);
	syscall(272, 0x20000000); if (!fork) { exit } wait;
	$a = fork; die "forked" if defined $a'
expect_words "shmget shmat shmctl inherit drop:exit inherit drop:fork drop:exit \
destroy:last-detach"
expect_jq '[.[] | select(.event == "inherit")] | .[0].pid > 0 and .[1].pid == 0 and
	.[1].ppid > 0' "$tmp/ev"
result "a fork that fails: inherited, and dropped, by nobody"

# The kernel's own count against the one that the events add up to.
# A drop that was not the last can be told, by another CPU, after the end: a
# segment that is gone stays gone. One of a segment that never was is an error.
rebuild='reduce inputs as $e ({};
	if $e.shmid == null or (($e.ret // 0) < 0 and $e.ret >= -4095) then . else
	"\($e.ipcns)/\($e.shmid)" as $k |
	if $e.type == "segment" then .[$k] = $e.nattch
	elif $e.event == "shmget" then (if $e.created then .[$k] = 0 else . end)
	elif $e.event == "shmat" or $e.event == "inherit" or $e.event == "split" then .[$k] += 1
	elif $e.event == "drop" then (if .[$k] == "gone" then . else .[$k] -= 1 end)
	elif $e.event == "destroy" then .[$k] = "gone"
	else . end end) | to_entries[] | select(.value != "gone") | "\(.key) \(.value)"'

# rebuilt_as_in_kernel: the trace in $tmp/out, for the namespace that we are in
rebuilt_as_in_kernel()
{
	ns=$(readlink /proc/self/ns/ipc | tr -dc 0-9)
	jq -n -r "$rebuild" "$tmp/out" >"$tmp/all" || fail "the trace is no JSON"
	grep "^$ns/" "$tmp/all" | sort >"$tmp/rebuilt"
	expect_no_loss
	# What was missed may have been any of it: nothing to compare then.
	[ "$missed" = 0 ] || return 0
	cmp -s "$tmp/rebuilt" "$tmp/kernel" && return
	fail "nattch rebuilt (-) and the kernel's (+) differ:"
	diff "$tmp/rebuilt" "$tmp/kernel" | head -n 10 | sed 's/^/# /'
}

kernel_nattch()
{
	awk -v ns="$(readlink /proc/self/ns/ipc | tr -dc 0-9)" \
		'NR > 1 { print ns "/" $2, $7 }' /proc/sysvipc/shm | sort
}

stop_trace()
{
	kill -TERM "$tracer"
	wait "$tracer"
	status=$? ran="trace --strict"
	tail -n 1 "$tmp/out" >"$tmp/end"
}

# Begun in the midst of it, several times, and read when all is at rest.
mkfifo "$tmp/hold"
for round in $(seq "${ROUNDS:-2}"); do
	"$progs/storm" <"$tmp/hold" >"$tmp/storm" &
	storm=$!
	exec 5>"$tmp/hold"
	wait_for awk 'NR > 3 { n++ } END { exit !n }' /proc/sysvipc/shm
	background "$SHMVIZ" trace --json --strict --buffer 64M >"$tmp/out" 2>"$tmp/err"
	tracer=$pid
	wait_for sh -c '[ "$(wc -l <"$1")" -gt 600 ]' - "$tmp/out"
	echo >&5
	wait_for grep -q rest "$tmp/storm"
	kernel_nattch >"$tmp/kernel"
	[ -s "$tmp/kernel" ] || fail "nothing is left at rest"
	stop_trace
	rebuilt_as_in_kernel
	expect_jq '.seen > 100' "$tmp/end"
	exec 5>&-
	wait "$storm"
	ktap_print_msg "round $round: $(jq -r '"\(.seen) events"' "$tmp/end"), $(wc -l <"$tmp/kernel" | tr -d ' ') segments"
done
result "nattch rebuilt from a trace that began in a storm is the kernel's"

background "$SHMVIZ" trace --json --strict --buffer 64M >"$tmp/out" 2>"$tmp/err"
tracer=$pid
wait_for grep -q start "$tmp/out"
stress-ng --shm-sysv 2 --shm-sysv-ops 20 --shm 1 --shm-ops 20 --fork 1 --fork-ops 50 \
	>"$tmp/stress" 2>&1 || fail "stress-ng: $(cat "$tmp/stress")"
kernel_nattch >"$tmp/kernel"
stop_trace
rebuilt_as_in_kernel
expect_jq '.seen > 100' "$tmp/end"
result "the same after stress-ng"
finish
