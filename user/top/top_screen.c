// SPDX-License-Identifier: GPL-2.0-or-later
#include <ncurses.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "err.h"
#include "term.h"
#include "top_rescue.h"
#include "top_screen.h"
#include "top_text.h"

/* Milliseconds for the rest of a key that begins with Escape. */
#define ESCAPE_MS	25

static SCREEN *screen;
static attr_t looks[LOOK_MAX];
static int cursor_y, cursor_x;

enum { PAIR_HEADING = 1, PAIR_SORTED, PAIR_SELECTED, PAIR_WARNING, PAIR_LABEL,
       PAIR_TITLE, PAIR_PRESENT, PAIR_SWAPPED };

static void choose_plain_looks(void)
{
	static const attr_t plain[LOOK_MAX] = {
		[LOOK_DIM]	= A_DIM,
		[LOOK_BOLD]	= A_BOLD,
		[LOOK_HEADING]	= A_REVERSE,
		[LOOK_SORTED]	= A_REVERSE | A_BOLD | A_UNDERLINE,
		[LOOK_SELECTED]	= A_REVERSE,
		[LOOK_WARNING]	= A_BOLD,
		[LOOK_LABEL]	= A_REVERSE,
		[LOOK_TITLE]	= A_BOLD,
		[LOOK_BUSY]	= A_BOLD,
	};

	memcpy(looks, plain, sizeof(looks));
}

static void choose_colours(void)
{
	if (!term_colour() || !has_colors() || start_color() == ERR)
		return;
	use_default_colors();
	init_pair(PAIR_HEADING, COLOR_BLACK, COLOR_GREEN);
	init_pair(PAIR_SORTED, COLOR_BLACK, COLOR_CYAN);
	init_pair(PAIR_SELECTED, COLOR_BLACK, COLOR_CYAN);
	init_pair(PAIR_WARNING, COLOR_YELLOW, -1);
	init_pair(PAIR_LABEL, COLOR_BLACK, COLOR_CYAN);
	init_pair(PAIR_TITLE, COLOR_CYAN, -1);
	init_pair(PAIR_PRESENT, COLOR_GREEN, -1);
	init_pair(PAIR_SWAPPED, COLOR_YELLOW, -1);
	looks[LOOK_HEADING] = COLOR_PAIR(PAIR_HEADING);
	looks[LOOK_SORTED] = COLOR_PAIR(PAIR_SORTED);
	looks[LOOK_SELECTED] = COLOR_PAIR(PAIR_SELECTED);
	looks[LOOK_WARNING] = COLOR_PAIR(PAIR_WARNING) | A_BOLD;
	looks[LOOK_LABEL] = COLOR_PAIR(PAIR_LABEL);
	looks[LOOK_TITLE] = COLOR_PAIR(PAIR_TITLE) | A_BOLD;
	looks[LOOK_PRESENT] = COLOR_PAIR(PAIR_PRESENT);
	looks[LOOK_SWAPPED] = COLOR_PAIR(PAIR_SWAPPED);
}

/*
 * Ctrl-Z comes as a key. As a signal it would be lost while curses writes: it
 * then ignores that one.
 */
static void take_stop_key(void)
{
	struct termios modes;

	if (tcgetattr(STDIN_FILENO, &modes))
		return;
	modes.c_cc[VSUSP] = _POSIX_VDISABLE;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
	def_prog_mode();
}

void top_screen_stop(void)
{
	struct sigaction was, stop = { .sa_handler = SIG_DFL };

	endwin();
	sigaction(SIGTSTP, &stop, &was);
	/* With all that the shell has started for this line. */
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &was, NULL);
	top_screen_resized();
	refresh();
}

static int refuse(const char *why)
{
	const char *term = getenv("TERM");

	err_line("cannot take over the screen: TERM '%s' %s: set it to what the"
		 " terminal is, or use --batch", term ? term : "", why);
	return EXIT_FAILED;
}

int top_screen_open(void)
{
	const char *term = getenv("TERM");

	if (!term || !*term)
		return refuse("is not set");
	top_rescue_begin();
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		top_rescue_end();
		return refuse("is not known");
	}
	/* A terminal that can't move its cursor is no screen. */
	if (!tigetstr("cup") || tigetstr("cup") == (char *)-1) {
		endwin();
		delscreen(screen);
		screen = NULL;
		top_rescue_end();
		return refuse("cannot move a cursor");
	}
	top_rescue_arm();
	set_escdelay(ESCAPE_MS);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	intrflush(stdscr, FALSE);
	take_stop_key();
	curs_set(0);
	choose_plain_looks();
	choose_colours();
	top_screen_resized();
	return EXIT_DONE;
}

