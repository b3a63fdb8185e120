/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What writer and reader agree on: how the bytes of the segment are to be read. */
#ifndef SHARED_H
#define SHARED_H

struct shared {
	int numbers[5];
	struct {
		int x, y;
	} point;
	char text[32];
};

#endif /* SHARED_H */
