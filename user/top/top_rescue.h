/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal is as it was, also after a crash or an exit(3) in the midst; and
 * no line on stderr is lost under the screen.
 *
 *   top_rescue_begin -> (curses begins) -> top_rescue_arm -> ... ->
 *   top_rescue_disarm -> (curses ends) -> top_rescue_end
 */
#ifndef SHMVIZ_TOP_RESCUE_H
#define SHMVIZ_TOP_RESCUE_H

/* Remember the terminal; hold back what comes on stderr. */
void top_rescue_begin(void);
/* Curses knows now what the terminal wants to hear. */
void top_rescue_arm(void);
void top_rescue_disarm(void);
/* Hand over what was held back. */
void top_rescue_end(void);

#endif /* SHMVIZ_TOP_RESCUE_H */
