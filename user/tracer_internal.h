/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the tracer share; not for others. */
#ifndef SHMVIZ_TRACER_INTERNAL_H
#define SHMVIZ_TRACER_INTERNAL_H

#include <bpf/libbpf.h>

#include "hook.h"
#include "tracer.h"
#include "shmviz.skel.h"

#define BLIND_MAX	24

/* Whether a hook did what it is for when it was tried. */
enum selftest {
	SELFTEST_UNTRIED,
	SELFTEST_FIRED,
	SELFTEST_SILENT,
};

/* See tracer_missed.c. */
#define MISSED_MAX	48

struct tracer_missed {
	struct missed_program {
		const struct bpf_program *prog;
		enum rec_kind kind;
		const struct bpf_link *kprobes; /* NULL: its misses are all */
	} programs[MISSED_MAX];
	size_t n;
	__u64 before[MISSED_MAX]; /* when the tracer was armed */
	__u64 counts[KIND_MAX];	/* since; as of `read` */
	__u64 total;
	__u64 read;		/* ns of CLOCK_MONOTONIC */
	bool ended;		/* they stay as they are */
};

struct tracer {
	struct shmviz_bpf *skel;
	struct ring_buffer *ring;
	enum tracer_backend backend;
	bool may_iterate;	/* over all VMAs, as far as is known */
	bool look_for_funcs;	/* some function to hook is not there */
	bool wants_protect;	/* KIND_PROTECT is asked for */
	int protect_args;	/* of mprotect_fixup(); 0: it is not hooked */
	__u64 hooks;		/* HOOK_BIT() of each function that is hooked */
	enum selftest fired[KIND_MAX];
	enum selftest compat[KIND_CALLS];
	tracer_fn *fn;
	void *fn_ctx;
	unsigned int budget;	/* records that may still be handed out */
	__u64 last_ts;		/* of the record handed out last */
	struct tracer_missed missed;
	char why[384];
	const char *blind[BLIND_MAX + 1];
	int nblind;
};

/*
 * Whether this kernel allows fentry programs, on the function @btf_id. It looks at
 * the right to load any before it looks at the function. 0 or -errno.
 */
int tracer_may_fentry(__u32 btf_id);

/* One of object_hooks.bpf.h. */
bool tracer_is_of_objects(const struct bpf_program *prog);

/* Marks the programs to load for t->backend. */
void tracer_choose_hooks(struct tracer *t, const struct tracer_options *opts);

/* The function of a hook; its HOOK_* flags. */
const char *tracer_hook_func(enum hook hook);
unsigned int tracer_hook_flags(enum hook hook);

/*
 * Whether this kernel takes the processor from a task that is inside the kernel.
 */
enum preemption {
	PREEMPTION_NO,
	PREEMPTION_YES,
	PREEMPTION_UNKNOWN,
};
enum preemption tracer_preemption(void);

/* Whether probes of returns take places of a pool, which may run out of them. */
bool tracer_has_pool(void);

/* 0, or -errno: this kernel has no kprobe.multi, or doesn't let us have it. */
int tracer_may_kprobe(void);

/* Attaches kprobe.bpf.h to all of t->hooks. 0 or -errno. */
int tracer_attach_kprobes(struct tracer *t);

/* Events that came by a kprobe.multi link without its program. */
__u64 tracer_kprobe_misses(const struct bpf_link *link);

/* Fills t->blind: what no program is there for, or none that fires. */
void tracer_list_blind(struct tracer *t, const struct tracer_options *opts);

/* Notes the segments that are attached already, if the programs need to know. */
void tracer_learn_attached(struct tracer *t);

/* Before loading: settings and sizes of what counts. 0 or -errno. */
int tracer_stat_config(struct tracer *t, const struct tracer_options *opts);

/* When the tracer is armed, and when it is disarmed. */
void tracer_missed_begin(struct tracer *t);
void tracer_missed_end(struct tracer *t);

/*
 * Makes every hook fire once. 0, or -errno with t->why set: a hook on one of the
 * four calls does not fire, so this backend is none. The others are noted in
 * t->fired and t->compat.
 */
int tracer_selftest(struct tracer *t);

#endif /* SHMVIZ_TRACER_INTERNAL_H */
