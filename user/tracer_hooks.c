// SPDX-License-Identifier: GPL-2.0-or-later
/* Which programs there are for what, and what is missed without them. */
#include <bpf/btf.h>
#include <string.h>

#include "tracer_internal.h"

static bool has_func(const struct btf *btf, const char *name)
{
	return !btf || btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
}

/* "fentry/FUNC" and "fexit/FUNC": NULL for other sections. */
static const char *hooked_func(const struct bpf_program *prog)
{
	const char *section = bpf_program__section_name(prog);

	if (!strncmp(section, "fentry/", 7) || !strncmp(section, "fexit/", 6))
		return strchr(section, '/') + 1;
	return NULL;
}

bool tracer_is_of_objects(const struct bpf_program *prog)
{
	return !strncmp(bpf_program__name(prog), "obj_", 4);
}

/* Whether VMAs say that they are detached, by either of two members. */
static bool vma_says_detached(const struct btf *btf)
{
	__s32 id = btf ? btf__find_by_name_kind(btf, "vm_area_struct",
						BTF_KIND_STRUCT) : 0;
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, id) : NULL;
	const struct btf_member *member = type ? btf_members(type) : NULL;

	for (int i = 0; type && i < btf_vlen(type); i++) {
		const char *name = btf__name_by_offset(btf, member[i].name_off);

		if (!strcmp(name, "detached") || !strcmp(name, "vm_refcnt"))
			return true;
	}
	return false;
}

/* mprotect is hooked for those alone who ask for it: many programs call it often. */
static bool wants_protect(const struct tracer_filter *filter)
{
	if (!filter)
		return false;
	return filter->kinds ? filter->kinds & 1u << KIND_PROTECT :
			       filter->objects != 0;
}

/*
 * How many arguments mprotect_fixup() has tells which they are; 0: it can't be
 * hooked. From 6.3 to 6.5 there are more than the kernel lets fentry see.
 */
static int protect_args(const struct tracer *t, const struct btf *btf)
{
	__s32 id = btf ? btf__find_by_name_kind(btf, "mprotect_fixup",
						BTF_KIND_FUNC) : 0;
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, id) : NULL;
	int nargs;

	if (!type || (t->backend == TRACER_FENTRY && tracer_may_fentry(id)))
		return 0;
	nargs = btf_vlen(btf__type_by_id(btf, type->type));
	return nargs == PROTECT_ARGS || nargs == PROTECT_ARGS_OLD ? nargs : 0;
}

/* The fallback needs them for shmdt, unless it only counts calls of any segment. */
static bool notes_attaches(const struct tracer *t,
			   const struct tracer_options *opts)
{
	return t->backend == TRACER_TRACEPOINT && opts->entry &&
	       (!opts->stat || (opts->filter &&
				opts->filter->lists & FILTER_SEGMENT));
}

static const struct {
	const char *func;
	unsigned int flags;
} hooks[HOOK_MAX] = {
#define HOOK_ENTRY(id, func, flags) [HOOK_##id] = { func, flags },
	HOOK_LIST(HOOK_ENTRY)
#undef HOOK_ENTRY
};

const char *tracer_hook_func(enum hook hook)
{
	return hooks[hook].func;
}

unsigned int tracer_hook_flags(enum hook hook)
{
	return hooks[hook].flags;
}

static enum hook hook_of(const char *func)
{
	for (int hook = HOOK_NONE + 1; hook < HOOK_MAX; hook++)
		if (!strcmp(hooks[hook].func, func))
			return hook;
	return HOOK_NONE;
}

/*
 * A function that another compiler has inlined, or a kernel without 32-bit calls,
 * is no reason to do without the others; without one of the four calls, loading
 * fails. Many functions of objects are there in some kernels only, by design.
 */
static __u64 find_hooks(struct tracer *t, bool objects)
{
	bool kprobe = t->backend == TRACER_KPROBE;
	bool look = objects || t->look_for_funcs || t->wants_protect;
	struct btf *btf = look ? btf__load_vmlinux_btf() : NULL;
	__u64 found = 0;

	for (int hook = HOOK_NONE + 1; hook < HOOK_MAX; hook++) {
		unsigned int flags = hooks[hook].flags;
		bool is_object = flags & HOOK_OBJECT;

		if ((is_object && !objects) || (flags & HOOK_FORK && !kprobe))
			continue;
		if (flags & HOOK_NEEDED || (!is_object && !t->look_for_funcs) ||
		    has_func(btf, hooks[hook].func))
			found |= HOOK_BIT(hook);
	}
	if (vma_says_detached(btf))
		found &= ~HOOK_BIT(HOOK_leaving);
	t->protect_args = t->wants_protect ? protect_args(t, btf) : 0;
	if (!t->protect_args)
		found &= ~HOOK_BIT(HOOK_protect);
	btf__free(btf);
	return found;
}

