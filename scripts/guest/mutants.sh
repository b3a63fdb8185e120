#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	mutants.sh LIST
#
# Runs tests against mutants in the lab guest, for scripts/mutants. A line of LIST:
#
#	PLACE NAME TEST [LIMIT]
#
# PLACE is baseline (nothing is changed), module (/mutants/NAME/shmviz.ko is loaded)
# or vm (/mutants/NAME/shmviz is the command). LIMIT is in seconds; without it, the
# baseline of TEST in a line above decides: it must have passed, and five times as
# long and $PATIENCE seconds are the limit. Prints
#
#	begin NAME
#	log NAME LINE		of a baseline that did not pass
#	end NAME VERDICT SECONDS DETAIL
#
# and, if an earlier mutant has left the module in use, `stuck` as the last line:
# the rest needs a fresh boot. The host notices a guest that is lost by its silence.

original=$SHMVIZ_KO
loaded=$original

# What the test before has left running may need a moment to end.
unload()
{
	tries=50
	while [ -d /sys/module/shmviz ] && ! rmmod shmviz 2>/dev/null; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		usleep 100000
	done
}

# load KO: status 1 if the old one cannot go, 2 if the kernel refuses the new one
load()
{
	[ "$loaded" != "$1" ] || [ ! -d /sys/module/shmviz ] || return 0
	unload || return 1
	loaded=
	insmod "$1" 2>/tmp/insmod || return 2
	loaded=$1
}

while read -r place name test limit; do
	if [ ! "$limit" ]; then
		[ -e "/tmp/took.$test" ] || continue
		read -r took <"/tmp/took.$test"
		limit=$((PATIENCE + 5 * took))
	fi
	ko=$original command=/shmviz/build/shmviz
	case $place in
	module) ko=/mutants/$name/shmviz.ko ;;
	vm) command=/mutants/$name/shmviz ;;
	esac
	case $test in
	*.sh) path=/shmviz/tests/$test ;;
	*) path=/shmviz/build/tests/$test ;;
	esac
	load "$ko"
	case $? in
	1)
		echo stuck
		exit 0 ;;
	2)
		echo "begin $name"
		echo "end $name failed 0 insmod: $(head -n 1 /tmp/insmod)"
		continue ;;
	esac
	echo "begin $name"
	result=$(SHMVIZ_KO=$ko SHMVIZ=$command PATH=${command%/*}:$PATH \
		/shmviz/scripts/guest/one_test.sh "$path" "$limit" /tmp/log)
	case $place:$result in
	baseline:passed*)
		took=${result#* }
		echo "${took%% *}" >"/tmp/took.$test" ;;
	baseline:*)
		sed "s/^/log $name /" /tmp/log ;;
	esac
	# A test that loads the module itself leaves this one loaded, or none.
	[ -d /sys/module/shmviz ] || loaded=
	echo "end $name $result"
done <"$1"
