# SPDX-License-Identifier: GPL-2.0-or-later
#
# Reads the packages of dpkg's database, prints those that the packages named
# in START (by spaces) need at run time, themselves included, as their file
# lists are named: "name" or "name:arch".
#
# Input, tab-separated: list name, package, architecture, status, provides,
# pre-depends, depends. NATIVE is the machine's architecture.

BEGIN {
	FS = "\t"
	# Of no use in a guest whose init is a shell script and where nothing
	# is ever installed or configured.
	split("adduser apt base-files base-passwd cdebconf debconf debianutils dpkg " \
	      "groff-base init-system-helpers install-info libpam-systemd " \
	      "lsb-base man-db mount passwd sensible-utils ssl-cert systemd " \
	      "systemd-sysv sysvinit-utils ucf udev", names, " ")
	for (i in names)
		useless[names[i]]
}

$4 !~ /^ii|^hi/ { next }

{
	# Of two architectures of one package the machine's own is meant.
	if (!($2 in list) || $3 == NATIVE || $3 == "all") {
		list[$2] = $1
		needs[$2] = $6 ", " $7
	}
	list[$1] = $1
	needs[$1] = $6 ", " $7
	n = split($5, virtual, /, */)
	for (i = 1; i <= n; i++) {
		sub(/ .*/, "", virtual[i])
		if (!(virtual[i] in provider))
			provider[virtual[i]] = $2
	}
}

# The first alternative that is installed, or "".
function installed(clause,	alternative, n, i, name)
{
	n = split(clause, alternative, / *\| */)
	for (i = 1; i <= n; i++) {
		name = alternative[i]
		gsub(/\([^)]*\)|:any|[ \t]/, "", name)
		if (name in list)
			return name
		if (name in provider)
			return provider[name]
	}
	return ""
}

# What was asked for by name is taken in any case.
function useful(name)
{
	return name in useless ? "" : name
}

function take(name)
{
	if (!(name in list) || list[name] in taken)
		return
	taken[list[name]]
	queue[++last] = name
}

END {
	n = split(START, start, " ")
	for (i = 1; i <= n; i++)
		take(start[i])
	for (next_ = 1; next_ <= last; next_++) {
		n = split(needs[queue[next_]], clause, /, */)
		for (i = 1; i <= n; i++)
			if (clause[i] ~ /[^ ]/)
				take(useful(installed(clause[i])))
	}
	for (name in taken)
		print name
}
