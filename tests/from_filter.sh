#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# trace --from and stat --from with each filter, and pairs of them: jq picks the same
# events out of a trace of a thousand, in which every value meets every other.
. "$(dirname "$0")/harness/lib.sh"

need jq perl
skip_if_native
begin 4

cat >"$tmp/make.pl" <<'END'
srand(4711);
my ($own, $other) = @ARGV;
sub one { return $_[rand @_] }
print qq({"type":"start","version":"0.1.0","backend":"fentry","blind":[],"ipcns":$own,) .
	q("kinds":["sysv","posix","memfd","anon"],"anchor":{"monotonic":1,"realtime":1700000000000000000}}), "\n";
for my $shmid (5, 6) { for my $ns ($own, $other) { for my $key ("0x00000000", "0x00000042") {
	print qq({"type":"segment","ipcns":$ns,"shmid":$shmid,"key":"$key","size":1,"mode":"0600",) .
		qq("nattch":0,"status":[],"cpid":1,"creator":null,"attachments":[]}\n) } } }
for my $ts (1000 .. 1999) {
	my ($pid, $uid, $comm, $ns) = (one(7, 8, 9), one(0, 1000, 65534), one("a", "ab", "abc"), one($own, $other));
	my $who = qq("ts":$ts,"pid":$pid,"tid":$pid,"nspid":$pid,"comm":"$comm","uid":$uid,"ipcns":$ns,"cgroup":1);
	my $event = one(qw(shmget shmat shmdt shmctl inherit split drop destroy create map));
	my $seg = one("", qq(,"shmid":) . one(0, 5, 6, 32773) . one("", q(,"key":") .
		one("0x00000000", "0x00000042", "0x80000042") . q(","size":1,"nattch":1,"mode":"0600","dest":false,"locked":false)));
	my $ret = one(0, 65541, q(-22,"errno":"EINVAL"), q(-1,"errno":"EPERM"));
	my $args = $event eq "shmget" ? q({"key":"0x00000042","size":1,"shmflg":0}) :
		$event eq "shmdt" ? q({"shmaddr":"0x1000"}) :
		$event eq "shmctl" ? q({"shmid":5,"cmd":2,"buf":"0x0"}) : q({"shmid":5,"shmaddr":"0x0","shmflg":0});
	if ($event =~ /^shm/) {
		$seg .= q(,"key":"0x00000042","size":1) if $event eq "shmget" && $seg !~ /"key"/;
		print qq({"type":"event","event":"$event",$who$seg,"compat":false,"ret":$ret,"args":$args}\n);
	} elsif ($event =~ /^(create|map)$/) {
		my $kind = one(qw(posix memfd anon));
		my $vma = $event eq "map" ? q(,"addr":"0x1000","end":"0x2000","prot":"rw-s","offset":0) : "";
		print qq({"type":"event","event":"$event",$who,"kind":"$kind","dev_major":0,"dev_minor":1,) .
			qq("inode":4,"size":0,"nlink":0$vma}\n);
	} else {
		my $cause = $event eq "drop" ? q(,"cause":"exit") : $event eq "destroy" ? q(,"cause":"rmid") : "";
		my $ppid = $event eq "inherit" ? q(,"ppid":1) : "";
		print qq({"type":"event","event":"$event",$who$ppid$seg,"addr":"0x1000","end":"0x2000"$cause}\n);
	}
}
print q({"type":"end","seen":1002,"delivered":1000,"lost":0,"filtered":2,"reason":"signal"}), "\n";
END
# One namespace is that of this process, by which it can be asked for.
own=$(stat -L -c %i /proc/self/ns/ipc)
perl "$tmp/make.pl" "$own" $((own + 1)) >"$tmp/made"
run shmviz trace --from "$tmp/made" --json
expect_status 0
expect_empty "$tmp/err"
# It writes the flags of calls in words besides; else each member is the same.
jq -s -c '[.[] | del(.flags, .cmd)]' "$tmp/out" >"$tmp/ours"
jq -s -c '.' "$tmp/made" >"$tmp/theirs"
expect_same "$(jq -S -c . "$tmp/ours" | md5sum)" "$(jq -S -c . "$tmp/theirs" | md5sum)" "the trace"
cp "$tmp/out" "$tmp/trace"
result "without a filter: all of it"

# picks CONDITION OPTION...: the events for which it is true, and no others
picks()
{
	condition=$1
	shift
	run shmviz trace --from "$tmp/trace" --json "$@"
	expect_status 0
	# One jq for all: on a busy machine each takes long to start.
	n=$(jq -n -r --slurpfile ours "$tmp/out" --slurpfile all "$tmp/trace" "
		[\$ours[] | select(.type == \"event\") | .ts] as \$got |
		[\$all[] | select(.type == \"event\") | select($condition) | .ts] as \$want |
		(\$want | length) as \$n | \$ours[-1] |
		if \$got != \$want then \"\(\$got | length) events, by jq \(\$n)\"
		elif \$n == 0 or \$n == 1000 then \"\(\$n) events say nothing\"
		elif .delivered != \$n or .filtered != 1002 - \$n or .seen != 1002 then \"\(.)\"
		else \$n end")
	case $n in
	*[!0-9]* | "")
		fail "$ran: $n"
		return ;;
	esac
	# stat counts the same ones; it has no kinds.
	case "$*" in
	*--kind*) return ;;
	esac
	run shmviz stat --from "$tmp/trace" --json "$@"
	tail -n 1 "$tmp/out" >"$tmp/end"
	expect_jq ".delivered == $n and ([.events[].count] | add) == $n" "$tmp/end"
}

sysv='(has("kind") | not)'
picks '.pid == 7' --pid 7
picks '.pid == 7 or .pid == 9' --pid 7,9
picks '.uid == 1000' --uid 1000
picks '.uid == 0 or .uid == 65534' --uid 0 --uid 65534
picks '.comm == "ab"' --comm ab
picks '.comm == "a" or .comm == "abc"' --comm a --comm abc
picks ".ipcns == $own" --ipcns $$
picks "$sysv and .shmid == 5" --shmid 5
picks "$sysv and (.shmid == 6 or .shmid == 32773)" --shmid 6,32773
picks "$sysv and .key == \"0x00000042\"" --key 0x42
picks "$sysv and .key == \"0x80000042\"" --key 0x80000042
# 0 is a value like any other, and not the lack of one.
picks "$sysv and .shmid == 0" --shmid 0
picks "$sysv and .key == \"0x00000000\"" --key 0
picks '.errno' --failed
for event in shmget shmat shmdt shmctl inherit split drop destroy; do
	picks ".event == \"$event\"" --event $event
done
picks '.event == "shmget" or .event == "drop"' --event shmget,drop
result "each filter alone, with one value and several"

for kind in posix memfd anon; do
	picks ".kind == \"$kind\"" --kind $kind
done
picks "$sysv" --kind sysv
picks "$sysv or .kind == \"memfd\"" --kind sysv,memfd
picks '.kind == "memfd" and .event == "map"' --kind memfd --event map
picks '.pid == 7 and .uid == 1000' --pid 7 --uid 1000
picks '.comm == "abc" and .errno' --comm abc --failed
picks "$sysv and .shmid == 5 and .ipcns == $own" --shmid 5 --ipcns $$
picks "$sysv and .key == \"0x00000042\" and .event == \"shmctl\" and .pid == 8" \
	--key 0x42 --event shmctl --pid 8
result "kinds; pairs of filters: both must be met"

# The segments that were there: by id, key and namespace; none without them.
segments()
{
	want=$1
	shift
	run shmviz trace --from "$tmp/trace" --json "$@"
	expect_same "$(jq -s '[.[] | select(.type == "segment")] | length' "$tmp/out")" "$want" \
		"segments with $*"
}
segments 8
segments 4 --shmid 5
segments 4 --ipcns $$
segments 4 --key 0x42
segments 1 --shmid 6 --ipcns $$ --key 0x42
segments 0 --shmid 7
segments 0 --kind memfd
segments 8 --kind memfd,sysv
segments 0 --no-segments
result "segments of before: by id, key, namespace and kind"
finish
