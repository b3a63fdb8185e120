# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# KTAP results for scripts, under the function names of the kernel's own
# tools/testing/selftests/kselftest/ktap_helpers.sh.

# shellcheck disable=SC2034 # for those who source this
KSFT_PASS=0
KSFT_FAIL=1
KSFT_SKIP=4

ktap_plan=0 ktap_pass=0 ktap_fail=0 ktap_skip=0

ktap_print_header()
{
	echo "TAP version 13"
}

ktap_print_msg()
{
	echo "# $*"
}

ktap_set_plan()
{
	ktap_plan=$1
	echo "1..$1"
}

ktap_num()
{
	echo $((ktap_pass + ktap_fail + ktap_skip))
}

ktap_test_pass()
{
	ktap_pass=$((ktap_pass + 1))
	echo "ok $(ktap_num) $1"
}

ktap_test_fail()
{
	ktap_fail=$((ktap_fail + 1))
	echo "not ok $(ktap_num) $1"
}

# ktap_test_skip NAME REASON
ktap_test_skip()
{
	ktap_skip=$((ktap_skip + 1))
	echo "ok $(ktap_num) $1 # SKIP $2"
}

ktap_skip_all()
{
	echo "1..0 # SKIP $*"
	exit "$KSFT_SKIP"
}

ktap_exit_fail_msg()
{
	echo "Bail out! $*"
	exit "$KSFT_FAIL"
}

ktap_print_totals()
{
	echo "# Totals: pass:$ktap_pass fail:$ktap_fail xfail:0 xpass:0 skip:$ktap_skip error:0"
}

ktap_finished()
{
	ktap_print_totals
	if [ "$ktap_fail" -eq 0 ] && [ "$(ktap_num)" -eq "$ktap_plan" ]; then
		exit "$KSFT_PASS"
	fi
	exit "$KSFT_FAIL"
}
