#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The picture in text at every size: it ends, fits, and its rows add up to the object,
# page for page and frame for frame.
. "$(dirname "$0")/harness/lib.sh"

golden=$here/golden
need perl
skip_if_native
begin 4

perl "$golden/giant.pl" >"$tmp/giant.made"
perl -ne 'while (/"count":(\d+),"state":"(\w+)"/g) { $n{$2} += $1 }
	END { printf "s/PRESENT/%d/;s/SWAPPED/%d/;s/HOLES/%d/\n", @n{qw(present swapped hole)} }' \
	"$tmp/giant.made" >"$tmp/counts"
sed -f "$tmp/counts" "$tmp/giant.made" >"$tmp/giant.json"

# What the file itself says: pages, frames, frames that several share.
cat >"$tmp/sums.pl" <<'END'
my ($pages, $frames, $shared) = (0, 0, 0);
while (<STDIN>) {
	while (/"page":\d+,"count":(\d+),"state":"(\w+)"[^{}]*?"sharing":(\d+)/g) {
		$pages += $1; $frames += $1 if $2 eq "present"; $shared += $1 if $3 > 1 }
}
print "$pages $frames $shared\n";
END
# The same of the rows that are drawn; each must begin where the one before it ends.
cat >"$tmp/rows.pl" <<'END'
use open qw(:std :utf8);
my ($next, $frames, $shared) = (0, 0, 0);
while (<STDIN>) {
	# A row of one run has its frame, which is as many as it has pages.
	my $one = /[\x{2524}\x{252b}] 0x/;
	next unless (/frames?\b|hole|slot|swapped/ || $one) &&
		/[\x{25cf}\x{25cb}\x{25ce}\x{25d0}\x{2500}-\x{257f} x] +(\d+)(?:-(\d+))? [\x{2500}-\x{257f} ]/;
	print "row of page $1 after page ", $next - 1, "\n" if $1 != $next;
	$next = ($2 // $1) + 1;
	my $n = $one ? $next - $1 : / (\d+) frames?\b/ ? $1 : next;
	$frames += $n;
	$shared += / shared by / ? $n : / (\d+) shared/ ? $1 : 0;
}
print "$next $frames $shared\n";
END

# at_size JSON WIDTH HEIGHT
at_size()
{
	run timeout -s KILL 60 "$SHMVIZ" map --from "$1" --width "$2" --height "$3"
	expect_status 0
	expect_same "$(perl -CSD -ne 'chomp; print if length > '"$2" "$tmp/out")" "" "wider than $2:"
	[ "$(wc -l <"$tmp/out")" -lt "$3" ] || fail "$ran: $(wc -l <"$tmp/out") lines"
}

# sums NAME FIRST LAST WIDTH [STEP]: the same at every height, or at every STEPth
sums()
{
	want=$(perl "$tmp/sums.pl" <"$1")
	height=$2
	while [ "$height" -le "$3" ]; do
		at_size "$1" "$4" "$height"
		expect_same "$(perl "$tmp/rows.pl" <"$tmp/out")" "$want" "pages, frames, shared ($4x$height)"
		height=$((height + ${5:-1}))
	done
}

sums "$tmp/giant.json" 16 50 80
result "1 GiB, 80 columns, 16 to 50 rows: rows add up to the object"
sums "$tmp/giant.json" 16 50 160 4
result "1 GiB, 160 columns"

# One run a row at last, and one page less than there is room for.
perl -e 'my @runs = map { sprintf q({"page":%d,"count":1,"state":"present","pfn":%d,"phys":"0x%x",) .
		q("order":0,"node":0,"zone":"Normal","mapcount":1,"memcg":0,"flags":[],) .
		q("mapped":1,"sharing":1,"touch":"x"}), $_, 1000 + 2 * $_, (1000 + 2 * $_) * 4096 } 0 .. 39;
	print q({"type":"picture","version":1,"taken":1,"redacted":false,"objects":[{"object":"posix:/runs",) .
		q("name":"/runs","kind":"posix","size":163840,"page_size":4096,"page_order":0,"pages":40,) .
		q("present":40,"swapped":0,"holes":0,"flags":["shmem"],"page_first":0,"page_count":40,) .
		q("processes":[{"pid":1,"comm":"a","mappings":[{"mapping":0,"start":"0x1000","end":"0x29000",) .
		q("first":0,"prot":"rw-s","flags":[]}]}],"runs":[) . join(",", @runs) . "]}]}\n"' >"$tmp/runs.json"
sums "$tmp/runs.json" 16 60 80
run shmviz map --from "$tmp/runs.json" --full
expect_same "$(perl "$tmp/rows.pl" <"$tmp/out")" "40 40 0" "--full"
result "40 frames that lie apart, from too few rows to enough"

for width in 60 61 80 131 133 200; do
	for height in 16 17 20 25 50; do
		for json in postgres backends demo; do
			at_size "$golden/$json.json" "$width" "$height"
		done
	done
done
result "other pictures, 60 to 200 columns"
finish
