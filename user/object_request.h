/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the notation of an object to what the device is asked for. */
#ifndef SHMVIZ_OBJECT_REQUEST_H
#define SHMVIZ_OBJECT_REQUEST_H

#include <stddef.h>

#include <shmviz.h>

#include "object_name.h"

/*
 * Fills in what says which object it is. *fd is a descriptor that the request
 * needs until it is made, or -1. An exit code, with what is wrong in `why`.
 */
int object_request(const struct object_name *name, struct shmviz_open *request,
		   int *fd, char *why, size_t size);

#endif /* SHMVIZ_OBJECT_REQUEST_H */
