/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Members of a json-c object, in the forms that shmviz's JSON has: numbers are
 * numbers, keys and addresses are hex strings, bytes are escaped text. Running
 * out of memory ends the process with a line about it.
 */
#ifndef SHMVIZ_JSON_H
#define SHMVIZ_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct json_object;

struct json_object *js_object(void);
struct json_object *js_array(void);

/* Hand 'value' over to 'object'; NULL becomes null. */
void js_add(struct json_object *object, const char *name,
	    struct json_object *value);
void js_add_u64(struct json_object *object, const char *name, uint64_t value);
void js_add_int(struct json_object *object, const char *name, int64_t value);
void js_add_bool(struct json_object *object, const char *name, bool value);
void js_add_string(struct json_object *object, const char *name,
		   const char *value);
/* "0x" and at least `digits` digits. */
void js_add_hex(struct json_object *object, const char *name, uint64_t value,
		int digits);
/* As text_escape() shows them. */
void js_add_bytes(struct json_object *object, const char *name,
		  const void *bytes, size_t len);
/* Four octal digits, as a string. */
void js_add_mode(struct json_object *object, const char *name,
		 unsigned int mode);

void js_append(struct json_object *array, struct json_object *value);
void js_append_string(struct json_object *array, const char *value);

/* An array of strings as a member. */
void js_add_strings(struct json_object *object, const char *name,
		    const char *const *strings, size_t n);

/* Write it without line breaks, and free it. */
void js_put(FILE *out, struct json_object *object);
/* Without the brace that closes it, for more members. */
void js_put_open(FILE *out, struct json_object *object);

/*
 * {"name":[...]}, one item a line: short enough to read, never all in memory.
 * What is redacted says so first.
 */
void js_put_list(FILE *out, bool redacted, const char *name, const void *list,
		 size_t n,
		 struct json_object *(*item)(const void *list, size_t i));

#endif /* SHMVIZ_JSON_H */