/* Its arguments tell which of the two pairs of programs fits. */
static void choose_protect(struct tracer *t)
{
	int nargs = t->backend == TRACER_FENTRY ? t->protect_args : 0;
	struct shmviz_bpf *skel = t->skel;

	skel->rodata->cfg_protect_args = t->protect_args;
	bpf_program__set_autoload(skel->progs.protect_enter,
				  nargs == PROTECT_ARGS);
	bpf_program__set_autoload(skel->progs.protect_exit,
				  nargs == PROTECT_ARGS);
	bpf_program__set_autoload(skel->progs.protect_old_enter,
				  nargs == PROTECT_ARGS_OLD);
	bpf_program__set_autoload(skel->progs.protect_old_exit,
				  nargs == PROTECT_ARGS_OLD);
}

/* Each program belongs to one backend, but for the one on fork. */
void tracer_choose_hooks(struct tracer *t, const struct tracer_options *opts)
{
	struct shmviz_bpf *skel = t->skel;
	bool fentry = t->backend == TRACER_FENTRY;
	bool kprobe = t->backend == TRACER_KPROBE;
	bool tracepoint = t->backend == TRACER_TRACEPOINT;
	struct bpf_program *prog;

	t->wants_protect = !tracepoint && wants_protect(opts->filter);
	t->hooks = tracepoint ? 0 : find_hooks(t, skel->rodata->cfg_objects);
	skel->rodata->cfg_inherit = t->hooks & HOOK_BIT(HOOK_shm_open) ||
				    skel->rodata->cfg_objects;
	if (!skel->rodata->cfg_follow)
		t->hooks &= ~HOOK_BIT(HOOK_born);
	bpf_object__for_each_program(prog, skel->obj) {
		const char *func = hooked_func(prog);

		bpf_program__set_autoload(prog, func && fentry &&
			t->hooks & HOOK_BIT(hook_of(func)));
	}
	choose_protect(t);
	bpf_map__set_autocreate(skel->maps.newborn, kprobe);
	bpf_program__set_autoload(skel->progs.kprobe_enter, kprobe);
	bpf_program__set_autoload(skel->progs.kprobe_exit, kprobe);
	bpf_program__set_autoload(skel->progs.kprobe_exit_desc, kprobe &&
				  t->hooks & (HOOK_BIT(HOOK_prepare) |
					      HOOK_BIT(HOOK_zero_desc)));
	skel->rodata->cfg_hooks = t->hooks;
	bpf_program__set_autoload(skel->progs.sys_exit, tracepoint);
	bpf_program__set_autoload(skel->progs.sys_enter, tracepoint &&
				  (opts->entry || opts->snapshot));
	skel->rodata->cfg_attaches = notes_attaches(t, opts);
	skel->rodata->cfg_detach = tracepoint ? opts->entry :
				   t->hooks & HOOK_BIT(HOOK_shm_close);
	bpf_program__set_autoload(skel->progs.attached, t->may_iterate &&
				  (opts->snapshot ||
				   skel->rodata->cfg_attaches));
	bpf_program__set_autoattach(skel->progs.attached, false);
	if (!opts->snapshot)
		bpf_program__set_autoload(skel->progs.shm_open_enter, false);
	skel->rodata->cfg_newseg = t->hooks & HOOK_BIT(HOOK_newseg);
	bpf_program__set_autoload(skel->progs.fork_exit, !kprobe &&
				  (skel->rodata->cfg_inherit ||
				   skel->rodata->cfg_follow ||
				   skel->rodata->cfg_attaches));
}

static void add_blind(struct tracer *t, bool is_blind, const char *what)
{
	if (is_blind && t->nblind < BLIND_MAX)
		t->blind[t->nblind++] = what;
}

static bool is_hooked(const struct tracer *t, enum hook hook)
{
	return t->hooks & HOOK_BIT(hook);
}

