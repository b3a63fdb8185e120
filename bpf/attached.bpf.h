/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All attachments of the machine: of every process in every namespace, in the
 * kernel's own terms. /proc/PID/maps shows no namespace of a segment, nothing of
 * a process whose main thread has ended, and shared address spaces twice.
 */
#ifndef SHMVIZ_ATTACHED_BPF_H
#define SHMVIZ_ATTACHED_BPF_H

#define VM_PROT		0x7	/* VM_READ, VM_WRITE, VM_EXEC: as PROT_* */

SEC("iter/task_vma")
int attached(struct bpf_iter__task_vma *ctx)
{
	struct vm_area_struct *vma = ctx->vma;
	struct task_struct *task = ctx->task;
	struct rec_attached rec = {};
	struct pid *pid;

	if (!task || !vma || !vma_is_segment(vma))
		return 0;
	pid = BPF_CORE_READ(task, group_leader, thread_pid);
	rec.mm = (unsigned long)BPF_CORE_READ(vma, vm_mm);
	rec.start = BPF_CORE_READ(vma, vm_start);
	rec.end = BPF_CORE_READ(vma, vm_end);
	rec.owner.pid = pid_nr_tracer(pid);
	rec.owner.ns_pid = pid_nr_own(pid);
	rec.owner.uid = BPF_CORE_READ(task, cred, uid.val);
	rec.prot = BPF_CORE_READ(vma, vm_flags) & VM_PROT;
	BPF_CORE_READ_STR_INTO(&rec.owner.comm, task, group_leader, comm);
	vma_seg_read(vma, &rec.seg);
	if (cfg_attaches)
		attach_learn(vma);
	bpf_seq_write(ctx->meta->seq, &rec, sizeof(rec));
	return 0;
}

#endif /* SHMVIZ_ATTACHED_BPF_H */
