// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether this kernel preempts tasks that run in it. Then fentry programs miss
 * events, see tracer_missed.c, and kprobes are the better choice.
 *
 * The kernel's version says whether it may. Where that is decided at boot
 * (PREEMPT_DYNAMIC), a program reads the decision, for which debugfs is not
 * needed. It can be changed while the kernel runs; that is not noticed.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "facts.h"
#include "facts.skel.h"
#include "tracer_internal.h"

static const struct facts *ask(void)
{
	static struct facts facts;
	static bool asked;
	/* Of a program of this type it is also where the answer is put. */
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &facts,
		    .ctx_size_in = sizeof(facts));
	struct facts_bpf *skel;

	if (asked)
		return &facts;
	asked = true;
	facts.mode = -EPERM;
	skel = facts_bpf__open_and_load();
	if (skel)
		bpf_prog_test_run_opts(bpf_program__fd(skel->progs.facts_read),
				       &run);
	facts_bpf__destroy(skel);
	return &facts;
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (; (text = strstr(text, word)); text += len)
		if (!text[len] || text[len] == ' ')
			return true;
	return false;
}

enum preemption tracer_preemption(void)
{
	struct utsname uts;

	if (uname(&uts))
		return PREEMPTION_UNKNOWN;
	if (!strstr(uts.version, "PREEMPT"))
		return PREEMPTION_NO;
	if (!has_word(uts.version, "PREEMPT_DYNAMIC"))
		return PREEMPTION_YES;
	switch (ask()->mode) {
	case PREEMPT_MODE_NONE:
	case PREEMPT_MODE_VOLUNTARY:
		return PREEMPTION_NO;
	case PREEMPT_MODE_FULL:
	case PREEMPT_MODE_LAZY:
		return PREEMPTION_YES;
	default:
		return PREEMPTION_UNKNOWN;
	}
}

bool tracer_has_pool(void)
{
	return ask()->pool;
}
