# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Kernels newer than Debian 12 has: the newest of the backports suite of the
# release after it. The programs of that kernel's kbuild need the C library of
# their own release, so modules for it are built in a root file system of that
# release, which mmdebstrap makes. It is kept in the kernel cache beside the
# image and the modules of its kernel:
#
#	RELEASE/vmlinuz  RELEASE/lib/modules/RELEASE  RELEASE/root

BACKPORTS_BASE=trixie
BACKPORTS=$BACKPORTS_BASE-backports
# After so many days "newest" asks the archive again.
BACKPORTS_DAYS=7

# is_backports_name NAME: whether such a kernel is meant
is_backports_name()
{
	[[ $1 == newest || $1 =~ ^[789]\. ]]
}

# backports_kept CACHE SERIES [FIND-TEST...]: the newest in the cache, or none
backports_kept()
{
	local cache=$1 series=$2

	shift 2
	find "$cache" -mindepth 2 -maxdepth 2 -name root "$@" -printf '%h\n' \
		2>/dev/null | sed 's,.*/,,' | kernel_newest "$series"
}

# backports_resolve NAME: the full release; makes its root file system if need be
backports_resolve()
{
	local name=$1 cache release series=$1 fresh=()

	cache=$(cache_dir) || exit
	if [[ $name == newest ]]; then
		series=''
		fresh=(-mtime "-$BACKPORTS_DAYS")
	fi
	release=$(backports_kept "$cache" "$series" "${fresh[@]}")
	if [[ ! $release ]]; then
		# In a subshell: what is kept already may do.
		(backports_make "$cache") || {
			release=$(backports_kept "$cache" "$series")
			[[ $release ]] || exit "${die_status:-1}"
			say "using $release, which is kept from before"
		}
		release=$(backports_kept "$cache" "$series")
	fi
	[[ $release ]] ||
		die "no $name kernel in $BACKPORTS: it has" \
		    "$(backports_kept "$cache" ''); say --kernel newest"
	printf '%s\n' "$release"
}

# backports_make CACHE: the root file system of the newest kernel, and with it
# that kernel, under their final name
backports_make()
{
	local cache=$1 work release lock

	mkdir -p "$cache" && exec {lock}>"$cache/.backports.lock" ||
		die "cannot make the kernel cache $cache"
	flock "$lock"
	rm -rf "$cache"/.backports.??????
	work=$(mktemp -d "$cache/.backports.XXXXXX") ||
		die "cannot write to the kernel cache $cache"
	say "making a $BACKPORTS root to build modules in: two or three" \
	    "minutes, once; log in $cache/backports.log"
	backports_fill "$work" >"$cache/backports.log" 2>&1 || {
		tail -n 20 "$cache/backports.log" | sed 's/^/  | /' >&2
		rm -rf "$work"
		die "cannot make a $BACKPORTS root; all of it is in" \
		    "$cache/backports.log"
	}
	release=$(<"$work/release")
	rm -rf "${cache:?}/$release" &&
	mv -T "$work/kernel" "$cache/$release" ||
		die "cannot write to the kernel cache $cache"
	rm -rf "$work"
	exec {lock}>&-
}

# What the hook leaves in /var/tmp: the kernel's packages, which the image's
# package only depends on.
# shellcheck disable=SC2016 # for the shell that runs it
BACKPORTS_HOOK='cd /var/tmp && release=$(ls /lib/modules) &&
	names=$(apt-cache depends "linux-image-$release" |
		sed -n "s/^ *Depends: \(linux-[a-z]*-$release\)$/\1/p") &&
	apt-get -q -o APT::Sandbox::User=root download \
		"linux-image-$release" $names'

# backports_fill WORK: leaves WORK/kernel as the cache has it, and WORK/release
backports_fill()
{
	local work=$1 root=$1/kernel/root mirror release

	mirror=$(apt_mirror) || {
		echo "apt has no Debian mirror among its sources"
		return 1
	}
	mkdir -p "$root" &&
	# A tar archive: its files get whatever owner unpacks it, so that no
	# range of users is needed to use it or to remove it.
	mmdebstrap --variant=apt --format=tar \
		--aptopt="APT::Default-Release \"$BACKPORTS\"" \
		--aptopt='APT::Install-Recommends "false"' \
		--include=linux-headers-amd64,gcc,make,sparse \
		--customize-hook="chroot \"\$1\" sh -ec '$BACKPORTS_HOOK'" \
		"$BACKPORTS_BASE" "$work/root.tar" \
		"deb $mirror $BACKPORTS_BASE main" \
		"deb $mirror $BACKPORTS main" &&
	tar -x -C "$root" --no-same-owner --exclude='./dev/*' \
		-f "$work/root.tar" &&
	rm "$work/root.tar" &&
	mkdir -p "$root/shmviz" &&
	mv "$root"/var/tmp/*.deb "$work/" &&
	release=$(ls "$root/usr/lib/modules") &&
	kernel_unpack "$release" "$work/kernel" "$work"/*.deb &&
	printf '%s\n' "$release" >"$work/release"
}

# What is run in the root: a namespace of its own takes the mounts with it.
# objtool wants /proc.
# shellcheck disable=SC2016
BACKPORTS_ENTER='root=$1 tree=$2
	shift 2
	mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" &&
	mount --rbind "$tree" "$root/shmviz" || exit
	exec chroot "$root" "$@"'

# backports_run RELEASE TREE COMMAND...: in the root, where /shmviz is TREE
backports_run()
{
	local root tree=$2 options=(--mount --pid --fork --kill-child)

	root=$(cache_dir)/$1/root || exit
	shift 2
	((EUID == 0)) || options+=(--map-root-user)
	unshare "${options[@]}" sh -c "$BACKPORTS_ENTER" sh "$root" "$tree" "$@"
}
