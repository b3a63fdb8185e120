/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A terminal of the tests: what terminfo's xterm can do, as far as programs that
 * draw with curses make use of it, and nothing else.
 */
#ifndef SHMVIZ_TESTS_VT_H
#define SHMVIZ_TESTS_VT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VT_COLUMNS	400
#define VT_LINES	200
#define VT_LINE_BYTES	(4 * VT_COLUMNS + 1)

enum vt_state { VT_TEXT, VT_ESCAPE, VT_CSI, VT_CHARSET };

struct vt {
	int columns, lines;
	uint32_t cells[VT_LINES][VT_COLUMNS];
	uint32_t behind[VT_LINES][VT_COLUMNS];	/* the other screen */
	int x, y, top, bottom;		/* cursor; region that scrolls */
	bool wrap;			/* the next character is on a new line */
	bool alternate, hidden;
	uint32_t last;			/* character, for it to be repeated */

	enum vt_state state;
	char sequence[64];
	size_t len;
	uint32_t partial;		/* of UTF-8, and bytes that are missing */
	int missing;
	char unknown[160];		/* the first sequence that it did not know */
};

void vt_init(struct vt *vt, int columns, int lines);
void vt_resize(struct vt *vt, int columns, int lines);
void vt_feed(struct vt *vt, const char *bytes, size_t n);
/* UTF-8, without blanks at the end. */
void vt_line(const struct vt *vt, int y, char text[VT_LINE_BYTES]);

#endif /* SHMVIZ_TESTS_VT_H */
