/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Brackets the kernel log: a splat or a new taint between begin and result is
 * a failed test, whatever else passed.
 */
#ifndef SHMVIZ_TEST_KLOG_H
#define SHMVIZ_TEST_KLOG_H

#include <stdbool.h>

void klog_begin(void);

/* Why the log can't be read; NULL: it can. */
const char *klog_reason(void);

/* Nothing bad since klog_begin(); prints the lines that say otherwise. */
bool klog_clean(void);

#endif /* SHMVIZ_TEST_KLOG_H */
