// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The four calls by ways that compilers don't take, from a 64-bit program: with
 * a number whose upper half is not 0, which the kernel does not look at; by the
 * 32-bit entry, int $0x80, with such arguments, too; and by the numbers of x32.
 * Prints the way, the call and what it returned.
 */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define JUNK		0x5a5a5a5a00000000
#define X32		0x40000000
#define KEY		0x64646464

static long call64(long nr, long a, long b, long c)
{
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "a" (nr), "D" (a), "S" (b), "d" (c)
		     : "rcx", "r11", "memory");
	return ret;
}

static long call32(long nr, long a, long b, long c)
{
	long ret;

	asm volatile("int $0x80" : "=a" (ret)
		     : "a" (nr), "b" (a), "c" (b), "d" (c)
		     : "r8", "r9", "r10", "r11", "memory");
	return (int)ret < 0 && (int)ret >= -4095 ? (int)ret : ret;
}

static void say(const char *way, const char *call, long ret)
{
	if (ret < 0 && ret >= -4095)
		printf("%s %s %s\n", way, call, strerrorname_np(-ret));
	else
		printf("%s %s %ld\n", way, call, ret);
}

static void all_four(const char *way,
		     long (*call)(long, long, long, long), const long nr[4],
		     long junk, key_t key)
{
	long shmid = call(nr[0], key | junk, 5000, IPC_CREAT | 0600), addr;

	say(way, "shmget", shmid);
	addr = call(nr[1], shmid | junk, 0, SHM_RDONLY);
	say(way, "shmat", addr);
	/* By int $0x80 too its highest bits don't count. */
	say(way, "shmdt", call(nr[2], addr < 0 ? 0 : addr | junk, 0, 0));
	say(way, "shmctl", call(nr[3], shmid | junk, IPC_RMID, 0));
}

int main(void)
{
	static const long upper[] = { JUNK | 29, JUNK | 30, JUNK | 67, JUNK | 31 };
	static const long ia32[] = { 395, 397, 398, 396 };
	static const long x32[] = { X32 | 29, X32 | 30, X32 | 67, X32 | 31 };

	all_four("upper", call64, upper, 0, KEY);
	all_four("int80", call32, ia32, JUNK, KEY + 1);
	all_four("x32", call64, x32, 0, KEY + 2);
	return 0;
}
