/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the other end of stdout can show. */
#ifndef SHMVIZ_TERM_H
#define SHMVIZ_TERM_H

#include <stdbool.h>

/* Columns to write in: $COLUMNS, else the terminal's, else 80. */
unsigned int term_width(void);

/* Rows, likewise: $LINES, else the terminal's, else 50. */
unsigned int term_height(void);

/* Stdout is a terminal. */
bool term_is_tty(void);

/* The locale's characters are UTF-8; call setlocale() before. */
bool term_utf8(void);

/*
 * Colour is wanted: stdout is a terminal that is not dumb, and NO_COLOR is not
 * set to anything. Colour never carries a meaning that the text lacks.
 */
bool term_colour(void);

#endif /* SHMVIZ_TERM_H */
