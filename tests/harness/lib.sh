# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# What the test scripts share. A script says what it needs, then how many
# results it gives, then makes them:
#
#	need root jq; begin 3
#	run shmviz ls; expect_status 0; result "it lists"
#	finish
#
# Every expect_... that is not met says so and makes the next result fail.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/harness/ktap_helpers.sh"

export LC_ALL=C.UTF-8
# The kernel's runner starts tests under stdbuf, which is not meant for shmviz.
unset NO_COLOR COLUMNS _STDBUF_O
if [ -z "${SHMVIZ:-}" ]; then
	SHMVIZ=$here/../build/shmviz
	[ -x "$SHMVIZ" ] || SHMVIZ=$(command -v shmviz)
fi
tmp=$(mktemp -d) || exit 1
failed=
pids=
shmids=

shmviz()
{
	"$SHMVIZ" "$@"
}

cleanup()
{
	for pid in $pids; do
		kill -9 "$pid" 2>/dev/null
	done
	for id in $shmids; do
		shm_remove "$id"
	done
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

progs=${SHMVIZ_TESTS:-$here/../build/tests}/progs

has_device()
{
	[ -c /dev/shmviz ]
}

# skip_if_native: what does not depend on the kernel, and passed natively: $NATIVE has
# the names of those tests that did, each between blanks
skip_if_native()
{
	case " ${NATIVE:-} " in
	*" $(basename "$0") "*)
		ktap_skip_all "the same on every kernel: the lane host has tested it" ;;
	esac
}

# share first|second|neither: of the two lanes of virtual machines that scripts/check has
# by itself, the only one that runs this test; neither does if the lane host has tested it,
# else both. `scripts/check -a` runs it in every lane.
share()
{
	case ${LANE_SHARE:-$1} in
	"$1")
		return ;;
	esac
	case $1 in
	neither)
		skip_if_native ;;
	*)
		ktap_skip_all "another lane runs it; all lanes do with scripts/check -a" ;;
	esac
}

# need THING...: skip all if one is missing. A THING is root, device, lab (for what
# would harm this machine), a workload (progs/storm), or a program. The command under test is needed always.
need()
{
	ktap_print_header
	[ -x "$SHMVIZ" ] ||
		ktap_skip_all "needs shmviz: build it, or say where with SHMVIZ="
	for thing; do
		case $thing in
		root)
			[ "$(id -u)" = 0 ] || ktap_skip_all "needs root" ;;
		progs/*)
			[ -x "$progs/${thing#*/}" ] ||
				ktap_skip_all "needs build/tests/$thing: make tests" ;;
		lab)
			[ -f /lab/env ] || ktap_skip_all "needs scripts/lab" ;;
		device)
			has_device || ktap_skip_all "needs /dev/shmviz: is the module loaded?" ;;
		*)
			command -v "$thing" >/dev/null 2>&1 ||
				ktap_skip_all "needs $thing" ;;
		esac
	done
}

# begin COUNT: the plan, and one result more for the kernel log
begin()
{
	ktap_set_plan $(($1 + 1))
	taint=$(cat /proc/sys/kernel/tainted)
	log_mark="shmviz-test ${0##*/} $$"
	{ echo "$log_mark" >/dev/kmsg; } 2>/dev/null || log_mark=
}

# splats FILE: its lines that are a splat. Races of the whole kernel are judged by
# whom they are: scripts/guest/debug.sh.
splats()
{
	sed -n 's/^"\(.*\)",$/\1/p' "$here/harness/splats.h" >"$tmp/splats.words"
	grep -v 'BUG: KCSAN: ' "$1" | grep -F -f "$tmp/splats.words"
}

# Is the kernel under test? In the lab, or with the module in it, every splat counts.
# Any other kernel works for others, too, and has faults and slow days of its own.
own_kernel()
{
	[ -f /lab/env ] || has_device
}

# judge_log FILE [OTHER]: in $verdict "clean", "fail" or "skip", and in $splat the
# first line that is the reason. With OTHER the kernel is not under test: what names
# shmviz counts, or a BPF program; a machine that is only slow has not failed.
judge_log()
{
	verdict=clean
	splat=$(splats "$1" | head -n 1)
	[ "$splat" ] || return
	verdict=fail
	[ "${2:-}" ] || return
	case $splat in
	*'soft lockup'*|*'self-detected stall'*|*'INFO: task'*)
		verdict=skip ;;
	*)
		grep -qE 'shmviz|bpf_prog_[0-9a-f]+_' "$1" || verdict=skip ;;
	esac
}

