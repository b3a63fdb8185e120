/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which segment shmat attached at which address, for the fallback. shmdt passes an
 * address only, and the kernel refuses to look up its VMA while another thread
 * changes the address space.
 */
#ifndef SHMVIZ_ATTACHES_BPF_H
#define SHMVIZ_ATTACHES_BPF_H

const volatile bool cfg_attaches;	/* the entry of shmdt needs them */

struct attach_key {
	__u64 space;
	__u64 addr;
};

struct attach {
	__u64 ns;		/* address of the namespace */
	__u64 from;		/* ns of CLOCK_MONOTONIC; 0: before the start */
	__u64 until;		/* 0: it is still attached, as far as is known */
	__s32 shmid;
	__u32 pad;
};

/* The address space that a fork copied, and when. */
struct space_origin {
	__u64 space;
	__u64 at;
};

#define SPACE_ORIGINS	8	/* generations to go back */

/* LRU: exec, exit and munmap leave entries behind. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct attach_key);
	__type(value, struct attach);
} attaches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct space_origin);
} space_origins SEC(".maps");

struct mm_context___own {
	struct {
		__u64 counter;
	} ctx_id;
} __attribute__((preserve_access_index));

struct mm_struct___own {
	struct mm_context___own context;
} __attribute__((preserve_access_index));

/*
 * A number for an address space. x86 never uses ctx_id again, so a stale entry
 * never meets a new address space.
 */
static __always_inline __u64 space_of(struct mm_struct *mm)
{
	struct mm_struct___own *own = (void *)mm;

	if (bpf_core_field_exists(own->context.ctx_id))
		return BPF_CORE_READ(own, context.ctx_id.counter);
	return (unsigned long)mm;
}

static __always_inline struct attach_key attach_key_of(__u64 addr)
{
	return (struct attach_key) {
		.space = space_of(this_task()->mm), .addr = addr,
	};
}

/* The exit of a shmat. */
static __always_inline void attach_remember(const struct call_args *c)
{
	struct attach_key key = attach_key_of(c->ret);
	struct attach attach = {
		.ns = (unsigned long)this_task()->nsproxy->ipc_ns,
		.from = bpf_ktime_get_ns(),
		.shmid = c->arg[0],
	};

	bpf_map_update_elem(&attaches, &key, &attach, BPF_ANY);
}

/* An attachment from before the start. An entry of shmat is newer. */
static __always_inline void attach_learn(struct vm_area_struct *vma)
{
	struct attach_key key = {
		.space = space_of(BPF_CORE_READ(vma, vm_mm)),
		.addr = BPF_CORE_READ(vma, vm_start) -
			(BPF_CORE_READ(vma, vm_pgoff) << PAGE_SHIFT),
	};
	struct attach attach = {};

	attach.ns = (unsigned long)vma_segment(vma, &attach.shmid);
	bpf_map_update_elem(&attaches, &key, &attach, BPF_NOEXIST);
}

static __always_inline void attach_fork(struct task_struct *parent,
					struct task_struct *child)
{
	struct mm_struct *from = BPF_CORE_READ(parent, mm);
	struct mm_struct *to = BPF_CORE_READ(child, mm);
	struct space_origin origin = { .at = bpf_ktime_get_ns() };
	__u64 space;

	if (!from || !to || from == to)
		return;
	origin.space = space_of(from);
	space = space_of(to);
	bpf_map_update_elem(&space_origins, &space, &origin, BPF_ANY);
}

/*
 * What is attached at an address, in this address space or in one that it is a
 * copy of. There it must have been attached when the fork copied it.
 */
static __always_inline struct attach *attach_find(struct attach_key *key)
{
	struct space_origin *origin;
	struct attach *found;
	__u64 at = ~0ull;

	for (int i = 0; i < SPACE_ORIGINS; i++) {
		found = bpf_map_lookup_elem(&attaches, key);
		if (found && found->from < at)
			return !found->until || found->until > at ? found :
								    NULL;
		origin = bpf_map_lookup_elem(&space_origins, &key->space);
		if (!origin)
			return NULL;
		key->space = origin->space;
		at = origin->at;
	}
	return NULL;
}

/*
 * The entry of a shmdt: notes the segment, and ends the attachment. At the exit
 * it would be too late: another thread may have attached at this address again.
 */
static __always_inline void attach_take(struct task_state *state, __u64 addr)
{
	struct attach_key key = attach_key_of(addr);
	__u64 space = key.space;
	struct attach *found = attach_find(&key);
	struct ns_ref ref;

	if (!found)
		return;
	ns_ref_at(&ref, (void *)found->ns);
	if (seg_read(&ref, found->shmid, &state->seg))
		state->ns = found->ns;
	else
		state->seg.shmid = -1;
	if (key.space == space)
		found->until = bpf_ktime_get_ns();
}

#endif /* SHMVIZ_ATTACHES_BPF_H */
