# SPDX-License-Identifier: GPL-2.0-or-later
# Prints a picture of 1 GiB as 'shmviz map --json' does: a quarter is present in
# large folios, a half here and there, a quarter is a hole. The same always.
use strict;
my ($pages, $page, $seed, $sep) = (1 << 18, 0, 1, "");
sub random { $seed = ($seed * 1103515245 + 12345) % (1 << 31); return ($seed >> 8) % $_[0]; }
sub run {
	my ($n, $state, $touch, $more) = @_;
	my $x = () = $touch =~ /x/g;
	printf "%s{\"page\":%d,\"count\":%d,\"state\":\"%s\",%s\"mapped\":%d,\"sharing\":%d,\"touch\":\"%s\"}",
		$sep, $page, $n, $state, $more, $x, $x, $touch;
	$sep = ",";
	$page += $n;
}
sub frames {
	my ($pfn, $order, $maps) = @_;
	return sprintf '"pfn":%d,"phys":"0x%x","order":%d,"node":0,"zone":"Normal","mapcount":%d,' .
		'"memcg":1,"flags":["uptodate","dirty","lru"],', $pfn, $pfn * 4096, $order, $maps;
}
my $quarter = $pages / 4;
print '{"type":"picture","version":1,"taken":1700000000000000000,"host":"lab 6.12.0","redacted":false,"objects":[', "\n";
print '{"object":"posix:/giant","name":"/giant","kind":"posix","size":1073741824,"page_size":4096,',
	'"page_order":0,"pages":262144,"present":PRESENT,"swapped":SWAPPED,"holes":HOLES,"flags":["shmem"],',
	'"page_first":0,"page_count":262144,"processes":[',
	'{"pid":71,"comm":"writer","mappings":[{"mapping":0,"start":"0x7f0000000000","end":"0x7f0040000000","first":0,"prot":"rw-s","flags":[]}]},',
	'{"pid":72,"comm":"reader","mappings":[{"mapping":1,"start":"0x7e0000000000","end":"0x7e0040000000","first":0,"prot":"r--s","flags":[]}]}],"runs":[';
run($quarter, "present", "xx", frames(0x200000, 9, 2));
while ($page < 3 * $quarter) {
	my $n = 1 + random(60);
	$n = 3 * $quarter - $page if $n > 3 * $quarter - $page;
	my $what = random(4);
	if ($what == 0) { run($n, "hole", "oo", ""); }
	elsif ($what == 1 && $page > 2 * $quarter) {
		run($n, "swapped", "oo", sprintf('"swap_type":0,"swap_offset":%d,', random(1 << 20) * 9)); }
	else { my $t = random(3) ? "xo" : "xx"; run($n, "present", $t, frames(0x400000 + random(1 << 20) * 9, 0, $t eq "xx" ? 2 : 1)); }
}
run($pages - $page, "hole", "oo", "");
print "]}\n]}\n";