# The kernel log since begin, and the taint. New modules taint; their test says so.
finish()
{
	if [ -z "$log_mark" ] || ! dmesg >"$tmp/dmesg" 2>/dev/null ||
	   ! grep -qF "$log_mark" "$tmp/dmesg"; then
		ktap_test_skip "the kernel log is clean" \
			"the kernel log cannot be written and read here"
		ktap_finished
	fi
	sed -n "\|$log_mark|,\$p" "$tmp/dmesg" | grep -v 'shmviz-test ' >"$tmp/since"
	other=1
	! own_kernel || other=
	judge_log "$tmp/since" "$other"
	if [ "$verdict" = skip ]; then
		sed 's/^/# /' "$tmp/since" | head -n 40
		ktap_test_skip "the kernel log is clean" \
			"a fault of this machine's own kernel: $splat"
		ktap_finished
	fi
	if [ "$verdict" = fail ]; then
		fail "the kernel says: $splat"
		sed 's/^/# /' "$tmp/since" | head -n 40
	fi
	expect_same "$(cat /proc/sys/kernel/tainted)" "$taint" "taint"
	result "the kernel log is clean"
	ktap_finished
}

fail()
{
	ktap_print_msg "$*"
	failed=1
}

# result NAME: ok if nothing failed since the last one
result()
{
	if [ "$failed" ]; then
		ktap_test_fail "$1"
	else
		ktap_test_pass "$1"
	fi
	failed=
}

# run COMMAND...: its output in $tmp/out and $tmp/err, its status in $status
run()
{
	ran="$*"
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	status=$?
}

expect_status()
{
	[ "$status" = "$1" ] && return
	fail "$ran: status $status, expected $1"
	sed 's/^/# stderr: /' "$tmp/err"
}

# expect_same GOT EXPECTED [WHAT]
expect_same()
{
	[ "$1" = "$2" ] || fail "${3:-it} is '$1', expected '$2'"
}

expect_grep()
{
	grep -qE -e "$1" "$2" && return
	fail "${ran:-} (${2##*/}): no line matches '$1'"
	sed 's/^/# /' "$2" | head -n 20
}

expect_empty()
{
	[ -s "$1" ] || return
	fail "${ran:-}: ${1##*/} should be empty"
	sed 's/^/# /' "$1" | head -n 20
}

# One clear line on stderr that names what was wrong, and nothing on stdout.
expect_error()
{
	expect_status "$1"
	expect_same "$(wc -l <"$tmp/err" | tr -d ' ')" 1 "lines on stderr of $ran"
	expect_grep "$2" "$tmp/err"
	expect_empty "$tmp/out"
}

# expect_jq FILTER [FILE]: true for the JSON of the last run
expect_jq()
{
	# jq takes no input at all for no objection.
	jq -e "$1" "${2:-$tmp/out}" >"$tmp/jq.out" 2>"$tmp/jq.err" &&
		[ -s "$tmp/jq.out" ] && return
	fail "${ran:-}: JSON is not so: $1"
	sed 's/^/# jq: /' "$tmp/jq.err"
	head -c 600 "${2:-$tmp/out}" | sed 's/^/# /'
	echo
}

# Two ways for shmviz to lose whom it writes for. Were it to wait for something to
# happen, it would last as long as its --duration.
# expect_end_when_full COMMAND OPTION...
expect_end_when_full()
{
	shmviz "$@" --duration 1000 >/dev/full 2>"$tmp/err"
	status=$? ran="$1 >/dev/full"
	expect_status 1
	expect_grep "No space left" "$tmp/err"
}

# expect_end_unread COMMAND OPTION...: of --json one line is read
expect_end_unread()
{
	{ shmviz "$@" --json --duration 200; echo $? >"$tmp/status"; } 2>/dev/null |
		head -n 1 >"$tmp/out"
	expect_jq '.type == "start"'
}

# wait_for COMMAND...: until it is true; a test that waits in vain fails
wait_for()
{
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		if [ "$tries" -gt 600 ]; then
			fail "waited in vain for: $*"
			return 1
		fi
		sleep 0.1
	done
}

# background COMMAND...: its pid in $pid; killed at the end at the latest
background()
{
	"$@" &
	pid=$!
	pids="$pids $pid"
}

# shm_make SIZE [KEY]: a segment by perl's shmget; its id in $shmid
shm_make()
{
	shmid=$(perl -e 'print shmget($ARGV[1], $ARGV[0], 01600) // "failed: $!"' \
		"$1" "${2:-0}")
	case $shmid in
	failed*)
		ktap_exit_fail_msg "shmget: $shmid" ;;
	esac
	shmids="$shmids $shmid"
}

shm_remove()
{
	perl -e 'shmctl($ARGV[0], 0, 0)' "$1"
}

# shm_fill SHMID OFFSET LENGTH: touch pages through an attachment that is over then
shm_fill()
{
	perl -e 'shmwrite($ARGV[0], "x" x $ARGV[2], $ARGV[1], $ARGV[2]) or die' "$@"
}

# shm_line SHMID COLUMN: of /proc/sysvipc/shm, by the column's name
shm_line()
{
	awk -v id="$1" -v name="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) col = i }
		NR > 1 && $2 == id { print $col }' /proc/sysvipc/shm
}
