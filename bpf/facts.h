/* SPDX-License-Identifier: GPL-2.0 */
/* What facts.bpf.c answers. Both sides include it. */
#ifndef SHMVIZ_FACTS_H
#define SHMVIZ_FACTS_H

/* The kernel's numbers, in kernel/sched/core.c. */
enum preempt_mode {
	PREEMPT_MODE_NONE	= 0,
	PREEMPT_MODE_VOLUNTARY	= 1,
	PREEMPT_MODE_FULL	= 2,
	PREEMPT_MODE_LAZY	= 3,
};

struct facts {
	int mode;		/* enum preempt_mode, or -errno: unknown */
	int pool;		/* return probes take places of a pool */
};

#endif /* SHMVIZ_FACTS_H */
