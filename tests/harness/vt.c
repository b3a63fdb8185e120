// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vt.h"

static void blank(uint32_t *cells, int n)
{
	for (int i = 0; i < n; i++)
		cells[i] = ' ';
}

static void clear(struct vt *vt, int y1, int x1, int y2, int x2)
{
	for (int y = y1; y <= y2; y++) {
		int from = y == y1 ? x1 : 0;
		int to = y == y2 ? x2 : vt->columns - 1;

		blank(&vt->cells[y][from], to - from + 1);
	}
}

void vt_init(struct vt *vt, int columns, int lines)
{
	*vt = (struct vt) {};
	for (int y = 0; y < VT_LINES; y++) {
		blank(vt->cells[y], VT_COLUMNS);
		blank(vt->behind[y], VT_COLUMNS);
	}
	vt_resize(vt, columns, lines);
}

void vt_resize(struct vt *vt, int columns, int lines)
{
	vt->columns = columns < VT_COLUMNS ? columns : VT_COLUMNS;
	vt->lines = lines < VT_LINES ? lines : VT_LINES;
	vt->top = 0;
	vt->bottom = vt->lines - 1;
	if (vt->x >= vt->columns)
		vt->x = vt->columns - 1;
	if (vt->y >= vt->lines)
		vt->y = vt->lines - 1;
	vt->wrap = false;
}

static void scroll(struct vt *vt, int from, int lines)
{
	size_t line = sizeof(vt->cells[0]);
	int most = vt->bottom - from + 1, n = abs(lines);

	n = n < most ? n : most;
	if (lines > 0)
		memmove(vt->cells[from], vt->cells[from + n], (most - n) * line);
	else
		memmove(vt->cells[from + n], vt->cells[from], (most - n) * line);
	for (int i = 0; i < n; i++)
		blank(vt->cells[lines > 0 ? vt->bottom - i : from + i],
		      VT_COLUMNS);
}

static void line_feed(struct vt *vt)
{
	vt->wrap = false;
	if (vt->y == vt->bottom)
		scroll(vt, vt->top, 1);
	else if (vt->y + 1 < vt->lines)
		vt->y++;
}

static void put(struct vt *vt, uint32_t c)
{
	if (vt->wrap) {
		vt->x = 0;
		line_feed(vt);
	}
	vt->cells[vt->y][vt->x] = vt->last = c;
	if (vt->x + 1 < vt->columns)
		vt->x++;
	else
		vt->wrap = true;
}

static void go(struct vt *vt, int y, int x)
{
	vt->wrap = false;
	vt->y = y < 0 ? 0 : y >= vt->lines ? vt->lines - 1 : y;
	vt->x = x < 0 ? 0 : x >= vt->columns ? vt->columns - 1 : x;
}

static void unknown(struct vt *vt, const char *what)
{
	if (!vt->unknown[0])
		snprintf(vt->unknown, sizeof(vt->unknown), "%s", what);
}

static void unknown_sequence(struct vt *vt, const char *kind)
{
	char text[160];

	snprintf(text, sizeof(text), "%s %.*s", kind, (int)vt->len, vt->sequence);
	unknown(vt, text);
}

static void erase_display(struct vt *vt, int what)
{
	int last = vt->lines - 1, end = vt->columns - 1;

	if (what == 0)
		clear(vt, vt->y, vt->x, last, end);
	else if (what == 1)
		clear(vt, 0, 0, vt->y, vt->x);
	else
		clear(vt, 0, 0, last, end);
}

static void erase_line(struct vt *vt, int what)
{
	clear(vt, vt->y, what ? 0 : vt->x, vt->y,
	      what == 1 ? vt->x : vt->columns - 1);
}

static void shift(struct vt *vt, int n, bool insert)
{
	uint32_t *at = &vt->cells[vt->y][vt->x];
	int room = vt->columns - vt->x;

	n = n < room ? n : room;
	if (insert) {
		memmove(at + n, at, (room - n) * sizeof(*at));
		blank(at, n);
	} else {
		memmove(at, at + n, (room - n) * sizeof(*at));
		blank(at + room - n, n);
	}
}

