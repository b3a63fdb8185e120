# SPDX-License-Identifier: GPL-2.0-or-later
# What is wrong with a file of trace events, as an array of words: nothing, if it is
# what the format asks for and what shmviz promises besides.

def ids: group_by([.cat, .id]);
def key: [.cat, .id, .name, .pid];

.traceEvents as $all
| [$all[] | select(.ph != "M")] as $ev
| [
	($all[] | select((.name | type) != "string" or (.pid | type) != "number"
		or (.tid | type) != "number") | "no name, pid or tid: \(.)"),
	($all[] | select(.ph | IN("M", "X", "i", "b", "e", "C", "s", "f") | not)
		| "phase \(.ph)"),
	($ev[] | select((.ts | type) != "number") | "no ts: \(.)"),
	(if $ev != ($ev | sort_by(.ts)) then "not sorted" else empty end),
	($ev[] | select(.ph == "X" and ((.dur | type) != "number" or .dur < 0))
		| "no dur: \(.)"),
	($ev[] | select(.ph == "i" and (.s | IN("t", "p", "g") | not))
		| "no scope: \(.)"),
	($ev[] | select(.ph == "C" and (.args | [.[] | type] | . != ["number"]))
		| "no counter: \(.)"),
	# Spans: one begin each, and its end after it or none.
	([$ev[] | select(.ph | IN("b", "e"))] | ids[]
		| select((map(.ph) | IN(["b"], ["b", "e"])) and (map(key) | unique | length) == 1
			| not)
		| "span \(.[0].id): \(map(.ph))"),
	# Arrows: one from, one to, not back in time, each from and to a slice of its thread.
	([$ev[] | select(.ph | IN("s", "f"))] | ids[]
		| select(map(.ph) != ["s", "f"]) | "arrow \(.[0].id): \(map(.ph))"),
	($ev[] | select(.ph == "f" and .bp != "e") | "arrow \(.id) ends without bp"),
	(([$ev[] | select(.ph | IN("X", "i")) | [.pid, .tid, .ts]] | unique) as $slices
		| $ev[] | select(.ph | IN("s", "f"))
		| select([.pid, .tid, .ts] as $at | $slices | bsearch($at) < 0)
		| "arrow \(.id): no slice at \(.ph)"),
	# Names of all processes that something is of.
	([$all[] | select(.ph == "M" and .name == "process_name") | .pid] | unique) as $named
		| ($ev[] | select(.pid as $pid | $named | bsearch($pid) < 0)
			| "process \(.pid) has no name")
] | unique