/* Not hooked at all, or hooked where nothing comes along. */
static bool is_silent(const struct tracer *t, enum rec_kind kind, enum hook hook)
{
	return !is_hooked(t, hook) || t->fired[kind] == SELFTEST_SILENT;
}

static void list_compat(struct tracer *t)
{
	static const char *const what[KIND_CALLS] = {
		"shmget of 32-bit programs", "shmat of 32-bit programs",
		"shmdt of 32-bit programs", "shmctl of 32-bit programs",
	};

	for (int kind = 0; kind < KIND_CALLS; kind++)
		add_blind(t, t->compat[kind] == SELFTEST_SILENT, what[kind]);
}

static void list_functions(struct tracer *t)
{
	add_blind(t, t->backend == TRACER_FENTRY &&
		  tracer_preemption() == PREEMPTION_YES,
		  "events that come while another task is preempted inside a hook:"
		  " this kernel preempts, and they are counted as lost (kprobe"
		  " misses none)");
	add_blind(t, !is_hooked(t, HOOK_newseg),
		  "whether shmget made the segment");
	add_blind(t, is_silent(t, KIND_INHERIT, HOOK_shm_open),
		  "attachments inherited by fork");
	add_blind(t, is_silent(t, KIND_SPLIT, HOOK_shm_open),
		  "attachments split or moved");
	add_blind(t, is_silent(t, KIND_DROP, HOOK_shm_close),
		  "attachments dropped by exit, exec and munmap, the segment of"
		  " shmdt");
	add_blind(t, t->wants_protect && is_silent(t, KIND_PROTECT, HOOK_protect),
		  "changes of protection by mprotect");
	add_blind(t, true, "calls that seccomp refuses or answers");
	add_blind(t, is_silent(t, KIND_DESTROY, HOOK_ipc_rmid),
		  "the end of segments");
	add_blind(t, t->fired[KIND_DROP] == SELFTEST_UNTRIED,
		  "whether the hooks fire on inherit, split, drop and destroy:"
		  " no IPC namespace could be made to try them in");
}

static void list_objects(struct tracer *t)
{
	__u32 objects = t->skel->rodata->cfg_objects;
	bool memfd;

	if (!objects)
		return;
	add_blind(t, objects & 1u << OBJ_POSIX &&
		  !is_hooked(t, HOOK_open_file),
		  "who opens POSIX shared memory that is there already");
	add_blind(t, objects & 1u << OBJ_POSIX &&
		  !is_hooked(t, HOOK_mknod),
		  "new POSIX shared memory");
	/* A memfd is what was tried. */
	memfd = objects & 1u << OBJ_MEMFD;
	add_blind(t, memfd && t->fired[KIND_CREATE] == SELFTEST_SILENT,
		  "new memfds");
	add_blind(t, memfd && t->fired[KIND_RESIZE] == SELFTEST_SILENT,
		  "changes of size");
	add_blind(t, memfd && t->fired[KIND_MAP] == SELFTEST_SILENT,
		  "mappings of objects");
	add_blind(t, objects & 1u << OBJ_FILE, "of shared files all but their"
		  " mappings");
	add_blind(t, true, "names that are changed or added (rename, link), and"
		  " sizes that are changed by write, and of huge pages by"
		  " fallocate and mmap");
}

static void list_tracepoint(struct tracer *t, const struct tracer_options *opts)
{
	add_blind(t, true, "attachments inherited by fork, dropped by exit, exec"
		  " or munmap, split or moved");
	add_blind(t, true, "the end of segments, but for what IPC_RMID returns");
	add_blind(t, true, "calls for which seccomp kills one thread of several");
	add_blind(t, t->wants_protect, "changes of protection by mprotect");
	add_blind(t, !opts->stat,
		  "whether shmget without IPC_EXCL made the segment");
	add_blind(t, !opts->entry && opts->stat && opts->filter &&
		  opts->filter->lists & FILTER_SEGMENT,
		  "of which segment a shmdt and a destroying IPC_RMID are:"
		  " filters of segments leave them out (see --no-latency)");
	add_blind(t, !opts->entry && !opts->stat,
		  "durations, and the segment of shmdt and of a destroying"
		  " IPC_RMID (see --entry)");
}

void tracer_list_blind(struct tracer *t, const struct tracer_options *opts)
{
	list_compat(t);
	if (t->backend == TRACER_TRACEPOINT) {
		list_tracepoint(t, opts);
	} else {
		list_functions(t);
		list_objects(t);
	}
}
