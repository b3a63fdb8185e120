# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What a host program needs to run in the guest. A program of a Debian package
# needs that package and all that it depends on; any other program needs its
# shared libraries and, as a script, its interpreter.
#
# All paths are given relative to /, with the directories of the merged /usr
# resolved (usr/bin/x, never bin/x), as cpio wants them.

# program_find NAME: the path as called, symbolic links not followed
program_find()
{
	local path

	path=$(type -P -- "$1")
	[[ -f $path && -x $path ]] ||
		die "--with $1: no such program on this machine"
	realpath -s -- "$path"
}

# merged_usr: rewrites absolute paths to relative ones with usr/ in front
merged_usr()
{
	sed -E 's,^/,,; s,^(bin|sbin|lib|lib32|lib64|libx32)/,usr/\1/,'
}

# link_chain PATH: PATH and every symbolic link on its way to a file
link_chain()
{
	local path=$1 target

	while [[ -L $path ]]; do
		printf '%s\n' "$path"
		target=$(readlink -- "$path")
		[[ $target == /* ]] || target=${path%/*}/$target
		path=$(realpath -s -- "$target")
	done
	printf '%s\n' "$path"
}

# packages_of_files PATH...: the packages that own those files, one a line. The
# database knows files of the merged /usr under either name.
packages_of_files()
{
	dpkg-query -S "$@" "${@#/usr}" 2>/dev/null |
		sed '/^diversion by/d; s/: .*//; s/,.*//' | sort -u
}

# interpreter_of PATH: the program that a script names in its first line
interpreter_of()
{
	local line word

	IFS= read -r line <"$1" 2>/dev/null
	[[ $line == '#!'* ]] || return 0
	read -ra word <<<"${line#'#!'}"
	if [[ ${word[0]##*/} == env ]]; then
		[[ ${word[1]-} == -S ]] && unset 'word[1]'
		printf '%s\n' "${word[@]:1:1}"
	else
		printf '%s\n' "${word[0]}"
	fi
} 2>/dev/null

# libraries_of FILE...: shared libraries of dynamic programs, with all links
libraries_of()
{
	local path

	ldd "$@" 2>/dev/null |
		sed -nE 's,^[^/]*=> (/[^ ]+) .*,\1,p; s,^[[:space:]]*(/[^ ]+) .*,\1,p' |
		sort -u | while IFS= read -r path; do
			link_chain "$path"
		done
}

# package_files PACKAGE...: the files of those packages and of all that they
# need, less what nobody reads in a guest
package_files()
{
	# shellcheck disable=SC2016 # dpkg-query's fields, not bash's
	local format='${binary:Package}\t${Package}\t${Architecture}\t'

	# shellcheck disable=SC2016
	format+='${db:Status-Abbrev}\t${Provides}\t${Pre-Depends}\t${Depends}\n'
	dpkg-query -W -f "$format" |
		awk -v NATIVE="$(dpkg --print-architecture)" -v START="$*" \
		    -f "$LIB/closure.awk" |
		sed 's,.*,/var/lib/dpkg/info/&.list,' | xargs cat |
		grep -Ev '^/usr/share/(doc|man|info|locale|lintian|bug|i18n)/' |
		grep -v '^/\.$'
}

# alternatives_for: reads paths, adds the links of /etc/alternatives that end
# at one of them (awk, vi, x-terminal-emulator...)
alternatives_for()
{
	local list link chosen

	list=$(mktemp -p "$run") || die "cannot write to $run"
	sort -u >"$list"
	cat "$list"
	find /usr/bin /usr/sbin -lname '/etc/alternatives/*' |
		while IFS= read -r link; do
			chosen=$(realpath -e -- "$link" 2>/dev/null) &&
			grep -qxF -e "$chosen" -e "${chosen#/usr}" "$list" &&
			link_chain "$link"
		done
	rm -f "$list"
}

# programs_split NAME...: sorts the programs, with the interpreters of scripts,
# into with_packages and with_files
programs_split()
{
	local todo=("$@") seen=' ' name path chain owners interpreter

	with_packages=() with_files=() with_links=()
	while ((${#todo[@]})); do
		name=${todo[0]}
		todo=("${todo[@]:1}")
		path=$(program_find "$name") || exit
		[[ $seen != *" $path "* ]] || continue
		seen+="$path "
		mapfile -t chain < <(link_chain "$path")
		with_links+=("${chain[@]}")
		path=${chain[-1]}
		mapfile -t owners < <(packages_of_files "${chain[@]}")
		((${#owners[@]})) || with_files+=("$path")
		with_packages+=("${owners[@]}")
		interpreter=$(interpreter_of "$path")
		[[ ! $interpreter ]] || todo+=("$interpreter")
	done
}

# with_list: all files that with_packages, with_files and their links need
with_list()
{
	{
		printf '%s\n' "${with_links[@]}"
		if ((${#with_packages[@]})); then
			# python3-minimal has the program, python3 its library.
			package_files "${with_packages[@]}" \
				"${with_packages[@]%-minimal}" | alternatives_for
		fi
		if ((${#with_files[@]})); then
			libraries_of "${with_files[@]}"
		fi
	} | merged_usr | existing_with_parents
}

# existing_with_parents: reads relative paths, leaves out what is not there or
# not readable, puts every directory before what it holds
existing_with_parents()
{
	(cd / && while IFS= read -r path; do
		if [[ -L $path || -r $path ]]; then
			printf '%s\n' "$path"
			while [[ $path == */* ]]; do
				path=${path%/*}
				printf '%s\n' "$path"
			done
		fi
	done) | LC_ALL=C sort -u
}
