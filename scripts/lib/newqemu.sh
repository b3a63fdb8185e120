# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A qemu for scripts/lab --parallel. Before 8.1 a processor of an emulated guest
# can run an instruction that another is just patching. Where the machine's own is
# older, the one of bookworm-backports is downloaded and unpacked into the cache;
# nothing is installed. It uses the firmware of the machine's own.

QEMU_LEAST=8.1

# qemu_is_new PROGRAM: whether its version is high enough
qemu_is_new()
{
	local version

	version=$("$1" --version 2>/dev/null | awk 'NR == 1 { print $4 }')
	[[ $version ]] &&
	[[ $(printf '%s\n' "$QEMU_LEAST" "$version" | sort -V | head -n 1) == \
	   "$QEMU_LEAST" ]]
}

# qemu_newer: sets qemu_program; where no newer one can be had, the machine's own
# has to do: boots that it loses are repeated
qemu_newer()
{
	local kept lock

	! qemu_is_new "$qemu_program" || return 0
	kept=$(cache_dir) || exit
	kept=${kept%/*}/qemu
	mkdir -p "$kept" && exec {lock}>"$kept/.lock" || die "cannot make $kept"
	flock "$lock"
	if ! qemu_is_new "$kept/root/usr/bin/$qemu_program"; then
		say "downloading qemu of bookworm-backports, once;" \
		    "log in $kept/log"
		qemu_download "$kept" >"$kept/log" 2>&1
	fi
	exec {lock}>&-
	if qemu_is_new "$kept/root/usr/bin/$qemu_program"; then
		qemu_program=$kept/root/usr/bin/$qemu_program
	else
		say "no qemu of $QEMU_LEAST or later can be had (see $kept/log):" \
		    "the machine's own may lose the guest"
	fi
}

# qemu_download DIRECTORY: with lists of its own, so that apt's stay as they are
qemu_download()
{
	local dir=$1 mirror options

	mirror=$(apt_mirror) || {
		echo "apt has no Debian mirror among its sources"
		return 1
	}
	rm -rf "${dir:?}"/{root,parts,lists,cache,packages}
	mkdir -p "$dir"/{root,parts,lists/partial,cache,packages} &&
	printf 'deb [signed-by=%s] %s bookworm-backports main\n' \
		/usr/share/keyrings/debian-archive-keyring.gpg "$mirror" \
		>"$dir/parts/backports.list" || return
	options=(-q -o "Dir::Etc::SourceList=/dev/null"
		 -o "Dir::Etc::SourceParts=$dir/parts"
		 -o "Dir::State::Lists=$dir/lists" -o "Dir::Cache=$dir/cache"
		 -o "APT::Sandbox::User=root")
	apt-get "${options[@]}" update &&
	(cd "$dir/packages" &&
	 apt-get "${options[@]}" download qemu-system-x86/bookworm-backports) &&
	dpkg-deb -x "$dir"/packages/qemu-system-x86_*.deb "$dir/root"
	rm -rf "${dir:?}"/{parts,lists,cache,packages}
}
