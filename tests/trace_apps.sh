#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Big programs that use segments, under shmviz trace and strace at once: every
# call of theirs agrees. Each that is not installed is a skip.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"

need root jq perl strace
begin_each 4

# strace stops only what calls: a big program makes too many others.
strace_options="--seccomp-bpf"

# Where Debian keeps what is not for the PATH.
for postgres in /usr/lib/postgresql/*/bin; do
	PATH=$PATH:$postgres
done

# missing PROGRAM...: the first that is not there
missing()
{
	for program; do
		command -v "$program" >/dev/null || {
			echo "$program"
			return
		}
	done
}

# PostgreSQL won't run as root.
plain='$( = $) = "65534 65534"; $< = $> = 65534; exec @ARGV or die "$ARGV[0]: $!"'

postgres_prepare()
{
	no_postgres=$(missing initdb pg_ctl postgres)
	[ ! "$no_postgres" ] || return
	mkdir "$tmp/pg"
	chown 65534:65534 "$tmp/pg"
	chmod 711 "$tmp"
	perl -e "$plain" initdb -D "$tmp/pg/data" -A trust -N --no-locale -U nobody \
		>"$tmp/initdb" 2>&1 ||
		fail "initdb: $(tail -n 3 "$tmp/initdb")"
	cat >"$tmp/pg.sh" <<-'END'
		pg_ctl start -w -D "$1" -l "$1/log" -t 120 \
			-o "-F -k $1 -c listen_addresses='' -c shared_memory_type=$2" || exit
		pg_ctl stop -w -D "$1" -t 120 -m fast
	END
	chmod 644 "$tmp/pg.sh"
}

# expect_calls CALL...: strace's log has each, so the program did what it should
expect_calls()
{
	for call; do
		grep -q " $call " "$tmp/theirs" || fail "$name: no $call in strace's log"
	done
}

test_postgres()
{
	for memory in mmap sysv; do
		if [ "$no_postgres" ]; then
			ktap_test_skip "$1: PostgreSQL, $memory" "needs $no_postgres"
			continue
		fi
		differ_quietly "$1" "PostgreSQL starts and stops, $memory" \
			perl -e "$plain" sh "$tmp/pg.sh" "$tmp/pg/data" "$memory"
		grep -q "server stopped" "$tmp/said" ||
			fail "PostgreSQL: $(cat "$tmp/said" "$tmp/err")"
		expect_calls shmget shmat shmdt shmctl
		differ_result
	done
}

# A display of its own choice; killed when x11perf is done.
cat >"$tmp/x.sh" <<'END'
mkfifo "$1"
Xvfb -displayfd 4 -screen 0 800x600x24 -nolisten tcp -noreset -shmem 4>"$1" 2>"$1.log" &
read -r display <"$1" || { cat "$1.log"; exit 1; }
DISPLAY=:$display x11perf -shmput100 -reps 3 -repeat 1
status=$?
kill $!
wait
exit $status
END

test_xvfb()
{
	program=$(missing Xvfb x11perf xkbcomp)
	if [ "$program" ]; then
		ktap_test_skip "$1: Xvfb with x11perf" "needs $program"
		return
	fi
	rm -f "$tmp/display"
	differ_quietly "$1" "Xvfb with x11perf -shmput100" sh "$tmp/x.sh" "$tmp/display"
	grep -q "ShmPutImage 100x100" "$tmp/said" || fail "x11perf: $(cat "$tmp/said" "$tmp/err")"
	expect_calls shmget shmat shmdt shmctl
	differ_result
}

cat >"$tmp/sysv.py" <<'END'
import sysv_ipc, os
for key in (None, 0x5e5e):
    shm = sysv_ipc.SharedMemory(key, sysv_ipc.IPC_CREX, size=10000, mode=0o640)
    shm.write(b"abc")
    if not os.fork():
        assert shm.read(3) == b"abc"
        os._exit(0)
    os.wait()
    if key:
        again = sysv_ipc.attach(shm.id, flags=sysv_ipc.SHM_RDONLY)
        assert again.number_attached == 2
        again.detach()
        try:
            sysv_ipc.SharedMemory(key, sysv_ipc.IPC_CREX)
        except sysv_ipc.ExistentialError:
            pass
    shm.uid = 1
    shm.detach()
    shm.remove()
END

# The module is for Debian's own python3, which may not be the first there is.
find_python()
{
	for python in python3 /usr/bin/python3; do
		"$python" -c 'import sysv_ipc' 2>/dev/null && return
	done
}

test_python()
{
	if ! find_python; then
		ktap_test_skip "$1: python3 with sysv_ipc" "needs python3 and its module sysv_ipc"
		return
	fi
	differ_quietly "$1" "python3 with sysv_ipc" "$python" "$tmp/sysv.py"
	expect_calls shmget shmat shmdt shmctl
	grep -q EEXIST "$tmp/theirs" || fail "$(cat "$tmp/err")"
	differ_result
}

postgres_prepare
for backend in $backends; do
	test_postgres "$backend"
	test_xvfb "$backend"
	test_python "$backend"
done
finish
