#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The picture in text of what map --json wrote, against golden/*.txt: each state, each
# way to fold, at 80 and 160 columns, in UTF-8 and in ASCII.
#
#	RENEW=1 tests/map_golden.sh	writes them anew: look at the difference
. "$(dirname "$0")/harness/lib.sh"

golden=$here/golden
need perl
skip_if_native
begin 9

# 1 GiB in some thousand runs is made here.
perl "$golden/giant.pl" >"$tmp/giant.made"
perl -ne 'while (/"count":(\d+),"state":"(\w+)"/g) { $n{$2} += $1 }
	END { printf "s/PRESENT/%d/;s/SWAPPED/%d/;s/HOLES/%d/\n", @n{qw(present swapped hole)} }' \
	"$tmp/giant.made" >"$tmp/counts"
sed -f "$tmp/counts" "$tmp/giant.made" >"$tmp/giant.json"

# draw NAME SUFFIX OPTION...: as golden/NAME.SUFFIX.txt has it
draw()
{
	file=$golden/$1.$2.txt
	json=$golden/$1.json
	[ -e "$json" ] || json=$tmp/$1.json
	shift 2
	run shmviz map --from "$json" "$@"
	expect_status 0
	expect_empty "$tmp/err"
	[ -z "${RENEW:-}" ] || cp "$tmp/out" "$file"
	cmp -s "$tmp/out" "$file" && return
	fail "$ran: not as in ${file##*/} (RENEW=1 writes it anew):"
	diff "$file" "$tmp/out" | head -n 30 | sed 's/^/# /'
}

# narrower COLUMNS, lower ROWS, a line ends in no blank: of the last one
narrower()
{
	expect_same "$(perl -CSD -ne 'chomp; print if length > '"$1"' || / $/' "$tmp/out")" "" \
		"wider than $1, or a blank at the end:"
}
lower()
{
	[ "$(wc -l <"$tmp/out")" -lt "$1" ] || fail "$ran: $(wc -l <"$tmp/out") lines, not below $1"
}

draw states 80 --width 80 --height 24
narrower 80
draw states 160 --width 160 --height 50
narrower 160
for sign in "shared by 3" "a copy of its own: frame 0xa77f2" "D has a copy" "swapped: area 0, slot 1337" \
	"hole: no frame" "in no page table" "huge page of 2M" "folio of 64K" "lost to a memory error" \
	"Nobody maps it" "read-only" "private" "a view" "locked" "another pid namespace" \
	"starting or ending" "mapcount 3" "not mapped there" "could not be read" "^board"; do
	expect_grep "$sign" "$tmp/out"
done
result "every state"

draw states 80.ascii --width 80 --height 24 --ascii
narrower 80
expect_same "$(LC_ALL=C grep -c '[^ -~]' "$tmp/out")" 0 "lines that are no ASCII"
cp "$tmp/out" "$tmp/ascii"
run env LC_ALL=C "$SHMVIZ" map --from "$golden/states.json" --width 80 --height 24
cmp -s "$tmp/out" "$tmp/ascii" || fail "ASCII by locale is not that of --ascii"
result "ASCII, by --ascii and by locale"

draw states narrow --width 60 --height 16
narrower 60
result "60 columns"

draw postgres 80 --width 80 --height 24
narrower 80
lower 24
draw postgres 160 --width 160 --height 50
narrower 160
lower 50
# By what they have touched, if that is enough: two patterns, and the one that has all.
draw backends 80 --width 80 --height 24
expect_grep "Folded: 30 mappings into 3 columns" "$tmp/out"
result "30 processes share columns"

draw giant 80 --width 80 --height 24
narrower 80
lower 24
expect_grep "Folded: .* a row" "$tmp/out"
# As many rows as there is room for, the last of them of several parts.
draw giant low --width 80 --height 19
lower 19
draw giant 160 --width 160 --height 50
narrower 160
lower 50
result "1 GiB fits the screen"

# Whatever is folded is counted: frames in rows are those of the object.
rows()
{
	perl -ne '$n += $1 if / (\d+) frames?[ ,]/; END { print $n + 0 }' "$tmp/out"
}
run shmviz map --from "$tmp/giant.json" --width 80 --height 24
expect_same "$(rows)" "$(sed 's|^s/PRESENT/\([0-9]*\)/.*|\1|' "$tmp/counts")" "frames in the rows"
run shmviz map --from "$tmp/giant.json" --full
expect_same "$(awk '/PAGES/ { on = 1; next } /^$/ { on = 0 } on' "$tmp/out" | wc -l)" \
	"$(grep -o '"page":' "$tmp/giant.json" | wc -l)" "rows of --full"
result "what is folded is counted; --full folds nothing"

# JSON read back and written again is the same; no colour but on a terminal.
for json in "$golden/states.json" "$golden/postgres.json" "$tmp/giant.json"; do
	shmviz map --from "$json" --json >"$tmp/once"
	run shmviz map --from "$tmp/once" --json
	cmp -s "$tmp/out" "$tmp/once" || fail "$json is not the same when read back"
done
run shmviz map --from "$golden/states.json"
expect_same "$(grep -c "$(printf '\033')" "$tmp/out")" 0 "lines with colour"
result "JSON read back; no colour in a file"

# The picture that README.md shows, of what its demo has; a comment is added to it.
picture=$golden/../../Documentation/pictures/demo.svg
if [ -e "$picture" ]; then
	run shmviz map --from "$golden/demo.json" --svg
	[ -z "${RENEW:-}" ] || sed '1a <!-- SPDX-License-Identifier: GPL-2.0-or-later -->' \
		"$tmp/out" >"$picture"
	sed 2d "$picture" | cmp -s - "$tmp/out" || fail "${picture##*/} is not as map --svg draws it"
	result "the picture of README.md"
else
	ktap_test_skip "the picture of README.md" "it is not here"
fi

bad()
{
	pattern=$1
	shift
	run shmviz map "$@"
	expect_error 2 "$pattern.*see 'shmviz map --help'"
}
bad "width '59' is not a number from 60 to 4096" --width 59
bad "height 'x' is not a number" --height x
bad "no OBJECT, --kind or --pages" --from x 5
bad "no OBJECT, --kind or --pages" --from x --kind sysv
bad "no OBJECT, --kind or --pages" --from x --pages 1
bad "exclude each other" --svg --html
bad "about text, not about --dot" --dot --full
bad "--pages needs an OBJECT" --pages 1
bad "--kind and OBJECT exclude" --kind sysv 5
bad "unknown kind 'x'" --kind x
bad "shmid 'five' is not a decimal number" five
bad "together" --pid 5
run shmviz map --from "$tmp/not there"
expect_error 1 "not there"
shmviz map --from "$golden/states.json" >/dev/full 2>"$tmp/err"
status=$? ran="map >/dev/full"
: >"$tmp/out"
expect_error 1 "No space left"
if ! has_device; then
	for object in "" 5 --board; do
		# shellcheck disable=SC2086 # maybe no word
		run shmviz map $object
		expect_error 3 "the module is not loaded"
	done
fi
result "bad command lines; without the module"
finish
