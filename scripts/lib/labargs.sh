# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The command line of scripts/lab; its help is in there.

parse()
{
	local options

	kernel=$KERNEL_DEFAULT with=() no_module='' timeout='' memory='' cpus=2
	icount='' parallel='' append='' environment=() files=() console='' command=()
	options=$(getopt -n "$me" -s bash \
		-o +k:w:Mt:m:c:a:e:f:C:ph \
		-l kernel:,with:,no-module,timeout:,memory:,cpus: \
		-l append:,env:,file:,console:,icount,parallel,help -- "$@" 2>&1) ||
		usage_error "$(sed -n "1s/^$me: //p" <<<"$options")"
	eval "set -- $options"
	while [[ $1 != -- ]]; do
		case $1 in
		-k|--kernel) kernel=$2 ;;
		-w|--with) with+=("$2") ;;
		-M|--no-module) no_module=1; set -- - "$@" ;;
		-t|--timeout) timeout=$(number "$1" "$2" 0) || exit ;;
		-m|--memory) memory=$(number "$1" "$2" 256) || exit ;;
		-c|--cpus) cpus=$(number "$1" "$2" 1) || exit ;;
		-a|--append) append=$2 ;;
		-e|--env) add_environment "$2" ;;
		-f|--file) add_file "$2" ;;
		-C|--console) console=$2 ;;
		--icount) icount=1 cpus=1; set -- - "$@" ;;
		-p|--parallel) parallel=1; set -- - "$@" ;;
		-h|--help) print_help "$0"; exit 0 ;;
		esac
		shift 2
	done
	shift
	[[ ! $icount || ! $parallel ]] ||
		usage_error "--icount and --parallel exclude each other"
	command=("$@")
	if is_debug_name "$kernel"; then
		memory=${memory:-$DEBUG_MEMORY}
		timeout=${timeout:-$((${#command[@]} ? DEBUG_TIMEOUT : 0))}
		append="$(debug_append "$kernel") $append"
	fi
	[[ $timeout ]] || timeout=$((${#command[@]} ? 600 : 0))
}

# number OPTION TEXT LEAST
number()
{
	[[ $2 =~ ^[0-9]{1,9}$ ]] && ((10#$2 >= $3)) ||
		usage_error "bad number '$2' for $1: at least $3"
	printf '%d\n' "$((10#$2))"
}

add_environment()
{
	[[ $1 =~ ^[A-Za-z_][A-Za-z0-9_]*= ]] ||
		usage_error "bad variable '$1' for --env: say NAME=VALUE"
	environment+=("$1")
}

add_file()
{
	local from=${1%%:*}

	[[ -r $from ]] || usage_error "cannot read '$from' for --file"
	from=$(realpath -s -- "$from")
	case $1 in
	*:/*) files+=("$from:${1#*:}") ;;
	*:*) usage_error "bad path '${1#*:}' for --file: it must be absolute" ;;
	*) files+=("$from:$from") ;;
	esac
}

# terminal_of_person: a shell wants one; sets tty, modes, rows, columns, and
# where the console goes
terminal_of_person()
{
	tty='' modes='' rows='' columns='' merged=''
	[[ $console ]] || console=$run/console
	: >"$console" || die "cannot write to $console"
	console=$(realpath -- "$console")
	if ((${#command[@]})); then
		# One place for both keeps their order; see the help.
		[[ /proc/self/fd/1 -ef /proc/self/fd/2 ]] && merged=1
		return 0
	fi
	tty=$(tty) && [[ -t 1 ]] ||
		usage_error "a shell needs a terminal; without one give a CMD"
	modes=$(stty -g)
	read -r rows columns < <(stty size)
}
