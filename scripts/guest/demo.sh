#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# The story that scripts/demo tells, inside the lab guest.

tmp=/tmp/demo
mkdir -p $tmp
export COLUMNS="${COLUMNS:-100}"

bold='' plain=''
if [ "${DEMO_COLOUR:-}" ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

say()
{
	printf '\n%s== %s%s\n\n' "$bold" "$*" "$plain"
}

# show TYPED [COMMAND...]: what a person would type, and what it does then
show()
{
	printf '$ %s\n' "$1"
	[ $# -gt 1 ] && shift
	# shellcheck disable=SC2068 # one word is split like a typed line
	if [ $# = 1 ]; then $1; else "$@"; fi
}

# until_true COMMAND...
until_true()
{
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || { echo "demo: waited in vain for: $*" >&2; exit 1; }
		sleep 0.1
	done
}

# pagemap_frame PID ADDRESS: by the kernel's /proc/PID/pagemap, not by shmviz
pagemap_frame()
{
	entry=$(dd if="/proc/$1/pagemap" bs=8 skip=$(($2 / 4096)) count=1 \
		2>/dev/null | od -A n -t u8 | tr -d ' ')
	if [ "$((entry >> 63 & 1))" = 1 ]; then
		printf '0x%x' $((entry & ((1 << 55) - 1)))
	else
		printf -- '-'
	fi
}

# address_of PID: where the segment is attached, as a number
address_of()
{
	start=$(sed -n 's/^\([0-9a-f]*\)-.*SYSV00005eed.*/\1/p' "/proc/$1/maps")
	echo $((0x$start))
}

say "A server makes a segment, a client attaches it; shmviz trace looks on"
shmviz trace >$tmp/trace 2>$tmp/trace.err &
tracer=$!
until_true grep -q TIME $tmp/trace
server 0x5eed 16 >$tmp/server &
server=$!
until_true grep -q wrote $tmp/server
client 0x5eed >$tmp/client &
client=$!
until_true grep -q reads $tmp/client
until_true grep -q " $client client: shmat" $tmp/trace
kill -TERM $tracer
wait $tracer
echo '$ server & client &'
cat $tmp/server $tmp/client
printf '\n$ shmviz trace\n'
cat $tmp/trace
shmid=$(sed -n 's/.*segment \([0-9]*\),.*/\1/p' $tmp/server)

say "Who has it attached, and where: two processes, two addresses"
show "shmviz ls"

say "Which physical frames it lies in. MAPS 2: both have it in their page tables"
show "shmviz frames $shmid"

say "The picture: a page that the client has not touched is hollow"
show "shmviz map $shmid"

say "The proof, without shmviz: what /proc/PID/pagemap has behind both addresses"
at_server=$(address_of $server)
at_client=$(address_of $client)
printf '%-5s %-17s %-10s %-17s %s\n' PAGE "SERVER'S ADDRESS" FRAME \
	"CLIENT'S ADDRESS" FRAME
for page in 0 1 2 3 9; do
	offset=$((page * 4096))
	printf '%-5s 0x%-15x %-10s 0x%-15x %s\n' $page \
		$((at_server + offset)) "$(pagemap_frame $server $((at_server + offset)))" \
		$((at_client + offset)) "$(pagemap_frame $client $((at_client + offset)))"
done

say "The server ends without a word, the client is still there; then the segment is marked"
kill $server
wait $server 2>/dev/null
show "shmviz trace -- perl -e 'shmctl($shmid, IPC_RMID, 0)'" \
	shmviz trace -- perl -e 'shmctl($ARGV[0], 0, 0)' "$shmid" 2>/dev/null
show "shmviz ls"
kill $client
wait $client 2>/dev/null

say "The same on programs that we did not write: perl"
program='$id = shmget(77, 8192, 01666); shmwrite($id, "shared", 0, 6);
	shmread($id, $text, 0, 6); shmctl($id, 0, 0)'
show "shmviz trace -- perl -e '$program'" shmviz trace -- perl -e "$program" 2>/dev/null

say "... and stress-ng, which tries to get it wrong (the first 15 lines, and the last)"
echo '$ shmviz trace -- stress-ng --shm-sysv 1 --shm-sysv-ops 2'
shmviz trace -- stress-ng --quiet --shm-sysv 1 --shm-sysv-ops 2 >$tmp/stress 2>/dev/null
head -n 16 $tmp/stress
echo ...
tail -n 1 $tmp/stress

say "That was it. A shell of your own in there: scripts/lab"
