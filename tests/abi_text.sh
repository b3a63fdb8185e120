#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Numbers in the texts are those of kmod/uapi/shmviz.h: calls, constants, sizes.
. "$(dirname "$0")/harness/lib.sh"

need cc perl
skip_if_native
header=$here/../kmod/uapi/shmviz.h
texts=$here/../Documentation
[ -e "$texts/man/shmviz.4" ] || ktap_skip_all "needs Documentation/man/shmviz.4"
begin 4

# A program that prints each constant, and the size of each structure, of the header.
constants=$(sed -nE 's/^#define[[:space:]]+(SHMVIZ_[A-Z0-9_]+)[[:space:]]+[(0-9_].*/\1/p
	s/^[[:space:]]+(SHMVIZ_[A-Z0-9_]+)[[:space:]]+=.*/\1/p' "$header")
structs=$(sed -nE 's/^struct (shmviz_[a-z]+) \{.*/\1/p' "$header")
{
	echo '#include <stdio.h>'
	echo '#include "shmviz.h"'
	echo 'static void show(const char *name, unsigned long long value) {'
	echo 'printf("%s %llu", name, value); puts(""); }'
	echo 'int main(void) {'
	for name in $constants; do
		echo "show(\"$name\", $name);"
	done
	for name in $structs; do
		echo "show(\"$name\", sizeof(struct $name));"
	done
	echo 'return 0; }'
} >"$tmp/numbers.c"
cc -I "${header%/*}" -o "$tmp/numbers" "$tmp/numbers.c" 2>"$tmp/err" &&
	"$tmp/numbers" >"$tmp/numbers.txt" || fail "$(cat "$tmp/err")"
for name in SHMVIZ_OPEN SHMVIZ_LIST SHMVIZ_SWAP_POISONED SHMVIZ_KIND_INODE \
	SHMVIZ_FRAME_TAIL shmviz_sharer; do
	grep -q "^$name " "$tmp/numbers.txt" || fail "$name was not found in the header"
done
result "the header has calls, constants and structures"

# texts KIND: what is wrong; the last line is "KIND: N checked"
texts()
{
	find "$texts" "$here/../README.md" \( -name '*.md' -o -name '*.[1-9]' \) \
		-exec perl -e '
my ($kind, $numbers) = splice @ARGV, 0, 2;
my ($checked, %number, %call, %said) = (0);
open my $in, "<", $numbers or die;
while (<$in>) { my ($name, $value) = split; $number{$name} = $value; }
# Numbers of calls are the only ones that high.
$call{sprintf "0x%x", $number{$_}} = $_
	for grep { $number{$_} > 0x40000000 && /^SHMVIZ_[A-Z]+$/ } keys %number;
for my $path (@ARGV) {
	local $/;
	open my $file, "<", $path or die "$path: $!";
	my $text = <$file>;
	if ($kind eq "calls") {
		while ($text =~ /\b(0x[0-9a-f]{4}bd[0-9a-f]{2})\b/g) {
			$checked++;
			print "$path: $1 is no call of the header\n" if !$call{$1};
		}
		while ($text =~ /(SHMVIZ_[A-Z]+)[\s"`|]{1,6}(0x[0-9a-f]{8})\b/g) {
			my ($name, $value) = ($1, $2);
			$said{$name} = 1 if $path =~ /shmviz\.4$/;
			print "$path: $name is not $value\n"
				if ($call{$value} // "") ne $name;
		}
	} elsif ($kind eq "constants") {
		while ($text =~ /(SHMVIZ_[A-Z0-9_]+)[\s"`]{1,6}\((\d+)\)/g) {
			$checked++;
			print "$path: $1 is not $2\n" if ($number{$1} // -1) != $2;
		}
	} else {
		while ($text =~ /struct (shmviz_[a-z]+)`, (\d+) bytes/g) {
			$checked++;
			print "$path: $1 has not $2 bytes\n" if ($number{$1} // 0) != $2;
		}
	}
}
if ($kind eq "calls") {
	$said{$_} or print "shmviz.4 has no number of $_\n" for sort values %call;
}
print "$kind: $checked checked\n";' "$1" "$tmp/numbers.txt" {} +
}

# texts_are_right KIND MINIMUM NAME
texts_are_right()
{
	texts "$1" >"$tmp/wrong"
	ktap_print_msg "$(tail -n 1 "$tmp/wrong")"
	sed '$d' "$tmp/wrong" >"$tmp/err"
	expect_empty "$tmp/err"
	[ "$(sed -nE 's/.*: ([0-9]+) checked$/\1/p' "$tmp/wrong")" -ge "$2" ] ||
		fail "fewer than $2 numbers were found in the texts"
	result "$3"
}

texts_are_right calls 5 "numbers of calls, and each call has its number in shmviz(4)"
texts_are_right constants 8 "constants"
texts_are_right sizes 7 "sizes of structures"
finish
