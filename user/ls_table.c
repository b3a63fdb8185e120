// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <libsmartcols.h>
#include <pwd.h>
#include <string.h>

#include "ls_table.h"
#include "table.h"
#include "text.h"

struct libscols_table *ls_table_new(const struct ls_format *format)
{
	struct libscols_table *table = table_new();

	scols_table_enable_raw(table, format->raw);
	return table;
}

void ls_put_line(FILE *out, const char **text)
{
	size_t len = strcspn(*text, "\n");

	fprintf(out, "%.*s\n", (int)len, *text);
	*text += len + ((*text)[len] == '\n');
}

const char *ls_branch(const struct ls_format *format, bool last)
{
	if (last)
		return format->utf8 ? "\u2514\u2500" : "`-";
	return format->utf8 ? "\u251c\u2500" : "|-";
}

void ls_cell_size(char *cell, size_t size, uint64_t bytes,
		  const struct ls_format *format)
{
	char human[TEXT_HUMAN_SIZE];

	if (format->bytes)
		snprintf(cell, size, "%" PRIu64, bytes);
	else
		snprintf(cell, size, "%s", text_human(human, bytes));
}

void ls_cell_owner(char *cell, size_t size, uid_t uid)
{
	struct passwd *pw = getpwuid(uid);

	if (pw)
		text_show(cell, size, pw->pw_name, strlen(pw->pw_name));
	else
		snprintf(cell, size, "%u", uid);
}

/* Raw tables are escaped when they are printed. */
void ls_cell_bytes(char *cell, size_t size, const char *bytes, size_t len,
		   const struct ls_format *format)
{
	if (format->raw)
		snprintf(cell, size, "%.*s", (int)len, bytes);
	else
		text_show(cell, size, bytes, len);
}

void ls_cell_process(char *cell, size_t size, const struct comm *comm,
		     pid_t pid, const struct ls_format *format)
{
	char name[TEXT_ESCAPED_SIZE(PROC_COMM_MAX)];

	ls_cell_bytes(name, sizeof(name), comm->bytes, comm->len, format);
	snprintf(cell, size, "%s (%d)", name, pid);
}
