#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The exit status of the commands that need the device: what is not there, not allowed
# or not to be written, and the signals that end 'view --follow'.
. "$(dirname "$0")/harness/lib.sh"

need root device jq perl setpriv insmod rmmod
ko=${SHMVIZ_KO:-$here/../build/kmod/$(uname -r)/shmviz.ko}
[ -e "$ko" ] || ktap_skip_all "needs shmviz.ko of this kernel: $ko"
begin 4

# load [PARAMETER]: anew; what was just killed may still hold it
load()
{
	[ ! -d /sys/module/shmviz ] || wait_for rmmod shmviz
	insmod "$ko" "$@"
}
trap 'cleanup; load' EXIT
load || ktap_exit_fail_msg "the module cannot be loaded anew"
all="frames map view"
chmod 755 "$tmp"
# shellcheck disable=SC3045 # dash and busybox have it
ulimit -c 0

shm_make 4096
gone=$shmid
shm_remove "$gone"
shm_make 8192
shm_fill "$shmid" 0 4096
run shmviz frames "$shmid"
expect_status 0
run shmviz map "$shmid"
expect_status 0
run shmviz view "$shmid"
expect_error 3 "allow_view=1"
user="/usr/bin/setpriv --reuid 1000 --regid 1000 --clear-groups"
for command in $all; do
	run shmviz "$command" "$gone"
	expect_error 1 "no segment with shmid $gone"
	run shmviz "$command" --path "$tmp/nowhere"
	expect_error 1 "nowhere"
	run shmviz "$command" memfd:2147483646/3
	expect_error 1 "2147483646"
	# shellcheck disable=SC2086 # words
	run $user "$SHMVIZ" "$command" "$shmid"
	expect_error 1 "root|CAP_SYS_ADMIN"
	run shmviz "$command" "$shmid" --pages 2
	expect_error 2 "2"
	run shmviz "$command" "$shmid" --pages 1
	[ "$command" = view ] || expect_status 0
done
result "0, 1, 2 and 3 of frames, map and view"

load allow_view=1 || fail "insmod with allow_view=1 failed"
run shmviz view "$shmid"
expect_status 0
for arguments in "frames $shmid" "frames --json $shmid" "frames --board" "map $shmid" \
	"map --json $shmid" "map --svg $shmid" "map --html $shmid" "map --dot $shmid" \
	"view $shmid"; do
	# shellcheck disable=SC2086 # words
	"$SHMVIZ" $arguments >/dev/full 2>"$tmp/err" </dev/null
	status=$? ran="shmviz $arguments >/dev/full"
	expect_status 1
	expect_grep "No space left" "$tmp/err"
done
result "1: a full disk"

# follow SIGNAL: 'view --follow' until that signal; its status
follow()
{
	ran="view --follow, SIG$1"
	background perl -e '$SIG{$_} = "DEFAULT" for qw(INT QUIT HUP TERM); exec @ARGV' \
		"$SHMVIZ" view --follow "$shmid" >"$tmp/out" 2>"$tmp/err"
	# In rt_sigtimedwait(2), where it waits for a signal or its next look.
	wait_for grep -q '^128 ' "/proc/$pid/syscall"
	kill -"$1" "$pid"
	wait "$pid" 2>/dev/null
	status=$?
}
for signal in INT TERM HUP; do
	follow $signal
	expect_status 0
	expect_grep "78 78 78" "$tmp/out"
	expect_empty "$tmp/err"
done
follow QUIT
expect_status 131
result "SIGINT, SIGTERM and SIGHUP end view --follow with 0"

# By uid and mode, not by who is root: a segment of somebody else, without the right.
other=$(perl -e '$) = "1001 1001"; $> = 1001; print shmget(0, 4096, 01600)')
shmids="$shmids $other"
admin="/usr/bin/setpriv --bounding-set -ipc_owner,-ipc_lock --inh-caps -all"
# shellcheck disable=SC2086 # words
run $admin "$SHMVIZ" frames "$other"
expect_status 0
# shellcheck disable=SC2086 # words
run $admin "$SHMVIZ" view "$other"
expect_error 1 "may not be read.*CAP_IPC_OWNER"
perl -e '$stat = "\0" x 112; shmctl($ARGV[0], 2, $stat); substr($stat, 20, 2) = pack("S", 0604);
	shmctl($ARGV[0], 1, $stat)' "$other"
# shellcheck disable=SC2086 # words
run $admin "$SHMVIZ" view "$other"
expect_status 0
result "1: contents that may not be read"
finish
