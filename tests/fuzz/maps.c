// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mappings of objects, of the board and of views, and all that can be done to
 * them. They lie in an arena of their own, far from where the kernel puts any
 * others, so that no operation hits the memory of the fuzzer itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fuzz.h"

#define ARENA		0x200000000000ull
#define SPAN		(8ul << 20)	/* of a slot; as much is free behind it */

#ifndef MADV_PAGEOUT
#define MADV_COLD	20
#define MADV_PAGEOUT	21
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ	22
#define MADV_POPULATE_WRITE	23
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED	24
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif

struct fuzz_slot fuzz_slots[FUZZ_SLOTS];
bool fuzz_racing;

void fuzz_arena_init(void)
{
	for (int i = 0; i < FUZZ_SLOTS; i++)
		fuzz_slots[i].addr = (char *)(ARENA + 2 * SPAN * i);
}

struct fuzz_slot *fuzz_new_slot(void)
{
	struct fuzz_slot *slot = &fuzz_pick(fuzz_slots);

	/* A slot that is being unmapped holds nothing that must be so. */
	slot->what = FUZZ_UNMAPPED;
	munmap(slot->addr, 2 * SPAN);
	return slot;
}

struct fuzz_slot *fuzz_used_slot(void)
{
	for (int i = 0; i < 8; i++) {
		struct fuzz_slot *slot = &fuzz_pick(fuzz_slots);

		if (slot->what)
			return slot;
	}
	return NULL;
}

char *fuzz_some_address(void)
{
	return fuzz_pick(fuzz_slots).addr + fuzz_rnd(FUZZ_PAGES_MAX) * fuzz_page +
	       (fuzz_one_in(2) ? 0 : fuzz_rnd(fuzz_page));
}

static __thread sigjmp_buf *guard;

static void on_fault(int signal)
{
	if (guard)
		siglongjmp(*guard, 1);
	/* Not by an access of ours: die of it. */
	sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
}

bool fuzz_guarded(void (*fn)(char *), char *addr)
{
	struct sigaction act = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };
	sigjmp_buf here;
	bool ok = false;

	sigaction(SIGSEGV, &act, NULL);
	sigaction(SIGBUS, &act, NULL);
	if (!sigsetjmp(here, 1)) {
		guard = &here;
		fn(addr);
		ok = true;
	}
	guard = NULL;
	return ok;
}

static void read_byte(char *addr)
{
	(void)*(volatile char *)addr;
}

static void write_byte(char *addr)
{
	*(volatile char *)addr = 1;
}

/* Pages of a slot: most often inside, sometimes all, sometimes beyond. */
static void some_range(const struct fuzz_slot *slot, char **addr, size_t *len)
{
	size_t pages = slot->pages ?: 1, first = fuzz_rnd(pages);

	*addr = slot->addr + first * fuzz_page;
	*len = (1 + fuzz_rnd(pages - first)) * fuzz_page;
	if (fuzz_one_in(6)) {
		*addr = slot->addr;
		*len = pages * fuzz_page;
	} else if (fuzz_one_in(12)) {
		*len += fuzz_rnd(64) * fuzz_page;
	}
}

static int some_prot(void)
{
	static const int prots[] = {
		PROT_READ, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE,
		PROT_NONE, PROT_WRITE, PROT_EXEC | PROT_READ,
		PROT_READ | PROT_WRITE | PROT_EXEC,
	};

	return fuzz_pick(prots);
}

static int some_map_flags(void)
{
	static const int kinds[] = { MAP_SHARED, MAP_SHARED, MAP_SHARED,
				     MAP_SHARED_VALIDATE, MAP_PRIVATE };
	static const int more[] = { 0, 0, 0, MAP_POPULATE, MAP_LOCKED,
				    MAP_NORESERVE, MAP_NONBLOCK | MAP_POPULATE,
				    MAP_STACK, MAP_SYNC };

	return MAP_FIXED | fuzz_pick(kinds) | fuzz_pick(more);
}

static bool take(struct fuzz_slot *slot, void *addr, size_t pages,
		 enum fuzz_mapped what)
{
	if (addr == MAP_FAILED || addr == (void *)-1)
		return false;
	slot->pages = pages;
	slot->what = what;
	return true;
}

