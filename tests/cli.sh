#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line: help, version, one line and exit status 2 for what is wrong.
. "$(dirname "$0")/harness/lib.sh"

need
skip_if_native
begin 9

run shmviz --version
expect_status 0
version=$(sed -n 's/#define SHMVIZ_VERSION[^"]*"\(.*\)"/\1/p' \
	"$here/../kmod/uapi/shmviz.h" 2>/dev/null)
# Where the tests are without the sources, the module was built from them.
[ "$version" ] || version=$(cat /sys/module/shmviz/version)
expect_same "$(cat "$tmp/out")" "shmviz $version"
result "--version"

run shmviz --help
expect_status 0
cp "$tmp/out" "$tmp/help"
for command in trace stat ls frames doctor; do
	expect_grep "^  $command " "$tmp/help"
	run shmviz "$command" --help
	expect_status 0
	expect_grep "^Usage: shmviz $command" "$tmp/out"
	expect_grep "Exit codes:" "$tmp/out"
	expect_empty "$tmp/err"
done
result "--help of all commands"

run shmviz
expect_error 2 "no command"
run shmviz nonsense
expect_error 2 "unknown command 'nonsense'.*shmviz --help"
run shmviz --nonsense
expect_error 2 "unknown option '--nonsense'"
for command in trace stat ls frames doctor; do
	run shmviz "$command" --nonsense
	expect_error 2 "$command: .*'--nonsense'.*shmviz $command --help"
	run shmviz "$command" "$(printf 'bad\nargument\033[31m')" more
	expect_error 2 "$command"
done
result "unknown commands, options and arguments: one line, status 2"

for shmid in -1 x 5x '' 4294967296 2147483648 99999999999999999999; do
	run shmviz frames "$shmid"
	expect_error 2 "'$shmid'|$shmid"
done
run shmviz frames
expect_error 2 "frames"
run shmviz frames 1 --pages 5-2
expect_error 2 "5-2"
result "frames: bad shmids and ranges: status 2"

for value in 0 -1 x 1e3 1.2.3 ''; do
	run shmviz trace --duration "$value"
	expect_error 2 "--duration '$value'"
done
for value in 0 1K 2G x 4KK -4K ''; do
	run shmviz trace --buffer "$value"
	expect_error 2 "--buffer '$value'"
done
run shmviz trace --backend nonsense
expect_error 2 "'nonsense'"
run shmviz trace ls
expect_error 2 "'ls'.*--"
run shmviz ls -o nonsense
expect_error 2 "nonsense"
result "trace and ls: bad values: status 2"

for option in --duration --interval; do
	for value in 0 -1 x 1e3 1.2.3 inf ''; do
		run shmviz stat "$option" "$value"
		expect_error 2 "stat: $option '$value'.*stat --help"
	done
done
run shmviz stat --interval 0.001
expect_error 2 "--interval '0.001'.*0.01"
for value in 0 -1 x 1.5 1048577 ''; do
	run shmviz stat --rows "$value"
	expect_error 2 "--rows '$value'"
done
run shmviz stat --interval 1 --count 0
expect_error 2 "--count '0'"
run shmviz stat --count 3
expect_error 2 "--count.*--interval"
run shmviz stat --follow
expect_error 2 "--follow.*--pid"
run shmviz stat --backend nonsense
expect_error 2 "'nonsense'"
run shmviz stat --event nonsense
expect_error 2 "stat: --event 'nonsense'"
run shmviz stat ls
expect_error 2 "'ls'.*--"
result "stat: bad values: status 2"

# --event of kinds that are not chosen, "--" with nothing after it, and numbers that
# are too large, in the words of each command. Were one of them taken, it would end.
for command in trace stat report; do
	run shmviz "$command" --duration 0.1 --
	expect_error 2 "$command: no command after '--'"
	run shmviz "$command" --comm -- true
	expect_error 2 "unexpected argument 'true'"
	run shmviz "$command" --duration 0.1 --event create
	expect_error 2 "--event 'create' does not happen.*only to posix, memfd, anon"
	run shmviz "$command" --duration 0.1 --event shmat,unlink
	expect_error 2 "--event 'unlink' does not happen.*only to posix"
	for value in 1e9 1000000001 99999999999999999999999999; do
		run shmviz "$command" --duration "$value"
		expect_error 2 "--duration '$value': seconds above 0.*up to 1000000000"
	done
	# As --follow has it: a process that is not there.
	run shmviz "$command" --duration 0.1 --pid 2147483647
	expect_error 1 "--pid 2147483647: no such process"
	run shmviz "$command" --duration 0.1 --pid "$$,2147483647" --follow
	expect_error 1 "--pid 2147483647: no such process"
done
for kind in memfd file; do
	run shmviz trace --duration 0.1 --kind $kind --event shmat
	expect_error 2 "--event 'shmat' does not happen.*only to sysv"
done
run shmviz trace --duration 0.1 --kind file --event map,destroy
expect_error 2 "--event 'destroy' does not happen.*only to sysv, posix, memfd, anon"
for value in 4k 4K 4096 1m 1M 1g; do
	run shmviz trace --buffer "$value" --from "$tmp/nowhere"
	expect_error 2 "--from FILE goes with"
done
for value in 3k 2g 1025m 4kk 4b k 0k; do
	run shmviz trace --buffer "$value"
	expect_error 2 "--buffer '$value': a size of 4K to 1G"
done
# Of a trace they may have gone, and may be of any kind.
echo '{"type":"start"}' >"$tmp/trace"
echo '{"type":"end"}' >>"$tmp/trace"
run shmviz trace --from "$tmp/trace" --pid 2147483647 --event create,shmat
expect_status 0
run shmviz trace --from "$tmp/trace" --kind memfd --event shmat
expect_error 2 "--event 'shmat' does not happen"
run shmviz trace --from "$tmp/trace" --
expect_error 2 "no command after '--'"
result "events, processes, sizes and times that can't be: one line"

# What both say of a backend that there is not; and root lacks only fentry.
run shmviz trace --backend fentry --duration 0.01
want=$status
grep -E 'allows no tracing|tracing needs root' "$tmp/err" >"$tmp/want"
for count in 1 2; do
	run shmviz top -b -n $count -d 0.1 --backend fentry
	expect_status "$want"
	[ "$want" = 0 ] || expect_same "$(cat "$tmp/err")" "$(cat "$tmp/want")" "stderr of top"
	[ "$want" = 0 ] || expect_empty "$tmp/out"
	run shmviz top -b -n $count -d 0.1
	expect_status 0
done
result "top --batch with a backend that there is not: as trace"

if [ -c /dev/full ]; then
	shmviz --help >/dev/full 2>"$tmp/err"
	status=$? ran="shmviz --help >/dev/full"
	: >"$tmp/out"
	expect_error 1 "No space left"
	# A reader that goes early ends it, without a word.
	{ shmviz --help 2>"$tmp/err"; echo $? >"$tmp/status"; } | true
	expect_empty "$tmp/err"
	result "full disk: status 1 and one line; closed pipe: no noise"
else
	ktap_test_skip "full disk" "no /dev/full"
fi
finish
