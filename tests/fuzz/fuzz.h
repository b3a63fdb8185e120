/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fuzzer of the device: workers do random operations on objects, on mappings
 * and on the device, and are killed inside them. Each file of this directory has
 * the operations of one concern, and the checks on their results.
 */
#ifndef SHMVIZ_TEST_FUZZ_H
#define SHMVIZ_TEST_FUZZ_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <shmviz.h>

#define FUZZ_OPS_MAX	96
#define FUZZ_SHMIDS	16
#define FUZZ_THINGS	20
#define FUZZ_OBJECTS	12
#define FUZZ_SLOTS	20
#define FUZZ_PAGES_MAX	600	/* of an object; some are larger than a huge page */
#define FUZZ_ERRNOS	160
#define FUZZ_WRONGS	12
#define FUZZ_DIR	"/dev/shm/fuzz"		/* on a tmpfs */
#define FUZZ_REGULAR	"/root/fuzz"		/* on the root file system */

/* The calls on the device, as their results are counted. */
enum fuzz_call {
	FUZZ_OPEN, FUZZ_LIST, FUZZ_INFO, FUZZ_FRAMES, FUZZ_SHARERS, FUZZ_OTHER,
	FUZZ_BOARD, FUZZ_VIEW, FUZZ_CALLS
};

extern const char *const fuzz_call_names[FUZZ_CALLS];

/* One operation; run() returns whether it did its work. */
struct fuzz_op {
	const char *name;
	bool (*run)(void);
	unsigned int weight;
	bool optional;		/* not every kernel or machine has it */
};

/* The operations of each file; a name of NULL ends them. */
extern const struct fuzz_op fuzz_thing_ops[], fuzz_map_ops[], fuzz_call_ops[],
	fuzz_pass_ops[], fuzz_machine_ops[];

/* Shared by all processes. */
struct fuzz_shared {
	_Atomic uint64_t tried[FUZZ_OPS_MAX], done[FUZZ_OPS_MAX];
	_Atomic uint64_t answers[FUZZ_CALLS][FUZZ_ERRNOS];
	_Atomic uint64_t kinds[8];	/* objects opened, by enum fuzz_what */
	_Atomic int shmids[FUZZ_SHMIDS]; /* shmid + 1; 0: none */
	_Atomic int pids[32];		/* of the workers; 0: none */
	_Atomic int n_wrong;
	char wrong[FUZZ_WRONGS][240];
	bool allow_view;
	unsigned int board_pages;
};

extern struct fuzz_shared *fuzz;
extern size_t fuzz_page;

/* Random numbers, of this thread alone. */
void fuzz_seed(uint64_t seed);
uint64_t fuzz_rnd64(void);
unsigned int fuzz_rnd(unsigned int n);		/* 0 .. n - 1 */
static inline bool fuzz_one_in(unsigned int n)
{
	return !fuzz_rnd(n);
}
#define fuzz_pick(array) ((array)[fuzz_rnd(sizeof(array) / sizeof(*(array)))])

/* A number next to some limit, or any one at all. */
uint64_t fuzz_odd64(void);

/* Something is not as the header has it: the test fails. */
void fuzz_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Whether other threads of this process change its mappings meanwhile: what is
 * known of a slot may be out of date then, and is not checked.
 */
extern bool fuzz_racing;
/* Whether this process has the rights of root: good arguments must then do. */
extern bool fuzz_root;

/* things.c: objects that can be shared. */
enum fuzz_what {
	FUZZ_NOTHING, FUZZ_SEGMENT, FUZZ_FILE, FUZZ_MEMFD, FUZZ_HUGETLB,
	FUZZ_REGULAR_FILE, FUZZ_STRANGE
};

struct fuzz_thing {
	_Atomic int what;	/* enum fuzz_what */
	int fd;			/* or -1 */
};

extern struct fuzz_thing fuzz_things[FUZZ_THINGS];
/* Of those with a descriptor; NULL if there is none. */
struct fuzz_thing *fuzz_some_thing(void);
/* A descriptor that came from elsewhere becomes a thing, or is closed. */
void fuzz_adopt(int fd);
int fuzz_some_shmid(void);	/* -1: none */

/* maps.c: mappings, each in a slot of an arena that nothing else lies in. */
enum fuzz_mapped {
	FUZZ_UNMAPPED, FUZZ_MAPPED, FUZZ_MAPPED_BOARD, FUZZ_MAPPED_VIEW
};

struct fuzz_slot {
	_Atomic int what;	/* enum fuzz_mapped */
	size_t pages;
	char *addr;
};

extern struct fuzz_slot fuzz_slots[FUZZ_SLOTS];
void fuzz_arena_init(void);
/* A slot for something new: what it had is unmapped. */
struct fuzz_slot *fuzz_new_slot(void);
/* One that has something, or NULL. */
struct fuzz_slot *fuzz_used_slot(void);
/* What may have been a mapping, or never was: an address for a buffer. */
char *fuzz_some_address(void);
/* Does one operation on a slot; the tests of what a mapping pins use it. */
bool fuzz_map_op(struct fuzz_slot *slot);
/* A thread that answers the page faults of userfaultfd, for as long as it lives. */
void *fuzz_answer_faults(void *unused);
/* A buffer whose pages come by userfaultfd, or NULL. */
char *fuzz_lazy_buffer(size_t size);
/* Runs fn(); false if it ended in SIGBUS or SIGSEGV. */
bool fuzz_guarded(void (*fn)(char *), char *addr);

/* calls.c: the device. */
extern int fuzz_dev;		/* or -1 */
extern int fuzz_objects[FUZZ_OBJECTS]; /* or -1 */
bool fuzz_keep_object(int fd);	/* false: there was no place */
int fuzz_some_object(void);
void fuzz_count(enum fuzz_call call, long ret);

#endif /* SHMVIZ_TEST_FUZZ_H */
