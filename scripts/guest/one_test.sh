#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	one_test.sh PATH LIMIT LOG
#
# Runs one test program for scripts/mutants, in the lab guest or on the host, and
# prints one line:
#
#	VERDICT SECONDS DETAIL
#
# VERDICT is passed, skipped, failed, missing, or hung: not done after LIMIT seconds.
# DETAIL is the first result that failed, or the reason of a skip. LOG keeps the
# output. A script is stopped at its first failed result, because its traps clean
# up; a C program is not, because it cleans up at its end.

path=$1 limit=$2 log=$3
[ -x "$path" ] || { echo "missing 0 no such program: $path"; exit; }
rm -f "$log".*
: >"$log"
begun=$(date +%s)

# watch SECS [FILE]: end the test after SECS, and leave FILE to say so
watch()
{
	# shellcheck disable=SC2016 # for the inner shell
	setsid sh -c 'sleep "$1"; read -r leader <"$3.leader"
		[ ! "$2" ] || [ -e "$3.code" ] || : >"$2"
		kill -TERM -"$leader"; sleep 10; kill -KILL -"$leader"' \
		sh "$1" "${2:-}" "$log" >/dev/null 2>&1 &
	watchdogs="${watchdogs:-} $!"
}

unwatch()
{
	for watchdog in ${watchdogs:-}; do
		kill -KILL -"$watchdog" 2>/dev/null
	done
}

read_results()
{
	watchdogs='' detail=''
	while IFS= read -r line; do
		printf '%s\n' "$line" >>"$log"
		case $line in
		"not ok "* | "Bail out!"*)
			[ "$detail" ] && continue
			detail=${line#not ok }
			printf '%s\n' "$detail" >"$log.failed"
			case $path in
			*.sh) watch 0 ;;
			esac ;;
		"1..0 # SKIP "*)
			printf '%s\n' "${line#1..0 # SKIP }" >"$log.skip" ;;
		esac
	done
	unwatch
}

watch "$limit" "$log.hung"
# A session of its own: one signal reaches all that it has started. In the
# foreground: a shell lets background commands ignore SIGINT.
{
	# shellcheck disable=SC2016 # for the inner shell
	setsid sh -c 'echo $$ >"$1"; exec "$2"' sh "$log.leader" "$path" 2>&1 \
		</dev/null
	echo $? >"$log.code"
} | read_results
unwatch
# What it left behind.
read -r leader <"$log.leader"
kill -KILL -"$leader" 2>/dev/null
read -r code <"$log.code"

if [ -e "$log.hung" ]; then
	verdict=hung detail=
elif [ -e "$log.failed" ]; then
	verdict=failed detail=$(cat "$log.failed")
elif [ "$code" = 4 ]; then
	verdict=skipped detail=$(cat "$log.skip" 2>/dev/null)
elif [ "$code" != 0 ]; then
	verdict=failed detail="exit status $code"
else
	verdict=passed detail=
fi
rm -f "$log".*
echo "$verdict $(($(date +%s) - begun)) $detail"
