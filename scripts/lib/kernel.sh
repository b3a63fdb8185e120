# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Stock Debian kernels for the lab: which release a name means, and where its
# image and modules are. A kernel that the machine has installed is used as it
# is; any other is downloaded as a package and unpacked into the cache, never
# installed, so that nobody's boot menu or initramfs changes.

# What check runs by default, oldest first, and what lab boots by default.
# shellcheck disable=SC2034 # not every script uses both
KERNEL_MATRIX=(6.1 6.12)
KERNEL_DEFAULT=6.12

# What a guest can load besides shmviz.ko: compressed swap, and the channel
# that its output takes (built into some kernels, a module in others).
KERNEL_MODULES=(
	zram zsmalloc lz4 lz4hc lz4_compress lz4hc_compress lzo lzo-rle
	lzo_compress zstd zstd_compress zstd_decompress 842 842_compress
	842_decompress deflate
	virtio virtio_ring virtio_pci virtio_pci_legacy_dev
	virtio_pci_modern_dev virtio_console
)

# kernel_resolve NAME: a full release as it is, "6.1" as the newest release of
# that series whose headers are installed (no headers, no module)
kernel_resolve()
{
	local name=$1 newest

	if [[ $name == *-* ]]; then
		printf '%s\n' "$name"
		return
	fi
	[[ $name =~ ^[0-9]+\.[0-9]+(\.[0-9]+)?$ ]] ||
		usage_error "bad kernel '$name': say 6.1, 6.12 or a full" \
			"release such as 6.12.117+deb12-amd64"
	newest=$(kernel_installed_headers |
		 awk -v s="$name" 'index($0, s ".") == 1 ||
				   index($0, s "-") == 1 ||
				   index($0, s "+") == 1' |
		 sort -V | tail -n 1)
	[[ $newest ]] ||
		die "no headers of a $name kernel are installed: run scripts/setup"
	printf '%s\n' "$newest"
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
	[[ -r $kernel_image ]] || kernel_download "$release" "$cache"
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
	if ! kernel_unpack "$release" "$package" "$work" 2>"$work/errors"; then
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

kernel_unpack()
{
	local release=$1 package=$2 work=$3 pattern=() name

	for name in "${KERNEL_MODULES[@]}"; do
		pattern+=("./*/kernel/*/$name.ko" "./*/kernel/*/$name.ko.xz")
	done
	mkdir "$work/root" &&
	# The sandbox user may not be allowed to write below $HOME.
	(cd "$work" &&
	 apt_run apt-get -q -o APT::Sandbox::User=root download "$package" >&2) &&
	dpkg-deb --fsys-tarfile "$work"/linux-image-*.deb |
		tar -x -C "$work/root" --warning=no-unknown-keyword --wildcards \
		    "./boot/vmlinuz-$release" './*/modules.builtin' \
		    './*/modules.builtin.modinfo' './*/modules.order' \
		    "${pattern[@]}" || [[ -s $work/root/boot/vmlinuz-$release ]] &&
	mv "$work/root/boot/vmlinuz-$release" "$work/root/vmlinuz" &&
	[[ -d $work/root/lib/modules/$release/kernel ]]
}
