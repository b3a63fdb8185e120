#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# How the tests judge a kernel log: judge_log of harness/lib.sh, on logs made here.
. "$(dirname "$0")/harness/lib.sh"

need grep
share neither
begin 3

# judged VERDICT LINE...: what judge_log says of a log of these lines
judged()
{
	wanted=$1
	shift
	printf '[  12.3456] %s\n' "$@" >"$tmp/log"
	judge_log "$tmp/log" "$other"
	expect_same "$verdict" "$wanted" "the verdict on '$1'"
}

bug="BUG: unable to handle page fault for address: ffff888000000000"
lockup="watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [shmviz:123]"

other=
judged clean "audit: type=1326" "shmviz: loaded"
judged fail "$bug"
expect_same "$splat" "[  12.3456] $bug" "the reason"
judged fail "WARNING: CPU: 0 PID: 77 at mm/memory.c:12"
judged fail "$lockup"
judged clean "BUG: KCSAN: data-race in a / b"
result "the kernel under test: every splat counts"

other=1
judged clean "audit: type=1326" "shmviz: loaded"
judged skip "$bug" "CPU: 0 PID: 77 Comm: perl" "Call Trace:" " do_exit+0x1"
expect_same "$splat" "[  12.3456] $bug" "the reason"
judged fail "$bug" "CPU: 0 PID: 77 Comm: shmviz" "Call Trace:"
judged fail "$bug" "CPU: 0 PID: 77 Comm: perl" " bpf_prog_0123456789abcdef_shmat_exit+0x33"
result "another kernel: what names shmviz or a BPF program"

judged skip "$lockup" "CPU: 1 PID: 123 Comm: shmviz" "Call Trace:"
judged skip "rcu: INFO: rcu_preempt self-detected stall on CPU" "Comm: shmviz"
judged skip "INFO: task shmviz:12 blocked for more than 120 seconds."
result "another kernel: a slow machine has not failed"

finish
