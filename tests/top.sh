#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz top: its keys, by a terminal of its own; and what it shows against
# ls --json and /proc/PID/maps.
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/ls.sh"
. "$here/harness/top.sh"

need root jq perl progs/screen
skip_if_native
begin 15

# Another run of this test has other keys.
tag=$(printf '0x7%06x' $$)
# Three segments that every order has another first one of; pages that are there
# are written by their holders, three each.
shm_make $((10 * 4096)) $((${tag}3))
a=$shmid
shm_make $((5 * 4096)) $((${tag}1))
b=$shmid
shm_make $((20 * 4096)) $((${tag}2))
c=$shmid
shm_fill "$a" 0 $((8 * 4096))
shm_fill "$c" 0 4096
hostile=$(printf 'a\033[31mb\033]0;t\007\302\233c d')
posix=/dev/shm/shmviz-test-$$
trap 'rm -f "$posix"; cleanup' EXIT
make_file "$posix"
have sysv="$a" anon memfd="$hostile" file="$posix" fork
first=$pid
child=$(fd_of "$first" fork)
pids="$pids $child"
have sysv="$b" sysv="$b" sysv="$b" fd=only
second=$pid

run shmviz top
expect_error 2 "^shmviz top: no terminal: --batch"
# wrong PATTERN OPTION...
wrong()
{
	pattern=$1
	shift
	run shmviz top -b "$@"
	expect_error 2 "$pattern.*see 'shmviz top --help'"
}
wrong "unknown column 'color', known are .*activity" --sort color
wrong "unknown kind 'pipe', known are" --kind sysv,pipe
wrong "delay '0'" --delay 0
wrong "count '0'" --count 0
wrong "unknown backend 'x'" --backend x
wrong "unexpected argument 'again'" again
run shmviz top --help
expect_status 0
expect_grep "^Usage: shmviz top" "$tmp/out"
for term in dumb nosuchterminal ""; do
	TERM=$term drive 80x24 <<-END
		see cannot take over the screen: TERM '$term'
		end
		modes
	END
	expect_said "exit 1
modes as before"
done
result "no terminal, one that is none, and wrong options: one line"

# Field by field; what ls does not know is "-".
list --all
jq -r --argjson first "$first" --argjson second "$second" '.objects[] |
	select(any(.attachments[], .descriptors[]; .pid == $first or .pid == $second)) |
	[.object, .kind, .size, .resident, (.swapped // "-"), .maps, .procs, .fds,
	 "-", "-", ((.status | join(",")) | if . == "" then "-" else . end)] |
	join(" ")' "$tmp/out" | sort >"$tmp/theirs"
run shmviz top -b -n 1 --filter "$first|$second"
expect_status 0
sed '1,2d' "$tmp/out" | awk '{ $12 = ""; sub(/ $/, ""); print }' | sort >"$tmp/ours"
expect_same "$(cat "$tmp/ours")" "$(cat "$tmp/theirs")" "batch"
expect_same "$(wc -l <"$tmp/ours" | tr -d ' ')" 6 "objects of the two"
result "batch: each column is that of ls --json"

expect_same "$(LC_ALL=C tr -d '\n -~' <"$tmp/out" | wc -c | tr -d ' ')" 0 \
	"bytes that are no printable ASCII"
expect_grep '^memfd:[^ ]* .* a\\x1b\[31mb\\x1b\]0;t\\x07\\xc2\\x9bc\\x20d$' "$tmp/out"
expect_same "$(sed 1d "$tmp/out" | awk '{ print NF }' | sort -u)" 12 "fields"
expect_grep "^shmviz-top 20.*Z objects [0-9]+ shown 6 size [0-9]+ resident [0-9]+ swapped [0-9]+ backend none rate - lost -$" \
	"$tmp/out"
result "batch: whatever a name is, it is one word of printable text"

run shmviz top -b -n 3 -d 0.1 --no-events --kind sysv
expect_status 0
expect_same "$(grep -c '^OBJECT ' "$tmp/out")" 3 "looks"
expect_same "$(awk '/^sysv:/ { next } /^(shmviz-top|OBJECT) / || !NF { next } { print }' "$tmp/out")" \
	"" "lines of other kinds"
background "$SHMVIZ" top -b -d 1000 >"$tmp/first" 2>/dev/null
wait_for grep -q "^sysv:$a " "$tmp/first"
kill "$pid"
{ shmviz top -b -d 0.1 --no-events 2>/dev/null; echo $? >"$tmp/status"; } | head -n 1 >"$tmp/out"
expect_grep "^shmviz-top " "$tmp/out"
wait_for test -s "$tmp/status"
result "batch: so many looks, the first at once, none for nobody"

# by COLUMN OPTION...: the order of the three segments, in letters
by()
{
	shmviz top -b -n 1 --filter $tag --sort "$@" 2>/dev/null |
		sed -n "s/^sysv:$a .*/a/p; s/^sysv:$b .*/b/p; s/^sysv:$c .*/c/p" | tr -d '\n'
}
expect_same "$(by size)" cab "by size"
expect_same "$(by resident)" abc "by what is in memory"
expect_same "$(by RSS --reverse)" cba "the other way round"
expect_same "$(by maps)" bac "by mappings"
expect_same "$(by name)" bca "by name"
expect_same "$(by object)" "$(printf '%s a\n%s b\n%s c\n' "$a" "$b" "$c" | sort -n |
	sed 's/.* //' | tr -d '\n')" "by object"
