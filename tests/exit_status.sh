#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The exit status of every command: 0, 1, 2, 3 and 4, a full disk, a reader that
# goes, and each signal that ends one. exit_device.sh has those that need the device.
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/trace.sh"

need root jq perl setpriv
skip_if_elsewhere
begin 9

golden=$here/golden/states.json
all="trace stat ls frames map top view explain report doctor"
quick="--backend tracepoint"
chmod 755 "$tmp"
# shellcheck disable=SC3045 # dash and busybox have it
ulimit -c 0

# A trace by hand: with a loss told by a line, by the last line alone, or none.
start='{"type":"start","version":"0.1.0","backend":"tracepoint","blind":[],"ipcns":1,"kinds":["sysv"],"anchor":{"monotonic":1000,"realtime":1700000000000000000}}'
event='{"type":"event","event":"shmget","ts":2000,"pid":7,"tid":7,"nspid":7,"comm":"x","uid":0,"ipcns":1,"cgroup":1,"key":"0x00000007","size":1,"compat":false,"flags":"0","ret":-2,"errno":"ENOENT","args":{"key":"0x00000007","size":1,"shmflg":0}}'
missed='{"type":"lost","count":2,"missed":true}'
lost='{"type":"lost","count":2}'

# end_line LOST
end_line()
{
	echo "{\"type\":\"end\",\"seen\":$((1 + $1)),\"delivered\":1,\"lost\":$1,\"filtered\":0,\"reason\":\"signal\"}"
}
printf '%s\n' "$start" "$event" "$(end_line 0)" >"$tmp/whole"
printf '%s\n' "$start" "$event" "$lost" "$(end_line 2)" >"$tmp/lost"
printf '%s\n' "$start" "$event" "$missed" "$(end_line 2)" >"$tmp/missed"
printf '%s\n' "$start" "$event" "$(end_line 2)" >"$tmp/picked"
printf '%s\n' "$start" "$lost" "$event" >"$tmp/cut"

run shmviz --help
expect_status 0
run shmviz --version
expect_status 0
for command in $all; do
	run shmviz "$command" --help
	expect_status 0
	expect_empty "$tmp/err"
	expect_grep "^Exit codes:" "$tmp/out"
done
for arguments in "ls" "ls --json" "ls --all" "top -b -n 1 --no-events" \
	"trace $quick --duration 0.01" "stat $quick --duration 0.01" \
	"trace --from $tmp/whole" "stat --from $tmp/whole" \
	"report --from $tmp/whole -o $tmp/page" "map --from $golden" \
	"explain $$ 0x1000" "trace $quick -- false" "stat $quick -- false"; do
	# shellcheck disable=SC2086 # words
	run shmviz $arguments
	expect_status 0
done
run shmviz doctor --json
expect_same "$status" "$(jq 'if (.commands | .trace == "fentry" and
	all(del(.trace)[]; . == "full" or . == "yes")) then 0 else 3 end' "$tmp/out")" \
	"the status of doctor"
result "0: done"

for command in trace stat "report -o $tmp/page"; do
	# shellcheck disable=SC2086 # words
	run shmviz $command --from "$tmp/nowhere"
	expect_error 1 "cannot read '.*/nowhere': No such file"
done
for command in trace stat; do
	run shmviz $command $quick --json -- /nonexistent/program
	expect_status 1
	expect_grep "cannot run '/nonexistent/program': No such file" "$tmp/err"
done
run shmviz report --from "$tmp/whole" -o /nonexistent/page
expect_error 1 "/nonexistent/page.*No such file"
run shmviz map --from "$tmp/nowhere"
expect_error 1 "nowhere"
run shmviz map --from "$tmp/whole"
expect_error 1 "whole"
run shmviz explain 2147483646 0x1000
expect_error 1 "2147483646"
user="/usr/bin/setpriv --reuid 1000 --regid 1000 --clear-groups"
for command in trace stat; do
	# shellcheck disable=SC2086 # words
	run $user "$SHMVIZ" $command --duration 0.01
	expect_error 1 "needs root, or CAP_BPF and CAP_PERFMON"
done
result "1: what is not there, or not allowed"

# Where there is no segment, ls prints nothing on stdout.
shm_make 4096
for arguments in "--help" "--version" "ls" "ls --json" "ls --all" "ls --all --json" \
	"doctor" "doctor --json" "top -b -n 1 --no-events" "map --from $golden" \
	"map --from $golden --json" "map --from $golden --svg" \
	"map --from $golden --html" "map --from $golden --dot" \
	"trace --from $tmp/whole" "trace --from $tmp/whole --json" \
	"stat --from $tmp/whole" "stat --from $tmp/whole --json" \
	"report --from $tmp/whole -o -" "explain $$ 0x1000" \
	"explain $$ 0x1000 --json" "trace $quick --duration 0.01" \
	"stat $quick --duration 0.01"; do
	# shellcheck disable=SC2086 # words
	"$SHMVIZ" $arguments >/dev/full 2>"$tmp/err" </dev/null
	status=$? ran="shmviz $arguments >/dev/full"
	expect_status 1
	expect_grep "No space left" "$tmp/err"
done
result "1: a full disk, whatever is written to it"

for command in $all; do
	run shmviz "$command" --nonsense
	expect_error 2 "$command: .*'--nonsense'.*shmviz $command --help"
	run shmviz "$command" -Z
	expect_error 2 "$command: .*'-Z'"
	run shmviz "$command" --help=yes
	expect_error 2 "$command: .*'--help' takes no value"
done
for command in frames map view; do
	run shmviz "$command" nonsense:5
	expect_error 2 "nonsense"
