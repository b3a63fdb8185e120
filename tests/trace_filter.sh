#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz trace: each filter alone and together; what is filtered is counted and
# takes no room in the ring buffer; bad values of options.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"

need root jq perl unshare progs/family
share neither
begin_each 8 1

# The backends share the filters. fentry takes long to start in an emulated
# machine: it is tried with the first value of each.
has_all()
{
	[ "$1" = tracepoint ]
}

# Keys that were asked for by shmget, sorted, in short.
keys='[.[] | select(.event == "shmget") | .args.key | ltrimstr("0x") | ltrimstr("000000")] | sort | join(" ")'
words='[.[] | if .cause then .event + ":" + .cause else .event end] | join(" ")'

# expect_said FILTER EXPECTED: of the events
expect_said()
{
	expect_same "$(jq -r "$1" "$tmp/ev")" "$2" "$ran: what was told"
}

# family DONE: what it prints until then
family_said()
{
	[ "$(grep -c "$1" "$tmp/family")" -ge "$2" ]
}

mkfifo "$tmp/hold"
family_begin()
{
	"$progs/family" <"$tmp/hold" >"$tmp/family" &
	family=$!
	pids="$pids $family"
	exec 5>"$tmp/hold"
	wait_for family_said ready 1
}

family_end()
{
	exec 5>&-
	wait "$family"
}

# Status 1 if it is to be done again, with a new family.
follow_family()
{
	family_begin
	trace_begin --backend "$1" --pid "$family"
	echo a >&5
	wait_for family_said "done" 1
	trace_end_told || return
	expect_said "$keys" "66616d00 66616d01"
	expect_jq "all(.[]; .pid == $family) and ([.[].tid] | unique | length) == 2" "$tmp/ev"
	expect_jq '.[-1].filtered >= 2' "$tmp/all"

	trace_begin --backend "$1" --pid "$$,$family" --pid 1 --follow
	echo a >&5
	wait_for family_said "done" 2
	# Another process than the first thread has it from here on.
	echo e >&5
	wait_for family_said executed 1
	trace_end_told || return
	expect_said "$keys" "66616d00 66616d01 66616d02 66616d03 66616d04 66616d06"
	expect_jq '([.[].pid] | unique | length) == 4' "$tmp/ev"
}

test_pid()
{
	tries=0
	until follow_family "$1"; do
		family_end
	done
	family_end
	if has_all "$1"; then
		trace_to --backend "$1" --pid $$ --duration 0.01
		expect_jq 'length == 0' "$tmp/ev"
	fi
	result "$1: --pid, with threads, lists; --follow, with children"
}

test_uid()
{
	caller='if (fork) { wait; shmget(0xf1, 1, 0); exit }
		syscall(117, 65534, -1, -1); shmget(0xf2, 1, 0)'
	for user in 65534 nobody; do
		trace_to --backend "$1" --uid "$user" -- perl -e "$caller"
		expect_said "$keys" f2
		expect_jq '.[0].uid == 65534' "$tmp/ev"
		expect_jq '.[-1].filtered >= 1' "$tmp/all"
		has_all "$1" || break
	done
	if has_all "$1"; then
		trace_to --backend "$1" --uid 7 --uid root,8 -- perl -e "$caller"
		expect_said "$keys" f1
		trace_to --backend "$1" --uid 0,nobody -- perl -e "$caller"
		expect_said "$keys" "f1 f2"
	fi
	result "$1: --uid by number and name: real users"
}

test_comm()
{
	caller='sub as { my $n = shift; syscall(157, 15, $n); shmget(shift, 1, 0) }
		as("plain", 0xf1); as("plainly", 0xf2); as("a,b", 0xf3);
		as("q\"\\\n\xff\e", 0xf4); as("exactly15bytes!", 0xf5); as("", 0xf6)'
	if has_all "$1"; then
		trace_to --backend "$1" --comm plain -- perl -e "$caller"
		expect_said "$keys" f1
		expect_jq '.[-1].filtered >= 5' "$tmp/all"
		trace_to --backend "$1" --comm a,b --comm exactly15bytes! -- perl -e "$caller"
		expect_said "$keys" "f3 f5"
	fi
	trace_to --backend "$1" --comm "$(printf 'q"\\\n\377\033')" -- perl -e "$caller"
	expect_said "$keys" f4
	expect_jq '.[0].comm == "q\"\\\\\\x0a\\xff\\x1b"' "$tmp/ev"
	result "$1: --comm: whole names, of any bytes"
}

