/* SPDX-License-Identifier: GPL-2.0 */
/* From something that has happened to a record in the ring buffer. */
#ifndef SHMVIZ_EMIT_BPF_H
#define SHMVIZ_EMIT_BPF_H

/* Preemption can come between load and store, so counting must be atomic. */
#define count_one(counts, field)						\
do {									\
	if (counts)							\
		__sync_fetch_and_add(&(counts)->field, 1);		\
} while (0)

static __always_inline void count_lost(struct rec_counts *n)
{
	count_one(n, lost);
	__sync_fetch_and_add(&lost_total, 1);
}

static __always_inline struct rec_counts *counts_of(__u32 kind)
{
	return bpf_map_lookup_elem(&counts, &kind);
}

/* Threads of a followed process are followed, also those that were there. */
static __always_inline bool task_is_followed(struct task_struct *task)
{
	return bpf_task_storage_get(&followed, task, NULL, 0) ||
	       bpf_task_storage_get(&followed, task->group_leader, NULL, 0);
}

static __always_inline void who_is_current(struct who *who,
					   struct task_struct *task)
{
	struct pid *pid = not_trusted(task)->group_leader->thread_pid;

	/* The initial namespace's numbers, which stand in the task itself. */
	who->pid = cfg_pidns == PROC_PID_INIT_INO ? task->tgid :
						    pid_nr_tracer(pid);
	who->ns_pid = pid->level ? pid_nr_own(pid) : task->tgid;
	who->uid = bpf_get_current_uid_gid();
	who->followed = cfg_follow && task_is_followed(task);
	/* 6.1 leaves what is behind the name as it was; the filter compares all. */
	__builtin_memset(who->comm, 0, sizeof(who->comm));
	bpf_get_current_comm(who->comm, sizeof(who->comm));
}

static __always_inline void fill_hdr(struct rec_hdr *hdr, __u16 type,
				     __u16 size, const struct who *who,
				     struct task_struct *task)
{
	hdr->type = type;
	hdr->size = size;
	hdr->uid = who->uid;
	hdr->pid = who->pid;
	hdr->tid = cfg_pidns == PROC_PID_INIT_INO ? task->pid :
		   pid_nr_tracer(not_trusted(task)->thread_pid);
	hdr->ts = bpf_ktime_get_ns();
	hdr->cgroup = bpf_get_current_cgroup_id();
	hdr->ipcns = task_ipcns(task)->ns.inum;
	hdr->ns_pid = who->ns_pid;
	__builtin_memcpy(hdr->comm, who->comm, sizeof(hdr->comm));
}

static __always_inline bool is_self(__u32 pid, __u32 ipcns)
{
	return pid == cfg_self || (probe_ns && ipcns == probe_ns);
}

#endif /* SHMVIZ_EMIT_BPF_H */
