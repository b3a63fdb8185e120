#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# explain --redact: the key that is a part of the path of an attachment.
. "$(dirname "$0")/harness/lib.sh"

need root jq perl
begin 1

key=$((0x5ec20000 + $$ % 65536))
hex=$(printf '%08x' "$key")
shm_make 8192 "$key"
cat >"$tmp/attach.pl" <<'END'
my ($id, $file) = @ARGV;
my $at = syscall(30, $id + 0, 0, 0);
open(my $out, ">", "$file.tmp"); printf $out "0x%x\n", $at; close($out);
rename("$file.tmp", $file);
sleep 1000;
END
background perl "$tmp/attach.pl" "$shmid" "$tmp/at"
wait_for test -s "$tmp/at"
read -r at <"$tmp/at"
run shmviz explain "$pid" "$at"
expect_grep "/SYSV$hex" "$tmp/out"
for form in "" --json; do
	# shellcheck disable=SC2086 # none, or a word
	run shmviz explain $form --redact "$pid" "$at"
	expect_status 0
	expect_grep "/SYSV[0-9a-f]{8}" "$tmp/out"
	! grep -qi "$hex" "$tmp/out" || fail "$ran: the key is in it"
done
# The same placeholder wherever the key stands.
expect_same "$(grep -oE '/SYSV[0-9a-f]{8}|"key":"0x[0-9a-f]{8}' "$tmp/out" | grep -oE '[0-9a-f]{8}$' |
	sort -u | wc -l | tr -d ' ')" 1 "placeholders"
result "the key in /SYSV... is replaced as everywhere"
finish
