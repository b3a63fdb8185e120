#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The COMMAND of trace, stat and report: its stdout, its signals, and what becomes of it
# when shmviz ends first. Signals that shmviz was started with ignored stay so.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"

need root jq perl
skip_if_elsewhere
begin 8

quick="--backend tracepoint"

# with_signals PERL COMMAND...: run it with signals set so, all others by default
with_signals()
{
	set_signals=$1
	shift
	exec perl -e 'use POSIX; $SIG{$_} = "DEFAULT" for qw(HUP INT TERM QUIT PIPE);
		eval shift; die $@ if $@; exec @ARGV or die' "$set_signals" "$@"
}

# Its words come between no lines of shmviz's, and those of stderr stay there.
speak='echo {between; echo aside >&2; perl -e "shmget(0x7601, 1, 0)"; echo between}'
for json in --json ''; do
	# shellcheck disable=SC2086 # words: $json, $quick
	run shmviz trace $quick $json -- sh -c "$speak"
	expect_status 0
	grep -q between "$tmp/out" && fail "trace $json: the command's stdout is in the trace"
	expect_grep '^\{between$' "$tmp/err"
	expect_grep '^aside$' "$tmp/err"
done
run shmviz trace $quick --json -- sh -c "$speak"
cp "$tmp/out" "$tmp/trace"
run shmviz trace --from "$tmp/trace"
expect_status 0
expect_grep 'shmget\(0x7601, 1, 0\)' "$tmp/out"
run shmviz stat $quick --json -- sh -c "$speak"
expect_jq '.type | . == "start" or . == "end"'
expect_grep '^between}$' "$tmp/err"
result "without -o: the command's stdout goes to stderr"

# report's own -o has always been so; the page is not of stdout.
for command in "trace $quick --json" "stat $quick --json" "report"; do
	rm -f "$tmp/file"
	# shellcheck disable=SC2086 # words: $command
	run shmviz $command -o "$tmp/file" -- sh -c "$speak; cat"
	expect_status 0
	expect_same "$(cat "$tmp/out")" "$(printf '{between\nbetween}')" "stdout of $command"
	expect_grep 'shmget' "$tmp/file"
done
echo input | shmviz trace $quick -o "$tmp/file" -- cat >"$tmp/out" 2>"$tmp/err"
expect_same "$(cat "$tmp/out")" input "what the command read from stdin"
shmviz trace $quick --json -o "$tmp/file" -- true 2>"$tmp/err"
expect_same "$(tail -n 1 "$tmp/file" | jq -r .type)" end "the last line of FILE"
run shmviz trace --from "$tmp/file" --json -o "$tmp/copy"
expect_status 0
expect_empty "$tmp/out"
cmp -s "$tmp/file" "$tmp/copy" || fail "--from with -o: not the same bytes"
run shmviz stat --from "$tmp/file" -o "$tmp/copy"
expect_grep 'seen' "$tmp/copy"
result "-o FILE: the command keeps stdout and stdin"

echo kept >"$tmp/kept"
run shmviz trace $quick -o "$tmp/nowhere/file" -- true
expect_error 1 "cannot write '.*/nowhere/file': No such file"
run shmviz stat $quick -o "$tmp" -- true
expect_error 1 "cannot write '.*': Is a directory"
for command in trace stat; do
	run shmviz $command --from "$tmp/kept" -o "$tmp/kept"
	expect_error 2 "is the trace that is read"
	run shmviz $command --from "$tmp/none" -o "$tmp/kept"
	expect_error 1 "cannot read"
	expect_same "$(cat "$tmp/kept")" kept "a file that nothing was written to"
	run shmviz $command --from "$tmp/none" -o "$tmp/made"
	[ ! -e "$tmp/made" ] || fail "$command: a file was made for nothing"
	shmviz $command $quick -o /dev/full -- true >"$tmp/out" 2>"$tmp/err"
	status=$? ran="$command -o /dev/full"
	expect_status 1
	expect_same "$(grep -c "cannot write '/dev/full': No space left" "$tmp/err")" 1 "lines"
	# Its reader has gone before the command ends: an error as any other.
	mkfifo "$tmp/$command.fifo"
	head -n 1 "$tmp/$command.fifo" >"$tmp/head" &
	reader=$!
	shmviz $command $quick --json -o "$tmp/$command.fifo" -- sh -c \
		'while kill -0 '$reader' 2>/dev/null; do sleep 0.1; done; perl -e "shmget(1, 1, 0)"' \
		>"$tmp/out" 2>"$tmp/err"
	status=$? ran="$command -o FIFO"
	expect_status 1
	expect_same "$(grep -c "cannot write '.*fifo': Broken pipe" "$tmp/err")" 1 "lines"
	wait "$reader"
done
result "-o FILE that can't be written, is full, or a FIFO without a reader: one line, status 1"

# What the command gets is what it would have got without shmviz.
odd='$SIG{HUP} = $SIG{USR2} = $SIG{PIPE} = "IGNORE";
	POSIX::sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGUSR1, SIGTERM))'
