// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "event_filter.h"
#include "snapshot.h"

/* One VMA: an address in an address space, or in a process where only that is
 * known. `touched` by an event: `there` is then what it was before it. */
struct vma {
	__u64 space;
	__u64 start;
	pid_t also;		/* a further process of that space; 0: the first */
	bool there;
	bool touched;
	bool now;		/* as of the last event */
	bool protected;		/* at.prot is what it was before an event */
	__u32 ipcns;
	int shmid;
	struct attachment at;
};

struct seg {
	__u32 ipcns;
	int shmid;
	bool there;
	bool touched;
	struct segment seg;
};

struct snapshot {
	struct segment_list list;
	bool by_pid;		/* `space` is a pid: no iterator, so no mm */
	bool drops;		/* each detach has a record of its own */
	void *vmas;		/* trees of tsearch() */
	void *segs;
	size_t hidden;

	/* While handing out: */
	struct segment *out;
	size_t n_out;
	int err;
};

static int compare(__u64 a, __u64 b, __u64 c, __u64 d)
{
	if (a != c)
		return a < c ? -1 : 1;
	return (b > d) - (b < d);
}

static int compare_vmas(const void *a, const void *b)
{
	const struct vma *x = a, *y = b;

	return compare(x->space, x->start, y->space, y->start) ?:
	       compare(x->also, 0, y->also, 0);
}

static int compare_segs(const void *a, const void *b)
{
	const struct seg *x = a, *y = b;

	return compare(x->ipcns, x->shmid, y->ipcns, y->shmid);
}

/* The one in the tree that is equal, or a copy of `key` that is put there. */
static void *enter(void **tree, const void *key, size_t size,
		   int (*cmp)(const void *, const void *))
{
	void **node = tsearch(key, tree, cmp);
	void *copy;

	if (!node || *node != key)
		return node ? *node : NULL;
	copy = malloc(size);
	if (!copy) {
		tdelete(key, tree, cmp);
		return NULL;
	}
	*node = memcpy(copy, key, size);
	return copy;
}

static struct seg *enter_seg(struct snapshot *snap, const struct seg *key)
{
	return enter(&snap->segs, key, sizeof(*key), compare_segs);
}

static struct vma *enter_vma(struct snapshot *snap, const struct vma *key)
{
	return enter(&snap->vmas, key, sizeof(*key), compare_vmas);
}

static struct comm comm_of(const __u8 bytes[REC_COMM_LEN])
{
	struct comm comm = {};

	comm.len = strnlen((const char *)bytes, REC_COMM_LEN);
	memcpy(comm.bytes, bytes, comm.len);
	return comm;
}

/* From what a record has of a segment: all but its owner and its pages. */
static struct seg seg_of(const struct rec_seg *rec)
{
	struct seg key = { .ipcns = rec->ipcns, .shmid = rec->shmid };

	key.seg.partial = true;
	key.seg.ipcns = rec->ipcns;
	key.seg.shm.shmid = rec->shmid;
	key.seg.shm.key = rec->key;
	key.seg.shm.mode = rec->mode |
			   (rec->have & SEG_DEST ? SHM_DEST : 0) |
			   (rec->have & SEG_LOCKED ? SHM_LOCKED : 0);
	key.seg.shm.size = rec->size;
	key.seg.shm.nattch = rec->nattch;
	key.seg.shm.cpid = rec->cpid;
	return key;
}

static void set_prot(char prot[4], __u32 bits)
{
	prot[0] = bits & PROT_READ ? 'r' : '-';
	prot[1] = bits & PROT_WRITE ? 'w' : '-';
	prot[2] = bits & PROT_EXEC ? 'x' : '-';
	prot[3] = '\0';
}

/* An attachment as the iterator has it; its segment may be in a namespace in
 * which no process is left. */
static int add_attached(const struct rec_attached *rec, void *ctx)
{
	struct snapshot *snap = ctx;
	struct seg seg = seg_of(&rec->seg);
	struct vma vma = {
		.space = rec->mm, .start = rec->start, .there = true,
		.ipcns = rec->seg.ipcns, .shmid = rec->seg.shmid,
		.at = { .pid = rec->owner.pid,
			.comm = comm_of(rec->owner.comm),
			.start = rec->start, .end = rec->end },
	};

	struct vma *first;

	seg.there = true;
	set_prot(vma.at.prot, rec->prot);
	if (rec->seg.have & SEG_KERNEL && !enter_seg(snap, &seg))
		return -ENOMEM;
	first = enter_vma(snap, &vma);
	if (!first || first->at.pid == vma.at.pid)
		return first ? 0 : -ENOMEM;
	vma.also = vma.at.pid;
	vma.at.same = first->at.pid;
	return enter_vma(snap, &vma) ? 0 : -ENOMEM;
}

