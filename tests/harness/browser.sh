# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash disable=SC2154 # variables of lib.sh
#
# What the tests of pages share: a script of pages/ in headless Chromium.

# in_browser COUNT SCRIPT ARGUMENT...: so many results, skipped if there is no browser
in_browser()
{
	count=$1 script=$2 number=0 missing=
	shift 2
	for what in /usr/bin/chromium /usr/bin/chromedriver; do
		[ -x "$what" ] || missing="$missing ${what##*/}"
	done
	/usr/bin/python3 -c 'import selenium' 2>/dev/null ||
		missing="$missing python3-selenium"
	if [ "$missing" ]; then
		while [ $number -lt "$count" ]; do
			number=$((number + 1))
			ktap_test_skip "in a browser, $number" "needs$missing"
		done
		return
	fi
	PYTHONDONTWRITEBYTECODE=1 "$here/pages/$script" "$@" \
		>"$tmp/browser" 2>"$tmp/browser.err"
	sed 's/^/# /' "$tmp/browser.err"
	while read -r line; do
		case $line in
		'ok '*)
			number=$((number + 1))
			result "in a browser: ${line#ok }" ;;
		'not ok '*)
			number=$((number + 1))
			fail "see above"
			result "in a browser: ${line#not ok }" ;;
		*)
			echo "$line" ;;
		esac
	done <"$tmp/browser"
	while [ $number -lt "$count" ]; do
		number=$((number + 1))
		fail "Chromium came to no end"
		result "in a browser: number $number"
	done
}
