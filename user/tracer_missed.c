// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events that no program saw. The kernel lets a program of ours run once at a
 * time on a processor. Where it may preempt a task inside it (PREEMPT, full or
 * lazy), others that come by the same hook meanwhile pass without it. The kernel
 * counts that for each program, and nobody can see what it was.
 *
 * Programs on kprobes are never preempted. Those pass by that come while all
 * places for return addresses are taken, or while another task is preempted in a
 * bpf(2) call that reads or writes a map. The kernel counts these, too.
 */
#include <bpf/bpf.h>
#include <string.h>

#include "clock.h"
#include "tracer_internal.h"

#define CHECK_NS	100000000ull	/* for who asks all the time */

/* Programs without which an event is missing, and its kind. */
static size_t list_programs(const struct shmviz_bpf *skel,
			    struct missed_program *list)
{
	const struct missed_program programs[] = {
		{ .prog = skel->progs.shmget_exit, .kind = KIND_SHMGET },
		{ .prog = skel->progs.shmat_exit, .kind = KIND_SHMAT },
		{ .prog = skel->progs.shmdt_exit, .kind = KIND_SHMDT },
		{ .prog = skel->progs.shmctl_exit, .kind = KIND_SHMCTL },
		{ .prog = skel->progs.compat_shmget_exit, .kind = KIND_SHMGET },
		{ .prog = skel->progs.compat_shmat_exit, .kind = KIND_SHMAT },
		{ .prog = skel->progs.compat_shmdt_exit, .kind = KIND_SHMDT },
		{ .prog = skel->progs.compat_shmctl_exit, .kind = KIND_SHMCTL },
		{ .prog = skel->progs.compat_ipc_exit, .kind = KIND_SHMCTL },
		{ .prog = skel->progs.shm_open_exit, .kind = KIND_SPLIT },
		{ .prog = skel->progs.shm_close_exit, .kind = KIND_DROP },
		{ .prog = skel->progs.ipc_rmid_enter, .kind = KIND_DESTROY },
		/* Of any mprotect, perhaps of private memory. */
		{ .prog = skel->progs.protect_exit, .kind = KIND_PROTECT },
		{ .prog = skel->progs.protect_old_exit, .kind = KIND_PROTECT },
		/* Of any call, perhaps of none of ours. */
		{ .prog = skel->progs.sys_exit, .kind = KIND_SHMCTL },
		/* Of any function; an event may be missed by both. */
		{ skel->progs.kprobe_enter, KIND_SHMCTL,
		  skel->links.kprobe_enter },
		{ skel->progs.kprobe_exit, KIND_SHMCTL,
		  skel->links.kprobe_exit },
		{ skel->progs.kprobe_exit_desc, KIND_MAP,
		  skel->links.kprobe_exit_desc },
	};
	struct bpf_program *prog;
	size_t n = 0;

	_Static_assert(sizeof(programs) / sizeof(programs[0]) < MISSED_MAX,
		       "MISSED_MAX, which has room for those of objects, too");
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if ((skel->rodata->cfg_sysv || programs[i].kprobes) &&
		    bpf_program__fd(programs[i].prog) >= 0)
			list[n++] = programs[i];
	/* A child that was not seen is not followed, and nor is what it does. */
	if (skel->rodata->cfg_follow &&
	    bpf_program__fd(skel->progs.fork_exit) >= 0)
		list[n++] = (struct missed_program) {
			.prog = skel->progs.fork_exit, .kind = KIND_INHERIT,
		};
	/* Of any file that is mapped, perhaps of none that is told. */
	bpf_object__for_each_program(prog, skel->obj)
		if (tracer_is_of_objects(prog) && n < MISSED_MAX &&
		    bpf_program__fd(prog) >= 0)
			list[n++] = (struct missed_program) {
				.prog = prog, .kind = KIND_MAP,
			};
	return n;
}

static __u64 read_misses(const struct missed_program *program)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(program->prog), &info, &len))
		info.recursion_misses = 0;
	if (!program->kprobes)
		return info.recursion_misses;
	return info.recursion_misses + tracer_kprobe_misses(program->kprobes);
}

void tracer_missed_begin(struct tracer *t)
{
	struct tracer_missed *missed = &t->missed;

	missed->n = list_programs(t->skel, missed->programs);
	for (size_t i = 0; i < missed->n; i++)
		missed->before[i] = read_misses(&missed->programs[i]);
}

static void read_all(struct tracer_missed *missed)
{
	memset(missed->counts, 0, sizeof(missed->counts));
	missed->total = 0;
	for (size_t i = 0; i < missed->n; i++) {
		__u64 n = read_misses(&missed->programs[i]) -
			  missed->before[i];

		missed->counts[missed->programs[i].kind] += n;
		missed->total += n;
	}
	missed->read = clock_ns(CLOCK_MONOTONIC);
}

void tracer_missed_end(struct tracer *t)
{
	read_all(&t->missed);
	t->missed.ended = true;
}

__u64 tracer_missed(struct tracer *t)
{
	struct tracer_missed *missed = &t->missed;

	if (!missed->ended && clock_ns(CLOCK_MONOTONIC) - missed->read >= CHECK_NS)
		read_all(missed);
	return missed->total;
}
