// SPDX-License-Identifier: GPL-2.0-or-later
/* The rows that the programs count in. */
#include <errno.h>

#include "tracer_internal.h"

int tracer_stat_config(struct tracer *t, const struct tracer_options *opts)
{
	struct shmviz_bpf *skel = t->skel;
	int err;

	skel->rodata->cfg_stat = opts->stat;
	if (!opts->stat)
		return 0;
	err = bpf_map__set_max_entries(skel->maps.stat_rows,
				       opts->stat_rows ?: STAT_ROWS);
	return err ?: bpf_map__set_max_entries(skel->maps.stat_rest,
					       STAT_REST_ROWS);
}

static int read_map(const struct bpf_map *map, tracer_stat_fn *fn, void *ctx)
{
	struct stat_key key, *last = NULL;
	struct stat_value value;
	int err;

	for (;;) {
		err = bpf_map__get_next_key(map, last, &key, sizeof(key));
		if (!err)
			err = bpf_map__lookup_elem(map, &key, sizeof(key),
						   &value, sizeof(value), 0);
		if (!err)
			err = fn(&key, &value, ctx);
		if (err)
			return err == -ENOENT ? 0 : err;
		last = &key;
	}
}

int tracer_stat_read(const struct tracer *t, tracer_stat_fn *fn, void *ctx)
{
	int err = read_map(t->skel->maps.stat_rows, fn, ctx);

	return err ?: read_map(t->skel->maps.stat_rest, fn, ctx);
}

__u64 tracer_stat_unnamed(const struct tracer *t)
{
	return __atomic_load_n(&t->skel->bss->stat_unnamed, __ATOMIC_RELAXED);
}