void top_screen_close(void)
{
	if (!screen)
		return;
	top_rescue_disarm();
	endwin();
	delscreen(screen);
	screen = NULL;
	top_rescue_end();
}

int top_screen_width(void)
{
	return getmaxx(stdscr);
}

int top_screen_height(void)
{
	return getmaxy(stdscr);
}

void top_screen_resized(void)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row &&
	    size.ws_col && is_term_resized(size.ws_row, size.ws_col))
		resizeterm(size.ws_row, size.ws_col);
}

void top_screen_begin(void)
{
	erase();
	cursor_y = -1;
}

void top_screen_end(void)
{
	curs_set(cursor_y >= 0);
	if (cursor_y >= 0)
		move(cursor_y, cursor_x);
	wnoutrefresh(stdscr);
	doupdate();
}

void top_screen_repair(void)
{
	clearok(curscr, TRUE);
}

void top_screen_cursor(int y, int x)
{
	cursor_y = y;
	cursor_x = x;
}

/* The last cell of the screen, too: writing it moves the cursor nowhere. */
static void put_raw(int y, int x, attr_t attributes, const char *text)
{
	attrset(attributes);
	mvaddstr(y, x, text);
	attrset(A_NORMAL);
}

int top_put(int y, int x, int width, enum top_look look, const char *text)
{
	int room = top_screen_width() - x;

	if (width > room)
		width = room;
	if (y >= 0 && y < top_screen_height() && width > 0) {
		char *fitted = malloc(TOP_FITTED(width));

		if (!fitted)
			err_nomem();
		top_text_fit(fitted, TOP_FITTED(width), text, width, false, 0);
		put_raw(y, x, looks[look], fitted);
		free(fitted);
	}
	return x + (width > 0 ? width : 0);
}

int top_put_text(int y, int x, enum top_look look, const char *text)
{
	return top_put(y, x, top_text_width(text), look, text);
}

static enum top_look look_of(const char *at)
{
	static const char *const present[] = {
		"#", "+", "-", "\u2588", "\u2593", "\u2591"
	};

	for (size_t i = 0; i < sizeof(present) / sizeof(*present); i++)
		if (!strncmp(at, present[i], strlen(present[i])))
			return LOOK_PRESENT;
	return *at == 's' ? LOOK_SWAPPED : LOOK_PLAIN;
}

int top_put_pages(int y, int x, const char *text, enum top_look around)
{
	while (*text) {
		char one[8] = "";
		size_t len = 1;
		attr_t look = looks[look_of(text)];

		while ((text[len] & 0xc0) == 0x80 && len < sizeof(one) - 1)
			len++;
		memcpy(one, text, len);
		/* Of a row that is selected all is. */
		if (around != LOOK_PLAIN)
			look = looks[around];
		if (y >= 0 && y < top_screen_height() && x < top_screen_width())
			put_raw(y, x, look, one);
		x++;
		text += len;
	}
	return x;
}

static uint32_t translate(wint_t key)
{
	switch (key) {
	case KEY_UP:		return TOP_KEY_UP;
	case KEY_DOWN:		return TOP_KEY_DOWN;
	case KEY_LEFT:		return TOP_KEY_LEFT;
	case KEY_RIGHT:		return TOP_KEY_RIGHT;
	case KEY_PPAGE:		return TOP_KEY_PAGE_UP;
	case KEY_NPAGE:		return TOP_KEY_PAGE_DOWN;
	case KEY_HOME:		return TOP_KEY_HOME;
	case KEY_END:		return TOP_KEY_END;
	case KEY_ENTER:		return TOP_KEY_ENTER;
	case KEY_BACKSPACE:	return TOP_KEY_BACKSPACE;
	}
	if (key >= KEY_F(1) && key <= KEY_F(12))
		return TOP_KEY_F + key - KEY_F(0);
	return TOP_KEY_OTHER;
}

uint32_t top_screen_key(void)
{
	wint_t key;

	switch (get_wch(&key)) {
	case KEY_CODE_YES:
		return translate(key);
	case ERR:
		return 0;
	}
	switch (key) {
	case '\r':
	case '\n':
		return TOP_KEY_ENTER;
	case 0x1b:
		return TOP_KEY_ESCAPE;
	case 0x7f:
	case '\b':
		return TOP_KEY_BACKSPACE;
	}
	return key;
}
