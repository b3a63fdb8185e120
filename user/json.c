// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "json.h"
#include "text.h"

static struct json_object *must(struct json_object *object)
{
	if (!object)
		err_nomem();
	return object;
}

struct json_object *js_object(void)
{
	return must(json_object_new_object());
}

struct json_object *js_array(void)
{
	return must(json_object_new_array());
}

void js_add(struct json_object *object, const char *name,
	    struct json_object *value)
{
	if (json_object_object_add(object, name, value))
		err_nomem();
}

void js_add_u64(struct json_object *object, const char *name, uint64_t value)
{
	js_add(object, name, must(json_object_new_uint64(value)));
}

void js_add_int(struct json_object *object, const char *name, int64_t value)
{
	js_add(object, name, must(json_object_new_int64(value)));
}

void js_add_bool(struct json_object *object, const char *name, bool value)
{
	js_add(object, name, must(json_object_new_boolean(value)));
}

void js_add_string(struct json_object *object, const char *name,
		   const char *value)
{
	js_add(object, name, must(json_object_new_string(value)));
}

void js_add_hex(struct json_object *object, const char *name, uint64_t value,
		int digits)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%0*" PRIx64, digits, value);
	js_add_string(object, name, text);
}

void js_add_bytes(struct json_object *object, const char *name,
		  const void *bytes, size_t len)
{
	size_t size = TEXT_ESCAPED_SIZE(len);
	char *text = malloc(size);

	if (!text)
		err_nomem();
	text_escape(text, size, bytes, len);
	js_add_string(object, name, text);
	free(text);
}

void js_add_mode(struct json_object *object, const char *name,
		 unsigned int mode)
{
	char text[16];

	snprintf(text, sizeof(text), "%04o", mode);
	js_add_string(object, name, text);
}

void js_append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value))
		err_nomem();
}

void js_append_string(struct json_object *array, const char *value)
{
	js_append(array, must(json_object_new_string(value)));
}

void js_add_strings(struct json_object *object, const char *name,
		    const char *const *strings, size_t n)
{
	struct json_object *array = js_array();

	for (size_t i = 0; i < n; i++)
		js_append_string(array, strings[i]);
	js_add(object, name, array);
}

/* All but its last `less` bytes; and free it. */
static void print(FILE *out, struct json_object *object, size_t less)
{
	const char *text = json_object_to_json_string_ext(object,
			JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!text)
		err_nomem();
	fwrite(text, 1, strlen(text) - less, out);
	json_object_put(object);
}

void js_put(FILE *out, struct json_object *object)
{
	print(out, object, 0);
}

void js_put_open(FILE *out, struct json_object *object)
{
	print(out, object, strlen("}"));
}

void js_put_list(FILE *out, bool redacted, const char *name, const void *list,
		 size_t n, struct json_object *(*item)(const void *list, size_t i))
{
	fprintf(out, "{%s\"%s\":[", redacted ? "\"redacted\":true,\n" : "",
		name);
	for (size_t i = 0; i < n; i++) {
		fputs(i ? ",\n" : "\n", out);
		js_put(out, item(list, i));
	}
	fputs(n ? "\n]}\n" : "]}\n", out);
}