static bool map_thing(void)
{
	struct fuzz_thing *thing = fuzz_some_thing();
	struct fuzz_slot *slot = fuzz_new_slot();
	size_t pages = 1 + fuzz_rnd(FUZZ_PAGES_MAX);

	if (!thing)
		return false;
	if (thing->what == FUZZ_HUGETLB)
		pages = 512;
	return take(slot, mmap(slot->addr, pages * fuzz_page, some_prot(),
			       some_map_flags(), thing->fd, fuzz_one_in(3) ?
			       fuzz_rnd(256) * fuzz_page : 0),
		    pages, FUZZ_MAPPED);
}

static bool map_anonymous(void)
{
	struct fuzz_slot *slot = fuzz_new_slot();
	size_t pages = fuzz_one_in(6) ? 512 : 1 + fuzz_rnd(FUZZ_PAGES_MAX);
	int huge = pages == 512 && fuzz_one_in(2) ? MAP_HUGETLB : 0;

	return take(slot, mmap(slot->addr, pages * fuzz_page, some_prot(), MAP_ANONYMOUS |
			       huge | some_map_flags(), -1, 0), pages, FUZZ_MAPPED);
}

static bool attach(void)
{
	static const int flags[] = { 0, 0, SHM_RDONLY, SHM_EXEC, SHM_REMAP, SHM_RND };
	struct fuzz_slot *slot = fuzz_new_slot();
	int shmid = fuzz_some_shmid();
	struct shmid_ds ds;

	if (shmctl(shmid, IPC_STAT, &ds) || ds.shm_segsz > SPAN)
		return false;
	return take(slot, shmat(shmid, slot->addr, fuzz_pick(flags)),
		    (ds.shm_segsz + fuzz_page - 1) / fuzz_page, FUZZ_MAPPED);
}

static bool detach(void)
{
	struct fuzz_slot *slot = fuzz_used_slot();

	return slot && !shmdt(slot->addr);
}

/* What the header promises of a mapping: nothing makes it more than it was. */
static void check_grown(const struct fuzz_slot *slot, const char *how)
{
	if (!fuzz_racing && slot->what >= FUZZ_MAPPED_BOARD)
		fuzz_wrong("%s of the %s succeeded", how,
			   slot->what == FUZZ_MAPPED_BOARD ? "board" : "view");
}

/*
 * The board, and the view of an object. Only what the header lets through may
 * succeed; a refusal may have reasons of the kernel's own besides.
 */
static bool map_board(void)
{
	struct fuzz_slot *slot = fuzz_new_slot();
	size_t pages = 1 + fuzz_rnd(fuzz->board_pages + (fuzz_one_in(4) ? 4 : 0));
	size_t first = fuzz_one_in(3) ? fuzz_rnd(fuzz->board_pages + 1) : 0;
	int prot = some_prot(), flags = some_map_flags();
	char *addr = mmap(slot->addr, pages * fuzz_page, prot, flags, fuzz_dev,
			  first * fuzz_page);

	fuzz_count(FUZZ_BOARD, addr == MAP_FAILED ? -1 : 0);
	if (addr != MAP_FAILED && (flags & MAP_TYPE) == MAP_PRIVATE)
		fuzz_wrong("the board was mapped with MAP_PRIVATE");
	if (addr != MAP_FAILED && prot & PROT_EXEC)
		fuzz_wrong("the board was mapped with PROT_EXEC");
	if (addr != MAP_FAILED && first + pages > fuzz->board_pages)
		fuzz_wrong("%zu pages from %zu on of a board of %u were mapped",
			   pages, first, fuzz->board_pages);
	return take(slot, addr, pages, FUZZ_MAPPED_BOARD);
}

static bool map_view(void)
{
	struct fuzz_slot *slot = fuzz_new_slot();
	int prot = fuzz_one_in(4) ? some_prot() : PROT_READ;
	int flags = fuzz_one_in(4) ? some_map_flags() : MAP_FIXED | MAP_SHARED;
	size_t pages = 1 + fuzz_rnd(fuzz_one_in(2) ? 8 : FUZZ_PAGES_MAX);
	char *addr = mmap(slot->addr, pages * fuzz_page, prot, flags,
			  fuzz_some_object(), fuzz_one_in(3) ?
			  fuzz_rnd(64) * fuzz_page : 0);

	fuzz_count(FUZZ_VIEW, addr == MAP_FAILED ? -1 : 0);
	if (addr != MAP_FAILED && (prot & (PROT_WRITE | PROT_EXEC) ||
				   (flags & MAP_TYPE) == MAP_PRIVATE))
		fuzz_wrong("a view was mapped with protection %#x, flags %#x",
			   prot, flags);
	if (addr != MAP_FAILED && !fuzz->allow_view)
		fuzz_wrong("a view was mapped without allow_view");
	return take(slot, addr, pages, FUZZ_MAPPED_VIEW);
}

