// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads the BPF programs and reads what they write. */
#include <bpf/bpf.h>
#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tracer_internal.h"

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
	case TRACER_KPROBE:
		return "kprobe";
	case TRACER_TRACEPOINT:
		return "tracepoint";
	default:
		return "none";
	}
}

static int set_config(struct tracer *t, const struct tracer_options *opts)
{
	const struct tracer_filter *filter = opts->filter;
	struct shmviz_bpf *skel = t->skel;
	struct stat st;
	int err;

	if (stat("/proc/self/ns/pid", &st))
		return -errno;
	skel->rodata->cfg_self = getpid();
	skel->rodata->cfg_pidns = st.st_ino;
	skel->rodata->cfg_entry = opts->entry;
	skel->bss->flight_watched = opts->snapshot;
	skel->rodata->cfg_objects = tracer_objects(filter) & ~TRACER_SEGMENTS;
	skel->rodata->cfg_sysv = tracer_objects(filter) & TRACER_SEGMENTS;
	skel->bss->armed = !opts->snapshot && !opts->stat &&
			   !skel->rodata->cfg_objects;
	skel->rodata->cfg_kinds = filter && filter->kinds ? filter->kinds : ~0u;
	skel->rodata->cfg_filter = filter ? filter->lists : 0;
	skel->rodata->cfg_follow = filter && filter->follow;
	err = tracer_stat_config(t, opts);
	return err ?: bpf_map__set_max_entries(skel->maps.events, opts->buffer ?:
					TRACER_BUFFER_DEFAULT);
}

static int fill_map(const struct bpf_map *map, const void *keys, size_t size,
		    unsigned int n)
{
	const char *key = keys;
	__u8 one = 1;
	int err = 0;

	for (unsigned int i = 0; i < n && !err; i++, key += size)
		err = bpf_map__update_elem(map, key, size, &one, sizeof(one),
					   BPF_ANY);
	return err;
}

static int fill_filter(struct tracer *t, const struct tracer_filter *filter)
{
	int err;

	if (!filter)
		return 0;
	err = fill_map(t->skel->maps.filter_nums, filter->nums,
		       sizeof(filter->nums[0]), filter->nnums);
	return err ?: fill_map(t->skel->maps.filter_comms, filter->comms,
			       sizeof(filter->comms[0]), filter->ncomms);
}

static int on_record(void *ctx, void *data, size_t size)
{
	const struct rec_hdr *rec = data;
	struct tracer *t = ctx;

	if (size >= sizeof(*rec) && rec->size <= size)
		t->fn(rec, t->fn_ctx);
	if (size >= sizeof(*rec))
		t->last_ts = rec->ts;
	/*
	 * libbpf goes on for as long as there is something new, which on a busy
	 * system is for ever. An error ends it, with this record taken.
	 */
	return --t->budget ? 0 : -EAGAIN;
}

static int load_once(struct tracer *t, const struct tracer_options *opts)
{
	int err;

	t->skel = shmviz_bpf__open();
	if (!t->skel)
		return -errno;
	err = set_config(t, opts);
	tracer_choose_hooks(t, opts);
	if (!err)
		err = shmviz_bpf__load(t->skel);
	if (!err)
		err = fill_filter(t, opts->filter);
	if (!err)
		err = shmviz_bpf__attach(t->skel);
	if (!err && t->backend == TRACER_KPROBE)
		err = tracer_attach_kprobes(t);
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
 * To read the kernel's types and look for all functions takes as long as all
 * the rest, so it is done where one was missing.
 */
static int load_backend(struct tracer *t, const struct tracer_options *opts)
{
	int err = load_once(t, opts);

	if (err != -ESRCH || t->look_for_funcs)
		return err;
	t->look_for_funcs = true;
	libbpf_line[0] = '\0';
	return load_once(t, opts);
}

int tracer_may_fentry(__u32 btf_id)
{
	const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts,
		    .expected_attach_type = BPF_TRACE_FENTRY,
		    .attach_btf_id = btf_id);
	int fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "may_fentry", "GPL",
			       nothing, 2, &opts);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

/* Whatever function it is, a kernel that allows no fentry refuses first. */
static int may_fentry(void)
{
	int err = tracer_may_fentry(1);

	return err == -EPERM || err == -EACCES ? err : 0;
}

static void explain(struct tracer *t, int err)
{
	const char *detail = libbpf_line;

	if (!strncmp(detail, "libbpf: ", 8))
		detail += 8;
	if (t->backend == TRACER_KPROBE && err == -EOPNOTSUPP)
		detail = "CONFIG_FPROBE is needed";
	snprintf(t->why, sizeof(t->why), "%s programs were refused: %s%s%s%s%s",
		 tracer_backend_name(t->backend), strerror(-err),
		 *detail ? " (" : "", detail, *detail ? ")" : "",
		 t->backend == TRACER_KPROBE &&
		 tracer_preemption() == PREEMPTION_YES ?
		 "; fentry misses events here, since this kernel preempts" : "");
}

