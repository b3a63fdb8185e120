// SPDX-License-Identifier: GPL-2.0-or-later
#include <json-c/json.h>
#include <string.h>

#include <shmviz.h>

#include "json.h"
#include "text.h"
#include "write_doctor.h"

static const struct {
	const char *word, *colour;
} verdicts[] = {
	[VERDICT_OK] = { "ok", "\033[32m" },
	[VERDICT_LIMITED] = { "limited", "\033[33m" },
	[VERDICT_MISSING] = { "missing", "\033[31m" },
	[VERDICT_OFF] = { "off", "\033[2m" },
};

static const struct {
	const char *word;	/* in JSON */
	const char *meaning;
	enum verdict verdict;
} abilities[] = {
	[ABILITY_FULL] = { "full", "does all it can", VERDICT_OK },
	[ABILITY_LIMITED] = { "limited", "shows a part", VERDICT_LIMITED },
	[ABILITY_NONE] = { "none", "does not work", VERDICT_MISSING },
	[ABILITY_OFF] = { "off", "shows no contents, by choice", VERDICT_OFF },
};

static const struct {
	const char *word;	/* in JSON */
	const char *meaning;
	enum verdict verdict;
} backends[] = {
	[TRACER_NONE] = { "none", "does not work", VERDICT_MISSING },
	[TRACER_TRACEPOINT] = { "tracepoint",
		"works through the fallback, the sys_exit tracepoint",
		VERDICT_LIMITED },
	[TRACER_FENTRY] = { "fentry", "does all it can", VERDICT_OK },
	[TRACER_KPROBE] = { "kprobe", "does all it can", VERDICT_OK },
};

#define NAME_WIDTH	14
#define VERDICT_WIDTH	9
#define INDENT		(NAME_WIDTH + VERDICT_WIDTH)

/* Print words from column `column` on; further lines start at INDENT. */
static void put_wrapped(FILE *out, const char *text, unsigned int column,
			unsigned int width)
{
	bool first = true;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (!first && column + 1 + len > width) {
			fprintf(out, "\n%*s", INDENT, "");
			column = INDENT;
		} else if (!first) {
			putc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", (int)len, text);
		column += len;
		text += len + strspn(text + len, " ");
		first = false;
	}
	putc('\n', out);
}

static void put_line(FILE *out, const char *name, enum verdict verdict,
		     const char *detail, unsigned int width, bool colour)
{
	const char *word = verdicts[verdict].word;

	fprintf(out, "%-*s%s%s%s%*s", NAME_WIDTH, name,
		colour ? verdicts[verdict].colour : "", word,
		colour ? "\033[0m" : "", VERDICT_WIDTH - (int)strlen(word), "");
	put_wrapped(out, detail, INDENT, width);
}

static void put_check(FILE *out, const struct check *check, unsigned int width,
		      bool colour)
{
	/* Strings of the machine may contain anything. */
	char detail[TEXT_ESCAPED_SIZE(sizeof(check->detail))];

	text_show(detail, sizeof(detail), check->detail,
		    strlen(check->detail));
	put_line(out, check->name, check->verdict, detail, width, colour);
	if (*check->advice) {
		fprintf(out, "%*s-> ", INDENT, "");
		put_wrapped(out, check->advice, INDENT + 3, width);
	}
}

void write_doctor_text(FILE *out, const struct checks *checks,
		       unsigned int width, bool colour)
{
	fprintf(out, "shmviz " SHMVIZ_VERSION " on Linux %s\n\n",
		checks->kernel);
	for (size_t i = 0; i < checks->n; i++)
		put_check(out, &checks->check[i], width, colour);
	fputs("\nSo here\n", out);
	put_line(out, "  trace", backends[checks->trace].verdict,
		 backends[checks->trace].meaning, width, colour);
	put_line(out, "  ls", abilities[checks->ls].verdict,
		 abilities[checks->ls].meaning, width, colour);
	put_line(out, "  frames", abilities[checks->frames].verdict,
		 abilities[checks->frames].meaning, width, colour);
	put_line(out, "  view", abilities[checks->view].verdict,
		 abilities[checks->view].meaning, width, colour);
}

/* Nothing is missing. */
static bool is_fine(enum verdict verdict)
{
	return verdict == VERDICT_OK || verdict == VERDICT_OFF;
}

static struct json_object *check_json(const struct check *check)
{
	struct json_object *o = js_object();

	js_add_string(o, "name", check->name);
	js_add_bool(o, "ok", is_fine(check->verdict));
	js_add_string(o, "verdict", verdicts[check->verdict].word);
	js_add_bytes(o, "detail", check->detail, strlen(check->detail));
	if (*check->advice)
		js_add_bytes(o, "advice", check->advice,
			     strlen(check->advice));
	else
		js_add(o, "advice", NULL);
	return o;
}

void write_doctor_json(FILE *out, const struct checks *checks)
{
	struct json_object *o = js_object(), *list = js_array();
	struct json_object *commands = js_object();

	js_add_bytes(o, "kernel", checks->kernel, strlen(checks->kernel));
	js_add_string(o, "version", SHMVIZ_VERSION);
	for (size_t i = 0; i < checks->n; i++)
		js_append(list, check_json(&checks->check[i]));
	js_add(o, "checks", list);
	js_add_string(commands, "trace", backends[checks->trace].word);
	js_add_string(commands, "ls", abilities[checks->ls].word);
	js_add_string(commands, "frames", abilities[checks->frames].word);
	js_add_string(commands, "view", abilities[checks->view].word);
	js_add(o, "commands", commands);
	js_put(out, o);
	putc('\n', out);
}
