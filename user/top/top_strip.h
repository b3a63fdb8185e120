/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHMVIZ_TOP_STRIP_H
#define SHMVIZ_TOP_STRIP_H

struct top_ui;

/*
 * The picture of the pages of the object that is seen closer, in some lines from
 * y on, of a screen of `height`; or why there is none. The line after it.
 */
int top_draw_strip(const struct top_ui *ui, int y, int height);

#endif /* SHMVIZ_TOP_STRIP_H */