done
for arguments in "trace --from x --strict --duration 1" "stat --from x --duration 1" \
	"explain" "explain $$" "explain x 0x1000" "explain $$ y" "top" \
	"top -b -n 0" "doctor now" "ls now" "map --svg --json" "view" "frames"; do
	# shellcheck disable=SC2086 # words
	run shmviz $arguments
	expect_error 2 "^shmviz"
done
result "2: the command line is wrong"

# Root by name, who may do nothing.
for command in trace stat "report -o $tmp/page"; do
	# shellcheck disable=SC2086 # words
	run /usr/bin/setpriv --bounding-set -all --inh-caps -all "$SHMVIZ" $command \
		--duration 0.01
	expect_error 3 "allows no tracing.*shmviz doctor"
done
if ! has_device; then
	for command in "frames 5" "frames --board" "map 5" "map" "view 5"; do
		# shellcheck disable=SC2086 # words
		run shmviz $command
		expect_error 3 "module is not loaded"
	done
fi
result "3: what the kernel, the module or the rights lack"

storm='for (1..400) { shmctl(-1, 2, $x) }; kill CONT => getppid'
for arguments in "trace --json" "trace"; do
	# shellcheck disable=SC2086 # words
	run shmviz $arguments $quick --strict --buffer 4K -- \
		perl -e "kill STOP => getppid; $storm"
	expect_status 4
	# shellcheck disable=SC2086 # words
	run shmviz $arguments $quick --buffer 4K -- \
		perl -e "kill STOP => getppid; $storm"
	expect_status 0
done
for file in lost missed picked cut; do
	for arguments in "trace --json" "trace" "report -o $tmp/page"; do
		rm -f "$tmp/page"
		# shellcheck disable=SC2086 # words
		run shmviz $arguments --from "$tmp/$file" --strict
		expect_status 4
		[ "${arguments%% *}" = trace ] || expect_grep "</html>" "$tmp/page"
		# shellcheck disable=SC2086 # words
		run shmviz $arguments --from "$tmp/$file"
		expect_status 0
	done
done
for arguments in "trace --json" "trace" "report -o $tmp/page"; do
	# shellcheck disable=SC2086 # words
	run shmviz $arguments --from "$tmp/whole" --strict
	expect_status 0
done
# What is no trace stays a failure, whatever was lost.
echo '{"type":"other"}' >"$tmp/bad"
run shmviz trace --from "$tmp/bad" --strict
expect_error 1 "line 1"
result "4: events were lost under --strict, live and from a file"

# start COMMAND...: in $pid, with all signals as a terminal's shell has them, until it
# waits for those that end it. A background process of sh ignores two of them.
waits()
{
	grep -qE '^SigBlk:.*(4...|[2367])$' "/proc/$pid/status"
}

start()
{
	ran="$*"
	: >"$tmp/out"
	background perl -e '$SIG{$_} = "DEFAULT" for qw(INT QUIT HUP TERM); exec @ARGV' \
		"$SHMVIZ" "$@" >"$tmp/out" 2>"$tmp/err"
	wait_for waits
}

# stop SIGNAL: its status
stop()
{
	kill -"$1" "$pid"
	wait "$pid" 2>/dev/null
	status=$?
}

for signal in INT TERM HUP; do
	for command in "trace --json" "stat --json"; do
		# shellcheck disable=SC2086 # words
		start $command $quick
		wait_for grep -q '"type":"start"' "$tmp/out"
		stop $signal
		expect_status 0
		tail -n 1 "$tmp/out" >"$tmp/end"
		expect_jq '.type == "end" and .reason == "signal" and
			.seen == .delivered + .lost + .filtered' "$tmp/end"
	done
	# The tables end in another line; once is enough of each.
	for command in trace stat; do
		[ $signal = TERM ] || break
		# shellcheck disable=SC2086 # words
		start $command $quick
		wait_for grep -q "by tracepoint" "$tmp/err"
		stop $signal
		expect_status 0
		expect_grep "^[0-9]+ seen, .* lost, [0-9]+ filtered$" "$tmp/out"
	done
	start top -b -d 1000 --no-events
	wait_for grep -q '^OBJECT' "$tmp/out"
	stop $signal
	expect_status 0
	rm -f "$tmp/page"
	# shellcheck disable=SC2086 # words
	start report $quick -o "$tmp/page"
	stop $signal
	expect_status 0
	expect_grep "</html>" "$tmp/page"
done
result "SIGINT, SIGTERM and SIGHUP end it: 0, and all is written"

# Early ones count, too: none is lost between the start and the first wait.
# shellcheck disable=SC2086 # words
start trace --json $quick
stop HUP
expect_status 0
tail -n 1 "$tmp/out" >"$tmp/end"
expect_jq '.type == "end" and .reason == "signal"' "$tmp/end"
for command in "trace --json" "stat --json"; do
	# shellcheck disable=SC2086 # words
	start $command $quick
	stop QUIT
	expect_status 131
done
result "a signal that comes early ends it as well; SIGQUIT kills"

# The reader goes: it ends, by itself or by SIGPIPE, and says nothing of it.
for command in "trace --json" "stat --json --interval 0.05" "top -b -d 0.1 --no-events"; do
	# shellcheck disable=SC2086 # words
	{ perl -e '$SIG{PIPE} = "DEFAULT"; exec @ARGV' "$SHMVIZ" $command 2>"$tmp/err"
		echo $? >"$tmp/status"; } | head -n 1 >"$tmp/out"
	wait_for test -s "$tmp/status"
	case $(cat "$tmp/status") in
	0 | 141) ;;
	*) fail "$command: status $(cat "$tmp/status") when its reader goes" ;;
	esac
	! grep -qi "pipe" "$tmp/err" || fail "$command: $(cat "$tmp/err")"
	rm "$tmp/status"
done
result "the reader goes: it ends, in silence"
finish