static int add_listed(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->list.n; i++) {
		const struct segment *from = &snap->list.segments[i];
		struct seg seg = {
			.ipcns = from->ipcns, .shmid = from->shm.shmid,
			.there = true, .seg = *from,
		};

		seg.seg.attachments = NULL;
		seg.seg.n_attachments = 0;
		if (!enter_seg(snap, &seg))
			return -ENOMEM;
		for (size_t k = 0; k < from->n_attachments; k++) {
			const struct attachment *at = &from->attachments[k];
			struct vma vma = {
				.space = at->same ?: at->pid,
				.start = at->start,
				.also = at->same ? at->pid : 0,
				.there = true, .ipcns = from->ipcns,
				.shmid = from->shm.shmid,
				.at = *at,
			};

			if (!enter_vma(snap, &vma))
				return -ENOMEM;
		}
	}
	return 0;
}

struct snapshot *snapshot_new(struct tracer *t)
{
	struct snapshot *snap = calloc(1, sizeof(*snap));
	int err;

	if (!snap)
		return NULL;
	snap->drops = tracer_is_whole(tracer_backend(t));
	/* Segments first: one that is attached must not be missing. */
	err = segment_list_read(&snap->list, false);
	if (!err)
		err = add_listed(snap);
	if (!err) {
		err = tracer_attached(t, add_attached, snap);
		if (err == -EOPNOTSUPP) {
			snap->by_pid = true;
			segment_list_free(&snap->list);
			err = segment_list_read(&snap->list, true);
			if (!err)
				err = add_listed(snap);
		}
	}
	if (!err) {
		snap->hidden = snap->list.refused + snap->list.hidden;
		return snap;
	}
	snapshot_free(snap);
	errno = -err;
	return NULL;
}

/* Its first event decides what was there before. */
static int undo_seg(struct snapshot *snap, const struct rec_seg *rec,
		    bool was_there)
{
	struct seg key, *seg;

	if ((rec->have & (SEG_ID | SEG_KERNEL)) != (SEG_ID | SEG_KERNEL))
		return 0;
	key = seg_of(rec);
	seg = enter_seg(snap, &key);
	if (!seg)
		return -ENOMEM;
	if (!seg->touched)
		seg->there = was_there;
	seg->touched = true;
	return 0;
}

static int undo_vma(struct snapshot *snap, const struct vma *key, bool made)
{
	struct vma *vma = enter_vma(snap, key);

	if (!vma)
		return -ENOMEM;
	if (!vma->touched)
		vma->there = !made;
	vma->touched = true;
	vma->now = made;
	return 0;
}

static int undo_call(struct snapshot *snap, const struct rec_call *call)
{
	struct vma key = {
		.space = snap->by_pid ? call->hdr.pid : call->mm,
		.ipcns = call->seg.ipcns, .shmid = call->seg.shmid,
		.at.pid = call->hdr.pid, .at.comm = comm_of(call->hdr.comm),
	};

	/* The highest 4095 values of an address are errors. */
	if (call->ret < 0 && call->ret >= -4095)
		return 0;
	switch (call->call) {
	case KIND_SHMGET:
		if (call->flags & CALL_CREATED)
			return undo_seg(snap, &call->seg, false);
		return 0;
	case KIND_SHMAT:
		key.start = call->ret;
		return undo_vma(snap, &key, true);
	case KIND_SHMDT:
		key.start = call->arg[0];
		return snap->drops ? 0 : undo_vma(snap, &key, false);
	default:
		return 0;
	}
}

static int undo_change(struct snapshot *snap, const struct rec_vma *rec)
{
	struct vma key = {
		.space = snap->by_pid ? rec->owner.pid : rec->mm,
		.start = rec->start,
		.ipcns = rec->seg.ipcns, .shmid = rec->seg.shmid,
		.at = { .pid = rec->owner.pid,
			.comm = comm_of(rec->owner.comm),
			.start = rec->start, .end = rec->end, .prot = "?" },
	};
	struct vma **lower;

	/* What is cut off below leaves the rest with a new start. */
	if (rec->kind == KIND_SPLIT) {
		lower = tfind(&key, &snap->vmas, compare_vmas);
		if (lower && ((*lower)->touched ? (*lower)->now :
						  (*lower)->there))
			key.start = rec->end;
	}
	return undo_vma(snap, &key, rec->kind != KIND_DROP);
}

/*
 * Nobody may have been in its namespace any more when we looked: what an event
 * tells of was there, unless its own making is among the events.
 */
static int note_seg(struct snapshot *snap, const struct rec_seg *rec)
{
	struct seg key;

	if ((rec->have & (SEG_ID | SEG_KERNEL)) != (SEG_ID | SEG_KERNEL))
		return 0;
	key = seg_of(rec);
	key.there = true;
	return enter_seg(snap, &key) ? 0 : -ENOMEM;
}

