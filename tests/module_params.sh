#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The parameters of the module at their boundaries, and the rights of its files.
. "$(dirname "$0")/harness/lib.sh"

need root insmod rmmod jq
ko=${SHMVIZ_KO:-$here/../build/kmod/$(uname -r)/shmviz.ko}
[ -e "$ko" ] || ktap_skip_all "needs shmviz.ko of this kernel: $ko"
was_loaded=
[ ! -d /sys/module/shmviz ] || was_loaded=1
[ "$was_loaded" ] || insmod "$ko" || ktap_exit_fail_msg "insmod failed"
# After the first load: the taint of an out-of-tree module is not ours to report.
begin 3
params=/sys/module/shmviz/parameters

# load PARAMETER...: anew; $status is that of insmod
load()
{
	[ ! -d /sys/module/shmviz ] || rmmod shmviz
	run insmod "$ko" "$@"
}

for pages in 1 2 65535 65536; do
	load board_pages="$pages"
	expect_status 0
	expect_same "$(cat $params/board_pages)" "$pages" "board_pages"
	run shmviz frames --board --json --pages 0
	expect_status 0
	expect_jq ".object.size == $pages * 4096"
done
for pages in 0 65537 4294967295 4294967296; do
	load board_pages="$pages"
	[ "$status" != 0 ] || fail "board_pages=$pages was taken"
	[ ! -e /dev/shmviz ] || fail "board_pages=$pages leaves a device behind"
done
load
expect_same "$(cat $params/board_pages)" 16 "board_pages by default"
result "board_pages: 1 to 65536"

for value in 0 1 N Y; do
	load allow_view="$value"
	expect_status 0
	case $value in
	[0N]) expect_same "$(cat $params/allow_view)" N "allow_view=$value" ;;
	*) expect_same "$(cat $params/allow_view)" Y "allow_view=$value" ;;
	esac
done
load
expect_same "$(cat $params/allow_view)" N "allow_view by default"
result "allow_view: off unless it is asked for"

expect_same "$(stat -c '%a %u %g %F' /dev/shmviz)" "600 0 0 character special file" \
	"/dev/shmviz"
for param in board_pages allow_view; do
	expect_same "$(stat -c %a $params/$param)" 444 "the mode of $param"
done
result "the device is root's, and no parameter changes afterwards"
[ "$was_loaded" ] || rmmod shmviz
finish
