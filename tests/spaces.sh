#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A process whose first thread has ended, and processes that share an address space: ls,
# ls --all, top, explain, segment lines of trace, frames, map and report, against
# /proc/PID/task/TID/maps, kcmp(2) and the kernel's own nattch.
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/story.sh"

need root jq perl progs/holder
share first
begin 7

quick="--backend tracepoint"

# children_of PID: status 1 if it has none
children_of()
{
	grep -ls "^PPid:[^0-9]*$1\$" /proc/[0-9]*/status | cut -d / -f 3 | grep .
}

# hold MODE: a holder; sets $one, $id, $nattch as the kernel has it, $start
hold()
{
	rm -f "$tmp/held"
	background "$progs/holder" "$1" >"$tmp/held" 2>"$tmp/err"
	wait_for grep -q . "$tmp/held"
	read -r _ id nattch one <"$tmp/held"
	shmids="$shmids $id"
	other=
	case $1 in
	vm | vfork)
		wait_for children_of "$one"
		other=$(children_of "$one")
		pids="$pids $other" ;;
	esac
	for task in "/proc/$one/task"/*; do
		start=$(sed -n 's/^\([0-9a-f]*\)-.*SYSV.*/0x\1/p' "$task/maps")
		[ ! "$start" ] || thread=${task##*/} maps=$task/maps
		[ ! "$start" ] || break
	done
}

# same_space PID PID: by kcmp(2)
same_space()
{
	perl -e 'exit syscall(312, $ARGV[0] + 0, $ARGV[1] + 0, 1, 0, 0) != 0' "$1" "$2"
}

end_of_it()
{
	# shellcheck disable=SC2086 # one or two
	kill -9 $one $other
	wait "$one" 2>/dev/null
}

# in_ls: the segment in ls --json
in_ls()
{
	run shmviz ls --json
	expect_status 0
	jq ".segments[] | select(.shmid == $id)" "$tmp/out" >"$tmp/seg"
}

hold no-leader
[ "$thread" != "$one" ] || fail "the first thread has not ended"
expect_grep '^State:.*Z' "/proc/$one/status"
expect_same "$(cat "/proc/$one/maps" | wc -l | tr -d ' ')" 0 "lines of /proc/PID/maps"
expect_same "$nattch" 1 nattch
in_ls
expect_jq ".nattch == 1 and .creator == \"holder\" and .cpid == $one and
	(.attachments | length) == 1 and .attachments[0].pid == $one and
	.attachments[0].start == \"$start\" and .attachments[0].comm == \"holder\"" "$tmp/seg"
run shmviz ls
grep -q 'more not visible' "$tmp/out" && fail "ls: an attachment is not seen"
expect_grep "holder \($one\) +${start#0x}-" "$tmp/out"
run shmviz ls --all --json
expect_status 0
jq ".objects[] | select(.shmid == $id)" "$tmp/out" >"$tmp/seg"
expect_jq ".maps == 1 and .procs == 1 and .attachments[0].pid == $one and
	.attachments[0].comm == \"holder\" and .attachments[0].start == \"$start\"" "$tmp/seg"
run shmviz top -b -n 1
expect_grep "^sysv:$id +sysv +16384 .* 1 +1 +0 " "$tmp/out"
result "a process without its first thread: ls, ls --all, top"

run shmviz trace $quick --json --duration 0.01
expect_status 0
jq "select(.type == \"segment\" and .shmid == $id)" "$tmp/out" >"$tmp/seg"
expect_jq ".nattch == 1 and [.attachments[] | [.pid, .comm, .start]] == [[$one, \"holder\", \"$start\"]]" "$tmp/seg"
run shmviz explain "$one" "$start" --json
expect_status 0
expect_jq ".comm == \"holder\" and .mapping.start == \"$start\" and
	.mapping.line == \"$(grep SYSV "$maps")\" and .pagemap.state == \"hollow\" and .holders == []"