static void show_other(struct vt *vt, bool alternate)
{
	static uint32_t swap[VT_LINES][VT_COLUMNS];

	if (alternate == vt->alternate)
		return;
	memcpy(swap, vt->cells, sizeof(swap));
	memcpy(vt->cells, vt->behind, sizeof(swap));
	memcpy(vt->behind, swap, sizeof(swap));
	vt->alternate = alternate;
}

/* CSI ? N h, CSI ? N l */
static void set_mode(struct vt *vt, int mode, bool on)
{
	switch (mode) {
	case 25:
		vt->hidden = !on;
		break;
	case 1049:
		show_other(vt, on);
		break;
	case 1:		/* keys of applications */
	case 7:		/* lines wrap */
	case 12:	/* the cursor blinks */
	case 1034:	/* Meta */
		break;
	default:
		unknown_sequence(vt, "CSI");
	}
}

static void repeat(struct vt *vt, int n)
{
	while (n-- > 0)
		put(vt, vt->last);
}

static void tab(struct vt *vt, int n)
{
	go(vt, vt->y, n > 0 ? (vt->x / 8 + n) * 8 : (vt->x + 7) / 8 * 8 + 8 * n);
}

/* The numbers of a sequence; those that are not there are 0. */
static void numbers(const struct vt *vt, int arg[4])
{
	const char *at = vt->sequence + (vt->sequence[0] == '?');
	int n = 0;

	memset(arg, 0, 4 * sizeof(*arg));
	for (; n < 4; at++) {
		if (*at >= '0' && *at <= '9')
			arg[n] = 10 * arg[n] + *at - '0';
		else if (*at == ';')
			n++;
		else
			break;
	}
}

static void move(struct vt *vt, char final, const int arg[4])
{
	int n = arg[0] ? arg[0] : 1;

	switch (final) {
	case 'A': go(vt, vt->y - n, vt->x); break;
	case 'B': go(vt, vt->y + n, vt->x); break;
	case 'C': go(vt, vt->y, vt->x + n); break;
	case 'D': go(vt, vt->y, vt->x - n); break;
	case 'G': go(vt, vt->y, n - 1); break;
	case 'd': go(vt, n - 1, vt->x); break;
	case 'H': go(vt, n - 1, (arg[1] ? arg[1] : 1) - 1); break;
	case 'I': tab(vt, n); break;
	case 'Z': tab(vt, -n); break;
	}
}

static void edit(struct vt *vt, char final, const int arg[4])
{
	int n = arg[0] ? arg[0] : 1;

	switch (final) {
	case 'J': erase_display(vt, arg[0]); break;
	case 'K': erase_line(vt, arg[0]); break;
	case 'L': scroll(vt, vt->y, -n); break;
	case 'M': scroll(vt, vt->y, n); break;
	case 'S': scroll(vt, vt->top, n); break;
	case 'T': scroll(vt, vt->top, -n); break;
	case '@': shift(vt, n, true); break;
	case 'P': shift(vt, n, false); break;
	case 'X':
		n = n < vt->columns - vt->x ? n : vt->columns - vt->x;
		clear(vt, vt->y, vt->x, vt->y, vt->x + n - 1);
		break;
	case 'b': repeat(vt, n); break;
	}
}

static void set_region(struct vt *vt, const int arg[4])
{
	vt->top = arg[0] ? arg[0] - 1 : 0;
	vt->bottom = arg[1] ? arg[1] - 1 : vt->lines - 1;
	if (vt->bottom >= vt->lines || vt->top > vt->bottom) {
		vt->top = 0;
		vt->bottom = vt->lines - 1;
	}
	go(vt, 0, 0);
}

