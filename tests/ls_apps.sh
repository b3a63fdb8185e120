#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz ls --all of programs that we did not write, against /proc/PID/maps.
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/ls.sh"
. "$here/harness/trace.sh"

need root jq perl
skip_if_elsewhere
begin 6

posix=/dev/shm/shmviz-test-$$
trap 'rm -f "$posix" "$posix".*; cleanup' EXIT

# family PID: it and all its descendants
family()
{
	echo "$1"
	for member in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
		family "$member"
	done
}

# frozen PID: stop the family, so that it holds still; its pids in $family
frozen()
{
	family=
	while [ "$family" != "$(family "$1" | tr '\n' ' ')" ]; do
		family=$(family "$1" | tr '\n' ' ')
		# shellcheck disable=SC2086 # words
		kill -STOP $family 2>/dev/null
	done
	pids="$pids $family"
	for member in $family; do
		wait_for grep -q '^State:.[TtZ]' "/proc/$member/status"
	done
}

# release PID...: they go on and are asked to end; stress-ng then cleans up
release()
{
	kill -TERM "$@"
	# shellcheck disable=SC2086 # words
	kill -CONT $family 2>/dev/null
	wait "$pid" 2>/dev/null
}

# stressed OPTION...: workers of stress-ng, each of which is looked at five times
stressed()
{
	if ! command -v stress-ng >/dev/null; then
		ktap_test_skip "stress-ng $*" "needs stress-ng"
		return
	fi
	seen=0
	for round in 1 2 3 4 5; do
		background stress-ng --quiet --timeout 100 --temp-path "$tmp" "$@"
		# The main process starts workers, and these may start more.
		wait_for grep -q . "/proc/$pid/task/$pid/children"
		sleep "0.$round"
		frozen "$pid"
		list --all
		# shellcheck disable=SC2086 # words
		compare_maps $family
		seen=$((seen + $(wc -l <"$tmp/theirs")))
		release "$pid"
	done
	[ "$seen" -gt 0 ] || fail "it never had anything mapped"
	result "stress-ng $*"
}

stressed --memfd 2 --memfd-bytes 8M
stressed --shm 2 --shm-bytes 4M --shm-objs 4
stressed --mmap 2 --mmap-bytes 8M --mmap-file
stressed --shm-sysv 2 --shm-sysv-segs 4 --shm-sysv-bytes 1M

python=/usr/bin/python3
if [ -x "$python" ]; then
	"$python" - "$posix" "$tmp/python" 2>/dev/null <<'END' &
import mmap, multiprocessing, os, sys, time
from multiprocessing import shared_memory
shm = shared_memory.SharedMemory(create=True, size=20000, name=os.path.basename(sys.argv[1]))
shm.buf[0] = 1
fd = os.memfd_create("from-python")
os.ftruncate(fd, 12288)
anon = mmap.mmap(-1, 8192)
def child():
    again = shared_memory.SharedMemory(name=shm.name)
    memfd = mmap.mmap(fd, 12288)
    memfd[0] = anon[0] = again.buf[1] = 1
    open(sys.argv[2], "w").close()
    time.sleep(1000)
multiprocessing.Process(target=child).start()
time.sleep(1000)
END
	pid=$!
	pids="$pids $pid"
	wait_for test -e "$tmp/python"
	frozen "$pid"
	list --all
	# shellcheck disable=SC2086 # words
	expect_maps $family
	expect_jq "[$(of posix "$pid")] | length == 1 and .[0].object == \"posix:/${posix##*/}\" and
		.[0].size == 20000 and .[0].procs == 2 and .[0].resident == 4096"
	expect_jq "[$(of memfd "$pid")] | length == 1 and .[0].name == \"from-python\" and
		.[0].procs == 1 and ([.[0].descriptors[].pid] | unique | length) == 2"
	expect_jq "[$(of anon "$pid") | select(.size == 8192)] | length == 1 and .[0].procs == 2"
	# shellcheck disable=SC2086 # words
	release $family
	result "python3: SharedMemory, memfd_create, mmap"
else
	ktap_test_skip "python3: SharedMemory, memfd_create, mmap" "needs $python"
fi

# Somebody reads a file and does not map it.
echo text >"$posix.log"
background tail -f "$posix.log" >/dev/null
wait_for test "$posix.log" -ef "/proc/$pid/fd/3"
list --kind posix
expect_jq "[$(of posix "$pid")] | length == 1 and .[0].maps == 0 and
	.[0].descriptors == [{\"pid\": $pid, \"comm\": .[0].descriptors[0].comm, \"fd\": 3}]"
result "tail -f of a file below /dev/shm"
finish
