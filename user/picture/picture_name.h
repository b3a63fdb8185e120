/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an object of the picture is called, by the way that led to it. */
#ifndef SHMVIZ_PICTURE_NAME_H
#define SHMVIZ_PICTURE_NAME_H

#include "object.h"
#include "picture.h"
#include "target.h"

/* Before it is opened, which lets go of the target's name. */
void picture_name_target(struct picture_object *obj,
			 const struct target *target);
/* The rest, by what was opened. */
void picture_name_opened(struct picture_object *obj,
			 const struct target *target,
			 const struct shmviz_info *info);
/* One of a list of all objects. */
void picture_name_listed(struct picture_object *obj,
			 const struct object *listed,
			 const struct shmviz_info *info);

#endif /* SHMVIZ_PICTURE_NAME_H */