static int may_backend(enum tracer_backend backend)
{
	switch (backend) {
	case TRACER_FENTRY:
		return may_fentry();
	case TRACER_KPROBE:
		return tracer_may_kprobe();
	default:
		return 0;
	}
}

static int try_backend(struct tracer *t, enum tracer_backend backend,
		       const struct tracer_options *opts)
{
	int err;

	t->backend = backend;
	libbpf_line[0] = '\0';
	t->look_for_funcs = false;
	err = may_backend(backend) ?: load_backend(t, opts);
	if (err) {
		explain(t, err);
		return err;
	}
	err = tracer_selftest(t);
	if (err) {
		ring_buffer__free(t->ring);
		t->ring = NULL;
		shmviz_bpf__destroy(t->skel);
		t->skel = NULL;
	}
	return err;
}

static bool wants_objects(const struct tracer_options *opts)
{
	return tracer_objects(opts->filter) & ~TRACER_SEGMENTS;
}

/*
 * Best first. On a kernel that preempts, fentry misses most of what several
 * processes do at a time, so there it comes last: tracepoints see less, but all
 * of that. Whether it preempts may be unknown; then it is taken to do so, but
 * not to the price of the tracepoints.
 */
static const enum tracer_backend orders[][TRACER_BACKENDS - 1] = {
	[PREEMPTION_NO] = { TRACER_FENTRY, TRACER_KPROBE, TRACER_TRACEPOINT },
	[PREEMPTION_YES] = { TRACER_KPROBE, TRACER_TRACEPOINT, TRACER_FENTRY },
	[PREEMPTION_UNKNOWN] = { TRACER_KPROBE, TRACER_FENTRY,
				 TRACER_TRACEPOINT },
};

/* The best that works. @refused: why it is none of those before it. */
static int try_order(struct tracer *t, const struct tracer_options *opts,
		     char refused[sizeof(t->why)])
{
	const enum tracer_backend *order = orders[tracer_preemption()];
	int err = -ENOTSUP;

	for (int i = 0; i < TRACER_BACKENDS - 1 && err; i++) {
		size_t len = strlen(refused);

		/* Of calls, and calls don't say which object it is. */
		if (order[i] == TRACER_TRACEPOINT && wants_objects(opts))
			continue;
		err = try_backend(t, order[i], opts);
		if (err)
			snprintf(refused + len, sizeof(t->why) - len, "%s%.180s",
				 len ? "; " : "", t->why);
	}
	return err;
}

static int open_best(struct tracer *t, const struct tracer_options *opts)
{
	char refused[sizeof(t->why)] = "";
	int err;

	t->may_iterate = true;
	err = opts->backend ? try_backend(t, opts->backend, opts) :
			      try_order(t, opts, refused);
	/* Nothing but tracepoints, then. */
	if (err && (opts->snapshot || opts->entry) && !wants_objects(opts)) {
		t->may_iterate = false;
		err = try_backend(t, opts->backend ?: TRACER_TRACEPOINT, opts);
	}
	if (!err || !opts->backend)
		memcpy(t->why, refused, sizeof(t->why));
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
	tracer_learn_attached(t);
	tracer_list_blind(t, opts);
	/* Many times what is needed from here on. */
	malloc_trim(0);
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
	t->budget = TRACER_CONSUME_MAX;
	err = ring_buffer__consume(t->ring);
	return err < 0 && err != -EAGAIN ? err :
					   (int)(TRACER_CONSUME_MAX - t->budget);
}

__u64 tracer_lost(const struct tracer *t)
{
	return __atomic_load_n(&t->skel->bss->lost_total, __ATOMIC_RELAXED);
}

__u64 tracer_unidentified(const struct tracer *t)
{
	return __atomic_load_n(&t->skel->bss->unidentified_total,
			       __ATOMIC_RELAXED);
}

void tracer_arm(struct tracer *t)
{
	if (!t->missed.n)
		tracer_missed_begin(t);
	__atomic_store_n(&t->skel->bss->armed, true, __ATOMIC_SEQ_CST);
}

void tracer_disarm(struct tracer *t)
{
	__atomic_store_n(&t->skel->bss->armed, false, __ATOMIC_SEQ_CST);
	tracer_missed_end(t);
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
			counts[kind].compat += percpu[i].compat;
			counts[kind].unidentified += percpu[i].unidentified;
		}
		counts[kind].seen += t->missed.counts[kind];
		counts[kind].lost += t->missed.counts[kind];
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
