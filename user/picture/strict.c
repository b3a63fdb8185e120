// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounded.h"
#include "strict.h"

bool strict_wrong(struct strict *st, const char *fmt, ...)
{
	size_t used = 0;
	va_list ap;

	if (*st->why)
		return false;
	if (*st->where)
		used = snprintf(st->why, sizeof(st->why), "%s: ", st->where);
	va_start(ap, fmt);
	vsnprintf(st->why + used, sizeof(st->why) - used, fmt, ap);
	va_end(ap);
	return false;
}

void strict_at(struct strict *st, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(st->where, sizeof(st->where), fmt, ap);
	va_end(ap);
}

struct json_object *strict_maybe(struct json_object *obj, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(obj, name, &value) ? value : NULL;
}

static struct json_object *member(struct strict *st, struct json_object *obj,
				  const char *name)
{
	struct json_object *value = strict_maybe(obj, name);

	if (!value)
		strict_wrong(st, "\"%s\" is missing", name);
	return value;
}

/* json-c makes the largest there is of what is larger. */
static uint64_t number(struct strict *st, struct json_object *value,
		       const char *name, uint64_t max)
{
	uint64_t n = json_object_get_uint64(value);

	if (!json_object_is_type(value, json_type_int) ||
	    json_object_get_int64(value) < 0) {
		strict_wrong(st, "\"%s\" is not a whole number", name);
		return 0;
	}
	if (n > max || n == UINT64_MAX) {
		strict_wrong(st, "\"%s\" is more than %" PRIu64, name, max);
		return 0;
	}
	return n;
}

uint64_t strict_number(struct strict *st, struct json_object *obj,
		       const char *name, uint64_t max)
{
	struct json_object *value = member(st, obj, name);

	return value ? number(st, value, name, max) : 0;
}

uint64_t strict_number_or(struct strict *st, struct json_object *obj,
			  const char *name, uint64_t max, uint64_t absent)
{
	struct json_object *value = strict_maybe(obj, name);

	return value ? number(st, value, name, max) : absent;
}

int64_t strict_signed(struct strict *st, struct json_object *obj,
		      const char *name, int64_t min, int64_t max)
{
	struct json_object *value = member(st, obj, name);
	int64_t n = value ? json_object_get_int64(value) : min;

	if (!value)
		return 0;
	if (!json_object_is_type(value, json_type_int) || n < min || n > max) {
		strict_wrong(st, "\"%s\" is not a number of %" PRId64 " to %"
			     PRId64, name, min, max);
		return 0;
	}
	return n;
}

const char *strict_text(struct strict *st, struct json_object *obj,
			const char *name)
{
	struct json_object *value = member(st, obj, name);

	if (!value)
		return "";
	if (!json_object_is_type(value, json_type_string)) {
		strict_wrong(st, "\"%s\" is not a string", name);
		return "";
	}
	return json_object_get_string(value);
}

uint64_t strict_hex(struct strict *st, struct json_object *obj,
		    const char *name)
{
	const char *text = strict_text(st, obj, name);
	size_t len = strlen(text);

	if (strncmp(text, "0x", 2) || len < 3 || len > 18 ||
	    strspn(text + 2, "0123456789abcdef") != len - 2) {
		strict_wrong(st, "\"%s\" is not \"0x\" and hex digits", name);
		return 0;
	}
	return strtoull(text, NULL, 16);
}

bool strict_bool(struct strict *st, struct json_object *obj, const char *name)
{
	struct json_object *value = member(st, obj, name);

	if (value && !json_object_is_type(value, json_type_boolean))
		strict_wrong(st, "\"%s\" is neither true nor false", name);
	return json_object_get_boolean(value);
}

size_t strict_array(struct strict *st, struct json_object *obj,
		    const char *name, struct json_object **array)
{
	*array = member(st, obj, name);
	if (*array && !json_object_is_type(*array, json_type_array)) {
		strict_wrong(st, "\"%s\" is not an array", name);
		*array = NULL;
	}
	return *array ? json_object_array_length(*array) : 0;
}

struct json_object *strict_item(struct strict *st, struct json_object *array,
				size_t i)
{
	struct json_object *item = json_object_array_get_idx(array, i);

	if (!json_object_is_type(item, json_type_object)) {
		strict_wrong(st, "it is not a JSON object");
		return NULL;
	}
	return item;
}

static bool is_blank(const char *text, size_t len)
{
	while (len && strchr(" \t\r\n", text[len - 1]) && text[len - 1])
		len--;
	return !len;
}

/* A piece at a time, since a picture may be larger than what an int counts. */
static struct json_object *parse(struct strict *st, struct json_tokener *tok,
				 FILE *file, const char *name)
{
	enum json_tokener_error error = json_tokener_continue;
	struct json_object *obj = NULL;
	char piece[16384];
	uint64_t read = 0, values = 0;
	size_t len, used;

	while (!*st->why && (len = fread(piece, 1, sizeof(piece), file))) {
		for (size_t i = 0; i < len; i++)
			values += piece[i] == ',';
		if (read + len > BOUNDED_PICTURE_MAX ||
		    values > BOUNDED_PICTURE_VALUES) {
			strict_wrong(st, "it is larger than "
				     BOUNDED_PICTURE_TEXT);
			break;
		}
		used = 0;
		if (error == json_tokener_continue) {
			obj = json_tokener_parse_ex(tok, piece, len);
			error = json_tokener_get_error(tok);
			used = json_tokener_get_parse_end(tok);
		}
		if (error == json_tokener_continue)
			used = len;
		else if (error != json_tokener_success)
			strict_wrong(st, "no JSON at byte %" PRIu64 ": %s", read + used,
				     json_tokener_error_desc(error));
		else if (!is_blank(piece + used, len - used))
			strict_wrong(st, "more after the JSON, at byte %" PRIu64,
				     read + used);
		read += len;
	}
	if (ferror(file))
		strict_wrong(st, "%s", strerror(errno));
	else if (!read)
		strict_wrong(st, "it is empty");
	else if (error == json_tokener_continue)
		strict_wrong(st, "cut off after byte %" PRIu64, read);
	else if (!json_object_is_type(obj, json_type_object))
		strict_wrong(st, "it is not of 'shmviz %s --json'", name);
	return obj;
}

struct json_object *strict_read(struct strict *st, const char *path,
				const char *name)
{
	struct json_object *obj = NULL;
	struct json_tokener *tok;
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;

	if (!file) {
		strict_wrong(st, "%s", strerror(errno));
		return NULL;
	}
	tok = json_tokener_new();
	if (!tok)
		strict_wrong(st, "out of memory");
	else
		obj = parse(st, tok, file, name);
	json_tokener_free(tok);
	if (file != stdin)
		fclose(file);
	if (*st->why) {
		json_object_put(obj);
		obj = NULL;
	}
	return obj;
}
