/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who maps an object, as lines and as JSON. Asks the kernel nothing. */
#ifndef SHMVIZ_WRITE_SHARERS_H
#define SHMVIZ_WRITE_SHARERS_H

#include <stdio.h>

#include "sharers.h"

struct json_object;

/* A line a mapping: process, addresses, protection, pages of the object. */
void write_sharers_text(FILE *out, const struct sharer_list *list,
			unsigned int page_size);

/* An array of objects. */
struct json_object *sharers_json(const struct sharer_list *list);

#endif /* SHMVIZ_WRITE_SHARERS_H */
