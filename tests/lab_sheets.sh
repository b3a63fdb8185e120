#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every command of every sheet in Documentation/lab prints what the sheet shows.
# harness/sheets.pl says how they are run and compared; "scripts/sheets --update" has
# what is printed now written into them. SHEETS="FILE..." are those, not all.
. "$(dirname "$0")/harness/lib.sh"

need root device perl
share first
lab=$here/../Documentation/lab
sheets=${SHEETS:-$(echo "$lab"/[0-9]*.md)}
PATH=$(dirname "$SHMVIZ"):$here/../build/examples:$PATH

# shellcheck disable=SC2086 # names have no blanks
set -- $sheets
begin $(($# + 1))

# What is not there is no reason to leave a sheet out.
for program in ipcs ipcrm lsipc strace od setpriv; do
	command -v $program >/dev/null 2>&1 || fail "no $program here"
done
[ "$(wc -l </proc/swaps)" -gt 1 ] || fail "no swap here"
result "what the sheets use is there"

perl "$here/harness/sheets.pl" check "$@" >"$tmp/results" 2>"$tmp/err" ||
	expect_empty "$tmp/err"
while read -r kind text; do
	case $kind in
	pass)
		result "$text"
		shift ;;
	fail)
		fail "$text does not show what comes: scripts/sheets --update"
		result "$text"
		shift ;;
	*)
		ktap_print_msg "$text" ;;
	esac
done <"$tmp/results"
for sheet; do
	fail "it was not run to its end"
	result "${sheet##*/}"
done
finish
