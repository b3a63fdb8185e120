// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <shmviz.h>

#include "caps.h"
#include "checks.h"
#include "device.h"

static struct check *add(struct checks *checks, const char *name)
{
	struct check *check = &checks->check[checks->n++];

	*check = (struct check) { .name = name };
	return check;
}

static void say(char text[256], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void say(char text[256], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, 256, fmt, ap);
	va_end(ap);
}

/* The first line of a small file without its newline; 0 or -errno. */
static int read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	int ret = 0;

	if (!file)
		return -errno;
	if (fgets(line, size, file))
		line[strcspn(line, "\n")] = '\0';
	else
		ret = -EIO;
	fclose(file);
	return ret;
}

static void check_kernel(struct checks *checks, const struct utsname *uts)
{
	struct check *check = add(checks, "kernel");

	say(check->detail, "Linux %s on %s", uts->release, uts->machine);
	if (!strcmp(uts->machine, "x86_64"))
		return;
	check->verdict = VERDICT_LIMITED;
	say(check->advice, "shmviz is made and tested for x86_64");
}

static void check_capabilities(struct checks *checks)
{
	static const struct {
		cap_value_t cap;
		const char *name, *what_for;
	} wanted[] = {
		{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "other namespaces, frames" },
		{ CAP_BPF, "CAP_BPF", "trace" },
		{ CAP_PERFMON, "CAP_PERFMON", "trace" },
		{ CAP_SYS_PTRACE, "CAP_SYS_PTRACE", "others' attachments" },
	};
	struct check *check = add(checks, "capabilities");
	char have[128] = "", lack[192] = "";

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (caps_have(wanted[i].cap)) {
			strcat(have, *have ? ", " : "");
			strcat(have, wanted[i].name);
			continue;
		}
		strcat(lack, *lack ? ", " : "");
		strcat(lack, wanted[i].name);
		strcat(lack, " (");
		strcat(lack, wanted[i].what_for);
		strcat(lack, ")");
	}
	if (!*lack) {
		say(check->detail, "uid %u; %s", geteuid(), have);
		return;
	}
	check->verdict = *have ? VERDICT_LIMITED : VERDICT_MISSING;
	say(check->detail, "uid %u; lacks %s", geteuid(), lack);
	say(check->advice, "run it as root");
}

static void check_sysvipc(struct checks *checks)
{
	struct check *check = add(checks, "sysvipc");

	if (!access("/proc/sysvipc/shm", R_OK)) {
		say(check->detail, "/proc/sysvipc/shm can be read");
		return;
	}
	check->verdict = VERDICT_MISSING;
	say(check->detail, "/proc/sysvipc/shm: %s", strerror(errno));
	say(check->advice, "mount /proc, or use a kernel with CONFIG_SYSVIPC=y");
}

static void check_btf(struct checks *checks)
{
	struct check *check = add(checks, "btf");

	if (!access("/sys/kernel/btf/vmlinux", R_OK)) {
		say(check->detail, "/sys/kernel/btf/vmlinux can be read");
		return;
	}
	check->verdict = VERDICT_MISSING;
	say(check->detail, "/sys/kernel/btf/vmlinux: %s", strerror(errno));
	say(check->advice,
	    "mount /sys, or use a kernel with CONFIG_DEBUG_INFO_BTF=y");
}

/* The mode in effect is the one in brackets. */
static void check_lockdown(struct checks *checks)
{
	struct check *check = add(checks, "lockdown");
	char line[128], *mode, *end;

	if (read_line("/sys/kernel/security/lockdown", line, sizeof(line))) {
		say(check->detail, "none: not in this kernel, or securityfs is not mounted");
		return;
	}
	mode = strchr(line, '[');
	end = mode ? strchr(mode, ']') : NULL;
	if (!end) {
		say(check->detail, "%s", line);
		return;
	}
	*end = '\0';
	mode++;
	say(check->detail, "%s", mode);
	if (!strcmp(mode, "none"))
		return;
	check->verdict = VERDICT_LIMITED;
	if (!strcmp(mode, "integrity"))
		say(check->advice, "unsigned modules are refused: sign shmviz.ko with a key "
			"that the kernel trusts, or boot without lockdown");
	else
		say(check->advice, "unsigned modules and BPF that reads kernel memory are "
			"refused: boot without lockdown");
}

static void check_tracing(struct checks *checks)
{
	struct check *check = add(checks, "tracing");
	char why[200] = "";

	checks->trace = tracer_probe(why, sizeof(why));
	say(check->detail, "%s%s%s", tracer_backend_name(checks->trace),
	    *why ? ": " : "", why);
	if (checks->trace == TRACER_KPROBE && !*why)
		say(check->detail, "kprobe: this kernel preempts, or does not say whether "
		    "it does, and fentry would miss events");
	if (tracer_is_whole(checks->trace))
		return;
	if (checks->trace == TRACER_TRACEPOINT) {
		check->verdict = VERDICT_LIMITED;
		say(check->advice, "trace works through the fallback, which costs every "
			"system call a little; a kernel that allows BPF fentry or kprobes "
			"sees all for less ('scripts/lab' boots one)");
		return;
	}
	check->verdict = VERDICT_MISSING;
	say(check->advice, "run it as root, on a kernel with CONFIG_BPF_SYSCALL and "
		"CONFIG_FTRACE_SYSCALLS ('scripts/lab' boots one)");
}

