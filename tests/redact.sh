#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --redact: nothing of the names and keys is anywhere in what is written, and what
# was the same is the same. Frames and swap slots, with the module.
. "$(dirname "$0")/harness/lib.sh"

need root jq perl
share neither
begin 12
name=/dev/shm/hidden-posix.$$
trap 'rm -f "$name"; cleanup' EXIT

# Two segments with keys; both names of processes; a memfd, POSIX shared memory
# and a file. The second process has the first segment, too.
users=$(awk -F: '$3 >= 1 && $3 < 65534 { print $1, $3; exit }' /etc/passwd)
uid=${users#* }
user=${users% *}
shm_make 4096
private=$shmid
shm_make 32768 $((0x5ec2e701))
first=$shmid
second=$(perl -e 'my ($u, $key) = @ARGV; $) = $( = "$u $u"; $> = $< = $u;
	print shmget($key, 32768, 01600)' "${uid:-0}" $((0x5ec2e702)))
shmids="$shmids $second"
cat >"$tmp/have.pl" <<'END'
my ($ready, $name, $file, @ids) = @ARGV;
$0 = "hidden-comm-$name";
for my $id (@ids) {
	my $at = syscall(30, $id + 0, 0, 0);
	open(my $mem, "+<", "/proc/self/mem"); binmode $mem;
	for my $page (0, 1, 2, 5) { sysseek($mem, $at + $page * 4096, 0); syswrite($mem, "x"); }
}
my $memfd = "hidden-memfd";
my $fd = syscall(319, $memfd, 0);
open(my $f, "+<&=", $fd); truncate($f, 4096);
syscall(9, 0, 4096, 3, 1, $fd, 0);
if ($file) {
	open(my $p, "+>", $file); truncate($p, 4096);
	syscall(9, 0, 4096, 3, 1, fileno($p), 0);
	push @keep, $p;
}
open(my $out, ">", "$ready.tmp"); close($out);
rename("$ready.tmp", $ready);
sleep 1000;
END
background perl "$tmp/have.pl" "$tmp/ready1" one "$name" "$first" "$second"
one=$pid
background perl "$tmp/have.pl" "$tmp/ready2" two "$tmp/hidden-file" "$first"
two=$pid
wait_for test -e "$tmp/ready1"
wait_for test -e "$tmp/ready2"
hidden="hidden- 5ec2e70"

# expect_hidden [WORD...]: none of the words is in the output, in any case
expect_hidden()
{
	for word in $hidden "$@"; do
		! grep -qi -e "$word" "$tmp/out" || {
			fail "$ran: '$word' is in it:"
			grep -i -e "$word" "$tmp/out" | head -n 3 | sed 's/^/# /'
		}
	done
}

# expect_redacted COMMAND...: neither as text nor as JSON; JSON stays in $tmp/out
expect_redacted()
{
	run shmviz "$@" --redact
	expect_status 0
	expect_grep "redacted" "$tmp/out"
	expect_hidden
	run shmviz "$@" --redact --json
	expect_status 0
	expect_hidden
}

# gather: the lines of the output as one array
gather()
{
	jq -s . "$tmp/out" >"$tmp/lines" && mv "$tmp/lines" "$tmp/out"
}

run shmviz ls
expect_grep "0x5ec2e701" "$tmp/out"
expect_grep "hidden-comm-one" "$tmp/out"
expect_redacted ls
expect_jq ".redacted and
	([.segments[] | select(.shmid == $first or .shmid == $second)] |
		([.[].key] | length == 2 and (unique | length) == 2 and
			all(test(\"^0x[0-9a-f]{8}$\"))) and
		([.[].attachments[] | select(.pid == $one) | .comm] | length == 2 and
			(unique | length) == 1 and all(test(\"^proc[0-9]+$\"))) and
		([.[] | select(.shmid == $first) | .attachments[].comm] | unique | length == 2))"
expect_jq ".segments[] | select(.shmid == $private) | .key == \"0x00000000\""
result "ls: keys and names, the same for the same"

if [ "$user" ]; then
	run shmviz ls --redact -o +UID
	expect_hidden "$user"
	expect_grep "(^| )$second .* 200000000[0-9]" "$tmp/out"
fi
run shmviz ls --json --redact
cp "$tmp/out" "$tmp/once"
run shmviz ls --json --redact
first_key=".segments[] | select(.shmid == $first) | .key"
[ "$(jq "$first_key" "$tmp/once")" != "$(jq "$first_key" "$tmp/out")" ] ||
	fail "two runs have the same stand-in"
result "ls: users; another run has other stand-ins"

expect_redacted ls --all
expect_jq ".objects[] | select(.shmid? == $first) | .maps == 2"
expect_jq "[.objects[] | select(.kind == \"memfd\" and
	any(.attachments[]; .pid == $one or .pid == $two)) | .name] |
	length == 2 and (unique | length) == 1 and all(test(\"^name[0-9]+$\"))"
expect_jq ".objects[] | select(.kind == \"posix\" and any(.attachments[]; .pid == $one)) |
	(.name | test(\"^/name[0-9]+$\")) and .object == \"posix:\" + .name"
expect_jq ".objects[] | select(.kind == \"file\" and any(.attachments[]; .pid == $two)) |
	(.name | test(\"^/name[0-9]+$\")) and .object == \"file:\" + .name"
result "ls --all: names of all kinds"

# A trace that was written down, or is made up where nothing may be traced.
cat >"$tmp/history.pl" <<'END'
$0 = "hidden-comm-three";
my $id = shmget(0x5ec2e703, 8192, 01600) // die;
shmwrite($id, "x", 0, 1);
shmget(0x5ec2e703, 8192, 03600);
shmget(0x5ec2e704, 8192, 0);
shmctl($id, 0, 0);
END
shmviz trace --json -- perl "$tmp/history.pl" >"$tmp/trace" 2>"$tmp/err"
traced=$?
if [ "$traced" = 3 ]; then
	ktap_test_skip "trace --from" "this kernel allows no tracing"
	ktap_test_skip "stat --from" "this kernel allows no tracing"
	ktap_test_skip "what is redacted is a trace" "this kernel allows no tracing"
else
	expect_redacted trace --from "$tmp/trace"
	cp "$tmp/out" "$tmp/redacted"
	gather
	expect_jq '.[0].redacted and .[0].type == "start"'
	expect_jq '[.[] | select(.event == "shmget")] | length == 3 and
		.[0].key == .[1].key and .[0].key != .[2].key and all(.key == .args.key) and
		(map(.comm) | unique | length == 1 and all(test("^proc[0-9]+$")))'
	expect_jq ".[] | select(.type == \"segment\" and .shmid == $first) | .attachments |
		length == 2 and all(.comm | test(\"^proc[0-9]+$\"))"
	result "trace --from"

	expect_redacted stat --from "$tmp/trace"
	result "stat --from"

	run shmviz trace --from "$tmp/redacted" --json
	expect_status 0
	cmp -s "$tmp/out" "$tmp/redacted" || fail "read back, it is not the same"
	run shmviz stat --from "$tmp/redacted" --json
	gather
	expect_jq '.[0].redacted'
	result "what is redacted is a trace"
fi

if [ "$traced" = 3 ]; then
	ktap_test_skip "trace, live" "this kernel allows no tracing"
else
	run shmviz trace --redact --json -- perl "$tmp/history.pl"
	expect_status 0
	expect_hidden
	gather
	expect_jq '.[0].redacted and any(.[]; .event == "shmget")'
	result "trace, live"
fi

# Frames: what lies side by side does so in the stand-ins, and nothing else does.
if has_device; then
	run shmviz frames --json "$first"
	cp "$tmp/out" "$tmp/plain"
	run shmviz frames --json --redact "$first"
	expect_status 0
	expect_hidden
	jq -s 'def pfns: [.pages[] | select(.pfn) | .pfn];
		(.[0] | pfns) as $real | (.[1] | pfns) as $new |
		{redacted: .[1].redacted, n: [$real, $new | length],
		 same: [range($real | length) | select($real[.] == $new[.])],
		 real: [range(1; $real | length) | $real[.] - $real[. - 1] == 1],
		 new: [range(1; $new | length) | $new[.] - $new[. - 1] == 1],
		 phys: all(.[1].pages[] | select(.pfn); .phys != null)}' \
		"$tmp/plain" "$tmp/out" >"$tmp/both"
	mv "$tmp/both" "$tmp/out"
	expect_jq '.redacted and .n[0] == 4 and .n[1] == 4 and .same == [] and .real == .new and .phys'
	run shmviz frames --redact "$first"
	expect_grep redacted "$tmp/out"
	expect_hidden
	result "frames keep their neighbours, not their numbers"

	expect_redacted map "$first"
	jq -c '[.objects[0].runs[] | select(.pfn) | [.page, .count, .touch]]' "$tmp/out" >"$tmp/runs"
	expect_jq '.redacted and .host != null and (.host | startswith("host "))'
	run shmviz map --json "$first"
	expect_same "$(jq -c '[.objects[0].runs[] | select(.pfn) | [.page, .count, .touch]]' "$tmp/out")" \
		"$(cat "$tmp/runs")" "the picture"
	for form in svg html dot; do
		run shmviz map --$form --redact "$first"
		expect_status 0
		expect_grep redacted "$tmp/out"
		expect_hidden
	done
	result "map: the same picture"
else
	ktap_test_skip "frames keep their neighbours, not their numbers" "needs the module"
	ktap_test_skip "map: the same picture" "needs the module"
fi

# Of a picture that was written down: each frame with its stand-in, in pairs.
cat >"$tmp/pairs.jq" <<'END'
def frames: [.objects[].runs[] | (select(.pfn) | range(.count) as $i | .pfn + $i),
	(.count as $n | .copies[]? | range($n) as $i | .pfn + $i)];
def slots: [.objects[].runs[] | select(.swap_offset) | range(.count) as $i | .swap_offset + $i];
def plain: del(.host, .redacted, .objects[].object, .objects[].name,
	.objects[].processes[].comm, (.objects[].runs[] | .pfn, .phys, .swap_offset, .copies[]?.pfn));
def neighbours: unique | [range(1; length) as $i | select(.[$i] == .[$i - 1] + 1)] | length;
# Side by side before is side by side after; and after there is no more of it.
def kept($real; $new): ([$real, $new] | transpose | unique) as $pairs |
	($real | length) == ($new | length) and ($real | length) > 0 and $real != $new and
	($pairs | length) == ($real | unique | length) and
	($pairs | length) == ($new | unique | length) and
	all(range(1; $pairs | length); ($pairs[. - 1][0] + 1 == $pairs[.][0]) ==
		($pairs[. - 1][1] + 1 == $pairs[.][1])) and
	($real | neighbours) == ($new | neighbours);
.[0] as $real | .[1] as $new | {
	redacted: $new.redacted, plain: (($real | plain) == ($new | plain)),
	frames: kept($real | frames; $new | frames), slots: kept($real | slots; $new | slots),
	phys: all($new.objects[].runs[] | select(.pfn); .phys != null),
	aligned: all([[$real, $new] | .[] | [.objects[].runs[] | select(.pfn)]] | transpose[];
		(.[0].pfn - .[1].pfn) % pow(2; .[0].order) == 0) }
END
run shmviz map --from "$here/golden/states.json" --redact --json
expect_status 0
jq -s -f "$tmp/pairs.jq" "$here/golden/states.json" "$tmp/out" >"$tmp/both"
mv "$tmp/both" "$tmp/out"
expect_jq 'all(.[]; .)'
result "map --from: what lies side by side does so"

top() { shmviz top --batch --no-events --count 2 --delay 0.1 --filter "$(basename "$name")" "$@"; }
run top
expect_grep "hidden-posix" "$tmp/out"
run top --redact
expect_status 0
expect_hidden
expect_same "$(grep -c '^shmviz-top .* redacted$' "$tmp/out")" 2 "heads that say so"
expect_same "$(grep -c '^posix:/name1 .* /name1$' "$tmp/out")" 2 "the object, with one name"
run shmviz top --redact
expect_error 2 "batch"
result "top --batch: names, the same at each look"

run shmviz view --redact "$first"
expect_error 2 "contents can't be redacted"
result "view refuses"
finish
