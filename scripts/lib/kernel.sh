# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Stock Debian kernels for the lab: which release a name means, and where its
# image and modules are. A kernel that the machine has installed is used as it
# is; any other is downloaded as a package and unpacked into the cache, never
# installed, so that nobody's boot menu or initramfs changes.

# Some more come from elsewhere, when they are asked for: backports.sh and
# debug.sh say what they are.

# What check runs by default and with --all-kernels, oldest first, and what lab
# boots by default.
# shellcheck disable=SC2034 # not every script uses all
KERNEL_MATRIX=(6.1 6.12)
# shellcheck disable=SC2034
KERNEL_ALL=("${KERNEL_MATRIX[@]}" newest)
KERNEL_DEFAULT=6.12

# What a guest can load besides shmviz.ko: compressed swap, a file system for a
# disk, and the channel that its output takes (built into some kernels, a module
# in others).
KERNEL_MODULES=(
	zram zsmalloc lz4 lz4hc lz4_compress lz4hc_compress lzo lzo-rle
	lzo_compress zstd zstd_compress zstd_decompress 842 842_compress
	842_decompress deflate
	fat msdos nls_cp437 nls_iso8859-1
	virtio virtio_ring virtio_pci virtio_pci_legacy_dev
	virtio_pci_modern_dev virtio_console
)

# kernel_purposes NAME: what setup must have installed for it, one a line
kernel_purposes()
{
	if is_debug_name "$1"; then
		printf '%s\n' debug
	elif is_backports_name "$1" && [[ ! -d /lib/modules/$1/build/ &&
	     ! $(kernel_installed_headers | kernel_newest "$1") ]]; then
		printf '%s\n' backports
	fi
}

# kernel_resolve NAME: a full release as it is, "6.1" as the newest release of
# that series whose headers are installed (no headers, no module), "debug",
# "kcsan", "newest" or "7.3" as what their files make of it
kernel_resolve()
{
	local name=$1 newest

	if [[ $name == "$(debug_name "$name")" ]]; then
		debug_release "$name"
		return
	elif [[ $name == *-* ]]; then
		printf '%s\n' "$name"
		return
	fi
	[[ $name == newest || $name =~ ^[0-9]+\.[0-9]+(\.[0-9]+)?$ ]] ||
		usage_error "bad kernel '$name': say 6.1, 6.12, 7.3, newest," \
			"debug, kcsan or a full release such as 6.12.117+deb12-amd64"
	newest=$(kernel_installed_headers | kernel_newest "$name")
	if [[ ! $newest ]] && is_backports_name "$name"; then
		backports_resolve "$name"
		return
	fi
	[[ $newest ]] ||
		die "no headers of a $name kernel are installed: run scripts/setup"
	printf '%s\n' "$newest"
}

# kernel_newest SERIES: of the releases on standard input, the newest of that
# series, or of all if it is empty
kernel_newest()
{
	awk -v s="$1" 's == "" || index($0, s ".") == 1 ||
		       index($0, s "-") == 1 || index($0, s "+") == 1' |
		sort -V | tail -n 1
}

kernel_installed_headers()
{
	local dir

	for dir in /lib/modules/*/build/; do
		dir=${dir%/build/}
		case $dir in
		*-rt-*|*-cloud-*) ;;
		*-amd64) printf '%s\n' "${dir##*/}" ;;
		esac
	done
}

# kernel_get RELEASE: sets kernel_image, and kernel_modules to the directory
# that holds lib/modules/RELEASE
kernel_get()
{
	local release=$1 cache

	if [[ -r /boot/vmlinuz-$release && -d /lib/modules/$release/kernel ]]; then
		kernel_image=/boot/vmlinuz-$release
		kernel_modules=/
		return
	fi
	cache=$(cache_dir) || exit
	kernel_image=$cache/$release/vmlinuz
	kernel_modules=$cache/$release
	[[ ! -r $kernel_image ]] || return 0
	if is_debug_name "$release"; then
		debug_get "$release" "$cache"
	elif is_backports_name "$release"; then
		(backports_resolve "${release%%[+-]*}") >/dev/null || exit
		[[ -r $kernel_image ]] ||
			die "$BACKPORTS has no kernel $release; say --kernel newest"
	else
		kernel_download "$release" "$cache"
	fi
}

# Unpacks into a directory of its own and renames: whoever finds the final
# name finds all of it, also when two labs fetch the same kernel at once.
kernel_download()
{
	local release=$1 cache=$2 work package

	mkdir -p "$cache" || die "cannot make the kernel cache $cache"
	work=$(mktemp -d "$cache/.$release.XXXXXX") ||
		die "cannot write to the kernel cache $cache"
	package=linux-image-$release$(kernel_version "$release")
	say "downloading $package"
	# The sandbox user may not be allowed to write below $HOME.
	if ! (cd "$work" && apt_run apt-get -q -o APT::Sandbox::User=root \
	      download "$package" >&2 &&
	      kernel_unpack "$release" root linux-image-*.deb) \
	     2>"$work/errors"; then
		sed 's/^/  /' "$work/errors" >&2
		rm -rf "$work"
		die "cannot get kernel $release: is $package still in apt's" \
		    "lists? (apt-get update, then scripts/setup)"
	fi
	mv -T "$work/root" "$cache/$release" 2>/dev/null ||
		[[ -r $cache/$release/vmlinuz ]] ||
		die "cannot write to the kernel cache $cache"
	rm -rf "$work"
}

# The image must be the build that the installed headers belong to.
kernel_version()
{
	local version

	version=$(dpkg-query -W -f '${Version}' "linux-headers-$1" \
		  2>/dev/null) && printf '=%s\n' "$version"
}

# kernel_unpack RELEASE ROOT DEB...: what the lab needs of the packages of a
# kernel, as the cache has it
kernel_unpack()
{
	local release=$1 root=$2 pattern=() name deb

	shift 2
	for name in "${KERNEL_MODULES[@]}"; do
		pattern+=("./*/kernel/*/$name.ko" "./*/kernel/*/$name.ko.xz")
	done
	mkdir -p "$root" || return
	# No package has all of it, which tar calls an error.
	for deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x -C "$root" --warning=no-unknown-keyword \
			    --wildcards './boot/vmlinuz-*' './*/vmlinuz' \
			    './*/modules.builtin' './*/modules.order' \
			    './*/modules.builtin.modinfo' "${pattern[@]}" \
			    2>/dev/null
	done
	# Since Debian 13 all of it is below usr/lib/modules.
	if [[ -d $root/usr/lib/modules ]]; then
		mv "$root/usr/lib" "$root/lib" &&
		mv "$root/lib/modules/$release/vmlinuz" "$root/vmlinuz"
	else
		mv "$root/boot/vmlinuz-$release" "$root/vmlinuz"
	fi &&
	rm -rf "${root:?}/usr" "${root:?}/boot" &&
	[[ -d $root/lib/modules/$release/kernel ]]
}
