# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The run layer: what differs from run to run. The guest's /shmviz looks like
# the checkout, as far as something runs from it: build/, tests/, scripts/guest, and
# the sheets of Documentation/lab.

# quote TEXT: as one word of any POSIX shell
quote()
{
	printf "'%s'" "${1//\'/\'\\\'\'}"
}

# guest_tree ROOT: the programs and tests of this checkout
guest_tree()
{
	local root=$1/shmviz

	mkdir -p "$root/build" "$root/scripts" "$root/Documentation" &&
	cp "$BUILD/shmviz" "$root/build/" &&
	cp -r "$BUILD/examples" "$BUILD/tests" "$root/build/" &&
	cp -r "$TOP/tests" "$root/" &&
	cp -r "$TOP/Documentation/lab" "$root/Documentation/" &&
	mkdir "$root/kmod" &&
	cp -r "$TOP/kmod/uapi" "$root/kmod/" &&
	cp -r "$TOP/scripts/guest" "$root/scripts/" &&
	cp "$TOP/scripts/guest/init" "$1/init" || die "cannot fill $root"
}

# guest_module ROOT RELEASE: sets module, its path in the guest
guest_module()
{
	module=/shmviz/build/kmod/$2/shmviz.ko
	mkdir -p "$1${module%/*}" &&
	cp "$BUILD/kmod/$2/shmviz.ko" "$1$module" ||
		die "cannot copy build/kmod/$2/shmviz.ko"
}

# guest_files ROOT HOSTPATH:GUESTPATH...
guest_files()
{
	local root=$1 pair from to

	shift
	for pair; do
		from=${pair%%:*}
		to=$root/$(realpath -sm -- "/${pair#*:}" | merged_usr)
		mkdir -p "${to%/*}" && cp -a -- "$from" "$to" ||
			die "--file: cannot copy $from"
	done
}

# guest_settings ROOT: what the guest's init reads; see there
guest_settings()
{
	local dir=$1/lab pair

	mkdir -p "$dir"
	{
		printf 'MODULE=%s\n' "$(quote "$module")"
		printf 'COMMAND=%s\n' "${command:+1}"
		printf 'MERGED=%s\n' "$merged"
		printf 'ROWS=%s COLUMNS=%s\n' "${rows:-24}" "${columns:-80}"
	} >"$dir/settings"
	{
		printf 'export TERM=%s\n' "$(quote "${TERM:-dumb}")"
		printf 'export SHMVIZ_KO=%s\n' "$(quote "$module")"
		for pair in "${environment[@]}"; do
			printf 'export %s=%s\n' "${pair%%=*}" "$(quote "${pair#*=}")"
		done
	} >"$dir/env"
	{
		printf 'set --'
		for pair in "${command[@]}"; do
			printf ' %s' "$(quote "$pair")"
		done
		printf '\n'
	} >"$dir/argv"
}
