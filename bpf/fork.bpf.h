/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fork: a child of a followed task is followed, and one that has inherited
 * attachments gets its name; it had none yet when they were copied.
 */
#ifndef SHMVIZ_FORK_BPF_H
#define SHMVIZ_FORK_BPF_H

const volatile bool cfg_inherit;	/* shm_open is hooked */

/*
 * Whether the current task's children are followed. A thread that was there before
 * and executes a program becomes the first of its process, and that one had the
 * mark: go by the pid, too.
 */
static __always_inline bool fork_is_followed(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);

	return task_is_followed() ||
	       (cfg_filter & FILTER_PID &&
		is_listed(FILTER_PID, pid_nr_tracer(pid)));
}

static __always_inline void fork_tell(const struct caller *who, struct pid *pid)
{
	struct rec_counts *n = counts_of(KIND_INHERIT);
	struct rec_fork *rec;

	rec = rec_begin(n, REC_FORK, sizeof(*rec), who);
	if (!rec) {
		/* Something is missing then, if only a name. */
		count_one(n, seen);
		return;
	}
	rec->child = pid_nr_tracer(pid);
	rec->child_ns_pid = pid_nr_own(pid);
	bpf_ringbuf_submit(rec, 0);
}

static __always_inline void fork_name(struct task_struct *child)
{
	struct pid *pid = BPF_CORE_READ(child, thread_pid);
	struct caller who;
	__u64 mm;

	caller_now(&who);
	if (!cfg_stat)
		fork_tell(&who, pid);
	mm = (unsigned long)BPF_CORE_READ(child, mm);
	who.who.pid = pid_nr_tracer(pid);
	who.who.ns_pid = pid_nr_own(pid);
	bpf_map_update_elem(&mm_owners, &mm, &who.who, BPF_ANY);
}

/* The current task has made a child, which has its number now. */
static __always_inline int on_fork(struct task_struct *child)
{
	struct task_state *state = cfg_inherit ? task_noted() : NULL;

	if (!state || !state->fork_mm)
		return 0;
	state->fork_mm = 0;
	if (state->fork_told)
		fork_name(child);
	state->fork_told = 0;
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(fork_exit, struct task_struct *parent, struct task_struct *child)
{
	if (cfg_follow && fork_is_followed())
		bpf_task_storage_get(&followed, child, NULL,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (cfg_attaches)
		attach_fork(parent, child);
	return on_fork(child);
}

#endif /* SHMVIZ_FORK_BPF_H */
