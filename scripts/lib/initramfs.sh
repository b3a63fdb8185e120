# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The guest's root file system, an initramfs made of layers. Each is a cpio
# archive; the kernel unpacks them one over the other. Layers that seldom
# change are kept in build/lab/layers:
#
#   base     busybox and the kernel modules that a guest may load
#   with     the host programs asked for by --with
#   libs     the shared libraries of what was built here
#   run      init, what was built here, the tests, and the command
#
# None is compressed: unpacking in an emulated machine takes longer than
# reading does.

# layer_path NAME TEXT...: where a layer is kept whose content depends on TEXT
layer_path()
{
	local name=$1 sum

	shift
	sum=$(printf '%s\n' "$@" | sha256sum)
	printf '%s/lab/layers/%s-%s.cpio\n' "$BUILD" "$name" "${sum:0:16}"
}

# pack_list OUTPUT: archives the files named on standard input, relative to /
pack_list()
{
	(cd / && cpio -o -H newc -R +0:+0 --quiet) >"$run/packing" ||
		die "cannot write $1"
	mv "$run/packing" "$1" || die "cannot write $1"
}

# pack_tree DIRECTORY OUTPUT
pack_tree()
{
	(cd "$1" && find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort |
		cpio -o -H newc -R +0:+0 --quiet) >"$run/packing" ||
		die "cannot write $2"
	mv "$run/packing" "$2" || die "cannot write $2"
}

# layers_prune: forgets layers that no run has used for a week
layers_prune()
{
	find "$BUILD/lab/layers" -name '*.cpio' -mtime +7 -delete
}

# layer_base RELEASE MODULES: sets base_layer
layer_base()
{
	local release=$1 modules=$2/lib/modules/$1 busybox

	busybox=$(type -P busybox) || die "busybox is missing: run scripts/setup"
	base_layer=$(layer_path "base-$release" \
		"$(stat -Lc '%n %s %Y' "$busybox" "$modules" \
		   "$LIB/initramfs.sh" "$LIB/kernel.sh")")
	if [[ -r $base_layer ]]; then
		touch "$base_layer"
		return
	fi
	base_tree "$busybox" "$run/base"
	base_modules "$release" "$modules" "$run/base"
	pack_tree "$run/base" "$base_layer"
	rm -rf "$run/base"
}

# The merged /usr of Debian, and busybox behind everything else in PATH.
base_tree()
{
	local busybox=$1 root=$2 dir applet

	mkdir -p "$root"/{dev,etc,home,lab,mnt,proc,root,run,sys,tmp,var/tmp} \
		 "$root/busybox/bin" "$root/usr/lib/locale"
	for dir in bin sbin lib lib32 lib64 libx32; do
		mkdir -p "$root/usr/$dir"
		ln -s "usr/$dir" "$root/$dir"
	done
	cp -L "$busybox" "$root/busybox/busybox"
	"$busybox" --list | while read -r applet; do
		ln -s ../busybox "$root/busybox/bin/$applet"
	done
	# What scripts name by its full path, until the real one comes along.
	ln -s /busybox/busybox "$root/usr/bin/sh"
	ln -s /busybox/busybox "$root/usr/bin/env"
	# The kernel calls this one to load what it lacks.
	ln -s /busybox/busybox "$root/usr/sbin/modprobe"
	cp -a /usr/lib/locale/C.utf8 "$root/usr/lib/locale/" 2>/dev/null
	cp -a /usr/lib/terminfo "$root/usr/lib/" 2>/dev/null
	return 0
}

# The wanted modules of the release, unpacked, with their dependencies known.
base_modules()
{
	local release=$1 from=$2 root=$3 to=$3/usr/lib/modules/$1
	local name names=()

	for name in "${KERNEL_MODULES[@]}"; do
		names+=(-o -name "$name.ko" -o -name "$name.ko.xz")
	done
	mkdir -p "$to"
	(cd "$from" && find kernel -type f \( "${names[@]:1}" \) -print0 |
		xargs -0 -r cp --parents -t "$to" &&
	 cp modules.builtin modules.builtin.modinfo modules.order "$to") ||
		die "cannot copy the modules of kernel $release"
	find "$to" -name '*.ko.xz' -exec xz -d {} +
	sed -i 's/\.ko\.xz$/.ko/' "$to/modules.order"
	depmod -b "$root/usr" "$release" 2>"$run/depmod.log" ||
		die "depmod $release: $(tail -n 1 "$run/depmod.log")"
}

# layer_with PROGRAM...: sets with_layer, empty without programs
layer_with()
{
	with_layer=
	(($#)) || return 0
	programs_split "$@"
	if ((${#with_files[@]})); then
		with_layer=$run/with.cpio
	else
		with_layer=$(layer_path with "${with_links[@]}" \
			"${with_packages[@]}" "$(stat -c '%s %Y' \
			 /var/lib/dpkg/status "$LIB"/closure.*)")
		if [[ -r $with_layer ]]; then
			touch "$with_layer"
			return
		fi
	fi
	with_list | pack_list "$with_layer"
}

# layer_libs PROGRAM...: sets libs_layer
layer_libs()
{
	libs_layer=$run/libs.cpio
	libraries_of "$@" | merged_usr | existing_with_parents |
		pack_list "$libs_layer"
}
