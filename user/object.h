/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model of every object of shared memory, whoever made it: System V
 * segments, POSIX shared memory, memfds, shared anonymous memory, and files
 * that are mapped shared.
 *
 * An object is told by device and inode number as stat(2) has them, a segment
 * by IPC namespace and shmid: segments of all namespaces lie on one device, and
 * their inode numbers are their shmids.
 */
#ifndef SHMVIZ_OBJECT_H
#define SHMVIZ_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "object_name.h"
#include "segment.h"

struct object_process {
	pid_t pid;
	struct comm comm;
};

/*
 * One VMA over an object. A VMA of processes that share an address space comes once for
 * each of them, one after the other.
 */
struct object_map {
	size_t process;		/* index in the list */
	size_t first;		/* the first process that has this VMA, often itself */
	bool begins;		/* the first one of its process in this object */
	uint64_t start;
	uint64_t end;
	uint64_t offset;	/* bytes of the object before `start` */
	char prot[5];		/* "rw-s", or "rw-p" for a private mapping */
};

/* One open descriptor of it. */
struct object_fd {
	size_t process;
	int fd;
};

struct object {
	enum object_kind kind;
	dev_t dev;
	ino_t ino;
	ino_t ns;		/* IPC namespace, or mount namespace of its
				 * /dev/shm; 0: none, or not known */
	struct object_name handle;	/* how to name it; the path is `name` */
	char *name;		/* bytes: path, /name or memfd's; NULL: none */
	const struct segment *segment;	/* in the list's; NULL: none known */

	bool listed;		/* only the kernel's own list has it */
	bool known;		/* the facts that stat(2) has, down to `links` */
	uint64_t size;
	uint64_t allocated;	/* bytes: in memory, in swap or on the disk */
	uid_t uid;
	gid_t gid;
	unsigned int mode;
	uint64_t links;

	bool counted;		/* `resident` is known */
	bool shmem;		/* and `swapped` is the rest of `allocated` */
	bool huge;
	uint64_t resident;	/* bytes */
	uint64_t swapped;

	struct object_map *maps;	/* by first pid, then address, then pid */
	size_t n_maps;		/* entries, see struct object_map */
	size_t vmas;		/* each counted once */
	struct object_fd *fds;
	size_t n_fds;
	size_t procs;		/* processes in `maps` */

	dev_t vma_dev;		/* as /proc/PID/maps has it: of a file not
				 * always the device that stat(2) says */
	ino_t vma_ino;
};

struct object_list {
	struct object **objects;	/* by kind, then namespace, name, number */
	size_t n;
	struct object_process *processes;
	size_t n_processes;
	ino_t ipcns, mntns;	/* our own */
	size_t hidden;		/* processes that did not let us look at them */
	size_t refused;		/* IPC namespaces that we may not enter */
	bool lacks_sysv;	/* this kernel has none */
	bool redacted;		/* keys and names are stand-ins */
	struct segment_list segments;
	void *index;		/* tree of tsearch() */
};

struct object_choice {
	bool kinds[OBJECT_KINDS];
	bool read_only;		/* files, too, that nobody maps writable */
};

/* Adds the kinds of LIST, "sysv,posix"; an exit code, said on stderr. */
int object_choice_parse(struct object_choice *choice, const char *command,
			const char *text);

/*
 * Read all of it: each process's maps and descriptors once, and every /dev/shm.
 * Nothing is mapped or opened for writing, no page is touched; of a device not
 * even a descriptor is made. Processes go on meanwhile: it is no snapshot.
 *
 * What nobody maps, has open or can find by name is seen through the device
 * only: a memfd whose only descriptor lies in the queue of a socket, for instance.
 *
 * 0 or a negative errno; object_list_free() is due in both cases.
 */
int object_list_read(struct object_list *list,
		     const struct object_choice *choice);
void object_list_free(struct object_list *list);

/* Of another process, too, which comes before it. */
bool object_map_is_same(const struct object_map *map);

/* Its name has gone, or it is nowhere by name and nobody has it. */
bool object_is_deleted(const struct object *obj);
bool object_is_orphan(const struct object_list *list, const struct object *obj);

/*
 * For those who fill the list. Find an object by what tells it, made if it is
 * not there yet: NULL if memory is out.
 */
struct object *object_get(struct object_list *list, enum object_kind kind,
			  uint64_t dev_or_ns, ino_t ino);
struct object *object_find(const struct object_list *list,
			   enum object_kind kind, uint64_t dev_or_ns,
			   ino_t ino);
int object_add_map(struct object *obj, const struct object_map *map);
int object_add_fd(struct object *obj, const struct object_fd *fd);

/* Find maps of address spaces that are shared, then put all in order. */
int object_list_finish(struct object_list *list);

#endif /* SHMVIZ_OBJECT_H */
