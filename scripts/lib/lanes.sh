# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The lanes of scripts/check: each runs tests somewhere and leaves
#
#	build/check/LANE.ktap	what it printed
#	build/check/LANE.log	what it said besides
#	build/check/LANE.tsv	one line a result, see ktap.awk
#
# Lanes of virtual machines run side by side, one for each processor of the host:
# however many it has itself, an emulated machine keeps one of them busy.

# The lane apps, besides LANE_PROGRAMS of packages.sh: servers start and stop in
# it. Debian's python3 finds its modules where Debian puts them.
APPS_PROGRAMS=(/usr/lib/postgresql/15/bin/postgres Xvfb x11perf xkbcomp
	       /usr/bin/python3)
APPS_FILES=(/usr/lib/python3/dist-packages/sysv_ipc.*.so)
LANE_TIMEOUT_APPS=1800
# A lane takes ten minutes; this is for one that hangs, on a machine that may have
# other things to do.
LANE_TIMEOUT=3000
# Crowds of processes take turns on the two processors of an emulated machine.
LANE_TIMEOUT_PREEMPT=3600
# The checkers of the debug kernels make everything several times slower, and the
# fuzzer takes an hour by itself.
LANE_TIMEOUT_DEBUG=14400
FUZZ_SECS_DEBUG=3600
# What finds a race only where processors run at the same time.
PARALLEL_TESTS=(stress fuzz device_list device_crowd trace_life.sh trace_loss.sh)

# lane_run LANE FUNCTION [ARG...]: a lane, after all before it
lane_run()
{
	lanes+=("$1")
	lane_do "$@"
}

# lane_start LANE FUNCTION [ARG...]: a lane beside those that are under way, if
# there is a processor for it; lanes_wait waits for all of them
lane_start()
{
	lanes+=("$1")
	while (($(jobs -r -p | wc -l) >= $(nproc))); do
		wait -n
	done
	lane_do "$@" &
}

lanes_wait()
{
	wait
}

# lane_do LANE FUNCTION [ARG...]: one lane from start to table row. The function
# prints KTAP; its status is 0 only if all is well.
lane_do()
{
	local lane=$1 out=$results/$1 status start=$SECONDS

	shift
	"$@" >"$out.ktap" 2>"$out.log" </dev/null
	status=$?
	awk -f "$LIB/ktap.awk" "$out.ktap" >"$out.tsv"
	lane_judge "$status" "$out"
	lane_row "$lane" $((SECONDS - start))
}

# What the results themselves don't tell: a lost guest, a runner that failed
# without a failure, a lane that tested nothing.
lane_judge()
{
	local status=$1 out=$2 lost

	lost=$(grep -am 1 '^lab: LOST: ' "$out.log")
	if [[ $lost ]]; then
		lane_failure "$out" lab "${lost#lab: }"
	elif ((status != 0)) && ! grep -q ^fail "$out.tsv"; then
		lane_failure "$out" runner "status $status:$(tail -n 1 "$out.log" |
			sed 's/^/ /')"
	fi
	grep -q ^pass "$out.tsv" ||
		lane_failure "$out" lane "nothing passed in this lane"
}

lane_failure()
{
	printf 'fail\t%s\t%s\n' "$2" "$3" >>"$1.tsv"
}

# count_of KIND FILE...
count_of()
{
	local kind=$1

	shift
	cat "$@" | grep -c "^$kind	"
}

lane_row()
{
	local tsv=$results/$1.tsv

	printf '%-24s %6d %6d %7d %5d s\n' "$1" "$(count_of pass "$tsv")" \
		"$(count_of fail "$tsv")" "$(count_of skip "$tsv")" "$2"
}

lane_host()
{
	timeout -k 10 "$LANE_TIMEOUT" "$TOP/tests/run"
}

# lane_lab KERNEL TIMEOUT ARG...: the lab as all lanes want it
lane_lab()
{
	local kernel=$1 timeout=$2 options=() program

	shift 2
	for program in "${LANE_PROGRAMS[@]}"; do
		options+=(--with "$program")
	done
	"$TOP/scripts/lab" --kernel "$kernel" --timeout "$timeout" \
		--console "$results/${lane:-$kernel}.console" "${options[@]}" "$@"
}

# tests_passed TSV: the programs of which something passed and nothing failed
tests_passed()
{
	[[ -e $1 ]] || return
	awk -F '\t' '{ name = $2; sub(/:.*/, "", name) }
		     $1 == "pass" { passed[name] }
		     $1 == "fail" { failed[name] }
		     END { for (name in passed) if (!(name in failed)) printf "%s ", name }' "$1"
}

# The fallback is as good natively, if this machine allows it: an emulated one
# then has that much less to do.
lane_vm()
{
	local less=() share

	! grep -q '^pass.*: tracepoint: ' "$results/host.tsv" 2>/dev/null ||
		less=(--env BACKENDS=whole)
	less+=(--env "NATIVE=$(tests_passed "$results/host.tsv")")
	# What hardly depends on the kernel: on one, unless all are asked for.
	if [[ ! ${all_kernels-} && ${#kernels[@]} -gt 1 &&
	      " ${kernels[*]} " == *" $KERNEL_DEFAULT "* ]]; then
		share=second
		[[ $1 != "$KERNEL_DEFAULT" ]] || share=first
		less+=(--env "LANE_SHARE=$share")
	fi
	[[ ${all_kernels-} ]] ||
		less+=(--env STRESS_SECS=30 --env ROUNDS=1)
	lane_lab "$1" "$LANE_TIMEOUT" --env TIMEOUT=600 "${less[@]}" -- tests/run
}

# Two tests only, with what they need; all of that makes a big guest.
lane_apps()
{
	local options=() program file

	for program in "${APPS_PROGRAMS[@]}"; do
		options+=(--with "$program")
	done
	for file in "${APPS_FILES[@]}"; do
		options+=(--file "$file")
	done
	lane_lab "$1" "$LANE_TIMEOUT_APPS" --no-module "${options[@]}" \
		--env TIMEOUT=1500 -- tests/run trace_apps.sh ls_apps.sh
}

# Each processor of the guest has a thread: slower, because the host has no more of
# them for it, but they do run at the same time.
lane_parallel()
{
	lane_lab "$1" "$LANE_TIMEOUT" --parallel --cpus 4 --env TIMEOUT=900 \
		-- tests/run "${PARALLEL_TESTS[@]}"
}

# What of the tests depends on how the kernel preempts.
lane_preempt()
{
	local tests

	tests=$(cd "$TOP/tests" && echo trace*.sh stat*.sh top_live.sh report_live.sh)
	# shellcheck disable=SC2086 # words
	lane_lab "$KERNEL_DEFAULT" "$LANE_TIMEOUT_PREEMPT" --append preempt=full \
		--env TIMEOUT=1500 -- tests/run $tests
}

# lane_debug KERNEL: debug or kcsan
lane_debug()
{
	lane_lab "$1" "$LANE_TIMEOUT_DEBUG" --parallel \
		--env TIMEOUT=$((FUZZ_SECS_DEBUG + 1800)) \
		--env "FUZZ_SECS=$FUZZ_SECS_DEBUG" -- scripts/guest/debug.sh
}

# On the default kernel: a defect that only another one shows is not among them.
lane_mutants()
{
	"$TOP/scripts/mutants"
}
