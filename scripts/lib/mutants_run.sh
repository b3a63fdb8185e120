# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Running the tests of mutants, on this machine and in the lab, and what is said
# of each. Whatever runs something prints a line
#
#	NAME VERDICT DETAIL
#
# for each of its mutants: killed, survived, unbuilt, baseline (its test fails on
# the unchanged tree) or skipped.

# Beyond what a test takes on the unchanged tree, times five.
MUTANTS_PATIENCE=60
# The guest boots, or says nothing between two tests: then it is lost.
MUTANTS_SILENCE=300
MUTANTS_BASELINE_LIMIT=900
MUTANTS_LEAST=90		# percent that must be killed

# limit_of SECONDS: for a test that took so long
limit_of()
{
	echo $((MUTANTS_PATIENCE + 5 * $1))
}

# verdict_of NAME VERDICT DETAIL: of the test, as one of the mutant
verdict_of()
{
	case $2 in
	failed) echo "$1 killed by ${mutant_test[$1]}: $3" ;;
	hung) echo "$1 killed by ${mutant_test[$1]}: it hung" ;;
	skipped) echo "$1 survived ${mutant_test[$1]} skipped itself: $3" ;;
	*) echo "$1 survived ${mutant_test[$1]}" ;;
	esac
}

# without_baseline NAME VERDICT DETAIL: of a mutant whose test did not pass
without_baseline()
{
	case $2 in
	skipped) echo "$1 skipped ${mutant_test[$1]}: $3" ;;
	*) echo "$1 baseline ${mutant_test[$1]} on the unchanged tree: $2 $3" ;;
	esac
}

# by_test NAME...: those of one test together, each on a line
by_test()
{
	local name

	for name; do
		printf '%s %s\n' "${mutant_test[$name]}" "$name"
	done | sort | cut -d ' ' -f 2
}

# built_of PLACE...: those that could be built; says of the others that they
# could not
built_of()
{
	local name

	while read -r name; do
		if mutant_built "$name"; then
			printf '%s\n' "$name" >&3
		else
			echo "$name unbuilt $(tail -n 1 "$work/$name.build")"
		fi
	done < <(mutants_where "$@") 3>"$work/built.$1"
	mapfile -t built <"$work/built.$1"
}