run shmviz trace --pid "$thread"
expect_error 1 "--pid $thread: that is a thread"
run shmviz trace $quick --pid "$one" --duration 0.01
expect_status 0
if has_device; then
	run shmviz frames "$id" --json
	expect_jq "[.sharers[] | [.pid, .comm, .start]] == [[$one, \"holder\", \"$start\"]]"
	run shmviz frames --pid "$one" --addr "$start" --json
	expect_jq ".object.inode == $id"
	run shmviz map "$id" --json
	expect_jq ".objects[0].processes | length == 1 and .[0].pid == $one and (.[0].mappings | length) == 1"
fi
end_of_it
result "a process without its first thread: trace, explain, frames, map"

for mode in vm vfork; do
	hold $mode
	same_space "$one" "$other" || fail "$mode: kcmp says they are two address spaces"
	expect_same "$(grep SYSV "/proc/$other/maps")" "$(grep SYSV "/proc/$one/maps")" "maps of both"
	in_ls
	expect_same "$(jq .nattch "$tmp/seg")" "$nattch" "nattch of ls"
	expect_jq "(.attachments | length) == .nattch and .attachments[0] == {pid: $one, comm: \"holder\",
		start: \"$start\", end: .attachments[0].end, prot: \"rw-\",
		also: [{pid: $other, comm: \"holder\"}]}" "$tmp/seg"
	run shmviz ls
	expect_grep "holder \($one\) +${start#0x}-" "$tmp/out"
	expect_grep "holder \($other\) +address space of $one\$" "$tmp/out"
	grep -q 'more not visible' "$tmp/out" && fail "ls: an attachment is not seen"
	run shmviz ls --kind sysv --json
	jq ".objects[] | select(.shmid == $id)" "$tmp/out" >"$tmp/seg"
	expect_jq ".maps == .nattch and .maps == 1 and .procs == 2 and (.attachments | length) == 1 and
		.attachments[0].pid == $one and .attachments[0].also == [{pid: $other, comm: \"holder\"}]" "$tmp/seg"
	run shmviz ls --kind sysv
	expect_grep "holder \($other\) +address space of $one\$" "$tmp/out"
	run shmviz top -b -n 1
	expect_grep "^sysv:$id +sysv +16384 .* 1 +2 +0 " "$tmp/out"
	result "one address space of two processes, by $mode: ls, ls --all, top"
	# It is the same to the kernel, and an emulated machine takes long.
	[ $mode = vm ] || break

	run shmviz trace $quick --json --duration 0.01
	cp "$tmp/out" "$tmp/$mode.trace"
	jq "select(.type == \"segment\" and .shmid == $id)" "$tmp/out" >"$tmp/seg"
	expect_jq ".nattch == 1 and (.attachments | length) == 1 and .attachments[0].pid == $one and
		.attachments[0].also == [{pid: $other, comm: \"holder\"}]" "$tmp/seg"
	run shmviz trace --from "$tmp/$mode.trace" --json
	cmp -s "$tmp/out" "$tmp/$mode.trace" || fail "read back and written again: not the same bytes"
	run shmviz trace --from "$tmp/$mode.trace" --redact --json
	jq "select(.shmid == $id)" "$tmp/out" >"$tmp/seg"
	expect_jq ".attachments[0].also[0] | .pid == $other and .comm != \"holder\"" "$tmp/seg"
	run shmviz trace $quick --duration 0.01
	expect_grep "before +$one holder +attached $start +- +shmid $id" "$tmp/out"
	expect_grep "before +$other holder +attached $start, the same +- +shmid $id" "$tmp/out"
	for pid in $one $other; do
		them=$other
		[ "$pid" = "$one" ] || them=$one
		run shmviz explain "$pid" "$start" --json
		expect_jq "[.holders[] | [.pid, .comm, .addr, .same_as]] == [[$them, \"holder\", \"$start\", $pid]]"
		run shmviz explain "$pid" "$start"
		expect_grep "holder \($them\) .*; address space of $pid\$" "$tmp/out"
	done
	if has_device; then
		run shmviz frames "$id" --json
		expect_jq ".object.nattch == 1 and (.sharers | length) == 1 and .sharers[0].pid == $one and
			.sharers[0].also == [{pid: $other, comm: \"holder\"}]"
		run shmviz frames "$id"
		expect_grep 'mapped 1 time:' "$tmp/out"
		expect_grep "holder \($other\), in the address space of $one\$" "$tmp/out"
		run shmviz map "$id" --json
		cp "$tmp/out" "$tmp/picture"
		expect_jq ".objects[0] | .nattch == 1 and (.processes | length) == 1 and .processes[0].pid == $one and
			(.processes[0].mappings | length) == 1 and
			.processes[0].also == [{pid: $other, comm: \"holder\"}]"
		run shmviz map --from "$tmp/picture" --json
		cmp -s "$tmp/out" "$tmp/picture" || fail "the picture read back: not the same bytes"
		for form in '' --svg --html --dot; do
			# shellcheck disable=SC2086 # none, or one word
			run shmviz map --from "$tmp/picture" $form
			expect_grep "and holder \($other\)" "$tmp/out"
		done
		run shmviz map --from "$tmp/picture" --redact --json
		expect_jq ".objects[0].processes[0].also[0] | .pid == $other and .comm != \"holder\""
	fi
	end_of_it
	result "one address space of two processes: trace, explain, frames, map"
done

end_of_it

# A report: the attachment is one, and the process that ends last drops it.
story >"$tmp/story"
head -n 1 "$tmp/story" >"$tmp/shared"
cat >>"$tmp/shared" <<END
{"type":"segment","ipcns":$story_ns,"shmid":9,"key":"0x00000009","size":4096,"mode":"0600","nattch":1,"status":[],"cpid":50,"creator":"old","attachments":[{"pid":50,"comm":"old","start":"0x7f2000000000","end":"0x7f2000001000","prot":"rw-","also":[{"pid":60,"comm":"young"}]}]}
END
at 9000 drop 60 young "$(seg 9 0x00000009 4096 0 50),\"addr\":\"0x7f2000000000\",\"end\":\"0x7f2000001000\",\"cause\":\"exit\"" >>"$tmp/shared"
echo '{"type":"end","seen":1,"delivered":1,"lost":0,"filtered":0,"reason":"signal"}' >>"$tmp/shared"
run shmviz report --from "$tmp/shared" -o "$tmp/page"
expect_status 0
expect_same "$(grep -c '<td>50 old</td>.*<td>before the trace; one with 60 young</td>.*<td>exit</td>' "$tmp/page")" \
	1 "rows of the attachment"
expect_same "$(grep -c '<td>60 young</td>.*<td>not seen</td>' "$tmp/page")" 0 "attachments that nobody began"
result "a report: one attachment of two processes, dropped by the other one"

# Two that have nothing in common are two, at the same address, too.
perl -e '$id = shmget(0, 4096, 01600); $a = syscall(30, $id, 0, 0); print "$id\n";
	fork; open(F, ">", "$ARGV[0].$$"); close F; sleep 1000' "$tmp/forked" >"$tmp/held" &
pid=$!
pids="$pids $pid"
wait_for sh -c "[ \$(ls $tmp/forked.* 2>/dev/null | wc -l) = 2 ]"
child=$(children_of "$pid")
pids="$pids $child"
id=$(sed -n 's/.*:[0-9a-f]* \([0-9]*\) *\/SYSV.*/\1/p' "/proc/$pid/maps")
shmids="$shmids $id"
same_space "$pid" "$child" && fail "kcmp says that they share an address space"
in_ls
expect_jq ".nattch == 2 and ([.attachments[] | .pid] | sort) == ([$pid, $child] | sort) and
	all(.attachments[]; has(\"also\") | not)" "$tmp/seg"
result "two processes by fork are two"
finish
