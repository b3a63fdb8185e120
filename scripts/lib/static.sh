# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What can be said of the sources without running them, as KTAP. Everything is
# built from nothing in a copy of the tree, because a build that has nothing to
# do has nothing to warn of either.

# static_test NAME COMMAND...: passes if COMMAND succeeds and prints no warning
static_test()
{
	local name=$1 output

	shift
	number=$((number + 1))
	if output=$("$@" 2>&1) && ! grep -qiE 'warning[: ]' <<<"$output"; then
		printf 'ok %d %s\n' "$number" "$name"
		return
	fi
	grep -iE 'warning[: ]|error|^In .* line' <<<"$output" | sed 's/^/# /'
	printf 'not ok %d %s # %s\n' "$number" "$name" "see static.log"
	printf '== %s\n%s\n' "$name" "$output" >&2
	failed=1
}

static_skip()
{
	number=$((number + 1))
	printf 'ok %d %s # SKIP %s\n' "$number" "$1" "$2"
}

static_copy()
{
	rm -rf "$copy" &&
	mkdir -p "$copy" &&
	cp -r "$TOP"/{Makefile,kmod,bpf,user,tests,Documentation} "$copy/"
}

# static_sparse_test RELEASE: Debian's kbuild of 7.3 lacks the script that
# looks whether there is a sparse, and then there is none.
static_sparse_test()
{
	local name="sparse is content, $1"

	if [[ ! $(type -P sparse) ]]; then
		static_skip "$name" "no sparse here"
	elif module_make "$1" "$copy" C=2 2>&1 |
	     grep -q 'sparse is not available'; then
		static_skip "$name" "the kbuild of this kernel cannot run it"
	else
		static_test "$name" static_sparse "$1"
	fi
}

# A kernel's headers are not ours: what sparse says of them alone is not either.
static_sparse()
{
	local output status

	output=$(module_make "$1" "$copy" C=2 2>&1)
	status=$?
	grep -v '^/usr/src/' <<<"$output"
	return "$status"
}

# The scripts, each with all that it includes.
static_scripts()
{
	local scripts

	mapfile -t scripts < <(cd "$TOP" && find .ci scripts tests bench -type f \
		-exec awk 'FNR == 1 && /^#!.*\/(env )?(busybox )?(ba|da)?sh/ {
				print FILENAME } FNR > 1 { nextfile }' {} +)
	(cd "$TOP" && shellcheck -x -a -P SCRIPTDIR -S warning "${scripts[@]}")
}

# lane_static KERNEL...
lane_static()
{
	local number=0 failed=0 copy=$results/copy kernel release

	echo "TAP version 13"
	echo "1..$((4 + 2 * $#))"
	static_copy || return
	static_test "commands build without a warning" \
		make -C "$copy" W=1 build/shmviz examples
	static_test "tests build without a warning" make -C "$copy" tests
	for kernel; do
		release=$(kernel_resolve "$kernel") || return
		static_test "module builds without a warning, $release" \
			module_make "$release" "$copy" W=1
		static_sparse_test "$release"
	done
	static_test "each mutant applies, in one place" \
		"$TOP/scripts/mutants" --check
	if [[ $(type -P shellcheck) ]]; then
		static_test "shellcheck is content" static_scripts
	else
		static_skip "shellcheck is content" "no shellcheck here"
	fi
	rm -rf "$copy"
	return "$failed"
}
