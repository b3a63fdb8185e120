#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz top: frames, events and rights, as far as this machine has them; and what
# it says of those that it has not.
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/top.sh"

need root jq perl setpriv progs/screen
share second
begin 3

# Another run of this test has other keys.
tag=$(printf '0x7%06x' $$)
shm_make $((20 * 4096)) $((${tag}2))
c=$shmid
shm_fill "$c" 0 $((8 * 4096))
C="^sysv:$c"
wide=140x40

if has_device; then
	shm_make $((6 * 4096)) $((${tag}8))
	shm_fill "$shmid" 0 4096
	shm_fill "$shmid" $((2 * 4096)) 8192
	drive $wide --no-events --filter ${tag}8 <<-END
		see ^sysv:$shmid
		keys <Enter>
		see ^\[█·██··\]
		see present .*swapped .*hole  \(a cell is 1 page, 4K\)
		see ^6 pages: 3 present, 0 swapped, 3 holes; 0 page-table entries
		keys q q
		end
	END
	expect_said "exit 0"
	run shmviz top -b -n 1 --kind memfd
	expect_same "$(grep -c " shmviz$" "$tmp/out")" 0 "memfds of whoever looks"
	result "the strip has the pages that are there"
else
	drive $wide --no-events --filter $tag <<-END
		see $C
		see ^! no frames: the module is not loaded: insmod
		keys <Enter>
		see ^! how much, not which pages: the module is not loaded: insmod
		see ^\[█+·+\]
		keys q q
		end
	END
	expect_said "exit 0"
	result "without the module: says so, and what to do"
fi

chmod 755 "$tmp"
cp "$SHMVIZ" "$tmp/shmviz"
on_terminal $wide setpriv --reuid 1000 --regid 1000 --clear-groups \
	"$tmp/shmviz" top --filter $tag <<END
see ^! your own processes and this IPC namespace only: run it as root
see ^! no events: they need root, or CAP_BPF and CAP_PERFMON
see ^! no frames:
see $C
keys q
end
END
expect_said "exit 0"
result "as a user: says what is missing"

background perl -e 'for (;;) { shmctl($ARGV[0], 2, my $buf = ""); select(undef, undef, undef, 0.005) }' "$c"
run shmviz top -b -n 2 -d 0.5 --filter $tag
trace=$(sed -n 's/^shmviz-top .* backend \([a-z]*\) .*/\1/p' "$tmp/out" | tail -n 1)
if [ "$trace" = none ]; then
	expect_same "$(shmviz doctor --json | jq -r .commands.trace)" none "doctor's trace"
	expect_grep "^shmviz: no events: " "$tmp/err"
	drive $wide --filter $tag <<-END
		see ^! no events:
		keys q
		end
	END
	expect_said "exit 0"
	result "without tracing: says so"
	finish
fi
expect_grep "^shmviz-top .* backend $trace rate [1-9][0-9.]* lost [0-9]+$" "$tmp/out"
expect_grep "^sysv:$c +sysv .* [1-9][0-9.]* +[1-9][0-9]* +[^ ]+ +${tag}2" "$tmp/out"
memfd=
if [ "$trace" = fentry ] || [ "$trace" = kprobe ]; then
	background perl -e 'my $n = "busy"; open(my $f, "+<&=", syscall(319, $n, 0));
		for (;;) { truncate($f, $i++ % 2 ? 4096 : 8192); select(undef, undef, undef, 0.005) }'
	memfd="keys <F4> <C-u> busy <Enter>
see ^memfd:$pid/[0-9]+ .* [1-9][0-9.]* +[0-9]+ +busy
keys <Enter>
see resize memfd:busy to (4|8)K
keys <Esc>"
fi
drive $wide -d 0.5 --filter $tag <<END
see Events [1-9][0-9.]*/s, .* by $trace
order OBJECT $C
see $C +80K .* +[1-9][0-9.]* +[1-9][0-9]* +(orphan +)?${tag}2
see EVENTS of all objects
see [0-9:.]+ [0-9]+ perl: shmctl\($c, IPC_STAT, 0x[0-9a-f]+\) = 0; nattch 0
keys <Enter>
see ^EVENTS +[1-9][0-9.]*/s, [1-9]
see perl: shmctl\($c, IPC_STAT, 0x[0-9a-f]+\) = 0; nattch 0
keys <Tab> <PgUp>
see some newer below
keys <Esc> e
gone EVENTS of all objects
$memfd
keys q
end
modes
alternate
END
expect_said "exit 0
modes as before
normal, cursor"
result "live events, on the screen and in batch: by $trace"
finish
