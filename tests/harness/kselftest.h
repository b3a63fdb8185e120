/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KTAP results under the function names of the kernel's own kselftest.h, so
 * that the tests build with either. Messages end in a newline, as there.
 *
 *   ksft_print_header, ksft_set_plan, ksft_test_result..., ksft_finished
 *
 * Exit codes: 0 all passed, 1 one failed or the plan was not kept, 4 skipped.
 */
#ifndef SHMVIZ_KSELFTEST_H
#define SHMVIZ_KSELFTEST_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define KSFT_PASS	0
#define KSFT_FAIL	1
#define KSFT_SKIP	4

#define KSFT_PRINTF(f, a) __attribute__((unused, format(printf, f, a)))

static struct {
	unsigned int plan, pass, fail, skip;
} ksft;

static inline unsigned int ksft_test_num(void)
{
	return ksft.pass + ksft.fail + ksft.skip;
}

static inline unsigned int ksft_get_fail_cnt(void)
{
	return ksft.fail;
}

static inline void ksft_print_header(void)
{
	/* A test that dies must not take what it said with it. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("TAP version 13");
}

static inline void ksft_set_plan(unsigned int plan)
{
	ksft.plan = plan;
	printf("1..%u\n", plan);
}

static void ksft_vline(const char *prefix, const char *msg, va_list ap)
{
	fputs(prefix, stdout);
	vprintf(msg, ap);
}

KSFT_PRINTF(1, 2)
static void ksft_print_msg(const char *msg, ...)
{
	va_list ap;

	va_start(ap, msg);
	ksft_vline("# ", msg, ap);
	va_end(ap);
}

KSFT_PRINTF(1, 2)
static void ksft_test_result_pass(const char *msg, ...)
{
	va_list ap;

	ksft.pass++;
	printf("ok %u ", ksft_test_num());
	va_start(ap, msg);
	ksft_vline("", msg, ap);
	va_end(ap);
}

KSFT_PRINTF(1, 2)
static void ksft_test_result_fail(const char *msg, ...)
{
	va_list ap;

	ksft.fail++;
	printf("not ok %u ", ksft_test_num());
	va_start(ap, msg);
	ksft_vline("", msg, ap);
	va_end(ap);
}

/* The message is the reason. */
KSFT_PRINTF(1, 2)
static void ksft_test_result_skip(const char *msg, ...)
{
	va_list ap;

	ksft.skip++;
	printf("ok %u ", ksft_test_num());
	va_start(ap, msg);
	ksft_vline("# SKIP ", msg, ap);
	va_end(ap);
}

#define ksft_test_result(condition, ...) do {				\
	if (condition)							\
		ksft_test_result_pass(__VA_ARGS__);			\
	else								\
		ksft_test_result_fail(__VA_ARGS__);			\
} while (0)

static inline void ksft_print_cnts(void)
{
	if (ksft.plan != ksft_test_num())
		printf("# planned %u tests, ran %u\n", ksft.plan,
		       ksft_test_num());
	printf("# Totals: pass:%u fail:%u xfail:0 xpass:0 skip:%u error:0\n",
	       ksft.pass, ksft.fail, ksft.skip);
}

__attribute__((noreturn, unused))
static void ksft_finished(void)
{
	ksft_print_cnts();
	exit(!ksft.fail && ksft.plan == ksft_test_num() ? KSFT_PASS :
							  KSFT_FAIL);
}

__attribute__((noreturn)) KSFT_PRINTF(1, 2)
static void ksft_exit_fail_msg(const char *msg, ...)
{
	va_list ap;

	va_start(ap, msg);
	ksft_vline("Bail out! ", msg, ap);
	va_end(ap);
	ksft_print_cnts();
	exit(KSFT_FAIL);
}

/* Skips the whole program, if it has not begun, else what is left of it. */
__attribute__((noreturn)) KSFT_PRINTF(1, 2)
static void ksft_exit_skip(const char *msg, ...)
{
	va_list ap;

	va_start(ap, msg);
	if (ksft.plan)
		ksft_vline("# SKIP ", msg, ap);
	else
		ksft_vline("1..0 # SKIP ", msg, ap);
	va_end(ap);
	exit(KSFT_SKIP);
}

#endif /* SHMVIZ_KSELFTEST_H */
