# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash disable=SC2154 # variables of lib.sh
#
# What the tests of the tracer share: its backends, and strace as the oracle.

# find_backends: those of this kernel in $backends. The one that is taken by itself
# and sees all is $whole, fentry or kprobe; if there is none, $no_whole says why.
# BACKENDS=whole: not the fallback, where that has been tested elsewhere.
find_backends()
{
	whole='' no_whole=''
	run shmviz trace --json --no-segments --duration 0.01
	head -n 1 "$tmp/out" >"$tmp/start"
	case $(jq -r .backend "$tmp/start") in
	fentry | kprobe)
		whole=$(jq -r .backend "$tmp/start") ;;
	*)
		no_whole=$(jq -r .why "$tmp/start") ;;
	esac
	backends="$whole tracepoint"
	[ ! "${BACKENDS-}" ] || [ ! "$whole" ] || backends=$whole
}

# is_whole BACKEND
is_whole()
{
	[ "$1" = fentry ] || [ "$1" = kprobe ]
}

# For what any backend and any kernel gives: not in an emulated machine, if it has
# been tested by the lane host.
skip_if_elsewhere()
{
	[ ! "${BACKENDS-}" ] ||
		ktap_skip_all "BACKENDS=$BACKENDS: the lane host has tested it"
}

# begin_each COUNT [MORE]: so many results for each backend, and MORE once
begin_each()
{
	find_backends
	# shellcheck disable=SC2086 # words
	set -- "$1" "${2:-0}" $backends
	begin $(($1 * ($# - 2) + $2))
	[ ! "$no_whole" ] || ktap_print_msg "tracepoints only: $no_whole"
}

# preempts: whether this kernel preempts tasks inside the kernel, as debugfs has it
mode=
preempts()
{
	if [ ! "$mode" ]; then
		mkdir "$tmp/debugfs"
		mount -t debugfs debugfs "$tmp/debugfs" 2>/dev/null
		mode=$(grep -o '(.*)' "$tmp/debugfs/sched/preempt" 2>/dev/null)
		umount "$tmp/debugfs" 2>/dev/null
		rmdir "$tmp/debugfs"
	fi
	case $mode in
	"(none)" | "(voluntary)")
		return 1 ;;
	"(full)" | "(lazy)")
		return 0 ;;
	*)
		mode=unknown
		[ "$(uname -r | cut -d. -f1)" -ge 7 ] ;;
	esac
}

# may_miss: whether the last trace or stat may have missed events: on a kernel that
# preempts, those that come while another task is preempted inside a hook, and only by
# another backend than kprobe. They are counted; nobody can tell what they were.
may_miss()
{
	! head -n 1 "$tmp/out" | grep -q '"backend":"kprobe"' &&
		! grep -q ' by kprobe' "$tmp/err" && preempts
}

# expect_no_loss: the trace in $tmp/out; sets $missed, always 0 unless may_miss
expect_no_loss()
{
	tail -n 1 "$tmp/out" >"$tmp/end"
	missed=$(jq '.missed // 0' "$tmp/end")
	expect_jq ".lost == $missed" "$tmp/end"
	if [ "$missed" != 0 ] && may_miss; then
		ktap_print_msg "preempted inside a hook: $missed events were missed"
		expect_status 4
		return
	fi
	expect_status 0
	expect_same "$missed" 0 "missed"
}

# What a trace must be in any case: every line JSON, its sums right. Leaves all
# lines in $tmp/all, all events in $tmp/ev, the calls in $tmp/calls. One jq for
# all of it: in an emulated machine each takes as long as many calls.
split_trace()
{
	jq -s -c '[.[] | select(.type == "event")] as $ev | .[-1] as $sums | ., $ev,
		[$ev[] | select(.event | startswith("shm"))],
		($sums.seen == ($sums | .delivered + .lost + .filtered) and
		 $sums.delivered == ($ev | length))' "$tmp/out" >"$tmp/split" ||
		fail "$ran: the trace is no JSON"
	sed -n 1p "$tmp/split" >"$tmp/all"
	sed -n 2p "$tmp/split" >"$tmp/ev"
	sed -n 3p "$tmp/split" >"$tmp/calls"
	[ "$(sed -n 4p "$tmp/split")" = true ] ||
		fail "$ran: the sums are wrong: $(tail -n 1 "$tmp/out")"
}

# Whether all was told by the trace, or the stat, in $tmp/out. Where this kernel may
# have missed something, and did, and says so, it is to be made again: so often at most.
tries=0
told_all()
{
	tries=$((tries + 1))
	may_miss && [ "$tries" -lt 20 ] || return 0
	tail -n 1 "$tmp/out" >"$tmp/end"
	case $(cat "$tmp/end") in
	"{"*)
		missed=$(jq '.missed // 0' "$tmp/end") ;;
	*)
		missed=$(sed -n 's/.* \([0-9]*\) lost,.*/\1/p' "$tmp/end") ;;
	esac
	[ "${missed:-0}" != 0 ] || return 0
	ktap_print_msg "preempted inside a hook: $missed events were missed; once more"
	return 1
}

# run_told COMMAND...: run, until all was told
run_told()
{
	tries=0
	while
		run "$@"
		! told_all
	do
		:
	done
}

