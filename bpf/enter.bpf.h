/* SPDX-License-Identifier: GPL-2.0 */
/* What both backends note on the way in, for the record on the way out. */
#ifndef SHMVIZ_ENTER_BPF_H
#define SHMVIZ_ENTER_BPF_H

#define IPC_RMID	0

static __always_inline int enter_shmctl(int shmid, int cmd)
{
	struct call_state *state = call_enter(KIND_SHMCTL);

	/* With nobody attached, IPC_RMID destroys it before the exit. */
	if (state && cmd == IPC_RMID)
		call_note_seg(state, task_ipcns(bpf_get_current_task_btf()),
			      shmid);
	return 0;
}

static __always_inline void note_vma(struct call_state *state,
				     struct vm_area_struct *vma)
{
	struct ipc_namespace *ns;
	int shmid;

	ns = vma_segment(vma, &shmid);
	call_note_seg(state, ns, shmid);
}

#endif /* SHMVIZ_ENTER_BPF_H */
