// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attaches the programs of kprobe.bpf.h: one to the entry of all functions, one
 * to the return of those whose return is needed.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "tracer_internal.h"

/*
 * Before 6.14 a task that is in one of the functions takes a place of a pool for
 * its return address; who finds none is missed. The pool has two places for each
 * function and processor. To have more, the same addresses are given again.
 */
#define PLACES_WANTED	8192

/* struct bpf_link_info, whose last part is newer than this libbpf. */
struct link_info {
	__u32 type;
	__u32 id;
	__u32 prog_id;
	__u32 pad;
	__u64 addrs;		/* since 6.6 */
	__u32 count;
	__u32 flags;
	__u64 missed;		/* since 6.7 */
	__u64 cookies;		/* since 6.9 */
};

int tracer_may_kprobe(void)
{
	const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts,
		    .expected_attach_type = BPF_TRACE_KPROBE_MULTI);
	LIBBPF_OPTS(bpf_link_create_opts, no_function);
	int fd = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "may_kprobe", "GPL",
			       nothing, 2, &opts);
	int link, err;

	if (fd < 0)
		return fd;
	/* What it says against no function at all tells whether it can. */
	link = bpf_link_create(fd, 0, BPF_TRACE_KPROBE_MULTI, &no_function);
	err = link < 0 ? link : 0;
	if (link >= 0)
		close(link);
	close(fd);
	return err == -EOPNOTSUPP ? err : 0;
}

__u64 tracer_kprobe_misses(const struct bpf_link *link)
{
	struct link_info info = {};
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_link__fd(link),
				   (struct bpf_link_info *)&info, &len))
		return 0;
	return info.missed;
}

/* Functions by name or address, as bpf_program__attach_kprobe_multi_opts has it. */
struct functions {
	const char *names[HOOK_MAX];
	__u64 addrs[HOOK_MAX];
	__u64 cookies[HOOK_MAX];
	__u32 n;
};

#define RETURN_MASK	(HOOK_RETURN | HOOK_DESC)

/* The functions whose flags are, under @mask, @flags. */
static void list_functions(const struct tracer *t, unsigned int mask,
			   unsigned int flags, struct functions *functions)
{
	functions->n = 0;
	for (int hook = HOOK_NONE + 1; hook < HOOK_MAX; hook++) {
		if (!(t->hooks & HOOK_BIT(hook)) ||
		    (tracer_hook_flags(hook) & mask) != flags)
			continue;
		functions->names[functions->n] = tracer_hook_func(hook);
		functions->cookies[functions->n++] = hook;
	}
}

static int attach(struct bpf_program *prog, struct functions *functions,
		  bool returns, struct bpf_link **link)
{
	LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .syms = functions->names,
		    .cookies = functions->cookies, .cnt = functions->n,
		    .retprobe = returns);

	if (!functions->n)
		return 0;
	*link = bpf_program__attach_kprobe_multi_opts(prog, NULL, &opts);
	return *link ? 0 : -errno;
}

/* Where the functions of a link are; false: the kernel does not say. */
static bool find_addresses(const struct bpf_link *link,
			   struct functions *functions)
{
	struct link_info info = {
		.addrs = (unsigned long)functions->addrs,
		.cookies = (unsigned long)functions->cookies,
		.count = HOOK_MAX,
	};
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_link__fd(link),
				   (struct bpf_link_info *)&info, &len) ||
	    len < sizeof(info))
		return false;
	functions->n = info.count;
	for (__u32 i = 0; i < functions->n; i++)
		if (!functions->addrs[i] || !functions->cookies[i])
			return false;
	return functions->n;
}

static bool returns(__u64 hook)
{
	return (tracer_hook_flags(hook) & RETURN_MASK) == HOOK_RETURN;
}

/* The returning ones of @functions, so often that there are places enough. */
static int attach_again(struct bpf_program *prog,
			const struct functions *functions, struct bpf_link **link)
{
	int cpus = libbpf_num_possible_cpus();
	__u64 *addrs, *cookies;
	__u32 once = 0, n = 0, rounds;
	int err = -ENOMEM;

	for (__u32 i = 0; i < functions->n; i++)
		once += returns(functions->cookies[i]);
	if (cpus <= 0 || !once)
		return -EINVAL;
	rounds = PLACES_WANTED / (2 * cpus * once) + 1;
	addrs = calloc(rounds * once, sizeof(*addrs));
	cookies = calloc(rounds * once, sizeof(*cookies));
	for (__u32 i = 0; addrs && cookies && i < rounds * functions->n; i++) {
		__u32 from = i % functions->n;

		if (!returns(functions->cookies[from]))
			continue;
		addrs[n] = functions->addrs[from];
		cookies[n++] = functions->cookies[from];
	}
	if (n) {
		LIBBPF_OPTS(bpf_kprobe_multi_opts, opts,
			    .addrs = (const unsigned long *)addrs,
			    .cookies = cookies, .cnt = n, .retprobe = true);

		*link = bpf_program__attach_kprobe_multi_opts(prog, NULL, &opts);
		err = *link ? 0 : -errno;
	}
	free(addrs);
	free(cookies);
	return err;
}

static int attach_returns(struct tracer *t, struct functions *entered)
{
	struct shmviz_bpf *skel = t->skel;
	struct functions functions;

	if (tracer_has_pool() &&
	    find_addresses(skel->links.kprobe_enter, entered) &&
	    !attach_again(skel->progs.kprobe_exit, entered,
			  &skel->links.kprobe_exit))
		return 0;
	list_functions(t, RETURN_MASK, HOOK_RETURN, &functions);
	return attach(skel->progs.kprobe_exit, &functions, true,
		      &skel->links.kprobe_exit);
}

int tracer_attach_kprobes(struct tracer *t)
{
	struct shmviz_bpf *skel = t->skel;
	struct functions functions;
	int err;

	list_functions(t, 0, 0, &functions);
	err = attach(skel->progs.kprobe_enter, &functions, false,
		     &skel->links.kprobe_enter);
	if (!err)
		err = attach_returns(t, &functions);
	if (err)
		return err;
	list_functions(t, RETURN_MASK, RETURN_MASK, &functions);
	return attach(skel->progs.kprobe_exit_desc, &functions, true,
		      &skel->links.kprobe_exit_desc);
}
