# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A run of the lab has a directory of its own, $run, under build/lab/runs. It
# is gone when the run is over, however it ended: lab removes it, or else the
# warden; what a crash of the machine leaves is removed by a later run.

# run_begin: makes $run and holds a lock in it for as long as this process lives
run_begin()
{
	local runs=$BUILD/lab/runs door lock

	mkdir -p "$runs" || die "cannot make $runs"
	exec {door}>"$runs/.lock" || die "cannot write to $runs"
	flock "$door"
	run_prune "$runs"
	run=$(mktemp -d "$runs/run.XXXXXX") || die "cannot write to $runs"
	exec {lock}>"$run/lock"
	flock "$lock"
	exec {door}>&-
}

# A lock that can be had belongs to nobody any more.
run_prune()
{
	local dir

	for dir in "$1"/run.*/; do
		[[ -d $dir ]] || continue
		flock -n "$dir/lock" true 2>/dev/null && rm -rf "$dir"
	done
}

# warden_start PARENT TTY MODES: the process that ends what this one cannot end
# itself; see lib/warden. The pipe to it closes when this process is gone.
warden_start()
{
	exec {life}> >(exec setsid "$LIB/warden" "$$" "$1" "$run" "$2" "$3" \
		>/dev/null 2>&1)
	warden=$!
}

# warden_dismiss: at an ordinary end, so that no zombie of it is left to an init
# that does not wait for strangers (a container's)
warden_dismiss()
{
	exec {life}>&-
	wait "$warden"
}
