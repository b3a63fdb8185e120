#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The processes of stat: those with the most events first, their failures, and how
# many are left out.
. "$(dirname "$0")/harness/lib.sh"

need perl
skip_if_native
begin 1

# trace: a line PID NS ERRNO on stdin is a shmget of that process, which took so long
trace()
{
	perl -e '
		print q({"type":"start","version":"0.1.0","backend":"fentry","blind":[],"ipcns":1,"kinds":["sysv"],"anchor":{"monotonic":1,"realtime":1700000000000000000}}), "\n";
		my ($n, $ts) = (0, 10 ** 15);
		while (<STDIN>) {
			my ($pid, $ns, $errno) = split;
			my $result = $errno ? qq("ret":-2,"errno":"$errno") : q("ret":5,"shmid":5);
			$n++; $ts += $ns + 1;
			print qq({"type":"event","event":"shmget","ts":$ts,"pid":$pid,"tid":$pid,"nspid":$pid,"comm":"p$pid","uid":0,"ipcns":1,"cgroup":1,"key":"0x00000007","size":1,"compat":false,"flags":"0",$result,"duration_ns":$ns,"args":{"key":"0x00000007","size":1,"shmflg":0}}\n);
		}
		print qq({"type":"end","seen":$n,"delivered":$n,"lost":0,"filtered":0,"reason":"signal"}\n)' \
		>"$tmp/trace"
	run env COLUMNS=132 "$SHMVIZ" stat --from "$tmp/trace"
	expect_status 0
}

# 25 processes, of which the one with number n has n calls, and n % 4 of them fail.
for pid in $(seq 25); do
	for call in $(seq "$pid"); do
		[ "$call" -le $((pid % 4)) ] && echo "$pid 10 ENOENT" || echo "$pid 10"
	done
done | trace
awk '$1 == "PID" { for (i = 1; i <= NF; i++) place[$i] = i; next }
	place["PID"] && !NF { exit }
	place["PID"] && $1 ~ /^[0-9]+$/ { print $1, $place["SHMGET"], $place["FAILED"], $NF }' \
	"$tmp/out" >"$tmp/got"
for pid in $(seq 25 -1 6); do
	echo "$pid $pid $((pid % 4)) p$pid"
done >"$tmp/want"
cmp -s "$tmp/got" "$tmp/want" || {
	fail "the processes are not those with the most events, in their order"
	diff "$tmp/want" "$tmp/got" | sed 's/^/# /'
}
expect_grep "^and 5 processes more, with 15 events; --json has all$" "$tmp/out"
result "processes: those with the most events first, and how many are left out"
finish
