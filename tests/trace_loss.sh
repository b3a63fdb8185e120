#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz trace: what is lost is counted and said, whatever the storm; with the
# buffer that it has by itself nothing is. And what it may and may not do.
. "$(dirname "$0")/harness/lib.sh"
. "$(dirname "$0")/harness/trace.sh"

need root jq perl setpriv progs/hammer
share neither
begin 5

# sums_up FILE: every event is accounted for, by the kernel and by the lines
sums_up()
{
	jq -s '{ end: .[-1], events: [.[] | select(.type == "event")] | length,
		lost: ([.[] | select(.type == "lost") | .count] | add // 0) }' "$1" >"$tmp/sum"
	expect_jq '.end.type == "end" and .end.seen == .end.delivered + .end.lost + .end.filtered
		and .end.delivered == .events and .end.lost == .lost' "$tmp/sum"
}

# All processors at it, and room for 25 records.
run shmviz trace --json --strict --buffer 4K -- sh -c '"$1" 1000 >/dev/null' - "$progs/hammer"
expect_status 4
sums_up "$tmp/out"
expect_jq '.end.lost > 0 and .end.seen >= 2000' "$tmp/sum"
result "a tiny buffer: all is accounted for"

# The reader does not read at all for as long as it lasts.
mkfifo "$tmp/pipe"
# shellcheck disable=SC2016 # of the inner shell
shmviz trace --json --no-segments -- sh -c '"$1" 1000 >"$2"; : >"$2.done"' - \
	"$progs/hammer" "$tmp/hammer" >"$tmp/pipe" 2>"$tmp/err" &
tracer=$!
pids="$pids $tracer"
exec 5<"$tmp/pipe"
wait_for test -e "$tmp/hammer.done"
cat <&5 >"$tmp/out"
exec 5<&-
wait "$tracer"
expect_same $? 0 status
sums_up "$tmp/out"
expect_jq '.end.seen >= 2000' "$tmp/sum"
result "a reader that stands still: all is accounted for"

# hammer counts its pairs; nothing of them is lost, and none is invented.
# shellcheck disable=SC2016 # of the inner shell
shmviz trace --json --strict -- sh -c '"$1" 2000 >"$2"' - "$progs/hammer" "$tmp/pairs" \
	>"$tmp/out" 2>"$tmp/err"
# shellcheck disable=SC2034 # of expect_status
status=$? ran="trace --strict -- hammer"
sums_up "$tmp/out"
expect_no_loss
for call in shmat shmdt; do
	lack=$(($(cat "$tmp/pairs") - $(grep -c "\"event\":\"$call\"" "$tmp/out")))
	[ "$lack" -ge 0 ] && [ "$lack" -le "$missed" ] ||
		fail "$lack events of $call are missing, of $missed that were missed"
done
result "every processor attaches and detaches: nothing is lost"

# Two capabilities are enough to begin, none are kept, COMMAND has its own.
run shmviz trace --json -- perl -e '
	open(F, "/proc/" . getppid . "/status"); while (<F>) { print STDERR "tracer $_" if /^Cap(Eff|Prm)/ }
	open(F, "/proc/self/status"); while (<F>) { print STDERR "command $_" if /^CapEff/ }'
expect_status 0
expect_grep '^tracer CapPrm:	0+$' "$tmp/err"
expect_grep '^tracer CapEff:	0+$' "$tmp/err"
expect_same "$(sed -n 's/^command CapEff:	//p' "$tmp/err")" \
	"$(sed -n 's/^CapEff:	//p' /proc/self/status)" "capabilities of COMMAND"
result "capabilities are given up, COMMAND keeps its own"

chmod 755 "$tmp"
as_user="/usr/bin/setpriv --reuid 1000 --regid 1000 --clear-groups"
# Before 6.2 libbpf looks through the types of modules, which takes one more.
case $(uname -r) in
5.* | 6.[01].*)
	caps=+bpf,+perfmon,+sys_admin ;;
*)
	caps=+bpf,+perfmon ;;
esac
# shellcheck disable=SC2086 # words
run $as_user --inh-caps "$caps" --ambient-caps "$caps" "$SHMVIZ" trace --json -- \
	perl -e 'shmget(0x510c, 1, 0)'
expect_status 0
grep '"event":"shmget"' "$tmp/out" >"$tmp/ev"
expect_jq '.uid == 1000 and .key == "0x0000510c" and .errno == "ENOENT"' "$tmp/ev"
# shellcheck disable=SC2086 # words
run $as_user --inh-caps "$caps" --ambient-caps "$caps" "$SHMVIZ" stat --json -- \
	perl -e 'shmget(0x510c, 1, 0)'
expect_status 0
tail -n 1 "$tmp/out" >"$tmp/end"
expect_jq '.events | length == 1 and .[0].errno == "ENOENT"' "$tmp/end"
# shellcheck disable=SC2086 # words
run $as_user "$SHMVIZ" trace --json
expect_status 1
expect_grep 'needs root, or CAP_BPF and CAP_PERFMON' "$tmp/err"
result "CAP_BPF and CAP_PERFMON are enough, nothing is not"
finish
