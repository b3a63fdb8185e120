# SPDX-License-Identifier: GPL-2.0-or-later
#
# Reads KTAP, prints one line a result, tab-separated:
#
#	pass|fail|skip	NAME	REASON
#
# Leaves are counted: a result that has subtests (indented by two or more
# spaces, before it) is the sum of them, unless it fails although none of them
# did. What a plan promised and what did not come is a failure, and so is KTAP
# without a plan: a test program that died says no "not ok".

function report(kind, name, reason)
{
	gsub(/\t/, " ", name)
	gsub(/\t/, " ", reason)
	printf "%s\t%s\t%s\n", kind, name, reason
}

# Forgets what was read at a depth and below.
function forget(d,	i)
{
	for (i = d; i <= deepest; i++) {
		seen[i] = failed[i] = 0
		plan[i] = excuse[i] = comment[i] = ""
	}
}

# The plan at a depth against what came there.
function settle(d, prefix)
{
	if (plan[d] != "" && seen[d] < plan[d]) {
		report("fail", prefix "results", "planned " plan[d] ", got " \
		       seen[d] ": it ended early")
		failed[d]++
	}
}

# Leaves below a result are known before its name is: they wait in lines.
function hold(d, kind, name, reason)
{
	held++
	held_depth[held] = d
	held_kind[held] = kind
	held_name[held] = name
	held_reason[held] = reason
}

function release(d, prefix,	i, kept)
{
	for (i = 1; i <= held; i++) {
		if (held_depth[i] > d) {
			held_name[i] = prefix held_name[i]
			held_depth[i] = d
		}
		if (d == 0)
			report(held_kind[i], held_name[i], held_reason[i])
	}
	if (d == 0)
		held = 0
}

function result(d, ok, name, skip, reason,	children, short)
{
	children = seen[d + 1]
	short = plan[d + 1] != "" && children < plan[d + 1]
	if (short) {
		hold(d + 1, "fail", "results", "planned " plan[d + 1] ", got " \
		     children ": it ended early")
		failed[d + 1]++
	}
	if (skip && reason == "")
		reason = excuse[d + 1]
	if (!ok && !failed[d + 1]) {
		if (children)
			hold(d + 1, "fail", "status", reason)
		else
			hold(d, "fail", name, reason)
	} else if (!children && !short)
		hold(d, skip ? "skip" : "pass", name, reason)
	seen[d]++
	if (!ok)
		failed[d]++
	release(d, name ": ")
	forget(d + 1)
	comment[d] = ""
}

BEGIN { deepest = 0; forget(0) }

{
	sub(/\r$/, "")
	match($0, /^ */)
	depth = int((RLENGTH + 1) / 2)
	text = substr($0, RLENGTH + 1)
	if (depth > deepest) {
		for (i = deepest + 1; i <= depth + 1; i++) {
			seen[i] = failed[i] = 0
			plan[i] = excuse[i] = comment[i] = ""
		}
		deepest = depth + 1
	}
}

text ~ /^1\.\.[0-9]+/ {
	plan[depth] = substr(text, 4) + 0
	if (match(text, /# *[Ss][Kk][Ii][Pp] */))
		excuse[depth] = substr(text, RSTART + RLENGTH)
	next
}

text ~ /^# / && text !~ /^# (Subtest|Totals|Planned tests)/ {
	if (comment[depth] == "")
		comment[depth] = substr(text, 3)
	next
}

text ~ /^(not )?ok( |$)/ {
	ok = text !~ /^not /
	sub(/^(not )?ok */, "", text)
	sub(/^[0-9]+ */, "", text)
	sub(/^- */, "", text)
	directive = ""
	if (match(text, / *# */)) {
		directive = substr(text, RSTART + RLENGTH)
		text = substr(text, 1, RSTART - 1)
	}
	skip = 0
	if (directive ~ /^[Ss][Kk][Ii][Pp]/) {
		skip = 1
		sub(/^[Ss][Kk][Ii][Pp][: ]*/, "", directive)
	}
	# What a failing test said of itself tells more than its number.
	if (!ok && comment[depth] != "")
		directive = comment[depth] (directive == "" ? "" : " (" directive ")")
	result(depth, ok || skip, text == "" ? "unnamed" : text, skip, directive)
}

END {
	# Subtests whose own result never came: their program was cut off.
	if (deepest && (seen[1] || plan[1] != "") && plan[0] != "") {
		settle(1, "unfinished: ")
		release(0, "unfinished: ")
	}
	if (plan[0] == "")
		report("fail", "results", "no KTAP plan" (seen[0] ? "" : ", no results"))
	else if (seen[0] < plan[0])
		report("fail", "results", "planned " plan[0] ", got " seen[0] \
		       ": it ended early")
}
