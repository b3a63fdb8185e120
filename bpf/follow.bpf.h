/* SPDX-License-Identifier: GPL-2.0 */
/* Children and threads of a followed task are followed. */
#ifndef SHMVIZ_FOLLOW_BPF_H
#define SHMVIZ_FOLLOW_BPF_H

SEC("tp_btf/sched_process_fork")
int BPF_PROG(follow_fork, struct task_struct *parent, struct task_struct *child)
{
	if (bpf_task_storage_get(&followed, parent, NULL, 0))
		bpf_task_storage_get(&followed, child, NULL,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	return 0;
}

#endif /* SHMVIZ_FOLLOW_BPF_H */
