# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# The guest's channels to the host: command output, and the verdict, whose line
# also says that init has started.

prepare_verdict()
{
	stty -F /dev/ttyS3 115200 raw -echo
}

# verdict LINE: the guest's last words. Closing the line waits until every
# byte is out; so does closing a virtio port. In a process of its own, because a
# signal ends that wait, and the first process gets one for each that dies.
verdict()
{
	(printf '%s\nend\n' "$1" >/dev/ttyS3)
	poweroff -f
	# A kernel without ACPI cannot; qemu ends at a reset just as well.
	reboot -f
}

# port NAME: prints the device of a virtio port, waits a little for it
port()
{
	tries=500
	while [ $tries -gt 0 ]; do
		for name in /sys/class/virtio-ports/*/name; do
			[ "$(cat "$name" 2>/dev/null)" != "$1" ] || {
				dev=${name%/name}
				echo "/dev/${dev##*/}"
				return 0
			}
		done
		usleep 10000
		tries=$((tries - 1))
	done
	return 1
}

# The command writes to pipes, which it and its children can open by name
# (/dev/stdout) and which are no terminal; a relay each empties them.
open_outputs()
{
	[ -d /sys/class/virtio-ports ] || modprobe virtio_console
	[ -d /sys/bus/virtio/drivers/virtio_pci ] || modprobe virtio_pci
	missing=out
	out=$(port out) || return
	mkfifo /lab/out
	cat /lab/out >"$out" &
	relays=$!
	if [ "$MERGED" ]; then
		ln -s out /lab/err
		return
	fi
	missing=err
	err=$(port err) || return
	mkfifo /lab/err
	cat /lab/err >"$err" &
	relays="$relays $!"
}

# Whatever still runs could hold the pipes open for ever.
close_outputs()
{
	for dir in /proc/[0-9]*; do
		pid=${dir#/proc/}
		case " 1 $relays " in
		*" $pid "*) ;;
		*) kill -9 "$pid" 2>/dev/null ;;
		esac
	done
	# shellcheck disable=SC2086 # one word a process
	wait $relays
}
