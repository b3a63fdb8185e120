// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <kselftest.h>

#include "klog.h"

static int kmsg;
static int reason;
static unsigned long taint_before;

static const char *const splats[] = {
#include "splats.h"
};

static unsigned long read_taint(void)
{
	FILE *file = fopen("/proc/sys/kernel/tainted", "re");
	unsigned long taint = 0;

	if (!file || fscanf(file, "%lu", &taint) != 1)
		ksft_exit_fail_msg("/proc/sys/kernel/tainted: %s\n",
				   strerror(errno));
	fclose(file);
	return taint;
}

void klog_begin(void)
{
	taint_before = read_taint();
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg < 0)
		reason = errno;
	else
		lseek(kmsg, 0, SEEK_END);
}

const char *klog_reason(void)
{
	return reason ? strerror(reason) : NULL;
}

/* Races of the whole kernel are judged by whom they are: scripts/guest/debug.sh. */
static bool is_splat(const char *line)
{
	if (strstr(line, "BUG: KCSAN: "))
		return false;
	for (size_t i = 0; i < sizeof(splats) / sizeof(*splats); i++)
		if (strstr(line, splats[i]))
			return true;
	return false;
}

bool klog_clean(void)
{
	unsigned long taint = read_taint();
	bool clean = true;
	char line[8192];
	ssize_t len;

	/* EPIPE: lines were overwritten before they were read; go on. */
	while ((len = read(kmsg, line, sizeof(line) - 1)) > 0 ||
	       (len < 0 && errno == EPIPE)) {
		line[len > 0 ? len : 0] = '\0';
		if (is_splat(line)) {
			ksft_print_msg("kernel log: %s", line);
			clean = false;
		}
	}
	if (taint != taint_before) {
		ksft_print_msg("taint was %#lx, is %#lx\n", taint_before,
			       taint);
		clean = false;
	}
	close(kmsg);
	return clean;
}
