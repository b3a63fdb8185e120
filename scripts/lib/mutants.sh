# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The patches of tests/mutants, and the programs that are built of them.
#
# A patch is a unified diff of one hunk. Above it stand the defect, in words, and
#
#	Test: NAME		the test that must fail, as tests/run has it
#	Where: native		it is run on this machine
#	Where: module		in the lab, with the module that was changed
#	Where: vm		in the lab, with the command that was changed
#	Survives: REASON	only if no test can notice it

MUTANTS_DIR=$TOP/tests/mutants

declare -A mutant_test mutant_where mutant_survives mutant_file mutant_defect

# mutant_patch NAME
mutant_patch()
{
	printf '%s\n' "$MUTANTS_DIR/$1.patch"
}

# mutants_headers NAME...: lines NAME KEY VALUE, of the headers
mutants_headers()
{
	(cd "$MUTANTS_DIR" && awk '
		FNR == 1 { name = substr(FILENAME, 1, length(FILENAME) - 6)
			   header = 1; defect = "" }
		/^$/ && defect != "" { print name, "Defect:", defect; defect = "" }
		/^--- / { header = 0 }
		/^[+][+][+] b\// { print name, "File:", substr($2, 3) }
		/^SPDX-License-Identifier: / && header { next }
		/^(Test|Where|Survives): / && header { print name, $0; next }
		header && NF { defect = defect (defect == "" ? "" : " ") $0 }
		' "${@/%/.patch}")
}

# mutants_read [NAME...]: sets mutants, and what the headers say of each
mutants_read()
{
	local name key value path

	mutants=("$@")
	if ! (($#)); then
		for path in "$MUTANTS_DIR"/*.patch; do
			name=${path##*/}
			mutants+=("${name%.patch}")
		done
	fi
	for name in "${mutants[@]}"; do
		[[ -r $(mutant_patch "$name") ]] ||
			die "no mutant '$name': see scripts/mutants --list"
		mutant_survives[$name]=
	done
	while read -r name key value; do
		case $key in
		Defect:) mutant_defect[$name]=$value ;;
		File:) mutant_file[$name]=$value ;;
		Test:) mutant_test[$name]=$value ;;
		Where:) mutant_where[$name]=$value ;;
		Survives:) mutant_survives[$name]=$value ;;
		esac
	done < <(mutants_headers "${mutants[@]}")
}

mutants_list()
{
	local name

	for name in "${mutants[@]}"; do
		printf '%-32s %-7s %-18s %s\n' "$name" "${mutant_where[$name]}" \
			"${mutant_test[$name]}" "${mutant_defect[$name]}"
	done
}

# mutant_places NAME: how many places of its file the hunk fits. patch(1) would
# take the nearest one.
mutant_places()
{
	perl -0777 -e '
		my ($patch, $file) = map { local @ARGV = $_; <> } @ARGV;
		my @lines = split /\n/, $patch =~ s/^.*?^@@[^\n]*\n//smr;
		my $old = join "", map { substr($_, 1) . "\n" }
				grep { /^[ -]/ } @lines;
		my ($count, $at) = (0, 0);
		while (length $old && ($at = index($file, $old, $at)) >= 0) {
			$count++ if !$at || substr($file, $at - 1, 1) eq "\n";
			$at++;
		}
		print $count' "$(mutant_patch "$1")" "$TOP/${mutant_file[$1]}"
}

