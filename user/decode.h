/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arguments of the four calls as text, in the names of <sys/shm.h>. */
#ifndef SHMVIZ_DECODE_H
#define SHMVIZ_DECODE_H

#include <linux/types.h>
#include <stddef.h>

#include "event.h"

#define DECODE_SIZE	192
#define DECODE_PROT_SIZE 8

/* "rw-s" of REC_PROT_*. */
void decode_prot(char dst[DECODE_PROT_SIZE], __u32 prot);

/* IPC_CREAT|IPC_EXCL|0600; bits without a name come last, in hex. */
void decode_shmget_flags(char dst[DECODE_SIZE], __u32 flags);
void decode_shmat_flags(char dst[DECODE_SIZE], __u32 flags);

/* IPC_RMID; a number without a name in decimal. */
void decode_cmd(char dst[DECODE_SIZE], __u32 cmd);

/* The flags of a shmget or shmat; false for a call that has none. */
int decode_flags(char dst[DECODE_SIZE], const struct event *ev);

/*
 * shmget(0x4d, 4096, IPC_CREAT|0600); and what is no call in plain words:
 * "drop 0x7f0000000000 by exit".
 */
void decode_event(char *dst, size_t size, const struct event *ev);

#endif /* SHMVIZ_DECODE_H */
