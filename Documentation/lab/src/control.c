// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shmctl: everything about a segment except using it.
 *
 *   control SEGMENT stat | mode OCTAL | owner UID | lock | unlock | remove
 *
 * SEGMENT is a key (0x...) or an id, here and in all programs of the lab.
 */
#include "lab.h"

#include <time.h>

static void print_time(const char *what, time_t when)
{
	char text[32] = "never";

	if (when)
		strftime(text, sizeof(text), "%F %T", localtime(&when));
	printf("  %s %s\n", what, text);
}

static void print(const struct shmid_ds *ds)
{
	printf("  key         0x%08x\n", ds->shm_perm.__key);
	printf("  size        %zu bytes\n", ds->shm_segsz);
	printf("  owner       uid %d, gid %d\n", ds->shm_perm.uid, ds->shm_perm.gid);
	printf("  creator     uid %d, gid %d\n", ds->shm_perm.cuid, ds->shm_perm.cgid);
	printf("  mode        %04o\n", ds->shm_perm.mode & 0777);
	printf("  status      %s\n", ds->shm_perm.mode & SHM_LOCKED ? "locked" :
	       ds->shm_perm.mode & SHM_DEST ? "to be destroyed" : "-");
	printf("  made by     pid %d\n", ds->shm_cpid);
	printf("  last used   pid %d\n", ds->shm_lpid);
	printf("  attachments %lu\n", (unsigned long)ds->shm_nattch);
	print_time("attached   ", ds->shm_atime);
	print_time("detached   ", ds->shm_dtime);
	print_time("changed    ", ds->shm_ctime);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";
	struct shmid_ds ds;
	int shmid;

	if (argc < 3)
		usage("SEGMENT stat | mode OCTAL | owner UID | lock | unlock | remove");
	shmid = segment_of(argv[1]);

	if (!strcmp(what, "lock") || !strcmp(what, "unlock")) {
		if (shmctl(shmid, what[0] == 'l' ? SHM_LOCK : SHM_UNLOCK, NULL))
			fail("shmctl");
		return 0;
	}
	if (!strcmp(what, "remove")) {
		if (shmctl(shmid, IPC_RMID, NULL))
			fail("shmctl(IPC_RMID)");
		return 0;
	}

	/* The kernel fills in the structure ... */
	if (shmctl(shmid, IPC_STAT, &ds))
		fail("shmctl(IPC_STAT)");
	if (!strcmp(what, "stat")) {
		print(&ds);
		return 0;
	}

	/* ... and of what we give back it takes owner, group and mode. */
	if (argc > 3 && !strcmp(what, "mode"))
		ds.shm_perm.mode = strtol(argv[3], NULL, 8);
	else if (argc > 3 && !strcmp(what, "owner"))
		ds.shm_perm.uid = atoi(argv[3]);
	else
		usage("SEGMENT stat | mode OCTAL | owner UID | lock | unlock | remove");
	if (shmctl(shmid, IPC_SET, &ds))
		fail("shmctl(IPC_SET)");
	return 0;
}
