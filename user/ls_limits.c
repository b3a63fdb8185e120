// SPDX-License-Identifier: GPL-2.0-or-later
#include "caps.h"
#include "err.h"
#include "ls_limits.h"

void ls_tell_limits(const struct ls_options *opt, size_t refused,
		    size_t hidden)
{
	if (!caps_have(CAP_SYS_ADMIN))
		err_line("only this IPC namespace %s: run it as root "
			 "(CAP_SYS_ADMIN, CAP_SYS_PTRACE) to see all",
			 opt->all ? "and your own processes are shown" :
			 "is shown, and only attachments of your own processes");
	else if (refused)
		err_line("not all may be shown: IPC namespaces that could not be entered: "
			 "%zu, processes that could not be looked at: %zu",
			 refused, hidden);
	else if (hidden)
		err_line("not all may be shown: processes that could not be looked at: %zu",
			 hidden);
}
