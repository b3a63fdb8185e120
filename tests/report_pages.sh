#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shmviz report: its page in headless Chromium.
# shellcheck disable=SC2154 # status of lib.sh
. "$(dirname "$0")/harness/lib.sh"
. "$here/harness/browser.sh"
. "$here/harness/story.sh"

need /usr/bin/python3
begin 9

story >"$tmp/story.json"
"$here/pages/fixtures.py" small >"$tmp/picture.json" || fail "no fixture"
run shmviz report --from "$tmp/story.json" --picture "$tmp/picture.json" -o "$tmp/story.html"
expect_status 0
result "a page with a picture"
in_browser 8 report.py "$tmp"
finish
