#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every field of every event of one known history, against what the program itself
# and /proc say: segments that are locked, marked and destroyed, calls that fail.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"

need root jq perl
share second
begin_each 4

# Says in the file $ARGV[0] what it did, one line a call: NAME RET TIME-BEFORE
# TIME-AFTER; before that who it is. Its real uid is not its effective one.
cat >"$tmp/history.pl" <<'END'
use strict;
my ($file) = @ARGV;
my $comm = "fields";
syscall(157, 15, $comm);
my @said;
# clock_gettime(CLOCK_MONOTONIC): not every guest has Time::HiRes.
sub ns { my $t = "\0" x 16; syscall(228, 1, $t); my ($s, $ns) = unpack("qq", $t);
	return $s * 1000000000 + $ns }
sub call { my ($name, $nr, @a) = @_;
	my $before = ns(); my $ret = syscall($nr, @a); my $after = ns();
	push @said, "$name $ret $before $after"; return $ret }
my $stat = "\0" x 112;
$< = 1001;
my $id = call("shmget", 29, 0x5f1e1d, 5000, 03642);
call("shmget", 29, 0x5f1e1d, 7, 03600);
call("shmget", 29, 0x5f1e1d, 7, 0);
call("shmctl", 31, $id, 11, 0);
my $a = call("shmat", 30, $id, 0, 0);
my $b = call("shmat", 30, $id, 0, 010000);
call("shmdt", 67, $a + 4096);
call("shmdt", 67, 4096);
call("shmctl", 31, $id & 0x7fff, 13, $stat);
call("shmctl", 31, 0, 14, $stat);
call("shmctl", 31, $id, 12, 0);
call("shmctl", 31, $id, 0, 0);
call("shmdt", 67, $a);
call("shmdt", 67, $b);
call("shmctl", 31, $id, 2, $stat);
call("shmat", 30, $id, 0, 020000);
call("shmat", 30, -1, 0x10000, 0);
open(my $out, ">", "$file.tmp");
open(my $group, "<", "/proc/self/cgroup");
my ($path) = grep { s/^0::(.*)\n/$1/ } <$group>;
printf $out "%d %d %s %x %x\n", $$, $id, $path // "", $a, $b;
print $out "$_\n" for @said;
close($out); rename("$file.tmp", $file);
END

# The same for each event, in the order of the calls: what must be so, by number.
cat >"$tmp/want.jq" <<'END'
def seg($n): .nattch == $n and .size == 5000 and .mode == "0642" and .cpid == .pid;
[
	(seg(0) and .created == $fentry and .ret == $id and .key == "0x005f1e1d" and
		.flags == "IPC_CREAT|IPC_EXCL|0642" and .args == {key: "0x005f1e1d", size: 5000, shmflg: 1954} and
		.dest == false and .locked == false),
	(.errno == "EEXIST" and .ret == -17 and (has("shmid") | not) and .size == 7 and
		.key == "0x005f1e1d" and (has("nattch") | not) and (has("created") | not)),
	(.errno == "EINVAL" or .ret == $id),
	(.cmd == "SHM_LOCK" and seg(0) and .locked == true and .args == {shmid: $id, cmd: 11, buf: "0x0"}),
	(.addr == $a and .flags == "0" and seg(1) and .locked == true and .key == "0x005f1e1d" and
		.args == {shmid: $id, shmaddr: "0x0", shmflg: 0}),
	(.addr == $b and .flags == "SHM_RDONLY" and seg(2) and .args.shmflg == 4096),
	# In the midst of an attachment, and of nothing: neither names a segment.
	(.errno == "EINVAL" and .addr == $mid and (has("shmid") | not) and (has("nattch") | not)),
	(.errno == "EINVAL" and .addr == "0x1000" and (has("shmid") | not)),
	# By its index, and what it returns is the id.
	(.cmd == "SHM_STAT" and .ret == $id and seg(2) and .args.shmid == $id % 32768),
	(.cmd == "SHM_INFO" and .ret >= 0 and (has("shmid") | not) and (has("nattch") | not)),
	(.cmd == "SHM_UNLOCK" and seg(2) and .locked == false and .dest == false),
	# Marked: the key is taken from it, and it stays.
	(.cmd == "IPC_RMID" and seg(2) and .dest == true and .key == "0x00000000" and (has("gone") | not)),
	(.addr == $a and (if $entry then seg(1) and .dest == true and .shmid == $id and
		(has("gone") | not) else has("shmid") | not end)),
	# The last one destroys it.
	(.addr == $b and (if $entry then seg(0) and .dest == true and .gone == true and
		.shmid == $id else has("shmid") | not end)),
	(.errno == "EINVAL" and .shmid == $id and (has("nattch") | not) and (has("gone") | not)),
	(.errno == "EINVAL" and .shmid == $id and .flags == "SHM_RND" and (has("size") | not)),
	(.errno == "EINVAL" and .args.shmid == -1 and .addr == "0x10000" and (has("shmid") | not))
]
END

