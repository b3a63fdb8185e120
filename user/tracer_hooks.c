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
 * The number of the function's arguments tells which pair of programs fits. From 6.3
 * to 6.5 there are more than the kernel lets its programs see.
 */
static void choose_protect(struct tracer *t, const struct btf *btf)
{
	struct shmviz_bpf *skel = t->skel;
	__s32 id = btf ? btf__find_by_name_kind(btf, "mprotect_fixup",
						BTF_KIND_FUNC) : 0;
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, id) : NULL;
	int nargs = 0;

	if (type && !tracer_may_fentry(id))
		nargs = btf_vlen(btf__type_by_id(btf, type->type));
	bpf_program__set_autoload(skel->progs.protect_enter, nargs == 7);
	bpf_program__set_autoload(skel->progs.protect_exit, nargs == 7);
	bpf_program__set_autoload(skel->progs.protect_old_enter, nargs == 6);
	bpf_program__set_autoload(skel->progs.protect_old_exit, nargs == 6);
}

/* Many of their functions are there in some kernels only, by design. */
static void choose_objects(struct shmviz_bpf *skel, bool wanted,
			   const struct btf *btf)
{
	bool leaving = wanted && !vma_says_detached(btf);
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, skel->obj)
		if (tracer_is_of_objects(prog))
			bpf_program__set_autoload(prog, wanted &&
				has_func(btf, hooked_func(prog)));
	bpf_program__set_autoload(skel->progs.obj_leaving_enter, leaving);
	bpf_program__set_autoload(skel->progs.obj_leaving_exit, leaving);
}

/* The fallback needs them for shmdt, unless it only counts calls of any segment. */
static bool notes_attaches(const struct tracer *t,
			   const struct tracer_options *opts)
{
	return t->backend == TRACER_TRACEPOINT && opts->entry &&
	       (!opts->stat || (opts->filter &&
				opts->filter->lists & FILTER_SEGMENT));
}

/*
 * Each program belongs to one backend, but for the one on fork. A function that
 * another compiler has inlined, or a kernel without 32-bit calls, is no reason
 * to do without the others; without one of the four calls, loading fails.
 */
void tracer_choose_hooks(struct tracer *t, const struct tracer_options *opts)
{
	struct shmviz_bpf *skel = t->skel;
	bool fentry = t->backend == TRACER_FENTRY;
	struct bpf_program *prog;
	struct btf *btf = NULL;

	t->wants_protect = wants_protect(opts->filter);
	if (fentry && (t->look_for_funcs || t->wants_protect ||
		       skel->rodata->cfg_objects))
		btf = btf__load_vmlinux_btf();
	bpf_object__for_each_program(prog, skel->obj) {
		const char *func = hooked_func(prog);

		bpf_program__set_autoload(prog, func && fentry &&
			(!strncmp(func, "__x64_", 6) || has_func(btf, func)));
	}
	choose_objects(skel, fentry && skel->rodata->cfg_objects, btf);
	choose_protect(t, fentry && t->wants_protect ? btf : NULL);
	btf__free(btf);
	bpf_program__set_autoload(skel->progs.sys_exit, !fentry);
	bpf_program__set_autoload(skel->progs.sys_enter, !fentry &&
				  (opts->entry || opts->snapshot));
	skel->rodata->cfg_attaches = notes_attaches(t, opts);
	skel->rodata->cfg_detach = fentry ?
		bpf_program__autoload(skel->progs.shm_close_enter) : opts->entry;
	bpf_program__set_autoload(skel->progs.attached, t->may_iterate &&
				  (opts->snapshot ||
				   skel->rodata->cfg_attaches));
	bpf_program__set_autoattach(skel->progs.attached, false);
	if (!opts->snapshot)
		bpf_program__set_autoload(skel->progs.shm_open_enter, false);
	skel->rodata->cfg_newseg =
		bpf_program__autoload(skel->progs.newseg_exit);
	skel->rodata->cfg_inherit =
		bpf_program__autoload(skel->progs.shm_open_exit) ||
		skel->rodata->cfg_objects;
	bpf_program__set_autoload(skel->progs.fork_exit,
				  skel->rodata->cfg_inherit ||
				  skel->rodata->cfg_follow ||
				  skel->rodata->cfg_attaches);
}

static void add_blind(struct tracer *t, bool is_blind, const char *what)
{
	if (is_blind && t->nblind < BLIND_MAX)
		t->blind[t->nblind++] = what;
}

/* Not hooked at all, or hooked where nothing comes along. */
static bool is_silent(const struct tracer *t, enum rec_kind kind,
		      const struct bpf_program *prog)
{
	return !bpf_program__autoload(prog) ||
	       t->fired[kind] == SELFTEST_SILENT;
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

static void list_fentry(struct tracer *t)
{
	struct shmviz_bpf *skel = t->skel;

	add_blind(t, !bpf_program__autoload(skel->progs.newseg_exit),
		  "whether shmget made the segment");
	add_blind(t, is_silent(t, KIND_INHERIT, skel->progs.shm_open_exit),
		  "attachments inherited by fork");
	add_blind(t, is_silent(t, KIND_SPLIT, skel->progs.shm_open_exit),
		  "attachments split or moved");
	add_blind(t, is_silent(t, KIND_DROP, skel->progs.shm_close_exit),
		  "attachments dropped by exit, exec and munmap, the segment of"
		  " shmdt");
	add_blind(t, t->wants_protect &&
		  (t->fired[KIND_PROTECT] == SELFTEST_SILENT ||
		   !(bpf_program__autoload(skel->progs.protect_exit) ||
		     bpf_program__autoload(skel->progs.protect_old_exit))),
		  "changes of protection by mprotect");
	add_blind(t, true, "calls that seccomp refuses or answers");
	add_blind(t, is_silent(t, KIND_DESTROY, skel->progs.ipc_rmid_enter),
		  "the end of segments");
	add_blind(t, t->fired[KIND_DROP] == SELFTEST_UNTRIED,
		  "whether the hooks fire on inherit, split, drop and destroy:"
		  " no IPC namespace could be made to try them in");
}

static void list_objects(struct tracer *t)
{
	struct shmviz_bpf *skel = t->skel;
	__u32 objects = skel->rodata->cfg_objects;
	bool memfd;

	if (!objects)
		return;
	add_blind(t, objects & 1u << OBJ_POSIX &&
		  !bpf_program__autoload(skel->progs.obj_shmem_open_file_exit),
		  "who opens POSIX shared memory that is there already");
	add_blind(t, objects & 1u << OBJ_POSIX &&
		  !bpf_program__autoload(skel->progs.obj_shmem_mknod_exit),
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
	if (t->backend == TRACER_FENTRY) {
		list_fentry(t);
		list_objects(t);
	} else {
		list_tracepoint(t, opts);
	}
}