# native_test TEST COMMAND LIMIT LOG: with the test of the mutant, if that is
# what was changed
native_test()
{
	local path=$TOP/tests/$1

	[[ $1 == *.sh ]] || path=$BUILD/tests/$1
	[[ ! -e ${2%/*}/$1 ]] || path=${2%/*}/$1
	(cd "$TOP" && SHMVIZ=$2 PATH=${2%/*}:$PATH \
		"$TOP/scripts/guest/one_test.sh" "$path" "$3" "$4")
}

# native_baseline TEST: sets state and took of it
native_baseline()
{
	local verdict seconds detail

	read -r verdict seconds detail < <(native_test "$1" "$BUILD/shmviz" \
		"$MUTANTS_BASELINE_LIMIT" "$work/baseline.$1.log")
	echo "# baseline $1: $verdict, $seconds s${detail:+: $detail}"
	state[$1]="$verdict $detail" took[$1]=$seconds
}

mutants_run_native()
{
	local name test verdict seconds detail built
	local -A state=() took=()

	built_of native
	for name in $(by_test "${built[@]}"); do
		test=${mutant_test[$name]}
		[[ ${state[$test]-} ]] || native_baseline "$test"
		read -r verdict detail <<<"${state[$test]}"
		if [[ $verdict != passed ]]; then
			without_baseline "$name" "$verdict" "$detail"
			continue
		fi
		read -r verdict seconds detail < <(native_test "$test" \
			"$work/guest/$name/shmviz" \
			"$(limit_of "${took[$test]}")" "$work/$name.log")
		verdict_of "$name" "$verdict" "$detail"
	done
}

# guest_list: what is still to be run there; see scripts/guest/mutants.sh
guest_list()
{
	local name test listed=

	for name in $(by_test "${built[@]}"); do
		test=${mutant_test[$name]}
		if [[ ! ${state[$test]-} && $test != "${listed-}" ]]; then
			printf 'baseline baseline.%s %s %s\n' "$test" "$test" \
				"$MUTANTS_BASELINE_LIMIT"
			listed=$test
		fi
		[[ ! ${state[$test]-} || ${state[$test]} == passed* ]] &&
			[[ ! ${done_with[$name]-} ]] &&
			printf '%s %s %s %s\n' "${mutant_where[$name]}" "$name" \
				"$test" "${took[$test]+$(limit_of "${took[$test]}")}"
	done
	return 0
}

# guest_end NAME VERDICT SECONDS DETAIL
guest_end()
{
	local name=$1 test=${1#baseline.} other

	progress=1
	if [[ $name == baseline.* ]]; then
		echo "# baseline $test, in the lab: $2, $3 s${4:+: $4}"
		state[$test]="$2 $4" took[$test]=$3
		[[ $2 != passed ]] || return
		for other in "${built[@]}"; do
			[[ ${mutant_test[$other]} != "$test" ]] ||
				without_baseline "$other" "$2" "$4"
		done
		return
	fi
	# Not of a test whose baseline has failed in this very boot.
	[[ ${state[${mutant_test[$name]}]} == passed* ]] || return
	done_with[$name]=1
	verdict_of "$name" "$2" "$4"
}

# guest_lost: of what ran when the guest was lost
guest_lost()
{
	local reason

	reason=$(sed -n 's/^lab: LOST: //p' "$log" | head -n 1)
	if [[ $now == baseline.* ]]; then
		guest_end "$now" lost 0 "$reason"
	elif [[ $now ]]; then
		progress=1 done_with[$now]=1
		echo "$now killed by ${mutant_test[$now]}: the guest was lost:" \
			"${reason:-it hung}"
	fi
	now=
}

# guest_limit NAME: how long its test may take
guest_limit()
{
	local test=${mutant_test[$1]-}

	if [[ $test ]]; then
		limit_of "${took[$test]-$MUTANTS_BASELINE_LIMIT}"
	else
		echo "$MUTANTS_BASELINE_LIMIT"
	fi
}

# guest_boot NUMBER: one boot, and what it says
guest_boot()
{
	local log=$work/boot.$1.log options=() program line lab
	local now='' patience=$MUTANTS_SILENCE name verdict seconds detail

	for program in "${LANE_PROGRAMS[@]}"; do
		options+=(--with "$program")
	done
	cp "$work/list" "$work/guest/list"
	exec {lab}< <(exec "$TOP/scripts/lab" --kernel "$kernel" --timeout 0 \
		--console "$work/boot.$1.console" --file "$work/guest:/mutants" \
		--env BACKENDS=whole --env "PATIENCE=$MUTANTS_PATIENCE" "${options[@]}" \
		-- scripts/guest/mutants.sh /mutants/list 2>"$log")
	lab_pid=$!
	while read -r -t "$patience" -u "$lab" line; do
		read -r line name verdict seconds detail <<<"$line"
		case $line in
		begin)
			now=$name
			patience=$((120 + $(guest_limit "$name"))) ;;
		log)
			printf '%s\n' "$verdict $seconds $detail" \
				>>"$work/$name.log" ;;
		end)
			now='' patience=$MUTANTS_SILENCE
			guest_end "$name" "$verdict" "$seconds" "$detail" ;;
		esac
	done
	kill "$lab_pid" 2>/dev/null
	exec {lab}<&-
	wait "$lab_pid" 2>/dev/null
	guest_lost
}

mutants_run_guest()
{
	local built number=0 progress name lab_pid
	local -A state=() took=() done_with=()

	built_of module vm
	while guest_list >"$work/list"; [[ -s $work/list ]]; do
		progress='' number=$((number + 1))
		guest_boot "$number"
		[[ $progress ]] && continue
		sed 's/^/# /' "$work/boot.$number.log"
		for name in "${built[@]}"; do
			[[ ${done_with[$name]-} ]] ||
				echo "$name baseline the lab: see boot.$number.log"
		done
		return
	done
	echo "# $number boots of the lab"
}

# mutants_report: the table, from the lines of those that run something
mutants_report()
{
	local number=0 name verdict detail ok
	local passed=0 failed=0 skipped=0 killed=0 survived=0

	while read -r name verdict detail; do
		[[ $name != '#' ]] || { echo "# $verdict $detail"; continue; }
		number=$((number + 1)) ok='not ok'
		case $verdict in
		killed)
			killed=$((killed + 1)) ok=ok
			[[ ! ${mutant_survives[$name]} ]] || {
				ok='not ok'
				detail+=", though its patch says that it survives"
			} ;;
		survived)
			survived=$((survived + 1))
			[[ ! ${mutant_survives[$name]} ]] || {
				ok=ok
				detail=${mutant_survives[$name]}
			} ;;
		skipped)
			skipped=$((skipped + 1))
			echo "ok $number $name # SKIP $detail"
			continue ;;
		esac
		[[ $ok == ok ]] && passed=$((passed + 1)) || failed=$((failed + 1))
		echo "$ok $number $name # $verdict: $detail"
	done
	while ((number < ${#mutants[@]})); do
		number=$((number + 1)) failed=$((failed + 1))
		echo "not ok $number lost # nothing was said of a mutant"
	done
	((killed + survived == 0)) ||
		echo "# $killed of $((killed + survived)) killed," \
			"$((100 * killed / (killed + survived))) %"
	echo "# logs: ${work#"$TOP/"}"
	echo "$passed passed, $failed failed, $skipped skipped"
	((!failed && 100 * killed >= MUTANTS_LEAST * (killed + survived)))
}