static void csi(struct vt *vt, char final)
{
	int arg[4];

	numbers(vt, arg);
	if (vt->sequence[0] == '?' && (final == 'h' || final == 'l'))
		set_mode(vt, arg[0], final == 'h');
	else if (vt->sequence[0] == '?' || vt->sequence[0] == '>')
		unknown_sequence(vt, "CSI");
	else if (strchr("ABCDGdHIZ", final))
		move(vt, final, arg);
	else if (strchr("JKLMST@PXb", final))
		edit(vt, final, arg);
	else if (final == 'r')
		set_region(vt, arg);
	/* Looks; insert mode off; titles that are put aside. */
	else if (final != 'm' && !(final == 'l' && arg[0] == 4) &&
		 !(final == 't' && (arg[0] == 22 || arg[0] == 23)))
		unknown_sequence(vt, "CSI");
}

static void escape(struct vt *vt, char c)
{
	vt->state = VT_TEXT;
	switch (c) {
	case '[':
		vt->state = VT_CSI;
		vt->len = 0;
		break;
	case '(':
		vt->state = VT_CHARSET;
		break;
	case 'M':
		if (vt->y == vt->top)
			scroll(vt, vt->top, -1);
		else
			go(vt, vt->y - 1, vt->x);
		break;
	case '=':	/* keypad */
	case '>':
	case '7':	/* cursor that is kept */
	case '8':
		break;
	default:
		vt->sequence[0] = c;
		vt->len = 1;
		unknown_sequence(vt, "ESC");
	}
}

static void control(struct vt *vt, unsigned char c)
{
	char text[16];

	switch (c) {
	case '\r':
		go(vt, vt->y, 0);
		break;
	case '\n':
		line_feed(vt);
		break;
	case '\b':
		go(vt, vt->y, vt->x - 1);
		break;
	case '\t':
		tab(vt, 1);
		break;
	case 0x1b:
		vt->state = VT_ESCAPE;
		break;
	default:
		snprintf(text, sizeof(text), "byte %#x", c);
		unknown(vt, text);
	}
}

static void text(struct vt *vt, unsigned char c)
{
	if (c < 0x20 || c == 0x7f) {
		control(vt, c);
	} else if (c < 0x80) {
		put(vt, c);
	} else if (c >= 0xc0) {
		vt->missing = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
		vt->partial = c & (0x3f >> vt->missing);
	} else if (vt->missing) {
		vt->partial = vt->partial << 6 | (c & 0x3f);
		if (--vt->missing)
			return;
		if (vt->partial < 0xa0)
			unknown(vt, "a control character of C1");
		put(vt, vt->partial);
	} else {
		unknown(vt, "bytes that are no UTF-8");
	}
}

void vt_feed(struct vt *vt, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = bytes[i];

		switch (vt->state) {
		case VT_TEXT:
			text(vt, c);
			break;
		case VT_ESCAPE:
			escape(vt, c);
			break;
		case VT_CHARSET:
			vt->state = VT_TEXT;
			break;
		case VT_CSI:
			if (vt->len + 1 < sizeof(vt->sequence))
				vt->sequence[vt->len++] = c;
			vt->sequence[vt->len] = '\0';
			if (c < 0x40 || c > 0x7e)
				break;
			vt->state = VT_TEXT;
			csi(vt, c);
			break;
		}
	}
}

static size_t encode(char *dst, uint32_t c)
{
	if (c < 0x80) {
		dst[0] = c;
		return 1;
	}
	if (c < 0x800) {
		dst[0] = 0xc0 | c >> 6;
		dst[1] = 0x80 | (c & 0x3f);
		return 2;
	}
	if (c < 0x10000) {
		dst[0] = 0xe0 | c >> 12;
		dst[1] = 0x80 | (c >> 6 & 0x3f);
		dst[2] = 0x80 | (c & 0x3f);
		return 3;
	}
	dst[0] = 0xf0 | c >> 18;
	dst[1] = 0x80 | (c >> 12 & 0x3f);
	dst[2] = 0x80 | (c >> 6 & 0x3f);
	dst[3] = 0x80 | (c & 0x3f);
	return 4;
}

void vt_line(const struct vt *vt, int y, char text[VT_LINE_BYTES])
{
	int width = vt->columns;
	size_t len = 0;

	while (width && vt->cells[y][width - 1] == ' ')
		width--;
	for (int x = 0; x < width; x++)
		len += encode(text + len, vt->cells[y][x]);
	text[len] = '\0';
}
