// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "json.h"
#include "text.h"
#include "write_run.h"

#define NS_PER_SEC	1000000000ull

void write_run_source(FILE *out, const char *backend, bool past,
		      const char *why, const char *const *blind)
{
	text_put(out, backend);
	fputs(past ? "\n" : "; Ctrl-C ends\n", out);
	if (why[0])
		text_put_line(out, "  ", why);
	for (; *blind; blind++)
		text_put_line(out, "  not seen: ", *blind);
}

void write_run_command(FILE *out, const char *reason, int status)
{
	if (strcmp(reason, "command"))
		return;
	if (WIFSIGNALED(status))
		fprintf(out, "the command was killed by signal %d\n",
			WTERMSIG(status));
	else if (WEXITSTATUS(status))
		fprintf(out, "the command exited with status %d\n",
			WEXITSTATUS(status));
}

static void put_date_and_time(FILE *out, __u64 ns)
{
	time_t sec = ns / NS_PER_SEC;
	char text[64];
	struct tm tm;

	if (!localtime_r(&sec, &tm) ||
	    !strftime(text, sizeof(text), "%F %T", &tm))
		strcpy(text, "-");
	fprintf(out, "%s.%06u", text, (unsigned int)(ns % NS_PER_SEC / 1000));
}

void write_run_anchor(FILE *out, struct anchors *anchors,
		      const struct anchor *anchor)
{
	fputs("CLOCK set: ", out);
	put_date_and_time(out, anchors_time(anchors, anchor->monotonic));
	fputs(" became ", out);
	put_date_and_time(out, anchor->realtime);
	fputc('\n', out);
	anchors_add(anchors, anchor);
}

struct json_object *run_json(const char *type)
{
	struct json_object *obj = js_object();

	js_add_string(obj, "type", type);
	return obj;
}

void run_json_put(struct json_object *obj)
{
	js_put(stdout, obj);
	putchar('\n');
}

void run_json_source(struct json_object *obj, const char *version,
		     const char *backend, const char *why,
		     const char *const *blind)
{
	size_t n = 0;

	while (blind[n])
		n++;
	js_add_string(obj, "version", version);
	js_add_string(obj, "backend", backend);
	if (why[0])
		js_add_string(obj, "why", why);
	js_add_strings(obj, "blind", blind, n);
}

void run_json_anchor(struct json_object *obj, const struct anchor *anchor)
{
	struct json_object *both = js_object();

	js_add_u64(both, "monotonic", anchor->monotonic);
	js_add_u64(both, "realtime", anchor->realtime);
	js_add(obj, "anchor", both);
}

void run_json_put_anchor(const struct anchor *anchor)
{
	struct json_object *obj = run_json("anchor");

	run_json_anchor(obj, anchor);
	run_json_put(obj);
}

void run_json_reason(struct json_object *obj, const char *reason, int status)
{
	js_add_string(obj, "reason", reason);
	if (strcmp(reason, "command"))
		return;
	if (WIFSIGNALED(status))
		js_add_u64(obj, "command_signal", WTERMSIG(status));
	else
		js_add_u64(obj, "command_exit", WEXITSTATUS(status));
}
