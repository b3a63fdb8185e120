# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# apt, and where it finds bookworm's security suite, which has the 6.12 kernel.
# A Debian 12 has that suite among its sources; a root that debootstrap made has
# not. Such a root is shown it by a list of our own, on the mirror that apt uses
# anyway; /etc/apt stays as it is.

# apt_run COMMAND ARG...: apt-get or apt-cache, with our list if there is one
apt_run()
{
	local command=$1 parts

	shift
	parts=$(apt_parts) || exit
	if [[ -d $parts ]]; then
		"$command" -o "Dir::Etc::SourceParts=$parts" "$@"
	else
		"$command" "$@"
	fi
}

apt_parts()
{
	local cache

	cache=$(cache_dir) && printf '%s\n' "${cache%/*}/apt.sources.d"
}

# apt_suites: what apt knows, "SITE SUITE" a line
apt_suites()
{
	# shellcheck disable=SC2016 # apt's fields, not bash's
	apt-get indextargets --format '$(SITE) $(RELEASE)' \
		'Created-By: Packages'
}

# apt_mirror: the address that apt has bookworm from, false if it has it from
# nowhere or from something that is not laid out as Debian's mirrors are
apt_mirror()
{
	local base

	base=$(apt_suites | awk '$2 == "bookworm" { print $1; exit }')
	base=${base%/}
	[[ $base == */debian ]] && printf '%s\n' "$base"
}

# apt_add_security: false if apt has the suite already, or no bookworm at all
apt_add_security()
{
	local base parts

	! apt_suites | grep -q ' bookworm-security$' &&
	base=$(apt_mirror) || return
	parts=$(apt_parts) || exit
	rm -rf "$parts"
	mkdir -p "$parts" || die "cannot make $parts"
	cp -a /etc/apt/sources.list.d/. "$parts/" 2>/dev/null
	say "apt's sources lack bookworm-security, which has the 6.12 kernel:" \
	    "using it from the same mirror, $base-security"
	printf 'deb %s-security bookworm-security main\n' "$base" \
		>"$parts/shmviz-security.list"
}
