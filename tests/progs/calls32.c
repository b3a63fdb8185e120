// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The four calls by a 32-bit program: through the C library, which takes the old
 * ipc(2), and by their own numbers. Then other calls, whose numbers are those of
 * shmat, shmctl and shmdt in the 64-bit table. Prints what each call returned.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KEY	0x32323232
#define NR_ipc		117
#define IPC_SHMAT	21	/* a version may be above it */
#define IPC_SHMCTL	24
#define IPC_64		0x100
#define NR_shmget	395
#define NR_shmctl	396
#define NR_shmat	397
#define NR_shmdt	398

static void say(const char *call, long ret)
{
	if (ret == -1)
		printf("%s %s\n", call, strerrorname_np(errno));
	else
		printf("%s %lu\n", call, (unsigned long)ret);
}

static void by_library(void)
{
	int shmid = shmget(KEY, 5000, IPC_CREAT | IPC_EXCL | 0640);
	struct shmid_ds ds;
	void *addr;

	say("shmget", shmid);
	say("shmget", shmget(KEY, 5000, IPC_CREAT | IPC_EXCL | 0640));
	addr = shmat(shmid, NULL, SHM_RDONLY);
	say("shmat", (long)addr);
	say("shmat", (long)shmat(-1, (void *)0x10000, 0));
	say("shmctl", shmctl(shmid, IPC_STAT, &ds));
	say("shmdt", shmdt(addr));
	say("shmdt", shmdt((void *)0xfff00000));
	say("shmat", syscall(NR_ipc, IPC_SHMAT | 1 << 16, shmid, 0, 0, 0));
	say("shmctl", syscall(NR_ipc, IPC_SHMCTL, 0, IPC_INFO, 0, 1));
	say("shmctl", shmctl(shmid, IPC_RMID, NULL));
}

static void by_number(void)
{
	long shmid = syscall(NR_shmget, KEY + 1, 5000, IPC_CREAT | 0600), addr;
	struct shmid_ds ds;

	say("shmget", shmid);
	addr = syscall(NR_shmat, shmid, 0, 0);
	say("shmat", addr);
	say("shmctl", syscall(NR_shmctl, shmid, IPC_STAT, &ds));
	say("shmdt", syscall(NR_shmdt, addr));
	say("shmctl", syscall(NR_shmctl, shmid, IPC_STAT | IPC_64, &ds));
	say("shmctl", syscall(NR_shmctl, shmid, IPC_RMID, 0));
}

int main(void)
{
	by_library();
	by_number();
	syscall(30, "/nonexistent", NULL);	/* utime */
	syscall(31, 0, 0, 0);			/* stty */
	syscall(67, 0, NULL, NULL);		/* sigaction */
	return 0;
}