test_history()
{
	backend=$1 fentry=$2 entry=$3
	shift 3
	run_told shmviz trace --json --strict --backend "$backend" "$@" -- \
		perl "$tmp/history.pl" "$tmp/said"
	expect_status 0
	split_trace
	read -r pid id path a b <"$tmp/said"
	sed 1d "$tmp/said" >"$tmp/said.calls"
	jq "[.[] | select(.pid == $pid)]" "$tmp/ev" >"$tmp/mine"
	jq '[.[] | select(.event | startswith("shm"))]' "$tmp/mine" >"$tmp/called"

	expect_same "$(jq -r '.[].event' "$tmp/called")" "$(cut -d ' ' -f 1 "$tmp/said.calls")" calls
	# What each returned, but for -1, which has an errno.
	expect_same "$(jq -r '.[] | if .errno then -1 else .ret end' "$tmp/called")" \
		"$(cut -d ' ' -f 2 "$tmp/said.calls")" results
	# shellcheck disable=SC2016 # of jq
	jq -c --argjson id "$id" --arg a "0x$a" --arg b "0x$b" \
		--arg mid "$(printf '0x%x' $((0x$a + 4096)))" \
		--argjson fentry "$fentry" --argjson entry "$entry" \
		"$(sed 's/^\[/def all_of: [/; s/^\]/];/' "$tmp/want.jq")"' . as $all |
			range(length) as $i | select($all[$i] | all_of[$i] | not) | $all[$i]' \
		"$tmp/called" >"$tmp/wrong" 2>&1
	[ ! -s "$tmp/wrong" ] || {
		fail "$ran: events that are not as they should be:"
		sed 's/^/# /' "$tmp/wrong"
	}
	expect_same "$(jq length "$tmp/called")" 17 "events of calls"
	result "$backend${1:+ $*}: every field of 17 calls"
}

test_caller()
{
	group=$(stat -c %i "/sys/fs/cgroup$path" 2>/dev/null)
	expect_jq "length > 0 and all(.[]; .pid == $pid and .tid == $pid and .nspid == $pid and
		.comm == \"fields\" and .uid == 1001 and .compat == false and
		.ipcns == $(stat -L -c %i /proc/self/ns/ipc) and (has(\"caller_ipcns\") | not) and
		(has(\"ppid\") | not) and (has(\"by_pid\") | not))" "$tmp/called"
	[ ! "$group" ] || [ ! -e /sys/fs/cgroup/cgroup.procs ] ||
		expect_jq "all(.[]; .cgroup == $group)" "$tmp/called"
	# Between what the program's own clock said before and after.
	jq -r '.[] | "\(.ts) \(.duration_ns // 0)"' "$tmp/called" |
		paste -d ' ' "$tmp/said.calls" - |
		awk '$5 - $6 < $3 - 1000 || $5 > $4 + 1000 { print }' >"$tmp/late"
	expect_empty "$tmp/late"
	jq -s '.[0]' "$tmp/out" >"$tmp/first"
	expect_jq ".type == \"start\" and .backend == \"$backend\" and .kinds == [\"sysv\"] and
		.ipcns == $(stat -L -c %i /proc/self/ns/ipc) and
		.version == \"$("$SHMVIZ" --version | sed 's/.* //')\" and
		((.anchor.realtime - .anchor.monotonic) / 1e9 -
			($(date +%s) - $(cut -d ' ' -f 1 /proc/uptime)) | fabs) < 60" "$tmp/first"
	result "$backend: who called, when, and the first line"
}

# What no call shows: drops and the end, each with the segment after it.
test_drops()
{
	expect_jq "[.[] | select(.event == \"drop\")] | length == 2 and
		all(.[]; .cause == \"shmdt\" and .shmid == $id and .size == 5000 and .mode == \"0642\" and
			.dest == true and .cpid == $pid and (has(\"by_pid\") | not)) and
		.[0].addr == \"0x$a\" and .[0].end == \"$(printf '0x%x' $((0x$a + 8192)))\" and
		.[0].nattch == 1 and .[1].addr == \"0x$b\" and .[1].nattch == 0" "$tmp/mine"
	expect_jq "[.[] | select(.event == \"destroy\")] | length == 1 and (.[0] |
		.cause == \"last-detach\" and .shmid == $id and .nattch == 0 and .gone == true and
		.dest == true and .size == 5000 and .mode == \"0642\" and .cpid == $pid and
		.uid == 1001 and .comm == \"fields\")" "$tmp/mine"
	# First the drop, then the end that it brings, then the call that did both.
	expect_same "$(jq -r '[.[].event] | .[-7:-3] | join(" ")' "$tmp/mine")" \
		"shmdt drop destroy shmdt"
	result "$backend: drops and the end of the segment"
}

# The same bytes and the same numbers when it is read back.
test_back()
{
	cp "$tmp/out" "$tmp/trace"
	run shmviz trace --from "$tmp/trace" --json
	expect_status 0
	cmp -s "$tmp/out" "$tmp/trace" || fail "read back, it is not the same"
	result "$backend: read back, every field is the same"
}

for name in $backends; do
	if [ "$name" = tracepoint ]; then
		test_history tracepoint null false
		test_caller
		test_history tracepoint null true --entry
	else
		test_history "$name" true true
		test_caller
		test_drops
	fi
	test_back
done
finish