# The fallback knows the segment of shmdt only from its entry.
test_shmid()
{
	shm_make 4096
	one=$shmid
	shm_make 4096
	two=$shmid
	caller="\$a = syscall(30, $one, 0, 0); \$b = syscall(30, $two, 0, 0);"
	caller="$caller syscall(67, \$a); syscall(67, \$b); syscall(30, 2147483646, 0, 0)"
	trace_to --backend "$1" --entry --shmid "$one" -- perl -e "$caller"
	expect_jq "all(.[]; .shmid == $one)" "$tmp/ev"
	expect_same "$(jq -r '[.[].event] | join(" ")' "$tmp/calls")" "shmat shmdt"
	if has_all "$1"; then
		trace_to --backend "$1" --shmid "$two" --shmid "$one,2147483646" \
			--event shmat -- perl -e "$caller"
		expect_same "$(jq -c '[.[].shmid]' "$tmp/ev")" "[$one,$two,2147483646]"
		expect_jq '.[2].errno == "EINVAL"' "$tmp/ev"
	else
		expect_said "$words" "shmat drop:shmdt shmdt"
	fi
	result "$1: --shmid: also one that there is not"
}

test_key()
{
	caller='$a = shmget(0xf1, 4096, 01600); $b = shmget(0xf2, 4096, 01600);
		$p = syscall(30, $a, 0, 0); syscall(67, $p);
		$p = syscall(30, $b, 0, 0); shmctl($b, 0, 0); shmctl($a, 0, 0);
		shmget(0xf1, 1, 0); shmget(-1, 1, 0)'
	for key in 0xf1 0x000000F1 241; do
		trace_to --backend "$1" --entry --key "$key" -- perl -e "$caller"
		expect_same "$(jq -r '[.[].event] | join(" ")' "$tmp/calls")" \
			"shmget shmat shmdt shmctl shmget"
		expect_jq 'all(.[]; .key == "0x000000f1")' "$tmp/ev"
		expect_jq '.[-1].errno == "ENOENT"' "$tmp/ev"
		has_all "$1" || break
	done
	! is_whole "$1" || expect_said "$words" \
		"shmget shmat drop:shmdt shmdt destroy:rmid shmctl shmget"
	if has_all "$1"; then
		trace_to --backend "$1" --key 0xffffffff,0xf3 -- perl -e "$caller"
		expect_said "$keys" ffffffff
		# IPC_RMID takes the key away; the call itself is still about it.
		trace_to --backend "$1" --entry --key 0xf2 -- perl -e "$caller"
		expect_same "$(jq -r '[.[].event] | join(" ")' "$tmp/calls")" "shmget shmat shmctl"
		expect_jq '.[-1] | .cmd == "IPC_RMID" and .dest' "$tmp/calls"
	fi
	result "$1: --key in hex and decimal; of a shmget that fails"
}

# A process in an IPC namespace of its own, which it prints.
test_ipcns()
{
	mkfifo "$tmp/stay"
	unshare --ipc sh -c 'readlink /proc/self/ns/ipc; read x <"$0"' "$tmp/stay" \
		>"$tmp/ns" &
	keeper=$!
	pids="$pids $keeper"
	wait_for grep -q ipc "$tmp/ns"
	inside=$(tr -dc 0-9 <"$tmp/ns")
	caller='if (fork) { wait; shmget(0xf1, 1, 0); exit }
		open(O, "<", "/proc/self/ns/ipc");
		open(N, "<", "/proc/'$keeper'/ns/ipc"); syscall(308, fileno(N), 0x08000000);
		shmget(0xf2, 1, 0); $id = shmget(0xf3, 1, 01600); $a = syscall(30, $id, 0, 0);
		shmctl($id, 0, 0); syscall(308, fileno(O), 0x08000000); syscall(67, $a)'
	trace_to --backend "$1" --entry --ipcns "$keeper" -- perl -e "$caller"
	expect_jq "length > 0 and all(.[]; .ipcns == $inside)" "$tmp/ev"
	expect_same "$(jq -r '[.[].event] | join(" ")' "$tmp/calls")" \
		"shmget shmget shmat shmctl shmdt"
	expect_said "$keys" "f2 f3"
	if has_all "$1"; then
		trace_to --backend "$1" --ipcns $$ -- perl -e "$caller"
		expect_said "$keys" f1
		trace_to --backend "$1" --ipcns "$$,$keeper" -- perl -e "$caller"
		expect_said "$keys" "f1 f2 f3"
	fi
	echo >"$tmp/stay"
	wait "$keeper"
	rm "$tmp/stay"
	result "$1: --ipcns: namespaces, by a process in them"
}

