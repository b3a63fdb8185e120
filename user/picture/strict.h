/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Members of a JSON object that must be as they should be: what is missing, of
 * another type or out of range is kept as a message, the first one only. So a
 * reader takes what it needs, one after the other, and looks once in the end
 * whether all of it was right.
 */
#ifndef SHMVIZ_STRICT_H
#define SHMVIZ_STRICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

struct strict {
	char where[256];	/* what is being read: "object 1, run 3" */
	char why[512];		/* empty: all was right so far */
};

/* Keep what is wrong; always false. */
bool strict_wrong(struct strict *st, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void strict_at(struct strict *st, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* NULL if it is not there, or null. */
struct json_object *strict_maybe(struct json_object *obj, const char *name);

/* A whole number of 0..max, or 0. */
uint64_t strict_number(struct strict *st, struct json_object *obj,
		       const char *name, uint64_t max);
uint64_t strict_number_or(struct strict *st, struct json_object *obj,
			  const char *name, uint64_t max, uint64_t absent);
int64_t strict_signed(struct strict *st, struct json_object *obj,
		      const char *name, int64_t min, int64_t max);
/* "0x" and 1 to 16 hex digits. */
uint64_t strict_hex(struct strict *st, struct json_object *obj,
		    const char *name);
/* Lives as long as obj; "" if it is wrong. */
const char *strict_text(struct strict *st, struct json_object *obj,
			const char *name);
bool strict_bool(struct strict *st, struct json_object *obj, const char *name);
/* Their number; *array is NULL if there is none. */
size_t strict_array(struct strict *st, struct json_object *obj,
		    const char *name, struct json_object **array);
/* An item of it that must be an object; NULL if it is not. */
struct json_object *strict_item(struct strict *st, struct json_object *array,
				size_t i);

/*
 * One JSON value, and nothing but blanks after it, from a file: NULL if it is
 * none. `name` is for messages. To be freed by json_object_put().
 */
struct json_object *strict_read(struct strict *st, const char *path,
				const char *name);

#endif /* SHMVIZ_STRICT_H */
