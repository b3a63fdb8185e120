#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Standard streams that are closed: no other file gets into their place, and what
# cannot be written is a failure.
. "$(dirname "$0")/harness/lib.sh"

need perl
skip_if_native
begin 3

for command in --help --version "ls --json" "trace --help" "doctor --json"; do
	# shellcheck disable=SC2086 # words
	"$SHMVIZ" $command >&- 2>"$tmp/err"
	status=$? ran="$command >&-"
	expect_status 1
	expect_grep "cannot write output: Bad file descriptor" "$tmp/err"
done
result "a closed stdout: status 1, and a line that says so"

"$SHMVIZ" ls --json >"$tmp/out" 2>"$tmp/err" <&-
status=$? ran="ls <&-"
expect_status 0
expect_grep '"segments"' "$tmp/out"
"$SHMVIZ" trace --from - >"$tmp/out" 2>"$tmp/err" <&-
status=$? ran="trace --from - <&-"
expect_status 1
expect_grep "Bad file descriptor" "$tmp/err"
expect_empty "$tmp/out"
result "a closed stdin: as good as any, unless it is read"

"$SHMVIZ" nonsense >"$tmp/out" 2>&-
status=$? ran="nonsense 2>&-"
: >"$tmp/err"
expect_status 2
expect_empty "$tmp/out"
"$SHMVIZ" nonsense >&- 2>&- <&-
status=$? ran="nonsense, all closed"
expect_status 2
result "a closed stderr: the same status, and nothing on stdout"
finish
