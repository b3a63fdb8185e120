/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHMVIZ_CLOCK_H
#define SHMVIZ_CLOCK_H

#include <linux/types.h>
#include <time.h>

/* A clock's time in ns. */
static inline __u64 clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

#endif /* SHMVIZ_CLOCK_H */