list
expect_same "$(jq -r "[.segments[] | select(.key | startswith(\"$tag\"))] | sort_by(-.resident)[].shmid" \
	"$tmp/out" | sed "s/^$a$/a/; s/^$b$/b/; s/^$c$/c/" | tr -d '\n')" abc "ls by resident"
result "orders of --sort are those of the numbers that ls --json has"

A="^sysv:$a " B="^sysv:$b " C="^sysv:$c "
A=${A% } B=${B% } C=${C% }
drive 80x24 --no-events --filter $tag <<END
see EV/S▽
order $A $B $C
keys S
order SIZE▽ $C $A $B
keys A
order MAPS▽ $B $A $C
keys I
order MAPS△ $C $A $B
keys I M
order RSS▽ $A $B $C
keys N
order NAME $B $C $A
keys <F6>
see SORT BY
see ^N NAME
keys <Home> <Down> <Enter>
order SIZE▽ $C $A $B
gone SORT BY
keys > <Esc>
gone SORT BY
keys <F10>
end
modes
alternate
END
expect_said "exit 0
modes as before
normal, cursor"
result "keys and the menu sort; I turns it round"

drive 80x24 --no-events <<END
see objects:
keys <F4> $tag <Enter>
see 3 shown: $tag
order $A $B $C
keys \\ x <BS> 1 <Enter>
see 1 shown: ${tag}1
gone $A
see $B
keys <Esc>
gone shown:
keys <F4> $second <Enter>
see 2 shown: $second
see memfd:$second/.* only
keys <F4> <C-u> $first|ONLY <Enter>
see 5 shown
keys <F5>
see ^\[x\] memfd
keys <Down> <Down> <Space> <Enter>
see 3 shown
gone ^memfd:
keys <Esc>
gone shown:
keys q
end
END
expect_said "exit 0"
result "filters: text of object, name and process; kinds; Esc clears"

drive 80x24 --no-events --sort object --filter "$tag|$second" <<END
see sysv:$b
keys / only
see Search: only
keys <Enter> <Enter>
see ^memfd:$second/.* a memfd, only
keys <Esc> / nowhere
see not found
keys <Esc> <F3> ${tag#0x}3 <Enter> <Enter>
see ^sysv:$a .* key ${tag}3
keys q q
end
END
expect_said "exit 0"
result "search goes to the object; Enter looks closer"

# Each mapping as /proc/PID/maps has it, in all three processes.
for who in "$first" "$child" "$second"; do
	grep -E "/SYSV${tag#0x}[13]" "/proc/$who/maps" |
		awk -v pid="$who" '{ split($1, r, "-"); printf "see ^ *%d +perl +0*%s-0*%s %s +\n",
			pid, r[1], r[2], $2 }' >"$tmp/see.$who"
done
expect_same "$(cat "$tmp/see.$first" "$tmp/see.$child" "$tmp/see.$second" | wc -l | tr -d ' ')" 5 \
	"mappings"
drive 80x24 --no-events --filter "$tag|$first" --sort name <<END
see $A
keys / ${tag#0x}3 <Enter> <Enter>
see ^2 mappings in 2 processes, nattch 2, 0 open descriptors; made by
see size 40K, 32K in memory
$(cat "$tmp/see.$first" "$tmp/see.$child")
save $tmp/a
keys <Esc> / ${tag#0x}1 <Enter> <Enter>
see ^3 mappings in 1 process, nattch 3
$(cat "$tmp/see.$second")
save $tmp/b
keys <Esc> / memfd <Enter> <Enter>
see a memfd, a.x1b.31mb.x1b
see ^ *$first +perl +fd $(fd_of "$first" memfd)\$
see no events: --no-events
keys <Esc> <F10>
end
END
expect_said "exit 0"
expect_same "$(grep -cE 'perl .*rw-s' "$tmp/a") $(grep -cE 'perl .*rw-s' "$tmp/b")" "2 3" \
	"mappings on the screen"
result "looking closer: who has it, as /proc/PID/maps says"

# It goes while it is looked at.
shm_make 4096 $((${tag}9))
gone=$shmid
drive 80x24 --no-events -d 0.2 --filter ${tag}9 <<END >"$tmp/unused" &
see sysv:$gone
keys <Enter>
see ^sysv:$gone .*key ${tag}9
see nobody maps it
raw $tmp/ready
see It has gone, at
keys <Esc>
see nothing passes the filters
keys <Enter> <Down> <PgDn> <End> <Up> q
end
END
driver=$!
pids="$pids $driver"
wait_for test -e "$tmp/ready" && shm_remove "$gone"
wait "$driver" || fail "it goes while it is looked at"
expect_said "exit 0"
result "an object that goes meanwhile"

drive 80x24 --no-events -d 0.2 --filter $tag <<END
see $A
keys <F1>
see Enter +look closer
keys <PgDn> <PgDn>
see no events: --no-events
keys x
see $A
keys ?
see Z p +pause
keys x h
see shmviz top: keys
keys <F1> Z
see PAUSED
keys Z
gone PAUSED
keys <Right>
see ^$(printf %s "sysv:$a" | cut -c 9-)
keys <Left> <C-l> <F2> <F9> <Tab> x
see $A
keys q
end
END
expect_said "exit 0"
result "help, pause, names that are moved, keys that do nothing"

drive 80x24 --no-events -d 0.2 --filter "$tag|$first" <<END
see $A
resize 40x10
see ^F1Help.*F10Quit\$
see $A
keys <F6>
see SORT BY
keys <Esc> <Enter>
see PID COMM PROT RANGE
keys <F1>
see shmviz top: keys
keys x <Esc>
see OBJECT
resize 12x3
see ^shmviz top\$
resize 1x1
resize 200x60
see IN MEMORY +MAPS +PROCS +FDS +EV/S. +EVENTS STATUS +NAME +PROCESSES
see $A +40K +32K +0 ████████··
keys <Enter>
see ^F1Help EscBack
resize 80x24
see mappings in . process
save $tmp/saved
keys q q
end
modes
END
expect_said "exit 0
modes as before"
expect_same "$(awk 'length > 80' "$tmp/saved" | LC_ALL=C grep -c -v '[^ -~]')" 0 "lines that are too long"
result "any size: 40x10, 200x60, 1x1, and back"

for how in "keys q:exit 0" "keys <C-c>:exit 0" "signal TERM:exit 0" \
	"signal HUP:exit 0" "signal QUIT:exit 0" "signal SEGV:signal 11" \
	"keys <Enter> <C-c>:exit 0" "keys <F4> x <C-c>:exit 0"; do
	drive 80x24 --no-events <<-END
		see objects:
		alternate
		${how%:*}
		end
		modes
		alternate
	END
	expect_said "alternate, no cursor
${how#*:}
modes as before
normal, cursor"
done
result "the terminal is as before: q, Ctrl-C, SIGTERM, SIGHUP, SIGQUIT, a crash"

drive 80x24 --no-events --filter $tag <<END
see $A
keys <C-z>
stopped
modes
alternate
signal CONT
see $A
alternate
keys q
end
modes
END
expect_said "modes as before
normal, cursor
alternate, no cursor
exit 0
modes as before"
result "Ctrl-Z gives the terminal back, and takes it again"

# The terminal of the tests takes nothing but what terminfo has; once drawn, the
# screen is never cleared.
drive 220x50 --no-events -d 0.1 --filter "$first" <<END
see a.x1b\[31mb.x1b\]0;t.x07.xc2.x9bc d +perl
keys Z
see PAUSED
keys Z
gone PAUSED
keys Z
see PAUSED
raw $tmp/raw
keys q
end
END
expect_said "exit 0"
expect_same "$(perl -0777 -ne 'print scalar(() = /\033\[2J|\033\[H\033\[J/g)' "$tmp/raw")" 1 \
	"how often the screen is cleared"
LC_ALL=C drive 80x24 --no-events --filter "$tag|$first" <<END
see EV/Sv
see $A
keys <Enter>
see ^F1Help EscBack
raw $tmp/raw
keys q q
end
END
expect_same "$(LC_ALL=C tr -d '\001-\177' <"$tmp/raw" | wc -c | tr -d ' ')" 0 \
	"bytes beyond ASCII where the locale has none"
result "hostile names stay text; no flicker; ASCII where that is all"
finish
