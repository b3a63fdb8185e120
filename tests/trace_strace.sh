#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every call that strace sees is traced, with the same arguments, result and
# errno, and no other; for both backends, on programs that are not ours.
. "$(dirname "$0")/harness/lib.sh"

need root jq perl strace stress-ng

# One call a line, numbers only: TID CALL ARG... = RET ERRNO. strace shows
# registers of 64 bits also where the argument is one of 32.
common='def hex: ltrimstr("0x") | explode | reduce .[] as $c (0;
		. * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
	def num: if startswith("0x") then hex else tonumber end;
	def low32: if startswith("0x") then ltrimstr("0x")[-8:] | hex else tonumber end;
	def u32: if . < 0 then . + 4294967296 else . end;
	def line($tid; $call; $a; $ret; $errno):
		[$tid, $call] + $a + ["=", $ret, $errno] | map(tostring) | join(" ");'

# strace_lines FILE...: one file a task, named by its tid
strace_lines()
{
	for file; do
		grep -E '^shm[a-z]+\(' "$file" | jq -R -r --arg tid "${file##*.}" "$common"'
			capture("^(?<call>shm[a-z]+)\\((?<args>[^)]*)\\) += (?<ret>-?[0-9a-fx]+)( (?<errno>E[A-Z0-9]+))?")
			| .ret as $ret | [.args | split(", ")[]] as $a
			| line($tid; .call;
			       (if .call == "shmdt" then [$a[0] | num]
				elif .call == "shmctl" then [($a[0, 1] | low32), ($a[2] | num)]
				else [($a[0] | low32), ($a[1] | num), ($a[2] | low32)] end);
			       (if .errno then -1 else $ret | num end); .errno // "")'
	done | sort -s -k 1,1
}

# shmviz_lines FILE
shmviz_lines()
{
	jq -r "$common"'select(.type == "event" and (.event | startswith("shm")))
		| line(.tid; .event;
		       (.args |
			if .key then [(.key | num), .size, .shmflg]
			elif .buf then [(.shmid | u32), (.cmd | u32), (.buf | num)]
			elif .shmid then [(.shmid | u32), (.shmaddr | num), .shmflg]
			else [.shmaddr | num] end);
		       (if .errno then -1 else .ret end); .errno // "")' "$1" |
		sort -s -k 1,1
}

# differ BACKEND NAME COMMAND...
differ()
{
	backend=$1 name=$2
	shift 2
	rm -rf "$tmp/strace"
	mkdir "$tmp/strace"
	run shmviz trace --strict --buffer 64M --json --backend "$backend" -- \
		strace -ff -o "$tmp/strace/s" -e trace=shmget,shmat,shmdt,shmctl \
		-e raw=shmget,shmat,shmdt,shmctl "$@"
	expect_status 0
	strace_lines "$tmp"/strace/s.* >"$tmp/theirs"
	shmviz_lines "$tmp/out" >"$tmp/ours"
	[ -s "$tmp/theirs" ] || fail "strace saw nothing of $name"
	if ! cmp -s "$tmp/ours" "$tmp/theirs"; then
		fail "$backend: $name: shmviz (-) and strace (+) differ:"
		diff "$tmp/ours" "$tmp/theirs" | head -n 20 | sed 's/^/# /'
	fi
	result "$backend: $name: $(wc -l <"$tmp/theirs" | tr -d ' ') calls"
}

run shmviz trace --backend fentry --duration 0.01
backends=tracepoint
cp "$tmp/err" "$tmp/no_fentry"
[ "$status" != 0 ] || backends="fentry tracepoint"
# shellcheck disable=SC2086 # words
set -- $backends
begin $(($# * 2))
for backend; do
	differ "$backend" "perl's shm builtins" perl -e '
		for (1..5) {
			$id = shmget($_, 4096 * $_, 01666);
			shmwrite($id, "abc", 0, 3); shmread($id, $x, 0, 3);
			fork or exit;
			shmctl($id, 2, $x); shmctl($id, 0, 0); shmctl($id, 0, 0);
		}
		syscall(29, 1, -1, 02001777); syscall(30, -2, -4096, -1);
		syscall(67, -1); syscall(31, 0, 14, 0); syscall(31, -1, -1, -1);'
	differ "$backend" "stress-ng --shm-sysv" \
		stress-ng --shm-sysv 2 --shm-sysv-ops 8 --seed 1
done
[ "$#" = 2 ] || ktap_print_msg "no fentry on this kernel: $(cat "$tmp/no_fentry")"
finish