test_event()
{
	caller='shmget(0xf2, 1, 0); $a = shmget(0xf1, 4096, 01600); $p = syscall(30, $a, 0, 0);
		if (!fork) { exit } wait; syscall(67, $p + 1); syscall(67, $p); shmctl($a, 0, 0)'
	trace_to --backend "$1" --event shmget,shmdt --event shmctl -- perl -e "$caller"
	expect_said "$words" "shmget shmget shmdt shmdt shmctl"
	trace_to --backend "$1" --failed --event shmget,shmat --key 0xf2,0xf1 --uid 0 \
		--comm perl --ipcns $$ -- perl -e "$caller"
	expect_said "$keys" f2
	if has_all "$1"; then
		trace_to --backend "$1" --failed -- perl -e "$caller"
		expect_said "$words" "shmget shmdt"
		expect_jq 'all(.[]; .errno)' "$tmp/ev"
	fi
	for other in "--uid 1" "--key 0xf1" "--comm other" "--event shmat" "--shmid 0"; do
		has_all "$1" || break
		# shellcheck disable=SC2086 # words
		trace_to --backend "$1" --failed --event shmget $other -- perl -e "$caller"
		case $other in
		*event*)
			expect_said "$words" shmget ;;
		*)
			expect_said "$words" "" ;;
		esac
	done
	if is_whole "$1"; then
		trace_to --event inherit,drop -- perl -e "$caller"
		expect_said "$words" "inherit drop:exit drop:shmdt"
		trace_to --event destroy,split -- perl -e "$caller"
		expect_said "$words" destroy:rmid
	fi
	result "$1: --event, --failed, and all together"
}

# What does not pass takes no room: else this would fill 4 KiB a hundred times,
# while the reader cannot read.
test_no_room()
{
	for filter in "--event shmget" "--failed --key 0xf1" "--shmid 2147483646,2147483645" \
		      "--comm passes"; do
		# shellcheck disable=SC2086 # words
		trace_to --backend "$1" --no-segments --buffer 4K $filter -- perl -e '
			END { kill CONT => getppid }
			kill STOP => getppid;
			for (1..2000) { shmctl(-1, 2, $x) }
			$name = "passes"; syscall(157, 15, $name);
			shmget(0xf1, 1, 0); syscall(30, 2147483646, 0, 0)'
		expect_jq '.[-1] | .filtered >= 2000 and .lost == 0' "$tmp/all"
		expect_jq 'length == 1 or length == 2' "$tmp/ev"
		has_all "$1" || break
	done
	result "$1: what is filtered takes no room in the buffer"
}

for backend in $backends; do
	test_pid "$backend"
	test_uid "$backend"
	test_comm "$backend"
	test_shmid "$backend"
	test_key "$backend"
	test_ipcns "$backend"
	test_event "$backend"
	test_no_room "$backend"
done

# refused OPTION VALUE TEXT
refused()
{
	run shmviz trace "$1" "$2"
	expect_error 2 "^shmviz trace: $1 '.*': $3"
}

for value in '' 0 -1 x 1x "$$," ",$$" "$$,,$$" "$$ $$" 2147483648 99999999999999999999; do
	refused --pid "$value" "the number of a process is needed"
	refused --ipcns "$value" "the number of a process is needed"
done
for value in '' -1 x '1,' 2147483648; do
	refused --shmid "$value" "a shmid is needed"
done
for value in '' no-such-user 4294967295 'root,'; do
	refused --uid "$value" "the number or name of a user is needed"
done
for value in '' 0x 0xg 0x123456789 4294967296 -1 x '77,'; do
	refused --key "$value" "a key is needed"
done
refused --comm '' "1 to 15 bytes"
refused --comm 'sixteen bytes...' "1 to 15 bytes"
for value in '' shm SHMGET 'shmget,' 'shmget shmat' "$(printf 'a\n\033[1m')"; do
	refused --event "$value" "an event is needed"
done
run shmviz trace --follow
expect_error 2 "--follow needs --pid"
run shmviz trace --failed=yes
expect_error 2 "--failed"
run shmviz trace --pid
expect_error 2 "--pid"
run shmviz trace --shmid "$(perl -e 'print join ",", 1 .. 1025')"
expect_error 2 "at most 1024 values"
run shmviz trace --duration 0.01 --json --shmid "$(perl -e 'print join ",", 1 .. 1024')"
expect_status 0
run shmviz trace --ipcns 2147483647
expect_error 1 "--ipcns 2147483647: no such process"
run shmviz trace --pid 2147483647 --follow
expect_status 1
expect_grep "--pid 2147483647: no such process" "$tmp/err"
result "bad values: one line, status 2"
finish
