#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The tests on a debug kernel: those that reach the module, and after them what
# the kernel's own checkers have to say. Prints KTAP.
#
#	scripts/guest/debug.sh [TEST...]
#
# The tracer's tests are left out: these kernels have no BPF. What finds something
# only when it is asked, asks here: kmemleak, after the module is gone. KCSAN finds
# races of the whole kernel. Those of the module count; how many others there were
# is said.

PATH=$PATH:/usr/sbin:/sbin
tests=${*:-$(for name in $(tests/run --list); do
	case $name in
	*.sh)
		grep -qE '^need .*\b(device|insmod)\b' "tests/$name" || continue ;;
	esac
	echo "$name"
done)}
count=$(echo "$tests" | wc -w)
number=$count
status=0
kmemleak=/sys/kernel/debug/kmemleak
kcsan=/sys/kernel/debug/kcsan
taint=$(cat /proc/sys/kernel/tainted)

# result NAME PROBLEM: ok if there is no problem
result()
{
	number=$((number + 1))
	if [ "$2" ]; then
		echo "$2" | sed 's/^/# /'
		echo "not ok $number $1"
		status=1
	else
		echo "ok $number $1"
	fi
}

# A block counts as leaked when a second scan does not find it either, and only
# five seconds after it was allocated.
leaks()
{
	if ! { echo scan >$kmemleak; } 2>/dev/null; then
		echo "kmemleak is not there or has given up"
		return
	fi
	sleep 6
	echo scan >$kmemleak
	head -n 60 $kmemleak
}

# races MINE|OTHERS: the reports of KCSAN with a function of the module in a stack,
# or without one. A report is what stands between two lines of "=".
races()
{
	dmesg | sed 's/^\[[^]]*\] *//' | awk -v mine="$1" '
		/^=+$/ {
			if (report && (mine == "mine") == ours)
				printf "%s", report
			report = ""; ours = 0
			next
		}
		/^BUG: KCSAN: / { report = $0 "\n"; next }
		report { report = report $0 "\n" }
		report && /\[shmviz\]/ { ours = 1 }'
}

# One plan for both.
# shellcheck disable=SC2086 # names have no blanks
{
	tests/run $tests
	echo "status $?"
} | while IFS= read -r line; do
	case $line in
	"1..$count") echo "1..$((count + 5))" ;;
	'status '*) echo "${line#status }" >/tmp/status ;;
	*) printf '%s\n' "$line" ;;
	esac
done
read -r status </tmp/status

[ ! -d /sys/module/shmviz ] || problem=$(rmmod shmviz 2>&1) ||
	problem=${problem:-rmmod failed}
result "the module can be removed" "${problem:-}"
if [ -d $kcsan ] || [ -e $kcsan ]; then
	races others | grep '^BUG: ' | sort | uniq -c | sed 's/^/# others: /'
	echo "# KCSAN: $(races mine | grep -c '^BUG: ') races with the module," \
		"$(races others | grep -c '^BUG: ') of the rest of the kernel"
	result "KCSAN finds no race with the module" "$(races mine | head -n 100)"
else
	result "kmemleak finds nothing" "$(leaks)"
fi
result "lockdep has not given up" \
	"$(grep debug_locks: /proc/lockdep_stats | grep -v ' 1$')"
result "the log is clean from boot to here" \
	"$(dmesg | grep -v -e ' leak detector initialized' -e 'BUG: KCSAN: ' |
	   grep -F "$(sed -n 's/^"\(.*\)",$/\1/p' tests/harness/splats.h)")"
result "no new taint" "$([ "$(cat /proc/sys/kernel/tainted)" = "$taint" ] ||
	echo "was $taint, is $(cat /proc/sys/kernel/tainted)")"
exit "$status"