for set in "$odd" '$SIG{INT} = $SIG{TERM} = "IGNORE"' ''; do
	( with_signals "$set" grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status ) >"$tmp/want"
	for command in "trace $quick" "stat $quick" "report"; do
		rm -f "$tmp/file"
		# shellcheck disable=SC2086 # words: $command
		( with_signals "$set" "$SHMVIZ" $command -o "$tmp/file" -- \
			grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status ) >"$tmp/out" 2>"$tmp/err"
		expect_same "$(cat "$tmp/out")" "$(cat "$tmp/want")" "signals of the command of $command"
	done
done
expect_grep 'SigBlk' "$tmp/want"
result "the command's signals: blocked and ignored as without shmviz"

# told KEY: an event that trace, stat or report must still see
told()
{
	perl -e 'shmget($ARGV[0], 1, 0)' "$1"
}

# stays SIGNAL COMMAND...: started with it ignored, it goes on; the others end it
key=30464
stays()
{
	signal=$1
	shift
	key=$((key + 1))
	: >"$tmp/sig"
	( with_signals "\$SIG{$signal} = 'IGNORE'" "$SHMVIZ" "$@" ) >"$tmp/sig" 2>"$tmp/sig.err" &
	pid=$!
	pids="$pids $pid"
	wait_for grep -q . "$tmp/sig"
	kill -"$signal" "$pid"
	told $key
	wait_for grep -q "$(printf '"0x%08x"\|"count":[1-9]' $key)" "$tmp/sig"
	other=TERM
	[ "$signal" != TERM ] || other=INT
	kill -$other "$pid"
	wait "$pid"
	expect_same $? 0 "status of $* after SIG$other"
	expect_same "$(tail -n 1 "$tmp/sig" | jq -r .reason)" signal "why it ended"
}

for signal in HUP INT TERM; do
	stays $signal trace $quick --json --no-segments --event shmget
	stays $signal stat $quick --json --interval 0.1 --event shmget
done
result "a signal that was ignored stays ignored, the others end it"

# Not one of them was ignored: each ends it.
for signal in HUP INT TERM; do
	for command in "trace $quick --json" "stat $quick --json" "top -b -n 100 -d 1000 --no-events" \
			"report -o $tmp/page"; do
		: >"$tmp/sig"
		# shellcheck disable=SC2086 # words: $command
		( with_signals '' "$SHMVIZ" $command ) >"$tmp/sig" 2>"$tmp/sig.err" &
		pid=$!
		pids="$pids $pid"
		case $command in
		report*)
			# Blocked from before the tracer is there, so none is lost.
			wait_for grep -q '^SigBlk.*400[0-9]$' "/proc/$pid/status" ;;
		*)
			wait_for grep -q . "$tmp/sig" ;;
		esac
		kill -$signal "$pid"
		wait "$pid"
		expect_same $? 0 "status of $command after SIG$signal"
	done
done
result "SIGHUP, SIGINT and SIGTERM end it"

# The command is not ours to end.
for command in "trace $quick" "stat $quick" "report"; do
	rm -f "$tmp/started" "$tmp/file"
	# shellcheck disable=SC2086 # words: $command
	background "$SHMVIZ" $command -o "$tmp/file" -- \
		sh -c 'echo $$ >"$0.new"; mv "$0.new" "$0"; exec sleep 1000' "$tmp/started" \
		>"$tmp/sig" 2>"$tmp/sig.err"
	wait_for test -s "$tmp/started"
	child=$(cat "$tmp/started")
	pids="$pids $child"
	kill -TERM "$pid"
	wait "$pid"
	expect_same $? 0 "status of $command after SIGTERM"
	kill -0 "$child" || fail "$command: its command has ended with it"
	expect_same "$(grep -c "process $child, 'sh', goes on untraced" "$tmp/sig.err")" 1 "lines"
	kill "$child"
done
shmviz trace $quick -o /dev/full -- sh -c 'echo $$ >"$0.pid"
	until [ -e "$0.go" ]; do sleep 0.1; done; : >"$0"' "$tmp/done" >"$tmp/out" 2>"$tmp/err"
expect_same $? 1 "status with a full disk"
: >"$tmp/done.go"
wait_for test -e "$tmp/done"
expect_grep "process $(cat "$tmp/done.pid"), 'sh', goes on untraced" "$tmp/err"
run shmviz trace $quick -- true
grep -q 'goes on' "$tmp/err" && fail "it goes on though it has ended"
result "SIGTERM and a full disk: the command goes on, and a line says so"

run shmviz trace $quick --json -o "$tmp/file" -- /nonexistent/program
expect_status 1
expect_same "$(tail -n 1 "$tmp/file" | jq -r .reason)" failed "the last line of FILE"
expect_same "$(grep -c "cannot run '/nonexistent/program'" "$tmp/err")" 1 "lines"
result "a command that can't be run"
finish
