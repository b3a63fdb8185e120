# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2054 # qemu's commas
#
# The virtual machine: its command line, its life, and what became of it.

# A boot that takes longer hangs; so many are tried with --parallel.
BOOT_TIMEOUT=1200
BOOTS_MAX=5
# An emulated processor can stand still for longer than these watchdogs wait; that
# is no fault of the kernel's.
PATIENCE_ARGS='watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120'
qemu_program='qemu-system-x86_64'

# A /dev/kvm can exist without a processor that virtualizes: it accepts a
# machine and then hangs it. So kvm only where the processor says so itself.
#
# One thread for all processors of the guest, unless --parallel asks for one each:
# with that, qemu before 8.1 lets a processor run an instruction that another is
# just patching (static keys, ftrace), and about one boot in fifty dies of it
# before init starts. newqemu.sh gets a newer one for --parallel.
qemu_accelerator()
{
	if [[ $icount ]]; then
		accelerator=(-accel tcg,thread=single -cpu max
			     -icount shift=0,sleep=off)
	elif grep -qwE 'vmx|svm' /proc/cpuinfo && [[ -w /dev/kvm ]]; then
		accelerator=(-accel kvm -cpu host)
	elif [[ $parallel ]]; then
		accelerator=(-accel tcg,thread=multi -cpu max)
		qemu_newer
	else
		accelerator=(-accel tcg,thread=single -cpu max)
	fi
}

# A big initramfs is in memory twice while it is unpacked.
qemu_memory()
{
	local initrd_mb

	initrd_mb=$(($(stat -c %s "$run/initrd") >> 20))
	[[ $memory ]] || memory=$((2048 + 2 * (initrd_mb > 256 ? initrd_mb : 0)))
}

# With two processors or more, two NUMA nodes of half the memory each, so that
# the node of a frame says something. Every processor is a socket of its own:
# the kernel warns when two nodes share one.
qemu_numa()
{
	local half=$((memory / 2))

	numa=()
	((cpus > 1)) || return 0
	numa=(
		-object "memory-backend-ram,id=node0,size=${half}M"
		-object "memory-backend-ram,id=node1,size=$((memory - half))M"
		-numa "node,nodeid=0,cpus=0-$((cpus / 2 - 1)),memdev=node0"
		-numa "node,nodeid=1,cpus=$((cpus / 2))-$((cpus - 1)),memdev=node1"
	)
}

# Serial lines: console, a person's terminal, (unused), verdict. The third
# line is there because the verdict's must be the fourth on every kernel.
qemu_arguments()
{
	qemu_accelerator
	qemu_memory
	qemu_numa
	arguments=(
		-nodefaults -no-user-config -display none -no-reboot
		"${accelerator[@]}" -m "$memory"
		-smp "$cpus,sockets=$cpus" "${numa[@]}"
		-kernel "$kernel_image" -initrd "$run/initrd"
		-append "console=ttyS0 panic=-1 oops=panic loglevel=7 $PATIENCE_ARGS $append"
		-serial "file:$console"
	)
	if ((${#command[@]})); then
		arguments+=(-serial null)
	else
		arguments+=(-chardev stdio,id=person,mux=on,signal=off -echr 29
			    -serial chardev:person)
	fi
	arguments+=(-serial null -serial "file:$run/verdict")
	if ((${#command[@]})); then
		arguments+=(-device virtio-serial-pci
			    -chardev "file,id=out,path=$run/out"
			    -device virtserialport,chardev=out,name=out)
		[[ $merged ]] || arguments+=(
			    -chardev "file,id=err,path=$run/err"
			    -device virtserialport,chardev=err,name=err)
	fi
}

# The relays bring the command's output live from qemu to where it belongs.
qemu_start()
{
	relays=()
	rm -f "$run/out" "$run/err" "$run/boot"
	if ((${#command[@]})); then
		mkfifo "$run/out" "$run/err"
		cat "$run/out" &
		relays+=($!)
		[[ $merged ]] || {
			cat "$run/err" >&2 &
			relays+=($!)
		}
	fi
	# <&0: a background job would read /dev/null, a person wants to type.
	setpriv --pdeathsig KILL "$qemu_program" "${arguments[@]}" \
		<&0 2>"$run/qemu.log" &
	qemu=$!
	printf '%s\n' "$qemu" >"$run/qemu.pid"
	[[ ! $parallel ]] ||
		printf '%s\n' $((EPOCHSECONDS + BOOT_TIMEOUT)) >"$run/boot"
	((timeout == 0)) ||
		printf '%s\n' $((EPOCHSECONDS + timeout)) >"$run/deadline"
}

# qemu_run: from start to verdict. With a thread for each processor a boot that is
# lost before init has started says nothing of what was to be run: it is repeated,
# a few times, and each time that is said. A guest that is lost later is lost.
qemu_run()
{
	local boot

	for ((boot = 1;; boot++)); do
		qemu_start
		qemu_wait
		((relay_failed == 0)) || return
		qemu_verdict
		[[ $parallel && $lost && ! $started && ! -e $run/timeout ]] ||
			return
		((boot < BOOTS_MAX)) || return
		say "boot $boot was lost before init started, repeating it: $lost"
		[[ $console == "$run/console" ]] ||
			cp "$console" "$console.$boot"
	done
}

# Waits for qemu. A relay that fails before (nobody reads the output any more,
# the disk is full) ends the run: its status becomes relay_failed.
qemu_wait()
{
	local ended=''

	relay_failed=0
	{
		wait -n -p ended "$qemu" "${relays[@]}"
		qemu_status=$?
		if [[ $ended != "$qemu" ]]; then
			# With status 0 its pipe was at its end, so qemu is, too.
			((qemu_status == 0)) || {
				relay_failed=$qemu_status
				kill -KILL "$qemu"
			}
			wait "$qemu"
			qemu_status=$?
		fi
		((${#relays[@]} == 0)) || wait "${relays[@]}"
	} 2>/dev/null	# bash's own report of a killed job
	qemu=
}

# qemu_verdict: sets status when the guest gave its verdict, else lost, the
# reason why there is none; and started, if its init had come so far
qemu_verdict()
{
	local lines

	status='' lost='' started=''
	mapfile -t lines < <(tr -d '\r' <"$run/verdict" 2>/dev/null)
	if [[ ${lines[0]-} == started ]]; then
		started=1
		lines=("${lines[@]:1}")
	fi
	if [[ -e $run/timeout ]]; then
		lost="timeout after $timeout s"
	elif [[ -e $run/hung ]]; then
		lost="init did not start within $BOOT_TIMEOUT s"
		rm -f "$run/hung"
	elif lost=$(grep -aom 1 'Kernel panic - not syncing.*' "$console"); then
		lost=${lost%$'\r'}
	elif [[ ${lines[1]-} == end && ${lines[0]} == 'status '* ]]; then
		status=${lines[0]#status }
	elif [[ ${lines[1]-} == end && ${lines[0]} == 'lost '* ]]; then
		lost=${lines[0]#lost }
	elif [[ -s $run/qemu.log ]]; then
		lost="qemu: $(tail -n 1 "$run/qemu.log")"
	else
		lost="qemu ended with status $qemu_status before the verdict"
	fi
}

# qemu_report_lost: the one line, and the end of the console
qemu_report_lost()
{
	say "LOST: $lost"
	[[ ! -s $console ]] || tail -n 30 "$console" | tr -d '\r' | sed 's/^/  | /' >&2
}
