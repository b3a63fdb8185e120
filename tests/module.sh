#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Loading and unloading, parameters, and the command without the module.
. "$(dirname "$0")/harness/lib.sh"

need root insmod rmmod jq perl
ko=${SHMVIZ_KO:-$here/../build/kmod/$(uname -r)/shmviz.ko}
[ -e "$ko" ] || ktap_skip_all "needs shmviz.ko of this kernel: $ko"

was_loaded=
[ ! -d /sys/module/shmviz ] || was_loaded=1
[ "$was_loaded" ] || insmod "$ko" || ktap_exit_fail_msg "insmod failed"
# After the first load: the taint of an out-of-tree module is not ours to report.
begin 4

exec 9</dev/shmviz
run rmmod shmviz
[ "$status" != 0 ] || fail "rmmod while the device is open went through"
expect_grep "busy|in use|unavailable|try again" "$tmp/err"
exec 9<&-
run rmmod shmviz
expect_status 0
[ ! -e /dev/shmviz ] || fail "/dev/shmviz is left behind"
result "rmmod: refused while the device is open, then done"

shm_make 4096
run shmviz frames "$shmid"
expect_error 3 "module is not loaded.*insmod"
run shmviz ls --json
expect_status 0
expect_jq "[.segments[] | select(.shmid == $shmid)] | length == 1"
run shmviz trace --duration 0.05
expect_status "$([ -e /sys/kernel/btf/vmlinux ] && echo 0 || echo 3)"
run shmviz doctor --json
expect_status 3
expect_jq '.commands.frames == "none" and .commands.ls == "full"'
result "without the module: frames says so, ls and, with BPF, trace work"

for pages in 0 65537 x -1; do
	run insmod "$ko" board_pages="$pages"
	[ "$status" != 0 ] || fail "board_pages=$pages was taken"
	[ ! -d /sys/module/shmviz ] || rmmod shmviz
done
run insmod "$ko" board_pages=3
expect_status 0
run shmviz frames --board --json
expect_jq '.summary.pages == 3'
rmmod shmviz
result "board_pages: bad values are refused, good ones count"

for i in 1 2 3 4 5 6 7 8; do
	insmod "$ko" && shmviz frames "$shmid" >/dev/null &&
		shmviz frames --board >/dev/null && rmmod shmviz ||
		fail "round $i of insmod and rmmod failed"
done
insmod "$ko" || fail "insmod failed"
run shmviz frames "$shmid"
expect_status 0
result "insmod and rmmod again and again"
[ "$was_loaded" ] || rmmod shmviz
finish