/* The first one of a VMA has what it was before. */
static void undo_protect(struct snapshot *snap, const struct rec_vma *rec)
{
	struct vma key = {
		.space = snap->by_pid ? rec->owner.pid : rec->mm,
		.start = rec->start,
	};
	struct vma **found = tfind(&key, &snap->vmas, compare_vmas);

	if (!found || (*found)->touched || (*found)->protected)
		return;
	(*found)->protected = true;
	set_prot((*found)->at.prot, rec->was_prot);
}

int snapshot_undo(struct snapshot *snap, const struct rec_hdr *rec)
{
	const struct rec_call *call = (const void *)rec;
	const struct rec_vma *vma = (const void *)rec;
	int err = 0;

	switch (rec->type) {
	case REC_CALL:
		if (rec->size < sizeof(*call))
			return 0;
		return undo_call(snap, call) ?: note_seg(snap, &call->seg);
	case REC_VMA:
		if (rec->size < sizeof(*vma))
			return 0;
		if (vma->kind == KIND_PROTECT)
			undo_protect(snap, vma);
		else
			err = undo_change(snap, vma);
		return err ?: note_seg(snap, &vma->seg);
	case REC_DESTROY:
		if (rec->size < sizeof(struct rec_destroy))
			return 0;
		return undo_seg(snap, &((const struct rec_destroy *)rec)->seg,
				true);
	default:
		return 0;
	}
}

static void gather_seg(const void *node, VISIT visit, void *arg)
{
	const struct seg *seg = *(const struct seg *const *)node;
	struct snapshot *snap = arg;
	struct segment *bigger;

	if ((visit != postorder && visit != leaf) || !seg->there || snap->err)
		return;
	bigger = reallocarray(snap->out, snap->n_out + 1, sizeof(*bigger));
	if (!bigger) {
		snap->err = -ENOMEM;
		return;
	}
	snap->out = bigger;
	snap->out[snap->n_out++] = seg->seg;
}

static int by_id(const void *a, const void *b)
{
	const struct segment *x = a, *y = b;

	return compare(x->ipcns, x->shm.shmid, y->ipcns, y->shm.shmid);
}

/* One of further processes goes with the first. */
static bool is_there(const struct snapshot *snap, const struct vma *vma)
{
	struct vma key = { .space = vma->space, .start = vma->start };
	struct vma **first = vma->also ?
			     tfind(&key, &snap->vmas, compare_vmas) : NULL;

	return first ? (*first)->there : vma->there;
}

static void gather_vma(const void *node, VISIT visit, void *arg)
{
	const struct vma *vma = *(const struct vma *const *)node;
	struct segment key = { .ipcns = vma->ipcns, .shm.shmid = vma->shmid };
	struct snapshot *snap = arg;
	struct attachment *bigger;
	struct segment *seg;

	if ((visit != postorder && visit != leaf) || snap->err ||
	    !is_there(snap, vma))
		return;
	seg = bsearch(&key, snap->out, snap->n_out, sizeof(key), by_id);
	if (!seg)
		return;
	bigger = reallocarray(seg->attachments, seg->n_attachments + 1,
			      sizeof(*bigger));
	if (!bigger) {
		snap->err = -ENOMEM;
		return;
	}
	seg->attachments = bigger;
	seg->attachments[seg->n_attachments++] = vma->at;
}

/* What happened while we looked has changed the kernel's own count since. */
static void set_nattch(const void *node, VISIT visit, void *arg)
{
	const struct vma *vma = *(const struct vma *const *)node;
	struct segment key = { .ipcns = vma->ipcns, .shm.shmid = vma->shmid };
	struct snapshot *snap = arg;
	struct segment *seg;

	if ((visit != postorder && visit != leaf) || !vma->touched)
		return;
	seg = bsearch(&key, snap->out, snap->n_out, sizeof(key), by_id);
	if (seg)
		seg->shm.nattch = segment_count_attachments(seg);
}

int snapshot_each(struct snapshot *snap, const struct tracer_filter *filter,
		  void (*fn)(const struct segment *seg, void *ctx), void *ctx)
{
	twalk_r(snap->segs, gather_seg, snap);
	twalk_r(snap->vmas, gather_vma, snap);
	for (size_t i = 0; i < snap->n_out; i++)
		segment_sort_attachments(&snap->out[i]);
	twalk_r(snap->vmas, set_nattch, snap);
	for (size_t i = 0; i < snap->n_out; i++) {
		const struct segment *seg = &snap->out[i];

		if (!snap->err && segment_passes(filter, seg))
			fn(seg, ctx);
		free(seg->attachments);
	}
	free(snap->out);
	snap->out = NULL;
	snap->n_out = 0;
	return snap->err;
}

size_t snapshot_hidden(const struct snapshot *snap, bool *attachments)
{
	*attachments = snap->by_pid;
	return snap->hidden;
}

void snapshot_free(struct snapshot *snap)
{
	if (!snap)
		return;
	tdestroy(snap->segs, free);
	tdestroy(snap->vmas, free);
	segment_list_free(&snap->list);
	free(snap);
}
