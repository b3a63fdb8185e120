/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --redact: stand-ins for what a published picture should not tell. It is done
 * to the models, after they were read and filtered and before a writer gets
 * them, so no reader and no writer knows of it.
 *
 *   replaced                        by
 *   keys (0 stays: it means none)   random keys
 *   names and paths of objects      name1, /name2, /memfd:name3, /dev/shm/name4
 *   names of cgroups                /name5 (the root stays /)
 *   names of processes              proc1
 *   users and groups (0 stays)      numbers that have no name here
 *   frames, so physical addresses   random frames, see below
 *   swap slots                      the same; the swap area stays
 *   name of the host                host
 *
 * Kept: pids, virtual addresses, shmids, inode and namespace numbers, sizes,
 * counts, flags, node and zone, times: they tell two things apart, or are what the
 * picture is about.
 *
 * Frames: each range of consecutive frames that a model has gets a range of
 * the same length somewhere else, with a gap around it. So what lies side by side
 * does so in the picture, and what does not, does not; which order and distance
 * ranges have is lost. A range with a large folio in it keeps its place within the
 * alignment of that folio (9 bits for 2 MiB).
 *
 * The same thing has the same stand-in as long as the process lives, and another
 * one in the next: stand-ins are random or numbered as they come, nothing
 * is computed from the original. Running out of memory ends the process.
 */
#ifndef SHMVIZ_REDACT_H
#define SHMVIZ_REDACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct event;
struct frame_list;
struct object_list;
struct object_name;
struct picture;
struct segment;
struct segment_list;
struct sharer_list;
struct shmviz_frame;
struct shmviz_info;
struct stat_table;
struct stat_writer;
struct trace_writer;

/* Whole models, in place; those that have a `redacted` say so. */
void redact_event(struct event *ev);
void redact_segment(struct segment *seg);
void redact_segments(struct segment_list *list);
void redact_objects(struct object_list *list);
void redact_frames(struct shmviz_info *info, struct frame_list *frames,
		   struct sharer_list *sharers);
void redact_stats(struct stat_table *table);
void picture_redact(struct picture *picture);

/*
 * A writer that redacts what it is given, copies of it, and hands it to `writer`.
 * One at a time.
 */
const struct trace_writer *redact_trace_writer(const struct trace_writer *writer);
const struct stat_writer *redact_stat_writer(const struct stat_writer *writer);

/* Single things, for models of others. */
uint32_t redact_key(uint32_t key);
uid_t redact_uid(uid_t uid);
gid_t redact_gid(gid_t gid);
void redact_host(char **host);		/* "NODE RELEASE": the release stays */

/* `room` bytes, NUL-padded; returns the new length, 0 if it was 0. */
size_t redact_comm(void *bytes, size_t len, size_t room);

/*
 * A name as somebody gave it, and a path as the kernel shows it: what the kernel
 * itself puts there ("[heap]", "/dev/zero", " (deleted)") stays, keys and
 * names in it are replaced. The allocated text is freed, and a new one
 * allocated; NULL and "" stay.
 */
void redact_name(char **name);
void redact_path(char **path);
void redact_object_name(struct object_name *name);

/*
 * Frames and swap slots. All of a model first, by redact_learn(), so that ranges are
 * known as a whole; then each of them. `order`: of the largest folio in it.
 */
enum redact_space { REDACT_FRAMES, REDACT_SLOTS };

void redact_learn(enum redact_space space, uint64_t first, uint64_t count,
		  unsigned int order);
uint64_t redact_number(enum redact_space space, uint64_t number);

/* How many of `count` from `first` on have consecutive stand-ins, at least 1. */
uint64_t redact_together(enum redact_space space, uint64_t first,
			 uint64_t count);

/* A frame's record, of a model that was learned. */
/* `count` pages from the one of this record on: redact_learn() of what it has. */
void redact_learn_frames(const struct shmviz_frame *frame, uint64_t count);
void redact_frame(struct shmviz_frame *frame);

/* Random bytes of the kernel's. */
void redact_random(void *bytes, size_t size);

/* Swap slots of all areas as numbers of one space. */
static inline uint64_t redact_slot(unsigned int type, uint64_t offset)
{
	return (uint64_t)type << 56 | offset;
}

#endif /* SHMVIZ_REDACT_H */
