/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks of doctor for people and as JSON. Asks the kernel nothing. */
#ifndef SHMVIZ_WRITE_DOCTOR_H
#define SHMVIZ_WRITE_DOCTOR_H

#include <stdbool.h>
#include <stdio.h>

#include "checks.h"

/* Lines are kept within `width` columns. */
void write_doctor_text(FILE *out, const struct checks *checks,
		       unsigned int width, bool colour);
void write_doctor_json(FILE *out, const struct checks *checks);

#endif /* SHMVIZ_WRITE_DOCTOR_H */
