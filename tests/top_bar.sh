#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The column IN MEMORY of top: how much of an object is there, at its boundaries.
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/top.sh"

need root jq perl progs/screen
skip_if_native
begin 1

# The bar of a segment of 256 pages, of which so many are there.
tag=$(printf '0x7%06x' $$)
number=0
for pages in 0 1 15 16 17 128 240 255 256; do
	number=$((number + 1))
	key=$(printf '%s%x' "$tag" "$number")
	shm_make $((256 * 4096)) $((key))
	[ "$pages" = 0 ] || shm_fill "$shmid" 0 $((pages * 4096))
	drive 130x24 --no-events --delay 1000 --filter "$key" <<-END
		see ^sysv:.*$key
		save $tmp/screen
		keys q
		end
	END
	got=$(grep "^sysv:.*$key" "$tmp/screen" | grep -o '[█s·]\{2,\}' | head -n 1)
	cells=$(printf %s "$got" | perl -CS -ne 'print length')
	expect_same "$((${cells:-0} > 4))" 1 "whether there is a bar, of $cells cells"
	# To the nearest cell, but never none for what is there.
	full=$(((pages * cells * 2 + 256) / 512))
	[ "$pages" = 0 ] || [ "$full" -gt 0 ] || full=1
	want=$(perl -e 'print "█" x $ARGV[0], "·" x ($ARGV[1] - $ARGV[0])' "$full" "$cells")
	expect_same "$got" "$want" "the bar of $pages pages of 256"
done
result "one page of many is seen, and the rest to the nearest cell"
finish
