/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of what the device's records have as numbers. */
#ifndef SHMVIZ_FRAME_NAMES_H
#define SHMVIZ_FRAME_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct frame_flag {
	uint32_t bit;
	char letter;		/* as page-types of the kernel's tools has it */
	const char *name;
};

/* All flags of a frame; ends with bit 0. */
extern const struct frame_flag frame_flags[];

const char *frame_state_name(unsigned int state);
const char *frame_zone_name(unsigned int zone);

/*
 * Words for SHMVIZ_INFO_* in an order that reads well: how many there are. A
 * bit that this version has no word for is left out.
 */
#define INFO_WORDS_MAX	5
size_t info_words(uint32_t flags, const char *words[INFO_WORDS_MAX]);

#endif /* SHMVIZ_FRAME_NAMES_H */
