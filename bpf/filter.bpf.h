/* SPDX-License-Identifier: GPL-2.0 */
/* Whether an event is to be told, before anything is reserved for it. */
#ifndef SHMVIZ_FILTER_BPF_H
#define SHMVIZ_FILTER_BPF_H

static __always_inline bool is_listed(__u32 list, __u32 value)
{
	struct filter_num key = { .list = list, .value = value };

	return bpf_map_lookup_elem(&filter_nums, &key);
}

/* The copy: before 6.2 the key of a look-up cannot lie in what a caller gave. */
static __always_inline bool comm_is_listed(const struct who *who)
{
	char comm[REC_COMM_LEN];

	__builtin_memcpy(comm, who->comm, sizeof(comm));
	return bpf_map_lookup_elem(&filter_comms, comm);
}

static __always_inline bool who_passes(const struct who *who)
{
	if ((cfg_follow || cfg_filter & FILTER_PID) && !who->followed &&
	    !(cfg_filter & FILTER_PID && is_listed(FILTER_PID, who->pid)))
		return false;
	if (cfg_filter & FILTER_UID && !is_listed(FILTER_UID, who->uid))
		return false;
	return !(cfg_filter & FILTER_COMM) || comm_is_listed(who);
}

/*
 * @ipcns, @key: what is known without the segment, or was before: IPC_RMID takes
 * the key from one that is attached.
 */
static __always_inline bool seg_passes(const struct rec_seg *seg, __u32 ipcns,
				       __u32 key)
{
	if (cfg_filter & FILTER_SHMID &&
	    !(seg->have & SEG_ID && is_listed(FILTER_SHMID, seg->shmid)))
		return false;
	if (seg->have & SEG_KERNEL && seg->key)
		key = seg->key;
	if (cfg_filter & FILTER_KEY && !is_listed(FILTER_KEY, key))
		return false;
	return !(cfg_filter & FILTER_NS) ||
	       is_listed(FILTER_NS, seg->have & SEG_ID ? seg->ipcns : ipcns);
}

static __always_inline bool kind_passes(__u32 kind, __s64 ret)
{
	return cfg_kinds & 1u << kind &&
	       !(cfg_filter & FILTER_FAILED && ret >= 0);
}

#endif /* SHMVIZ_FILTER_BPF_H */
