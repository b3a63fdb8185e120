# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# The guest as a system: file systems, users, names.

# mount_on DIRECTORY TYPE [OPTIONS]: what a kernel lacks is left out
mount_on()
{
	mkdir -p "$1"
	mount -t "$2" ${3:+-o "$3"} "$2" "$1"
}

# mount_filled DIRECTORY TYPE [OPTIONS]: as mount_on, with the files that the
# initramfs has there: scripts/lab --with and --file bring some to any place
mount_filled()
{
	mount --bind / /mnt
	mount_on "$@"
	[ ! -d "/mnt$1" ] || find "/mnt$1" -mindepth 1 -maxdepth 1 -exec mv {} "$1/" \;
	umount /mnt
}

mount_all()
{
	mount_on /proc proc
	mount_on /sys sysfs
	mount_on /dev devtmpfs
	mount_on /dev/pts devpts gid=5,mode=620,ptmxmode=666
	mount_filled /dev/shm tmpfs mode=1777
	mount_on /dev/mqueue mqueue
	mount_on /dev/hugepages hugetlbfs
	mount_filled /run tmpfs mode=755
	mount_filled /tmp tmpfs mode=1777
	mount_on /sys/kernel/debug debugfs
	mount_on /sys/kernel/tracing tracefs
	mount_on /sys/fs/bpf bpf
	mount_on /sys/fs/cgroup cgroup2
	ln -s /proc/self/fd /dev/fd
	ln -s /proc/self/fd/0 /dev/stdin
	ln -s /proc/self/fd/1 /dev/stdout
	ln -s /proc/self/fd/2 /dev/stderr
	mkdir -p /var /var/tmp
	chmod 1777 /var/tmp
	ln -sfn /run /var/run
	ln -sfn /run/lock /var/lock
	mkdir -p /run/lock
	ln -sfn /proc/mounts /etc/mtab
}

make_users()
{
	hostname lab
	ip link set lo up
	echo '127.0.0.1 localhost lab' >/etc/hosts
	cat >/etc/passwd <<-'END'
		root:x:0:0:root:/root:/bin/sh
		user:x:1000:1000:user:/home/user:/bin/sh
		nobody:x:65534:65534:nobody:/nonexistent:/bin/sh
	END
	cat >/etc/group <<-'END'
		root:x:0:
		tty:x:5:
		user:x:1000:
		nogroup:x:65534:
	END
	mkdir -p /root /home/user
	chmod 700 /root
	chown 1000:1000 /home/user
}

# swap_area SIZE: one more swap area in compressed memory
swap_area()
{
	area=$(cat /sys/class/zram-control/hot_add) &&
	echo "$1" >"/sys/block/zram$area/disksize" &&
	mkswap "/dev/zram$area" >/dev/null &&
	swapon "/dev/zram$area"
}

# Two swap areas, so that pages can be seen to go there and come back. The one
# that comes first has the lower type and the higher priority. It is small: after
# 255 pages, and for huge pages at once, the kernel takes the area of type 1.
make_swap()
{
	modprobe -q zram num_devices=0 2>/dev/null
	[ -r /sys/class/zram-control/hot_add ] || return
	swap_area 1M
	swap_area 64M
}
