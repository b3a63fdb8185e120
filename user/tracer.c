// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads the BPF programs and reads what they write. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tracer.h"
#include "shmviz.skel.h"

#define BLIND_MAX	8

/* Records handed out at a time: some ms of work between looks at the clock. */
#define CONSUME_MAX	1024

struct tracer {
	struct shmviz_bpf *skel;
	struct ring_buffer *ring;
	enum tracer_backend backend;
	tracer_fn *fn;
	void *fn_ctx;
	unsigned int budget;	/* records that may still be handed out */
	char why[384];
	const char *blind[BLIND_MAX + 1];
	int nblind;
};

/* What libbpf last complained about: said only if all fails. */
static char libbpf_line[256];

static int note_libbpf(enum libbpf_print_level level, const char *fmt,
		       va_list ap)
{
	if (level == LIBBPF_WARN && !libbpf_line[0]) {
		vsnprintf(libbpf_line, sizeof(libbpf_line), fmt, ap);
		libbpf_line[strcspn(libbpf_line, "\n")] = '\0';
	}
	return 0;
}

const char *tracer_backend_name(enum tracer_backend backend)
{
	switch (backend) {
	case TRACER_FENTRY:
		return "fentry";
	case TRACER_TRACEPOINT:
		return "tracepoint";
	default:
		return "none";
	}
}

static bool kernel_has_func(const char *name)
{
	static struct btf *btf;

	if (!btf)
		btf = btf__load_vmlinux_btf();
	return btf && btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
}

/* Programs by backend: each program belongs to one, follow_fork to both. */
static void choose_programs(struct tracer *t, const struct tracer_options *opts)
{
	struct shmviz_bpf *skel = t->skel;
	bool fentry = t->backend == TRACER_FENTRY;
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, skel->obj) {
		const char *section = bpf_program__section_name(prog);

		bpf_program__set_autoload(prog,
			strncmp(section, "raw_tp/", 7) ? fentry : !fentry);
	}
	bpf_program__set_autoload(skel->progs.sys_enter,
				  !fentry && opts->entry);
	bpf_program__set_autoload(skel->progs.follow_fork, opts->follow);
	/* Static functions: another compiler may have inlined them. */
	skel->rodata->cfg_newseg = fentry && kernel_has_func("newseg");
	bpf_program__set_autoload(skel->progs.newseg_exit,
				  skel->rodata->cfg_newseg);
	bpf_program__set_autoload(skel->progs.shm_close_enter,
				  fentry && kernel_has_func("shm_close"));
}

static void add_blind(struct tracer *t, const char *what)
{
	if (t->nblind < BLIND_MAX)
		t->blind[t->nblind++] = what;
}

static void list_blind(struct tracer *t, const struct tracer_options *opts)
{
	struct shmviz_bpf *skel = t->skel;

	add_blind(t, "calls of 32-bit programs");
	add_blind(t, "attachments inherited by fork, dropped by exit or exec");
	if (t->backend == TRACER_FENTRY) {
		if (!skel->rodata->cfg_newseg)
			add_blind(t, "whether shmget made the segment");
		if (!bpf_program__autoload(skel->progs.shm_close_enter))
			add_blind(t, "the segment of shmdt");
		return;
	}
	add_blind(t, "whether shmget without IPC_EXCL made the segment");
	if (!opts->entry)
		add_blind(t, "durations, and the segment of shmdt and of a"
			     " destroying IPC_RMID (see --entry)");
}

static int set_config(struct tracer *t, const struct tracer_options *opts)
{
	struct shmviz_bpf *skel = t->skel;
	struct stat st;

	if (stat("/proc/self/ns/pid", &st))
		return -errno;
	skel->rodata->cfg_self = getpid();
	skel->rodata->cfg_pidns = st.st_ino;
	skel->rodata->cfg_follow = opts->follow;
	return bpf_map__set_max_entries(skel->maps.events, opts->buffer ?:
					TRACER_BUFFER_DEFAULT);
}

static int on_record(void *ctx, void *data, size_t size)
{
	const struct rec_hdr *rec = data;
	struct tracer *t = ctx;

	if (size >= sizeof(*rec) && rec->size <= size)
		t->fn(rec, t->fn_ctx);
	/*
	 * libbpf goes on for as long as there is something new, which on a busy
	 * system is for ever. An error ends it, with this record taken.
	 */
	return --t->budget ? 0 : -EAGAIN;
}

static int load_backend(struct tracer *t, const struct tracer_options *opts)
{
	int err;

	t->skel = shmviz_bpf__open();
	if (!t->skel)
		return -errno;
	choose_programs(t, opts);
	err = set_config(t, opts);
	if (!err)
		err = shmviz_bpf__load(t->skel);
	if (!err)
		err = shmviz_bpf__attach(t->skel);
	if (err)
		goto err_skel;

	t->ring = ring_buffer__new(bpf_map__fd(t->skel->maps.events),
				   on_record, t, NULL);
	if (!t->ring) {
		err = -errno;
		goto err_skel;
	}
	return 0;

err_skel:
	shmviz_bpf__destroy(t->skel);
	t->skel = NULL;
	return err;
}

/*
 * Calls that fail and change nothing: each hook must count its own. A hook may
 * be attached and yet never run, where the compiler has inlined its function.
 */
