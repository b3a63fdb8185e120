#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz map --from, --svg, --html and --dot: what it refuses to read, that what it
# writes is well formed whatever the names are, and its page in headless Chromium.
# shellcheck disable=SC2154 # status of lib.sh
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/browser.sh"

browser_tests=14
need /usr/bin/python3 perl jq xmllint dot
begin $((6 + browser_tests))

for name in small many big two hostile empty crowd; do
	"$here/pages/fixtures.py" "$name" >"$tmp/$name.json" || fail "no fixture $name"
done

# refuse WHAT CHANGE: the small picture after a change by perl gives an error about WHAT
refuse()
{
	perl -0pe "$2" "$tmp/small.json" >"$tmp/bad.json"
	cmp -s "$tmp/small.json" "$tmp/bad.json" && fail "no change: $2"
	run shmviz map --from "$tmp/bad.json" --svg
	expect_error 1 "bad.json: .*$1"
}

refuse 'no JSON at byte 0' 's/^/x/'
refuse 'cut off after byte' 's/.\n$//s; s/\]$//'
refuse 'more after the JSON' 's/$/ 5/'
refuse "not of 'shmviz map --json'" 's/.*/[]/s'
refuse "type is not 'picture'" 's/"picture"/"trace"/'
refuse 'version is not 1' 's/"version":1/"version":2/'
refuse '"objects" is not an array' 's/"objects":.*/"objects":5}/s'
refuse 'object 0: it is not a JSON object' 's/"objects":.*/"objects":[5]}/s'
refuse "object 0: \"object\": 'sysv:x' is not" 's/sysv:5/sysv:x/'
refuse 'object 0: "pages" is missing' 's/"pages"/"sites"/'
refuse 'object 0: "size" is more than' 's/"size":\d+/"size":99999999999999999999999/'
refuse 'object 0: "page_size" is 4095, no power of 2' 's/"page_size":\d+/"page_size":4095/'
refuse 'object 0: "holes" is not a whole number' 's/"holes":1/"holes":-1/'
refuse 'object 0: "present" is not a whole number' 's/"present":\d+/"present":"6"/'
refuse 'object 0, process 0: "pid" is more' 's/"pid":\d+/"pid":1000000000000/'
refuse 'object 0, process 0: "comm" is longer' 's/producer/"x" x 65/e'
refuse 'object 0, process 1: it has no mapping' 's/(1043.*?"mappings":\[)\{.*?\}/$1/s'
refuse 'mapping 0: "mapping" is not 0, the next' 's/"mapping":0/"mapping":1000000000/'
refuse 'mapping 0: "start" is not "0x" and hex' 's/"start":"0x/"start":"/'
refuse 'mapping 0: it ends at 0x1000, before' 's/"end":"0x[0-9a-f]+"/"end":"0x1000"/'
refuse 'mapping 0: an address of it is not' 's/"start":"0x7f3a10000000/"start":"0x7f3a10000001/'
refuse "mapping 0: \"prot\" is 'rw-x'" 's/rw-s/rw-x/'
refuse 'run 0: "state" is .gone., which is unknown' 's/"state":"present"/"state":"gone"/'
refuse 'run 0: "count" is 4503599627370496, of 8 pages' 's/"count":2/"count":4503599627370496/'
refuse 'run 1: it begins at page 3, not 2' 's/"page":2/"page":3/'
refuse 'run 0: "touch" has 2 characters for 3 mappings' 's/"xxx"/"xx"/'
refuse 'run 0: "touch" has a .y.' 's/"xxx"/"xxy"/'
refuse 'run 0: "touch" has .-. for mapping 2' 's/"xxx"/"xx-"/'
refuse 'run 0: "sharing" is not 2' 's/"xxx"/"xxo"/; s/"mapped":3/"mapped":2/'
refuse 'run 4: "touch" has .x. where no frame' 's/("swapped".*?)"ooo"/$1"xoo"/s'
refuse 'run 3: mapping 1 has no copy' 's/"copies":\[\{"mapping":2/"copies":[{"mapping":1/'
refuse 'object 0: the runs end at page 7, not 8' 's/,\{"page":7.*?\}\]/]/s'
run shmviz map --from "$tmp/none.json" --html
expect_error 1 "none.json: No such file"
result "what is no picture is refused, by name"

# Ends with 0 or 1, says one line if with 1, whatever is read.
cat >"$tmp/mutate.pl" <<'END'
my ($shmviz, $tmp, $n) = @ARGV;
my @odd = qw(-1 1e9 1000000000 18446744073709551615 99999999999999999999 null [] {} "" true 0.5);
srand(6);
local $/;
for my $name ("small", "hostile") {
	open(my $in, "<", "$tmp/$name.json") or die; my $whole = <$in>;
	for (1 .. $n) {
		my $text = $whole;
		if (rand() < 0.7) {
			my @at; push @at, [$-[1], $+[1] - $-[1]] while $text =~ /:("[^"]*"|-?\d+)/g;
			my $at = $at[rand @at]; substr($text, $$at[0], $$at[1]) = $odd[rand @odd];
		} else {
			substr($text, rand(length($text)), 1 + rand(30)) = chr(rand(256));
		}
		open(my $out, ">", "$tmp/m.json") or die; print $out $text; close $out;
		my $said = `$shmviz map --from $tmp/m.json --html 2>&1 >$tmp/m.html`;
		my $lines = () = $said =~ /\n/g;
		next if $? == 0 && $lines == 0 || $? == 256 && $lines == 1 && !-s "$tmp/m.html";
		print "status $?: $said$text\n";
	}
}
END
perl "$tmp/mutate.pl" "$SHMVIZ" "$tmp" 150 >"$tmp/mutants"
expect_empty "$tmp/mutants"
result "300 pictures with something wrong in them do no harm"

for name in small many big two hostile empty crowd; do
	for form in svg html dot; do
		run shmviz map --from "$tmp/$name.json" "--$form"
		expect_status 0
		expect_empty "$tmp/err"
		mv "$tmp/out" "$tmp/$name.$form"
	done
	run xmllint --noout --nonet "$tmp/$name.svg" "$tmp/$name.html"
	expect_status 0
	expect_empty "$tmp/err"
done
result "SVG and HTML are well formed"

for name in small many big two hostile empty crowd; do
	run dot -Tsvg "$tmp/$name.dot"
	expect_status 0
	expect_empty "$tmp/err"
done
result "graphviz takes DOT"

# A page that loads something would name it.
for name in small hostile; do
	grep -oE "(src|href|action|data)=\"[^#\"][^\"]*\"|url\([^#][^)]*\)|@import|https?://[^\"' <]*" \
		"$tmp/$name.html" | grep -v '^http://www\.w3\.org/' >"$tmp/loads"
	expect_empty "$tmp/loads"
	expect_grep "Content-Security-Policy.*default-src 'none'" "$tmp/$name.html"
done
result "a page is complete in itself"

# What is folded is said: no row is left out, and rows are few.
run xmllint --xpath 'count(//*[local-name()="g"][starts-with(@class, "page ")])' "$tmp/big.svg"
[ "$(cat "$tmp/out")" -le 40 ] || fail "$(cat "$tmp/out") rows for 1 GiB"
for text in "pages 0-65535" "65536 frames in 128 runs" "pages 196608-262143"; do
	expect_grep "$text" "$tmp/big.svg"
done
run xmllint --xpath 'string(//*[@class="leftout"])' "$tmp/crowd.svg"
expect_grep "and 252 more mappings of 252 processes, not drawn" "$tmp/out"
result "what does not fit is folded and counted"

in_browser "$browser_tests" map.py "$tmp"
finish
