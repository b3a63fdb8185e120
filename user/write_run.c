// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <sys/wait.h>

#include "json.h"
#include "text.h"
#include "write_run.h"

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

void run_json_anchor(struct json_object *obj, uint64_t monotonic,
		     uint64_t realtime)
{
	struct json_object *anchor = js_object();

	js_add_u64(anchor, "monotonic", monotonic);
	js_add_u64(anchor, "realtime", realtime);
	js_add(obj, "anchor", anchor);
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