# trace_to OPTION...: a trace that ends well and has lost nothing
trace_to()
{
	run_told shmviz trace --json --strict "$@"
	expect_status 0
	split_trace
}

# trace_begin OPTION...: a trace that goes on, until trace_end
trace_begin()
{
	ran="trace $*"
	: >"$tmp/out"
	background "$SHMVIZ" trace --json --strict "$@" >"$tmp/out" 2>"$tmp/err"
	tracer=$pid
	# Its first lines come when it has begun; segments follow at once.
	wait_for grep -q '"type":"start"' "$tmp/out"
}

trace_stop()
{
	kill -TERM "$tracer"
	wait "$tracer"
	status=$?
}

trace_end()
{
	trace_stop
	expect_status 0
	split_trace
}

# The same, or status 1 if it is to be made again.
trace_end_told()
{
	trace_stop
	told_all || return
	expect_status 0
	split_trace
}

# One call a line, numbers only: TID CALL ARG... = RET ERRNO. strace shows
# registers of 64 bits also where the argument is one of 32, and the old ipc(2)
# with its own order of arguments; but of shmat, not raw, what it returned.
strace_jq='def hex: ltrimstr("0x") | explode | reduce .[] as $c (0;
		. * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
	def num: if . == "NULL" then 0 elif startswith("0x") then hex
		else tonumber end;
	def low32: if startswith("0x") then ltrimstr("0x")[-8:] | hex
		else tonumber | if . < 0 then . + 4294967296 else . end end;
	def u32: if . < 0 then . + 4294967296 else . end;
	def line($tid; $call; $a; $ret; $errno):
		[$tid, $call] + $a + ["=", $ret, $errno] | map(tostring) | join(" ");'

# strace_lines FILE...: one file a task, named by its tid
strace_lines()
{
	for file; do
		grep -E '^shm[a-z]+\(' "$file" | jq -R -r --arg tid "${file##*.}" "$strace_jq"'
			capture("^(?<call>shm[a-z]+)\\((?<args>[^)]*)\\) += (?<ret>-?[0-9a-fx]+)( (?<errno>E[A-Z0-9]+))?")
			| .ret as $ret | [.args | split(", ")[]] as $a
			| line($tid; .call;
			       (if .call == "shmdt" then [$a[-1] | num]
				elif .call == "shmctl" then [($a[0, 1] | low32), ($a[-1] | num)]
				else [($a[0] | low32), ($a[1] | num), ($a[2] | low32)] end);
			       (if .errno then -1 else $ret | num end); .errno // "")'
	done | sort -s -k 1,1
}

# shmviz_lines FILE
shmviz_lines()
{
	jq -r "$strace_jq"'select(.type == "event" and (.event | startswith("shm")))
		| line(.tid; .event;
		       (.args |
			if .key then [(.key | num), .size, .shmflg]
			elif .buf then [(.shmid | u32), (.cmd | u32), (.buf | num)]
			elif .shmid then [(.shmid | u32), (.shmaddr | num), .shmflg]
			else [.shmaddr | num] end);
		       (if .errno then -1 else .ret end); .errno // "")' "$1" |
		sort -s -k 1,1
}

# differ BACKEND NAME COMMAND...: one result; every call that strace sees in
# COMMAND is traced, and no other. What it prints is left in $tmp/said.
differ()
{
	differ_quietly "$@"
	differ_result
}

# All that we have is in theirs, and what we lack was counted as missed.
differ_by_missed()
{
	sort "$tmp/ours" >"$tmp/ours.all"
	sort "$tmp/theirs" >"$tmp/theirs.all"
	[ "$(comm -23 "$tmp/ours.all" "$tmp/theirs.all" | wc -l)" = 0 ] &&
		[ "$(comm -13 "$tmp/ours.all" "$tmp/theirs.all" | wc -l)" -le "$missed" ]
}

differ_result()
{
	result "$backend: $name: $(wc -l <"$tmp/theirs" | tr -d ' ') calls"
}

# The same without the result: more can be expected of it first.
differ_quietly()
{
	backend=$1 name=$2
	shift 2
	rm -rf "$tmp/strace"
	mkdir "$tmp/strace"
	# The command's own output must not come between the events.
	# shellcheck disable=SC2016,SC2086 # of the inner shell; words
	run shmviz trace --strict --buffer 64M --json --backend "$backend" -- \
		sh -c 'exec "$@" >"$0"' "$tmp/said" \
		strace -ff -o "$tmp/strace/s" -e trace=shmget,shmat,shmdt,shmctl \
		-X raw -e raw=shmget,shmdt,shmctl ${strace_options:-} "$@"
	expect_no_loss
	strace_lines "$tmp"/strace/s.* >"$tmp/theirs"
	shmviz_lines "$tmp/out" >"$tmp/ours"
	[ -s "$tmp/theirs" ] || fail "strace saw nothing of $name"
	cmp -s "$tmp/ours" "$tmp/theirs" && return
	[ "$missed" = 0 ] || ! differ_by_missed || return 0
	fail "$backend: $name: shmviz (-) and strace (+) differ:"
	diff "$tmp/ours" "$tmp/theirs" | head -n 20 | sed 's/^/# /'
}
