# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034 # the lists are used by name
#
# The Debian packages that shmviz needs, by purpose: the only list of them.
#
# linux-headers-6.12-amd64 is in bookworm's security suite. Debian makes it
# depend on the kernel image of its release, which therefore gets installed with
# it and can become what the machine boots next; README says so. 6.1's headers
# don't: that image is fetched and unpacked by kernel.sh, never installed.

# What everyone needs, and what only those need who ask for a kernel of
# backports.sh or debug.sh, for the lane of big programs, or for what the costs of
# shmviz are measured beside.
PURPOSES=(build lab test)
PURPOSES_MORE=(backports debug apps bench)

packages_build=(
	gcc libc6-dev make pkg-config
	clang bpftool libbpf-dev libelf-dev zlib1g-dev
	libsmartcols-dev libjson-c-dev libcap-dev libncurses-dev
	linux-headers-amd64 linux-headers-6.12-amd64
)

packages_lab=(
	qemu-system-x86 busybox-static util-linux
	cpio kmod xz-utils
)

packages_test=(
	gcc-multilib
	strace stress-ng jq perl-base
	sparse shellcheck
	chromium chromium-driver python3-selenium graphviz libxml2-utils
)

# The programs of them that tests call, which a guest needs, too.
LANE_PROGRAMS=(perl strace stress-ng jq setpriv)

packages_apps=(
	postgresql-15
	xvfb x11-apps x11-xkb-utils
	python3 python3-sysv-ipc
	strace jq perl-base
)

# shmsnoop compiles its program against the headers of the kernel that it runs on.
packages_bench=(
	bpfcc-tools bpftrace
	linux-headers-6.12-amd64
)

packages_backports=(
	mmdebstrap uidmap debian-archive-keyring util-linux
)

packages_debug=(
	linux-source-6.12
	gcc libc6-dev make flex bison bc perl-base
	libelf-dev libssl-dev xz-utils
)

# packages_of PURPOSE...: the names, one a line
packages_of()
{
	local purpose

	for purpose; do
		local -n list=packages_$purpose
		printf '%s\n' "${list[@]}"
	done
}

# packages_missing NAME...: those that are not installed, one a line. One
# process, because this runs at every start of the demo.
packages_missing()
{
	dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' -- "$@" 2>/dev/null |
		awk 'BEGIN { for (i = 1; i < ARGC; i++) want[ARGV[i]]; ARGC = 1 }
		     $1 == "ii" || $1 == "hi" { delete want[$NF] }
		     END { for (name in want) print name }' "$@" |
		sort
}

# packages_unknown NAME...: those that apt has never heard of
packages_unknown()
{
	local name

	for name; do
		apt_run apt-cache show --no-all-versions "$name" >/dev/null 2>&1 ||
			printf '%s\n' "$name"
	done
}
