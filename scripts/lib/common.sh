# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What every script here starts with: where the tree is, where to look for
# programs, and how to say that something is wrong.
#
# The including script sets $me, its name in messages, and $die_status, the
# exit status of "could not do my own work" (1 unless it says otherwise).

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P) || exit 1
# shellcheck disable=SC2034 # not every script uses both
LIB=$TOP/scripts/lib
# shellcheck disable=SC2034
BUILD=$TOP/build

# bpftool, depmod and others live in sbin, which a plain user's PATH lacks.
# Debian's own programs come first: the lists in packages.sh are about them.
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
export PATH LC_ALL=C.UTF-8

say()
{
	printf '%s: %s\n' "$me" "$*" >&2
}

die()
{
	say "$*"
	exit "${die_status:-1}"
}

# usage_error TEXT: one line that names the mistake, status 2
usage_error()
{
	say "$*; try '$0 --help'"
	exit 2
}

# print_help FILE: the comment block between "#:" markers is the manual page
print_help()
{
	sed -n 's/^#: \{0,1\}//p' "$1"
}

# Where kernels are kept: outside the tree, so that they survive `make clean`
# and serve every checkout.
cache_dir()
{
	if [[ ${SHMVIZ_CACHE-} ]]; then
		printf '%s\n' "$SHMVIZ_CACHE"
	elif [[ ${XDG_CACHE_HOME-} ]]; then
		printf '%s\n' "$XDG_CACHE_HOME/shmviz/kernels"
	elif [[ ${HOME-} ]]; then
		printf '%s\n' "$HOME/.cache/shmviz/kernels"
	elif ((EUID == 0)); then
		printf '%s\n' /var/cache/shmviz/kernels
	else
		die "HOME is not set: say where to keep kernels with SHMVIZ_CACHE=DIR"
	fi
}
