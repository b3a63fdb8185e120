// SPDX-License-Identifier: GPL-2.0
/* /dev/shmviz: the way in. */
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "internal.h"

static long device_open_object(struct file *device,
			       const struct shmviz_open __user *uarg)
{
	struct shmviz_open arg;
	int err;

	err = shmviz_may_open(device);
	if (err)
		return err;
	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	return shmviz_object_open(&arg);
}

static long device_list(struct file *device, struct shmviz_list __user *uarg)
{
	int err = shmviz_may_open(device);

	return err ? err : shmviz_list_ioctl(uarg);
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case SHMVIZ_OPEN:
		return device_open_object(file, (void __user *)arg);
	case SHMVIZ_LIST:
		return device_list(file, (void __user *)arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations device_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= device_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.mmap		= shmviz_board_mmap,
	.llseek		= noop_llseek,
};

static struct miscdevice device_misc = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "shmviz",
	.fops	= &device_fops,
	.mode	= 0600,
};

static int __init shmviz_init(void)
{
	int err;

	err = shmviz_board_init();
	if (err)
		return err;
	err = misc_register(&device_misc);
	if (err)
		shmviz_board_exit();
	return err;
}
module_init(shmviz_init);

static void __exit shmviz_exit(void)
{
	misc_deregister(&device_misc);
	shmviz_board_exit();
}
module_exit(shmviz_exit);

MODULE_DESCRIPTION("Shows the physical frames of shared memory");
MODULE_AUTHOR("The shmviz authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(SHMVIZ_VERSION);