# mutant_mistake NAME: what is wrong with a patch; nothing if it is well
mutant_mistake()
{
	local name=$1 patch places

	patch=$(mutant_patch "$name")
	[[ ${mutant_file[$name]-} && ${mutant_test[$name]-} &&
	   ${mutant_where[$name]-} && ${mutant_defect[$name]-} ]] || {
		echo "it lacks a defect, Test:, Where: or a diff"
		return
	}
	case ${mutant_file[$name]} in
	kmod/*|bpf/*|user/*) ;;
	*) echo "it changes no file of kmod, bpf or user"; return ;;
	esac
	[[ -r $TOP/${mutant_file[$name]} ]] || {
		echo "there is no ${mutant_file[$name]} any more"
		return
	}
	case ${mutant_where[$name]} in
	native|module|vm) ;;
	*) echo "Where is '${mutant_where[$name]}', not native, module or vm"
	   return ;;
	esac
	[[ ${mutant_where[$name]} != module ||
	   ${mutant_file[$name]} == kmod/* ]] ||
		{ echo "Where is module, and the command is changed"; return; }
	[[ -e $TOP/tests/${mutant_test[$name]} ||
	   -e $TOP/tests/${mutant_test[$name]}.c ]] ||
		{ echo "there is no test '${mutant_test[$name]}'"; return; }
	(($(grep -c '^@@ ' "$patch") == 1)) ||
		{ echo "it has not exactly one hunk"; return; }
	places=$(mutant_places "$name")
	((places == 1)) || {
		echo "it fits ${mutant_file[$name]} in $places places, not in one"
		return
	}
	patch -p1 --fuzz=0 --dry-run -s -f -d "$TOP" <"$patch" 2>&1 |
		head -n 1
}

# mutants_check: status 1 if a patch is not as it must be; says which, and why
mutants_check()
{
	local name mistake bad=0

	for name in "${mutants[@]}"; do
		mistake=$(mutant_mistake "$name")
		[[ $mistake ]] || continue
		say "tests/mutants/$name.patch: $mistake"
		bad=$((bad + 1))
	done
	((!bad)) || say "$bad of ${#mutants[@]} patches are to be refreshed"
	((!bad))
}

# mutants_where PLACE...: the names of those that run there, one a line
mutants_where()
{
	local name

	for name in "${mutants[@]}"; do
		[[ " $* " != *" ${mutant_where[$name]} "* ]] ||
			printf '%s\n' "$name"
	done
}

# A tree with everything built, to be copied for each mutant, so that only what
# is changed is built again. kbuild goes by absolute paths: a tree keeps its own.
tree_prepare()
{
	local tree=$work/tree.$1

	mkdir -p "$tree/build" &&
	cp -a "$TOP"/{Makefile,kmod,bpf,user,tests} "$tree/" &&
	cp -a "$BUILD"/{obj,shmviz} "$BUILD"/*.h "$tree/build/" || return
	if [[ $(mutants_where module) ]]; then
		module_make "$release" "$tree" -s || return
	fi
	mv "$tree" "$work/pristine.$1"
}

# same_program A B TMP: whether the code is the same. A hash of the sources is in
# .modinfo.
same_program()
{
	strip -g -R .note.gnu.build-id -R .modinfo -o "$3" "$1" &&
	strip -g -R .note.gnu.build-id -R .modinfo -o "$3.same" "$2" &&
	cmp -s "$3" "$3.same"
}

# A test of this name is made of the command's own sources.
is_unit()
{
	[[ $1 == unit_* ]]
}

# mutant_build NAME NUMBER: the mutant's program, in the tree of that number
mutant_build()
{
	local name=$1 tree=$work/tree.$2 product=shmviz same=$work/pristine.$2

	rm -rf "$tree"
	cp -a "$work/pristine.$2" "$tree" &&
	patch -p1 --fuzz=0 -s -f --no-backup-if-mismatch -d "$tree" \
		<"$(mutant_patch "$name")" || return
	if [[ ${mutant_where[$name]} == module ]]; then
		product=kmod/$release/shmviz.ko
		module_make "$release" "$tree" -s || return
	elif is_unit "${mutant_test[$name]}"; then
		product=tests/${mutant_test[$name]} same=$TOP
		make -s --no-print-directory -C "$tree/tests" \
			"$tree/build/$product" || return
	else
		make -s --no-print-directory -C "$tree" build/shmviz || return
	fi
	if same_program "$tree/build/$product" "$same/build/$product" \
			"$work/bare.$2"; then
		echo "the program is the same as without it"
		return 1
	fi
	mkdir -p "$work/guest/$name" &&
	strip -g -o "$work/guest/$name/${product##*/}" "$tree/build/$product"
}

# mutants_builder NUMBER: builds every one of `jobs`
mutants_builder()
{
	local number=$1 i name

	tree_prepare "$number" >"$work/tree.$number.log" 2>&1 || {
		cat "$work/tree.$number.log" >&2
		return 1
	}
	for ((i = number; i < ${#mutants[@]}; i += jobs)); do
		name=${mutants[i]}
		mutant_build "$name" "$number" >"$work/$name.build" 2>&1 ||
			: >"$work/$name.unbuilt"
	done
	rm -rf "$work/tree.$number" "$work/pristine.$number" "$work/bare.$number"*
}

mutants_build()
{
	local number builders=()

	say "building ${#mutants[@]} mutants"
	for ((number = 0; number < jobs; number++)); do
		mutants_builder "$number" &
		builders+=($!)
	done
	for number in "${builders[@]}"; do
		wait "$number" || die "the unchanged tree cannot be built"
	done
}

mutant_built()
{
	[[ ! -e $work/$1.unbuilt ]]
}