static void check_module(struct checks *checks, const struct utsname *uts)
{
	struct check *check = add(checks, "module");
	char version[64];
	int ret;

	ret = read_line("/sys/module/shmviz/version", version,
			sizeof(version));
	if (ret) {
		check->verdict = VERDICT_MISSING;
		say(check->detail, "not loaded");
		say(check->advice, "insmod build/kmod/%s/shmviz.ko, or run scripts/lab",
		    uts->release);
		return;
	}
	say(check->detail, "loaded, version %s", version);
	if (!strcmp(version, SHMVIZ_VERSION))
		return;
	check->verdict = VERDICT_LIMITED;
	say(check->advice, "this shmviz is %s: rmmod shmviz, then insmod the one that was "
		"built with it",
	    SHMVIZ_VERSION);
}

/* The board stands in for any object: looking at it changes nothing. */
static void check_device(struct checks *checks)
{
	struct check *check = add(checks, "device");
	struct shmviz_open request = {
		.kind = SHMVIZ_KIND_BOARD, .ns_fd = -1,
	};
	struct device_object board;
	struct device_error error;

	if (!device_open(&board, &request, &error)) {
		say(check->detail, SHMVIZ_DEVICE " answers; its board has %" PRIu64 " pages",
		    (uint64_t)board.info.pages);
		if (!(board.info.flags & SHMVIZ_INFO_VIEW))
			checks->view = ABILITY_OFF;
		device_close(&board);
		return;
	}
	check->verdict = VERDICT_MISSING;
	checks->frames = checks->view = ABILITY_NONE;
	say(check->detail, SHMVIZ_DEVICE ": %s", strerror(error.err));
	if (error.step == DEVICE_NODE && error.err == ENOENT)
		say(check->advice, "it comes with the module, on a devtmpfs at /dev");
	else
		device_explain(&error, check->advice, sizeof(check->advice));
}

/* The board's contents are everybody's: only the module can refuse them. */
static void check_view(struct checks *checks)
{
	struct check *check = add(checks, "view");

	switch (checks->view) {
	case ABILITY_NONE:
		check->verdict = VERDICT_MISSING;
		say(check->detail, "contents cannot be shown without the device");
		say(check->advice, "what 'device' says; contents need allow_view=1 besides");
		break;
	case ABILITY_OFF:
		check->verdict = VERDICT_OFF;
		say(check->detail, "the module was loaded without allow_view=1");
		say(check->advice, "to let root see contents: rmmod shmviz, then insmod "
			"shmviz.ko allow_view=1");
		break;
	default:
		say(check->detail, "the module was loaded with allow_view=1");
	}
}

/* The PFN of a page of our own, as pagemap shows it; 0 if it does not. */
static int own_pfn(uint64_t *pfn)
{
	long page_size = sysconf(_SC_PAGESIZE);
	int ret = 0, fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry;
	char *page;

	if (fd < 0)
		return -errno;
	page = mmap(NULL, page_size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED) {
		ret = -errno;
		goto out;
	}
	*(volatile char *)page = 1;
	if (pread(fd, &entry, sizeof(entry), (uintptr_t)page / page_size *
		  sizeof(entry)) != sizeof(entry))
		ret = -EIO;
	else
		*pfn = entry & ((1ULL << 55) - 1);
	munmap(page, page_size);
out:
	close(fd);
	return ret;
}

/* No command needs it; it is how to check what frames says by other means. */
static void check_pagemap(struct checks *checks)
{
	struct check *check = add(checks, "pagemap");
	uint64_t pfn = 0;
	int ret = own_pfn(&pfn);

	if (!ret && pfn) {
		say(check->detail, "/proc/PID/pagemap shows frame numbers");
		return;
	}
	check->verdict = ret ? VERDICT_MISSING : VERDICT_LIMITED;
	if (ret)
		say(check->detail, "/proc/self/pagemap: %s", strerror(-ret));
	else
		say(check->detail, "/proc/PID/pagemap hides frame numbers");
	say(check->advice, "%s", ret ?
	    "only comparing with pagemap needs it: CONFIG_PROC_PAGE_MONITOR=y" :
	    "only comparing with pagemap needs it: run it as root");
}

static void judge_ls(struct checks *checks)
{
	if (access("/proc/sysvipc/shm", R_OK))
		checks->ls = ABILITY_NONE;
	else if (!caps_have(CAP_SYS_ADMIN) || !caps_have(CAP_SYS_PTRACE))
		checks->ls = ABILITY_LIMITED;
}

void checks_run(struct checks *checks)
{
	struct utsname uts;

	*checks = (struct checks) {};
	uname(&uts);
	snprintf(checks->kernel, sizeof(checks->kernel), "%s", uts.release);

	check_kernel(checks, &uts);
	check_capabilities(checks);
	check_sysvipc(checks);
	check_btf(checks);
	check_lockdown(checks);
	check_tracing(checks);
	check_module(checks, &uts);
	check_device(checks);
	check_view(checks);
	check_pagemap(checks);
	judge_ls(checks);
}
