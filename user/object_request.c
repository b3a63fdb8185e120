// SPDX-License-Identifier: GPL-2.0-or-later
#include "err.h"
#include "object_kernel.h"
#include "object_open.h"
#include "object_request.h"

int object_request(const struct object_name *name, struct shmviz_open *request,
		   int *fd, char *why, size_t size)
{
	int ret = EXIT_FAILED;

	*request = (struct shmviz_open) { .ns_fd = -1 };
	*fd = -1;
	if (name->form == OBJECT_BY_ID) {
		request->kind = SHMVIZ_KIND_SEGMENT;
		request->id = name->shmid;
		if (!name->ns)
			return EXIT_DONE;
		request->ns_fd = *fd = object_open_ipcns(name->ns, why, size);
	} else if (name->form == OBJECT_BY_INODE) {
		ret = object_kernel_request(name, request, fd, why, size);
	} else {
		request->kind = SHMVIZ_KIND_FILE;
		request->id = *fd = object_open(name, why, size);
	}
	return *fd >= 0 ? EXIT_DONE : ret;
}
