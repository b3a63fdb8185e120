/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Contents as a hex dump. Asks the kernel nothing. */
#ifndef SHMVIZ_WRITE_VIEW_H
#define SHMVIZ_WRITE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct view_format {
	bool colour;		/* changed bytes, besides their mark */
};

/*
 * `size` bytes that lie at `offset` of the object, 16 a line; lines equal to the
 * one before are folded into a '*'.
 */
void write_view_page(FILE *out, uint64_t offset, const uint8_t *bytes,
		     size_t size);

/* Only the lines that differ from `before`, with a '*' at each changed byte. */
void write_view_changes(FILE *out, uint64_t offset, const uint8_t *before,
			const uint8_t *bytes, size_t size,
			const struct view_format *format);

/* Pages that can't be shown: "3-8" and why. */
void write_view_gap(FILE *out, uint64_t offset, uint64_t first, uint64_t last,
		    const char *why);

#endif /* SHMVIZ_WRITE_VIEW_H */
