// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rights.h"
#include "util.h"

static int take_caps(uint64_t caps)
{
	struct __user_cap_header_struct hdr = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {};

	for (int i = 0; i < 2; i++)
		data[i].permitted = data[i].effective = caps >> 32 * i;
	return syscall(SYS_capset, &hdr, data);
}

bool rights_take(const struct rights *rights)
{
	bool one = rights->more != NO_GROUP;

	return !prctl(PR_SET_KEEPCAPS, 1) && !setgroups(one, &rights->more) &&
	       !setresgid(rights->gid, rights->gid, rights->gid) &&
	       !setresuid(rights->uid, rights->euid, rights->euid) &&
	       !take_caps(rights->caps);
}

void rights_run(const struct rights *rights, void (*fn)(const void *),
		const void *arg)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		ksft_exit_fail_msg("fork: %s\n", strerror(errno));
	if (!pid) {
		expect(rights_take(rights));
		fn(arg);
		status = !util_result_ok();
		fflush(stdout);
		_exit(status);
	}
	expect(waitpid(pid, &status, 0) == pid);
	expect_eq(status, 0);
}
