# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash disable=SC2154 # variables of lib.sh
#
# What the tests of report share: the page and the trace events of a trace, beside
# what jq finds in the trace itself.

# report_from TRACE [OPTION...]: $tmp/page and $tmp/perfetto; and $tmp/all, the lines
# of the trace as one array
report_from()
{
	trace=$1
	shift
	run shmviz report --from "$trace" -o "$tmp/page" --perfetto "$tmp/perfetto" "$@"
	expect_status 0
	expect_empty "$tmp/out"
	jq -s . "$trace" >"$tmp/all" 2>/dev/null
	expect_well_formed "$tmp/page"
	expect_trace_events "$tmp/perfetto"
}

expect_well_formed()
{
	xmllint --noout "$1" 2>"$tmp/xml.err" || {
		fail "the page is not well-formed"
		head -n 5 "$tmp/xml.err" | sed 's/^/# /'
	}
}

expect_trace_events()
{
	jq -r -f "$here/harness/trace_events.jq" "$1" >"$tmp/wrong" 2>&1
	[ "$(cat "$tmp/wrong")" = "[]" ] || {
		fail "trace events are wrong:"
		head -n 10 "$tmp/wrong" | sed 's/^/# /'
	}
}

# in_page XPATH: a number or string of the page. Elements have a name space.
in_page()
{
	xmllint --xpath "$1" "$tmp/page" 2>/dev/null
}

# in_trace FILTER: of the array of lines
in_trace()
{
	jq -r "$1" "$tmp/all"
}

# expect_card ID FILTER: the number on a card is what jq counts
expect_card()
{
	expect_same "$(in_page "string(//*[@id='n-$1']//*[local-name()='b'])")" \
		"$(in_trace "$2")" "the number of $1"
}

# object NAME: XPATH of the section of one
object()
{
	echo "//*[@class='object'][*[local-name()='h3'][normalize-space(text())='$1']]"
}

# Attachments as the events have them: begin, and end if there is one, by shmid.
spans='
def at: [.pid, .addr];
def begins: .event == "shmat" and (.errno | not) or .event == "inherit" or .event == "split";
'

# expect_object SHMID: what the page has of it is what the trace has
expect_object()
{
	section=$(object "shmid $1")
	events="[.[] | select(.type == \"event\" and .shmid == $1)]"
	expect_same "$(in_page "count($section//*[@class='spans']//*[local-name()='tbody']/*)")" \
		"$(in_trace "$spans [(${events}[] | select(begins)), (.[] | select(.type == \"segment\" and .shmid == $1) | .attachments[])] | length")" \
		"attachments of $1"
	expect_same "$(in_page "string($section//*[@class='most'])")" \
		"$(in_trace "[.[] | select(.shmid == $1) | .nattch // empty] | max")" \
		"the most attachments of $1"
	expect_same "$(in_page "count($section//*[@class='spans']//*[local-name()='td'][6][@data-ts])")" \
		"$(in_trace "$events | map(select(.event == \"drop\")) | length")" "ends of $1"
	expect_same "$(xmllint --xpath "$section//*[@class='spans']//*[local-name()='td'][6]/@data-ts" "$tmp/page" 2>/dev/null | grep -o '[0-9]*' | sort)" \
		"$(in_trace "${events}[] | select(.event == \"drop\") | .ts" | sort)" "times of the ends of $1"
}