static int self_test(struct tracer *t)
{
	static const char *const names[KIND_MAX] = {
		"shmget", "shmat", "shmdt", "shmctl",
	};
	struct rec_counts before[KIND_MAX], after[KIND_MAX];

	if (tracer_counts(t, before))
		return -EIO;
	shmget(IPC_PRIVATE, 0, 0);
	shmat(-1, NULL, 0);
	shmdt((void *)1);
	shmctl(-1, IPC_STAT, NULL);
	if (tracer_counts(t, after))
		return -EIO;
	for (int i = 0; i < KIND_MAX; i++) {
		if (after[i].self == before[i].self) {
			snprintf(t->why, sizeof(t->why),
				 "the hook on %s does not fire", names[i]);
			return -ENOTSUP;
		}
	}
	return 0;
}

static void explain(struct tracer *t, const char *what, int err)
{
	const char *detail = libbpf_line;

	if (!strncmp(detail, "libbpf: ", 8))
		detail += 8;
	snprintf(t->why, sizeof(t->why), "%s: %s%s%s%s", what, strerror(-err),
		 *detail ? " (" : "", detail, *detail ? ")" : "");
}

static int try_backend(struct tracer *t, enum tracer_backend backend,
		       const struct tracer_options *opts)
{
	int err;

	t->backend = backend;
	libbpf_line[0] = '\0';
	err = load_backend(t, opts);
	if (err) {
		explain(t, backend == TRACER_FENTRY ?
			"fentry programs were refused" :
			"tracepoint programs were refused", err);
		return err;
	}
	err = self_test(t);
	if (err) {
		ring_buffer__free(t->ring);
		t->ring = NULL;
		shmviz_bpf__destroy(t->skel);
		t->skel = NULL;
	}
	return err;
}

static int open_best(struct tracer *t, const struct tracer_options *opts)
{
	int err;

	if (opts->backend)
		return try_backend(t, opts->backend, opts);
	err = try_backend(t, TRACER_FENTRY, opts);
	if (err)
		err = try_backend(t, TRACER_TRACEPOINT, opts);
	else
		t->why[0] = '\0';
	return err;
}

struct tracer *tracer_open(const struct tracer_options *opts, char *why,
			   size_t len)
{
	struct tracer *t;
	int err;

	why[0] = '\0';
	libbpf_set_print(note_libbpf);
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	err = open_best(t, opts);
	if (err) {
		snprintf(why, len, "%s", t->why);
		free(t);
		errno = err == -EPERM || err == -EACCES ? EPERM : ENOTSUP;
		return NULL;
	}
	list_blind(t, opts);
	return t;
}

enum tracer_backend tracer_probe(char *why, size_t len)
{
	struct tracer_options opts = { .buffer = 4096 };
	enum tracer_backend backend = TRACER_NONE;
	struct tracer *t;

	t = tracer_open(&opts, why, len);
	if (t) {
		backend = t->backend;
		snprintf(why, len, "%s", t->why);
		tracer_close(t);
	}
	return backend;
}

enum tracer_backend tracer_backend(const struct tracer *t)
{
	return t->backend;
}

const char *tracer_why(const struct tracer *t)
{
	return t->why;
}

const char *const *tracer_blind(const struct tracer *t)
{
	return t->blind;
}

int tracer_follow(struct tracer *t, int pidfd)
{
	__u32 one = 1;

	return bpf_map__update_elem(t->skel->maps.followed, &pidfd,
				    sizeof(pidfd), &one, sizeof(one), BPF_ANY);
}

int tracer_fd(const struct tracer *t)
{
	return ring_buffer__epoll_fd(t->ring);
}

int tracer_consume(struct tracer *t, tracer_fn *fn, void *ctx)
{
	int err;

	t->fn = fn;
	t->fn_ctx = ctx;
	t->budget = CONSUME_MAX;
	err = ring_buffer__consume(t->ring);
	return err < 0 && err != -EAGAIN ? err :
					   (int)(CONSUME_MAX - t->budget);
}

__u64 tracer_lost(const struct tracer *t)
{
	return __atomic_load_n(&t->skel->bss->lost_total, __ATOMIC_RELAXED);
}

void tracer_detach(struct tracer *t)
{
	shmviz_bpf__detach(t->skel);
}

int tracer_counts(const struct tracer *t, struct rec_counts counts[KIND_MAX])
{
	int cpus = libbpf_num_possible_cpus();
	struct rec_counts *percpu;
	int err = 0;

	if (cpus < 0)
		return cpus;
	percpu = calloc(cpus, sizeof(*percpu));
	if (!percpu)
		return -ENOMEM;
	memset(counts, 0, KIND_MAX * sizeof(*counts));
	for (__u32 kind = 0; kind < KIND_MAX && !err; kind++) {
		err = bpf_map__lookup_elem(t->skel->maps.counts, &kind,
					   sizeof(kind), percpu,
					   cpus * sizeof(*percpu), 0);
		for (int i = 0; i < cpus && !err; i++) {
			counts[kind].seen += percpu[i].seen;
			counts[kind].lost += percpu[i].lost;
			counts[kind].filtered += percpu[i].filtered;
			counts[kind].self += percpu[i].self;
		}
	}
	free(percpu);
	return err;
}

void tracer_close(struct tracer *t)
{
	if (!t)
		return;
	ring_buffer__free(t->ring);
	shmviz_bpf__destroy(t->skel);
	free(t);
}