static bool touch(struct fuzz_slot *slot)
{
	void (*access)(char *) = fuzz_one_in(3) ? read_byte : write_byte;
	bool done = false;

	for (int i = 0; i < 12; i++)
		done |= fuzz_guarded(access, slot->addr +
				     fuzz_rnd(slot->pages ?: 1) * fuzz_page);
	return done;
}

static bool unmap(struct fuzz_slot *slot)
{
	size_t len;
	char *addr;

	some_range(slot, &addr, &len);
	return !munmap(addr, len);
}

static bool protect(struct fuzz_slot *slot)
{
	int prot = some_prot();
	size_t len;
	char *addr;

	some_range(slot, &addr, &len);
	if (mprotect(addr, len, prot))
		return false;
	if (prot & PROT_EXEC)
		check_grown(slot, "mprotect with PROT_EXEC");
	if (prot & PROT_WRITE && slot->what == FUZZ_MAPPED_VIEW)
		check_grown(slot, "mprotect with PROT_WRITE");
	return true;
}

/* Shrinks, grows, moves or doubles; what moves goes to another slot. */
static bool remap(struct fuzz_slot *slot)
{
	static const size_t factors[] = { 0, 1, 2, 2, 4 };
	struct fuzz_slot *to = NULL;
	size_t len, new;
	char *addr, *got;
	int flags = 0;

	some_range(slot, &addr, &len);
	new = len * fuzz_pick(factors) / 2;
	if (fuzz_one_in(4))
		len = 0;
	if (fuzz_one_in(2)) {
		to = &fuzz_pick(fuzz_slots);
		flags = MREMAP_MAYMOVE | MREMAP_FIXED;
		if (fuzz_one_in(4))
			flags |= 4;	/* MREMAP_DONTUNMAP */
		if (to == slot || new > SPAN)
			return false;
		to->what = FUZZ_UNMAPPED;
		munmap(to->addr, 2 * SPAN);
	}
	got = mremap(addr, len, new, flags, to ? to->addr : NULL);
	if (got == MAP_FAILED)
		return false;
	if (new > len)
		check_grown(slot, "mremap to more");
	return !to || take(to, got, new / fuzz_page, slot->what);
}

static bool remap_pages(struct fuzz_slot *slot)
{
	size_t len;
	char *addr;

	some_range(slot, &addr, &len);
	return !syscall(SYS_remap_file_pages, addr, len, 0, fuzz_rnd(64),
			fuzz_one_in(2) ? MAP_NONBLOCK : 0);
}

/* Not the two that take frames out of use for ever: device_states has those. */
static bool advise(struct fuzz_slot *slot)
{
	static const int advices[] = {
		MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED,
		MADV_DONTNEED, MADV_FREE, MADV_REMOVE, MADV_DONTFORK, MADV_DOFORK,
		MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_HUGEPAGE, MADV_NOHUGEPAGE,
		MADV_DONTDUMP, MADV_DODUMP, MADV_WIPEONFORK, MADV_KEEPONFORK,
		MADV_COLD, MADV_PAGEOUT, MADV_PAGEOUT, MADV_PAGEOUT,
		MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_DONTNEED_LOCKED,
		MADV_COLLAPSE, MADV_COLLAPSE,
	};
	int advice = fuzz_pick(advices);
	size_t len;
	char *addr;

	some_range(slot, &addr, &len);
	if (madvise(addr, len, advice))
		return false;
	if (advice == MADV_DODUMP)
		check_grown(slot, "MADV_DODUMP");
	return true;
}

static bool lock(struct fuzz_slot *slot)
{
	size_t len;
	char *addr;

	some_range(slot, &addr, &len);
	switch (fuzz_rnd(4)) {
	case 0:
		return !mlock(addr, len);
	case 1:
		return !mlock2(addr, len, 1);	/* MLOCK_ONFAULT */
	default:
		return !munlock(addr, len);
	}
}

static bool sync_range(struct fuzz_slot *slot)
{
	static const int flags[] = { MS_ASYNC, MS_SYNC, MS_SYNC | MS_INVALIDATE };
	size_t len;
	char *addr;

	some_range(slot, &addr, &len);
	return !msync(addr, len, fuzz_pick(flags));
}

