/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screen: taken over, written to, and given back as it was, however top
 * ends. The one part that knows curses.
 */
#ifndef SHMVIZ_TOP_SCREEN_H
#define SHMVIZ_TOP_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Looks; each is told apart without colour, too. */
enum top_look {
	LOOK_PLAIN,
	LOOK_DIM,
	LOOK_BOLD,
	LOOK_HEADING,		/* bar over a table */
	LOOK_SORTED,		/* the heading of the column it is sorted by */
	LOOK_SELECTED,
	LOOK_WARNING,
	LOOK_KEY,		/* of the bar at the bottom: the key, */
	LOOK_LABEL,		/* and what it does */
	LOOK_TITLE,
	LOOK_PRESENT,		/* pages in memory, */
	LOOK_SWAPPED,		/* in swap */
	LOOK_BUSY,		/* something happens to it */
	LOOK_MAX
};

/*
 * 0, or an exit code, said on stderr. From here on what goes to stderr is held
 * back until the screen is given back, and so do signals that end the process
 * by themselves: the screen first.
 */
int top_screen_open(void);
void top_screen_close(void);

int top_screen_width(void);
int top_screen_height(void);
/* The terminal has another size now. */
void top_screen_resized(void);

/* Give the screen back and stop, as for Ctrl-Z; returns when it goes on. */
void top_screen_stop(void);

/* What is drawn comes onto the screen all at once, at the end. */
void top_screen_begin(void);
void top_screen_end(void);
/* All of it anew: something else has written on it. */
void top_screen_repair(void);

/*
 * Shown text from a column on, in so many of them: cut and filled as by
 * top_text_fit(). What lies outside of the screen is left out. Returns the
 * column after it.
 */
int top_put(int y, int x, int width, enum top_look look, const char *text);
/* As wide as it is. */
int top_put_text(int y, int x, enum top_look look, const char *text);
/* The characters of a bar or strip, in the colours of what they stand for. */
int top_put_pages(int y, int x, const char *text, enum top_look around);
/* Where the cursor blinks; -1: nowhere. */
void top_screen_cursor(int y, int x);

/*
 * The next key that was pressed: a character, or one of these; 0: none is
 * there. TOP_KEY_GONE: nobody is there any more to press one.
 */
enum top_key_code {
	TOP_KEY_UP = 0x200000, TOP_KEY_DOWN, TOP_KEY_LEFT, TOP_KEY_RIGHT,
	TOP_KEY_PAGE_UP, TOP_KEY_PAGE_DOWN, TOP_KEY_HOME, TOP_KEY_END,
	TOP_KEY_ENTER, TOP_KEY_ESCAPE, TOP_KEY_BACKSPACE, TOP_KEY_OTHER,
	TOP_KEY_GONE,
	TOP_KEY_F = 0x200100,	/* F1 is one more, and so on */
};
uint32_t top_screen_key(void);

#endif /* SHMVIZ_TOP_SCREEN_H */
