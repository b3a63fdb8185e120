// SPDX-License-Identifier: GPL-2.0
/*
 * Facts of this kernel that decide how it is traced. The program runs once, when
 * the tracer asks. It needs neither debugfs nor the kernel's types, so it loads
 * in a moment.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "facts.h"

/* Set by preempt=, or as the kernel was configured. */
#define VARIABLE	"preempt_dynamic_mode"

/* In kernels before 6.14, see PLACES_WANTED in tracer_kprobe.c. */
#define POOL_TYPE	"fprobe_rethook_node"

static __always_inline int read_mode(void)
{
	char name[sizeof(VARIABLE)] = VARIABLE;
	__u64 addr = 0;
	int mode = -1;
	long err;

	err = bpf_kallsyms_lookup_name(name, sizeof(name), 0, &addr);
	if (!err)
		err = bpf_probe_read_kernel(&mode, sizeof(mode), (void *)addr);
	return err ?: mode;
}

static __always_inline bool has_pool(void)
{
	char name[sizeof(POOL_TYPE)] = POOL_TYPE;

	return bpf_btf_find_by_name_kind(name, sizeof(name), BTF_KIND_STRUCT,
					 0) > 0;
}

SEC("syscall")
int facts_read(struct facts *facts)
{
	facts->mode = read_mode();
	facts->pool = has_pool();
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
