/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHMVIZ_TOP_BATCH_H
#define SHMVIZ_TOP_BATCH_H

struct top_options;

/* Plain text, look after look. An exit code. */
int top_batch(const struct top_options *opt);

#endif /* SHMVIZ_TOP_BATCH_H */
