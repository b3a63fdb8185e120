#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz report --from: the page and the trace events say what the trace says; hostile
# names, a trace that was cut off, an empty one, a long one, a newer one.
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/from.sh"
. "$here/harness/story.sh"
. "$here/harness/report.sh"
. "$here/harness/top.sh"

need jq perl xmllint progs/screen
skip_if_native
begin 11

story >"$tmp/story"
report_from "$tmp/story"
expect_card made '[.[] | select(.created or .event == "create")] | length'
expect_card gone '[.[] | select(.event == "destroy")] | length'
expect_card left '[.[] | select(.type == "event" and .nattch != null)] | group_by(.shmid)
	| map(last) | map(select(.nattch == 0 and .event != "destroy")) | length'
expect_card before '[.[] | select(.type == "segment")] | length'
expect_card events '[.[] | select(.type == "event")] | length'
expect_card failed '[.[] | select(.errno)] | length'
expect_card lost 'last.lost'
for id in 3 5; do
	expect_object "$id"
done
expect_same "$(in_page "sum(//*[@class='failed']//*[local-name()='td'][5])")" \
	"$(in_trace '[.[] | select(.errno)] | length')" "calls that failed"
expect_same "$(in_page "count(//*[@class='failed']//*[local-name()='tbody']/*)")" 2 "different ones"
expect_same "$(in_page "sum(//*[@class='latencies']//*[local-name()='td'][3])")" \
	"$(in_trace '[.[] | select(.type == "event")] | length')" "events by result"
expect_same "$(in_page "string(//*[@class='latencies']//*[local-name()='tr'][*[2]='EINVAL']/*[4]/@data-ns)")" 850 "the mean"
expect_same "$(in_page "count(//*[@class='forks']/*[@class='fork'][@marker-end])")" 4 "arrows, and the one of the legend"
expect_same "$(in_page "string($(object 'shmid 5')//*[local-name()='dd'][contains(., 'destroyed')])")" \
	"destroyed by last-detach" "the end"
result "the page has the numbers of the trace"

at_us='(.ts * 1000 + .5 | floor)'
expect_same "$(jq "[.traceEvents[] | select(.ph == \"X\") | [$at_us, (.dur * 1000 + .5 | floor)]] | sort" -c "$tmp/perfetto")" \
	"$(in_trace '[.[] | select(.duration_ns) | [.ts - .duration_ns, .duration_ns]] | sort | tojson')" "calls"
expect_same "$(jq "[.traceEvents[] | select(.ph == \"C\" and .name == \"4026531839/5\") | [$at_us, .args.nattch]]" -c "$tmp/perfetto")" \
	"$(in_trace '[.[] | select(.shmid == 5) | [.ts, .nattch]] | tojson')" "nattch of 5"
expect_same "$(jq "[.traceEvents[] | select(.ph == \"e\" and .cat == \"attachment\" and .name == \"shmid 5\") | $at_us] | sort" -c "$tmp/perfetto")" \
	"$(in_trace '[.[] | select(.shmid == 5 and .event == "drop") | .ts] | sort | tojson')" "ends"
expect_same "$(jq '[.traceEvents[] | select(.ph == "f" and .cat == "fork") | .pid] | sort' -c "$tmp/perfetto")" \
	"$(in_trace '[.[] | select(.event == "inherit") | .pid] | sort | tojson')" "arrows of fork"
expect_jq '[.traceEvents[] | select(.cat == "attach") | .pid] | sort == [100, 100, 100, 200]' "$tmp/perfetto"
expect_jq '.otherData.lost == 7 and .otherData.left_out == 0 and .otherData.cut_off == false' "$tmp/perfetto"
# All that the event says goes with it.
expect_same "$(jq -c '[.traceEvents[] | select(.ph == "X" or .ph == "i") | .args | select(.event) | del(.text)] | sort_by(.ts, .event)' "$tmp/perfetto")" \
	"$(in_trace '[.[] | select(.type == "event") | del(.type)] | sort_by(.ts, .event) | tojson')" "arguments"
result "the trace events have them, too"

# By tracepoint nothing tells of exits: that all are gone is known by nattch alone.
{
	head -n 1 "$tmp/story" | sed 's/"fentry","blind":\[\]/"tracepoint","blind":["attachments dropped by exit"]/'
	grep -E '"event":"sh(mget|mat)","ts":10000(0[0-5]|10000|07[0-2])' "$tmp/story"
	at 14000 shmctl 100 server "$(seg 5 0x0000beef 65536 0),$call,\"cmd\":\"IPC_STAT\",\"ret\":0,\"args\":{\"shmid\":5,\"cmd\":2,\"buf\":\"0x1\"}"
	tail -n 1 "$tmp/story"
} >"$tmp/calls"
report_from "$tmp/calls"
expect_same "$(in_page "count($(object 'shmid 5')//*[local-name()='td'][.='gone by then, not seen how'])")" \
	2 "attachments that are gone"
expect_grep 'Not seen: attachments dropped by exit' "$tmp/page"
grep -v '"cmd":"IPC_STAT"' "$tmp/calls" >"$tmp/fewer"
report_from "$tmp/fewer"
expect_same "$(in_page "count($(object 'shmid 5')//*[local-name()='td'][.='no end seen'])")" 2 "attachments without an end"
result "what calls alone tell"

report_from "$tmp/story"
# Nothing of a name may become part of the page.
expect_same "$(in_page "count(//*[local-name()='i'])")" 0 "elements by a name"
expect_same "$(LC_ALL=C tr -d '\n\t -~\200-\377' <"$tmp/page" | wc -c | tr -d ' ')" 0 "control characters"
expect_grep 'm\\x1b\\xff&lt;b&gt;&amp;' "$tmp/page"
expect_grep 'memfd:a&lt;i&gt;\\x0a' "$tmp/page"
expect_same "$(in_page "count($(object 'memfd:a<i>\x0a'))")" 1 "sections of the memfd"
expect_jq 'any(.traceEvents[]; .args.name == "m\\x1b\\xff<b>&")' "$tmp/perfetto"
grep -qE 'src=|href="[^#]|@import|url\([^#]' "$tmp/page" && fail "the page asks for something outside"
result "hostile names, and no network"

# Names that begin as the kernel's own do, too.
sed 's/"name":"a<i>[^"]*"/"name":"[clandestine"/' "$tmp/story" >"$tmp/of-names"
report_from "$tmp/of-names" --redact
grep -q 'clandestine\|beef\|server\|client\|/of-names' "$tmp/page" "$tmp/perfetto" && fail "--redact: names or keys are there"
expect_grep 'stand-ins' "$tmp/page"
report_from "$tmp/story" --failed --pid 200
expect_card events 0+3
expect_same "$(in_page "count(//*[@id='missing']//*[contains(., '--failed --pid 200')])")" 3 "the filters that are said"
result "--redact, and filters"

jq -nc '{type: "picture", version: 1, taken: 1, host: "a b", redacted: false, objects: []}' >"$tmp/picture"
run shmviz report --from "$tmp/story" --picture "$tmp/picture"
expect_status 0
expect_grep '<!DOCTYPE html>' "$tmp/out"
expect_well_formed "$tmp/out"
grep -q 'No picture was given' "$tmp/out" && fail "the picture is not there"
run shmviz report --from "$tmp/story" --picture "$tmp/story" -o "$tmp/never"
expect_status 1
[ ! -e "$tmp/never" ] || fail "a file was made for nothing"
run shmviz report --from "$tmp/story" --perfetto -
expect_status 0
expect_trace_events "$tmp/out"
result "the sharing picture, and what goes where"

# A page of HTML is nothing for a terminal, unless asked for by -o -.
on_terminal 132x24 "$SHMVIZ" report --from "$tmp/story" <<END
see a terminal does not show: -o FILE is needed: see
end
END
expect_said "exit 2"
on_terminal 132x24 "$SHMVIZ" report -- touch "$tmp/never" <<END
see a terminal does not show: -o FILE is needed: see
end
END
expect_said "exit 2"
[ ! -e "$tmp/never" ] || fail "the command was run all the same"
on_terminal 132x24 "$SHMVIZ" report --from "$tmp/story" -o - <<END
see </html>
end
END
expect_said "exit 0"
on_terminal 132x24 "$SHMVIZ" report --from "$tmp/story" --perfetto "$tmp/perfetto" <<END
end
END
expect_said "exit 0"
result "no HTML on a terminal"

size=$(wc -c <"$tmp/story")
for cut in 31 77 99; do
	head -c $((size * cut / 100)) "$tmp/story" >"$tmp/cut"
	report_from "$tmp/cut"
	expect_grep 'cut off after line [0-9]+' "$tmp/err"
	expect_grep 'The trace was cut off' "$tmp/page"
	expect_jq '.otherData.cut_off' "$tmp/perfetto"
done
head -n 1 "$tmp/story" >"$tmp/short"
report_from "$tmp/short"
expect_grep 'Nothing happened' "$tmp/page"
sed 's/"type":"event",/&"new":{"a":[1,{"b":null}]},/' "$tmp/story" |
	sed '2i{"type":"weather","rain":true}' >"$tmp/newer"
report_from "$tmp/newer"
expect_grep '1 lines of a newer version were skipped' "$tmp/err"
expect_same "$(in_page "string(//*[@id='n-events']//*[local-name()='b'])")" "$(grep -c '"type":"event"' "$tmp/story")" "events"
result "cut off, without events, of a newer version"

# Digits and letters turned at random, lines in another order: most of it can be read.
perl -e 'srand(2); open(F, $ARGV[0]); @all = <F>;
	for $round (1..12) {
		@copy = @all;
		for (1..2 * $round) {
			my $line = 1 + int(rand(@copy - 1));
			my @at; push @at, pos($copy[$line]) - 1 while $copy[$line] =~ /[0-9a-z]/g;
			my $at = $at[rand(@at)];
			my $from = substr($copy[$line], $at, 1);
			substr($copy[$line], $at, 1) = $from =~ /[0-9]/ ? 1 + int(rand(9)) : chr(97 + int(rand(26)));
		}
		push @copy, splice(@copy, 1 + int(rand(@copy - 1)), 1) for 1..$round;
		open(O, ">", "$ARGV[1]/turned.$round"); print O @copy; close O;
	}' "$tmp/story" "$tmp"
read_back=0
for file in "$tmp"/turned.*; do
	run shmviz report --from "$file" -o "$tmp/page" --perfetto "$tmp/perfetto"
	[ "$status" -le 1 ] || fail "${file##*/}: status $status"
	[ "$status" = 0 ] || continue
	read_back=$((read_back + 1))
	expect_well_formed "$tmp/page"
	expect_trace_events "$tmp/perfetto"
done
[ "$read_back" -gt 6 ] || fail "all but $read_back were refused"
result "damaged traces"

# More than is kept: the sums are right all the same, and it is said.
perl -e '
	print qq({"type":"start","version":"0.1.0","backend":"fentry","blind":[],"ipcns":1,"kinds":["sysv"],"anchor":{"monotonic":1,"realtime":1}}\n);
	my ($ts, $tail) = (1000, qq("uid":0,"ipcns":1,"cgroup":1));
	sub put { my ($event, $pid, $more) = @_; $ts += 1000;
		print qq({"type":"event","event":"$event","ts":$ts,"pid":$pid,"tid":$pid,"nspid":$pid,"comm":"c",$tail,$more}\n) }
	for my $id (1..1500) {
		my $seg = qq("shmid":$id,"key":"0x00000000","size":4096,"mode":"0600","dest":false,"locked":false,"cpid":9);
		put("shmget", 9, qq($seg,"nattch":0,"compat":false,"ret":$id,"created":true,"args":{}));
		for my $n (1..($id == 700 ? 1500 : $id % 3)) {
			put("shmat", 9 + $n, qq($seg,"nattch":$n,"addr":"0x1000","compat":false,"ret":4096,"args":{}));
			put("drop", 9 + $n, qq($seg,"nattch":0,"addr":"0x1000","end":"0x2000","cause":"exit"));
		}
		put("destroy", 9, qq($seg,"nattch":0,"gone":true,"cause":"rmid"));
	}' >"$tmp/long"
run shmviz report --from "$tmp/long" -o "$tmp/page" --perfetto "$tmp/perfetto"
expect_status 0
expect_well_formed "$tmp/page"
expect_jq '.otherData.objects_left_out > 0' "$tmp/perfetto"
jq -s . "$tmp/long" >"$tmp/all"
expect_card made '[.[] | select(.created)] | length'
expect_card gone '[.[] | select(.event == "destroy")] | length'
expect_grep '[0-9]+ objects that were gone have no section here' "$tmp/page"
expect_same "$(in_page "count(//*[@class='object'])")" 60 "sections"
expect_same "$(in_page "count($(object 'shmid 700'))")" 1 "the one with the most events"
expect_same "$(in_page "string($(object 'shmid 700')//*[@class='spans']/*[local-name()='summary'])")" "1500 attachments" "all of its attachments"
expect_grep '1460 attachments are not drawn, 960 processes or more have no line' "$tmp/page"
expect_same "$(in_page "string($(object 'shmid 700')//*[@class='most'])")" 1500 "its most attachments"
[ "$(wc -c <"$tmp/page")" -lt 2000000 ] || fail "the page is of $(wc -c <"$tmp/page") bytes"
result "a long trace"

: >"$tmp/empty"
rm -f "$tmp/never"
ln "$tmp/story" "$tmp/link"
for way in "--from $tmp/empty:1:empty, not a trace" "--from $tmp/nowhere:1:No such file" \
	"--from $tmp/story --duration 1:2:goes with --redact" "--from $tmp/story -- true:2:goes with" \
	"--from $tmp/story --perfetto $tmp/never:2:are both" "--from $tmp/never --perfetto $tmp/never:2:are both" "--from $tmp/story -o $tmp/link:2:is the trace" \
	"--json --from $tmp/story:2:unknown option" \
	"--from $tmp/story -o:2:-o|needs"; do
	rest=${way#*:}
	# shellcheck disable=SC2086 # words
	run shmviz report -o "$tmp/never" ${way%%:*}
	expect_error "${rest%%:*}" "${rest#*:}"
	[ ! -e "$tmp/never" ] || fail "$ran: a file was made for nothing"
done
run shmviz report --from "$tmp/story" -o "$tmp/no/page"
expect_error 1 "cannot write '.*/no/page': No such file"
run shmviz report --from "$tmp/story" -o /dev/full
expect_error 1 "cannot write '/dev/full': No space left"
run shmviz report --help
expect_status 0
result "what is no trace, and no place to write to"
finish