/* Binds a range to a node and moves what lies elsewhere; or single pages. */
static bool move(struct fuzz_slot *slot)
{
	unsigned long nodes = 1ul << fuzz_rnd(2);
	int node = fuzz_rnd(2), status;
	size_t len;
	char *addr;

	some_range(slot, &addr, &len);
	if (fuzz_one_in(2))
		return !syscall(SYS_mbind, addr, len, 1 + fuzz_rnd(3), &nodes, 8,
				1 + fuzz_rnd(7));
	return !syscall(SYS_move_pages, 0, 1, &addr, fuzz_one_in(3) ? NULL : &node,
			&status, fuzz_one_in(2) ? 2 : 4);
}

/* By the system calls that reach into memory past its page tables. */
static bool reach(struct fuzz_slot *slot)
{
	static char buf[8192];
	struct iovec here = { buf, sizeof(buf) };
	pid_t pid = fuzz_one_in(2) ? getpid() : fuzz_pick(fuzz->pids);
	struct iovec there;
	size_t len;
	char *addr;
	int fds[2];
	bool done;

	some_range(slot, &addr, &len);
	there = (struct iovec){ addr, len < sizeof(buf) ? len : sizeof(buf) };
	switch (fuzz_rnd(4)) {
	case 0:
		return process_vm_readv(pid, &here, 1, &there, 1, 0) > 0;
	case 1:
		return process_vm_writev(pid, &here, 1, &there, 1, 0) > 0;
	case 2:
		if (len > FUZZ_PAGES_MAX * fuzz_page)
			return false;
		return !mincore(addr, len, (unsigned char *)buf);
	default:
		if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
			return false;
		done = vmsplice(fds[1], &there, 1, fuzz_rnd(2) * SPLICE_F_GIFT) > 0;
		if (fuzz_one_in(2) && read(fds[0], buf, sizeof(buf)) < 0)
			errno = 0;
		close(fds[0]);
		close(fds[1]);
		return done;
	}
}

static const struct {
	bool (*run)(struct fuzz_slot *slot);
	unsigned int weight;
} slot_ops[] = {
	{ touch, 8 }, { unmap, 3 }, { protect, 4 }, { remap, 4 },
	{ remap_pages, 3 }, { advise, 8 }, { lock, 2 }, { sync_range, 1 },
	{ move, 3 }, { reach, 3 },
};

bool fuzz_map_op(struct fuzz_slot *slot)
{
	unsigned int sum = 0, i, at;

	for (i = 0; i < sizeof(slot_ops) / sizeof(*slot_ops); i++)
		sum += slot_ops[i].weight;
	at = fuzz_rnd(sum);
	for (i = 0; at >= slot_ops[i].weight; i++)
		at -= slot_ops[i].weight;
	return slot_ops[i].run(slot);
}

/* Each as an operation of its own, so that it is counted. */
#define ON_SLOT(op)							\
	static bool some_##op(void)					\
	{								\
		struct fuzz_slot *slot = fuzz_used_slot();		\
									\
		return slot && op(slot);				\
	}
ON_SLOT(touch)
ON_SLOT(unmap)
ON_SLOT(protect)
ON_SLOT(remap)
ON_SLOT(remap_pages)
ON_SLOT(advise)
ON_SLOT(lock)
ON_SLOT(sync_range)
ON_SLOT(move)
ON_SLOT(reach)

const struct fuzz_op fuzz_map_ops[] = {
	{ "mmap of an object", map_thing, 20, false },
	{ "mmap of shared memory without a file", map_anonymous, 6, false },
	{ "shmat", attach, 14, false },
	{ "shmdt", detach, 8, false },
	{ "mmap of the board", map_board, 8, false },
	{ "mmap of a view", map_view, 24, false },
	{ "pages touched", some_touch, 24, false },
	{ "munmap of a part", some_unmap, 6, false },
	{ "mprotect", some_protect, 10, false },
	{ "mremap", some_remap, 10, false },
	{ "remap_file_pages", some_remap_pages, 6, false },
	{ "madvise", some_advise, 24, false },
	{ "mlock, munlock", some_lock, 4, false },
	{ "msync", some_sync_range, 2, false },
	{ "mbind, move_pages", some_move, 5, false },
	{ "process_vm_readv, mincore, vmsplice", some_reach, 6, false },
	{ 0 },
};
