/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHMVIZ_TEST_FUZZ_PASS_H
#define SHMVIZ_TEST_FUZZ_PASS_H

/* By the first one descriptors are sent, by the second one they come. */
extern int fuzz_sockets[2];
void fuzz_drain_sockets(void);

/* machine.c: a cgroup for one process; "" where there is none. */
extern char fuzz_cgroup[64];
/* In a process of its own: tries to fork there, in vain. */
void fuzz_fail_forks(void);

/* What the whole machine needs before and after. */
void fuzz_machine_begin(void);
void fuzz_machine_end(void);

#endif /* SHMVIZ_TEST_FUZZ_PASS_H */
