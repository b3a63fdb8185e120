#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kmod/compat.h refuses kernels that the module cannot work on, with a reason, before
# anything else in it can fail.
. "$(dirname "$0")/harness/lib.sh"

need cc
skip_if_native
compat=$here/../kmod/compat.h
[ -e "$compat" ] || ktap_skip_all "needs kmod/compat.h"
begin 3

# Headers of no kernel: all empty, but for the version.
for name in $(sed -nE 's/^#include <(.*)>.*/\1/p' "$compat"); do
	mkdir -p "$tmp/include/$(dirname "$name")"
	: >"$tmp/include/$name"
done

# preprocess VERSION.PATCHLEVEL [OPTION...]
preprocess()
{
	echo "#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + (c))
#define LINUX_VERSION_CODE KERNEL_VERSION(${1%.*}, ${1#*.}, 0)" \
		>"$tmp/include/linux/version.h"
	shift
	run cc -E -nostdinc -I "$tmp/include" "$@" "$compat"
	sed -i '/^ \|^In file/d' "$tmp/err"
}

for version in 4.18 5.15 6.0; do
	preprocess $version
	[ "$status" != 0 ] || fail "Linux $version was not refused"
	expect_grep '#error.*needs Linux 6.1 or newer' "$tmp/err"
	[ "$(wc -l <"$tmp/err")" = 1 ] || fail "more than one line: $(cat "$tmp/err")"
done
result "Linux before 6.1: refused in one line"

preprocess 6.12 -DCONFIG_RANDSTRUCT=1
[ "$status" != 0 ] || fail "CONFIG_RANDSTRUCT was not refused"
expect_grep '#error.*CONFIG_RANDSTRUCT' "$tmp/err"
result "CONFIG_RANDSTRUCT: refused"

for version in 6.1 6.12 7.3; do
	preprocess $version
	expect_status 0
	expect_empty "$tmp/err"
done
result "Linux 6.1 and newer: taken"
finish
