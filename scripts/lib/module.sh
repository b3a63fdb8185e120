# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Building shmviz.ko, wherever what its kernel's build needs may be.

# module_make RELEASE TREE ARG...: make in TREE/kmod, which leaves
# TREE/build/kmod/RELEASE/shmviz.ko
module_make()
{
	local release=$1 tree=$2 kept

	shift 2
	kept=$(cache_dir)/$release || exit
	if is_debug_name "$release" || is_backports_name "$release"; then
		kernel_get "$release"
	fi
	set -- --no-print-directory "$@"
	if [[ -d /lib/modules/$release/build/ ]]; then
		make -C "$tree/kmod" KERNELRELEASE="$release" "$@"
	elif [[ -d $kept/root ]]; then
		backports_run "$release" "$tree" \
			make -C /shmviz/kmod KERNELRELEASE="$release" "$@"
	else
		make -C "$tree/kmod" KDIR="$kept/lib/modules/$release/build" "$@"
	fi
}
