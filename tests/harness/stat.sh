# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash disable=SC2034,SC2154 # variables of lib.sh, and for others
#
# What the tests of shmviz stat share.

# end FILE: the last line, which has the totals
end()
{
	tail -n 1 "$1" >"$tmp/end"
	expect_jq '.type == "end"' "$tmp/end"
}

identity='.seen == .delivered + .lost + .filtered and
	.delivered == ([.events[].count] | add // 0)'

# Each latency is in one slot, and they are as many as the calls, unless entries of
# calls were missed (see may_miss).
histograms='((.missed // 0) > 0) as $missed | all(.events[] | select(.event | startswith("shm"));
	(.log2_ns | length) == 32 and
	(if $missed then (.log2_ns | add) <= .count else (.log2_ns | add) == .count end) and
	.max_ns > 0 and .total_ns >= .max_ns and .total_ns <= .max_ns * .count and
	(.max_ns as $max | .log2_ns | to_entries | map(select(.value > 0)) |
	 last.key as $slot | pow(2; $slot) <= $max and $max < pow(2; $slot + 1)))'

# A process with calls of each kind; it exits with 7.
cat >"$tmp/history" <<'END'
$id = shmget(0x5201, 5000, 03640);
for (1..3) { syscall(29, 0x5201, 1, 03600) }	# EEXIST
$addr = syscall(30, $id, 0, 0);
syscall(67, $addr);
for (1..5) { syscall(31, $id, 77, 0) }		# EINVAL
shmctl($id, 0, 0);
exit 7
END
