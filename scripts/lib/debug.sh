# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The debug kernels of the lab: Debian's linux-source with the options of
# debug-kernel-common.config and debug-kernel-NAME.config over tinyconfig. Each is
# built once and kept in the kernel cache like a kernel that was downloaded,
# together with what a module's build needs.

DEBUG_KERNELS=(debug kcsan)
DEBUG_SOURCE=linux-source-6.12
# shellcheck disable=SC2034 # not every script uses these
DEBUG_MEMORY=4096
# shellcheck disable=SC2034
DEBUG_TIMEOUT=3600

# debug_append NAME: kernel arguments. KASAN tells of one mistake and is silent
# then, unless asked to go on; the log is read as a whole at the end. Where there
# is no KASAN, SLUB poisons what was freed. Unpacking a big initramfs beside ACPI
# makes that run into a time limit of its own.
debug_append()
{
	local append='log_buf_len=16M initramfs_async=0'

	case $(debug_name "$1") in
	debug) append+=' kasan_multi_shot' ;;
	kcsan) append+=' slub_debug=FZP' ;;
	esac
	printf '%s\n' "$append"
}

# debug_options NAME: its options, one a line
debug_options()
{
	grep -h '^CONFIG_' "$LIB/debug-kernel-common.config" \
		"$LIB/debug-kernel-$1.config"
}

# debug_release NAME: the release carries all that the build depends on, so that
# it is the key of the cache as well: the sources' version and a sum of the options
debug_release()
{
	local version sum

	version=$(dpkg-query -W -f '${Version}' "$DEBUG_SOURCE" 2>/dev/null) ||
		die "the debug kernel's sources are not installed:" \
		    "run scripts/setup debug"
	sum=$({ printf '%s\n' "$version"; debug_options "$1"; } | sha256sum)
	printf '%s-shmviz%s-%s\n' "${version%-*}" "$1" "${sum:0:8}"
}

# debug_name KERNEL: which of the debug kernels a name or a release means
debug_name()
{
	local name

	for name in "${DEBUG_KERNELS[@]}"; do
		[[ $1 == "$name" || $1 == *-shmviz"$name"-* ]] || continue
		printf '%s\n' "$name"
		return
	done
	return 1
}

is_debug_name()
{
	debug_name "$1" >/dev/null
}

# debug_get RELEASE CACHE: builds it unless it is there; one build at a time
debug_get()
{
	local release=$1 cache=$2 work lock

	[[ ! -r $cache/$release/vmlinuz ]] || return 0
	mkdir -p "$cache" && exec {lock}>"$cache/.debug.lock" ||
		die "cannot make the kernel cache $cache"
	flock "$lock"
	if [[ ! -r $cache/$release/vmlinuz ]]; then
		rm -rf "$cache"/.debug.??????
		work=$(mktemp -d "$cache/.debug.XXXXXX") ||
			die "cannot write to the kernel cache $cache"
		say "building kernel $release: a quarter of an hour on two" \
		    "processors, once; log in $cache/debug.log"
		debug_build "$release" "$work" >"$cache/debug.log" 2>&1 || {
			tail -n 20 "$cache/debug.log" | sed 's/^/  | /' >&2
			rm -rf "$work"
			die "the build of kernel $release failed;" \
			    "all of it is in $cache/debug.log"
		}
		mv -T "$work/root" "$cache/$release" ||
			die "cannot write to the kernel cache $cache"
		rm -rf "$work"
	fi
	exec {lock}>&-
}

# debug_build RELEASE WORK: leaves WORK/root as the cache has kernels
debug_build()
{
	local release=$1 work=$2 tree=$2/tree root=$2/root modules

	modules=$root/lib/modules/$release
	mkdir "$tree" "$root" &&
	tar -x -C "$tree" --strip-components=1 -f "/usr/src/$DEBUG_SOURCE.tar.xz" &&
	debug_configure "$release" "$tree" &&
	nice make -s -C "$tree" -j"$(nproc)" bzImage modules &&
	[[ $(<"$tree/include/config/kernel.release") == "$release" ]] &&
	make -s -C "$tree" INSTALL_MOD_PATH="$root" modules_install &&
	cp "$tree/arch/x86/boot/bzImage" "$root/vmlinuz" &&
	cp "$tree/.config" "$root/config" &&
	mkdir -p "$modules/kernel" &&
	rm -rf "$modules/build" "$modules/source" &&
	make -s -C "$tree" run-command KBUILD_RUN_COMMAND="$(
		)\$(srctree)/scripts/package/install-extmod-build $modules/build" &&
	cp "$tree/.config" "$modules/build/"
}

# debug_configure RELEASE TREE
debug_configure()
{
	local release=$1 tree=$2 name line lacking=()

	name=$(debug_name "$release") &&
	make -s -C "$tree" tinyconfig &&
	debug_options "$name" >>"$tree/.config" &&
	printf 'CONFIG_LOCALVERSION="-%s"\n' "${release#*-}" >>"$tree/.config" &&
	make -s -C "$tree" olddefconfig || return
	while IFS= read -r line; do
		case $line in
		*=n)
			! grep -q "^${line%n}" "$tree/.config" ||
				lacking+=("$line")
			;;
		CONFIG_*)
			grep -qxF "$line" "$tree/.config" || lacking+=("$line")
			;;
		esac
	done < <(debug_options "$name")
	((${#lacking[@]} == 0)) || {
		echo "these options cannot be had: ${lacking[*]}"
		return 1
	}
}
