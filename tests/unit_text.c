// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers, flags and texts as the command writes and reads them, at their
 * boundaries: user/text.c, parse.c and decode.c. Needs neither root nor a kernel.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/ipc.h>
#include <linux/shm.h>
#include <locale.h>
#include <string.h>

#include "harness/util.h"

#include "decode.h"
#include "parse.h"
#include "text.h"

#define KiB	1024ull
#define MiB	(1024 * KiB)
#define GiB	(1024 * MiB)
#define TiB	(1024 * GiB)
#define PiB	(1024 * TiB)
#define EiB	(1024 * PiB)

static bool expect_text(const char *got, const char *wanted)
{
	if (!strcmp(got, wanted))
		return true;
	ksft_print_msg("'%s', expected '%s'\n", got, wanted);
	return expect(!"the text");
}

/*
 * To the nearest tenth, a half upwards; no digit after the point where it would
 * be 0; what rounds to 1024 of a unit is 1 of the next.
 */
static void test_human(void)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0" }, { 1, "1" }, { 999, "999" }, { 1000, "1000" },
		{ 1023, "1023" }, { 1024, "1K" }, { 1025, "1K" },
		/* 1.05K is 1075.2 bytes */
		{ 1075, "1K" }, { 1076, "1.1K" }, { 1100, "1.1K" },
		{ 1536, "1.5K" }, { 1996, "1.9K" }, { 1997, "2K" },
		{ 2047, "2K" }, { 2048, "2K" }, { 4096, "4K" },
		{ 4095, "4K" }, { 10188, "9.9K" }, { 10189, "10K" },
		{ 10240, "10K" },
		{ 102400, "100K" }, { 1023 * KiB, "1023K" },
		/* 1023.95K is 1048524.8 bytes */
		{ 1048524, "1023.9K" }, { 1048525, "1M" }, { 1048575, "1M" },
		{ MiB, "1M" }, { MiB + 1, "1M" }, { 1101004, "1M" },
		{ 1101005, "1.1M" }, { 3 * MiB / 2, "1.5M" },
		{ GiB - 1, "1G" }, { GiB, "1G" }, { 5 * GiB / 2, "2.5G" },
		{ 64 * GiB, "64G" }, { TiB - 1, "1T" }, { TiB, "1T" },
		{ PiB - 1, "1P" }, { PiB, "1P" }, { EiB - 1, "1E" },
		{ EiB, "1E" }, { 3 * EiB / 2, "1.5E" },
		{ INT64_MAX, "8E" }, { UINT64_MAX, "16E" },
	};
	char text[TEXT_HUMAN_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (!expect_text(text_human(text, cases[i].bytes),
				 cases[i].text))
			ksft_print_msg("of %" PRIu64 " bytes\n",
				       cases[i].bytes);
	result("sizes: the nearest tenth, at every boundary\n");
}

/* The text is never off by more than half a tenth of its unit. */
static void test_human_near(void)
{
	static const char units[] = "KMGTPE";
	char text[TEXT_HUMAN_SIZE], unit;
	uint64_t seed = 1;

	for (int i = 0; i < 200000; i++) {
		uint64_t bytes;
		double value, size = 1;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		bytes = seed >> (seed >> 58);
		text_human(text, bytes);
		unit = 0;
		sscanf(text, "%lf%c", &value, &unit);
		for (const char *u = unit ? strchr(units, unit) : NULL;
		     u && u >= units; u--)
			size *= 1024;
		if (value * size - bytes <= size / 20 * 1.000001 &&
		    bytes - value * size <= size / 20 * 1.000001 &&
		    value < 1024)
			continue;
		ksft_print_msg("%" PRIu64 " bytes are '%s'\n", bytes, text);
		expect(!"near enough");
		break;
	}
	result("sizes: never off by more than half a tenth\n");
}

static void expect_escape(const char *bytes, size_t len, const char *wanted)
{
	char text[TEXT_ESCAPED_SIZE(64)], back[64];

	expect_eq(text_escape(text, sizeof(text), bytes, len), strlen(wanted));
	expect_text(text, wanted);
	/* And the bytes come back. */
	expect_eq(text_unescape(back, sizeof(back), text), len);
	expect(!memcmp(back, bytes, len));
}

#define ESCAPE(bytes, wanted) expect_escape(bytes, sizeof(bytes) - 1, wanted)

static void test_escape(void)
{
	ESCAPE("", "");
	ESCAPE("plain text", "plain text");
	ESCAPE("a\\b", "a\\\\b");
	ESCAPE("\\x41", "\\\\x41");
	/* Control characters begin below the blank and at DEL. */
	ESCAPE("\x1f\x20\x7e\x7f", "\\x1f ~\\x7f");
	ESCAPE("\0", "\\x00");
	/* C1: U+0080 to U+009F, as characters of two bytes */
	ESCAPE("\xc2\x80\xc2\x9f\xc2\xa0", "\\xc2\\x80\\xc2\\x9f\xc2\xa0");
	/* Bytes that are no UTF-8: alone, too long, cut, surrogates, beyond */
	ESCAPE("\x80\xbf\xc0\xc1\xf5\xff", "\\x80\\xbf\\xc0\\xc1\\xf5\\xff");
	ESCAPE("\xc1\xbf", "\\xc1\\xbf");
	ESCAPE("\xe0\x9f\xbf", "\\xe0\\x9f\\xbf");
	ESCAPE("\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf");
	ESCAPE("\xc3", "\\xc3");
	ESCAPE("\xe2\x82", "\\xe2\\x82");
	ESCAPE("\xf0\x9f\x98", "\\xf0\\x9f\\x98");
	ESCAPE("\xed\xa0\x80", "\\xed\\xa0\\x80");
	ESCAPE("\xed\xbf\xbf", "\\xed\\xbf\\xbf");
	ESCAPE("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	/* The last of each length, and their neighbours, stay. */
	ESCAPE("\xdf\xbf\xe0\xa0\x80", "\xdf\xbf\xe0\xa0\x80");
	ESCAPE("\xed\x9f\xbf\xee\x80\x80", "\xed\x9f\xbf\xee\x80\x80");
	ESCAPE("\xef\xbf\xbf\xf0\x90\x80\x80", "\xef\xbf\xbf\xf0\x90\x80\x80");
	ESCAPE("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf");
	result("escapes: control characters and broken UTF-8, and back\n");
}

/* What turns a line round or breaks it; the characters beside those stay. */
static void test_reorder(void)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = { { 0x2028, 0x202e }, { 0x2066, 0x2069 } };

	for (uint32_t code = 0x2020; code < 0x2070; code++) {
		char bytes[4] = {
			0xe0 | code >> 12, 0x80 | (code >> 6 & 0x3f),
			0x80 | (code & 0x3f),
		};
		bool hidden = false;
		char text[16];

		for (int i = 0; i < 2; i++)
			hidden |= code >= ranges[i].first &&
				  code <= ranges[i].last;
		text_escape(text, sizeof(text), bytes, 3);
		if (!expect_eq(text[0] == '\\', hidden))
			ksft_print_msg("U+%04x\n", code);
	}
	result("escapes: exactly the characters that reorder or break lines\n");
}

static void test_cut(void)
{
	static const char bytes[] = "a\xe2\x82\xac\n" "b";
	static const char *const at[] = {
		[1] = "", [2] = "a", [3] = "a", [4] = "a", [5] = "a\xe2\x82\xac",
		[8] = "a\xe2\x82\xac", [9] = "a\xe2\x82\xac\\x0a",
		[10] = "a\xe2\x82\xac\\x0a" "b",
	};
	char text[16];

	for (size_t size = 1; size < sizeof(at) / sizeof(*at); size++) {
		memset(text, '#', sizeof(text));
		expect_eq(text_escape(text, size, bytes, 6), 9);
		if (at[size])
			expect_text(text, at[size]);
		expect_eq(text[size], '#');
	}
	memset(text, '#', sizeof(text));
	expect_eq(text_escape(text, 0, bytes, 6), 9);
	expect_eq(text[0], '#');
	result("escapes: cut between characters, and the whole length told\n");
}

static void test_show(void)
{
	char text[64];

	setlocale(LC_CTYPE, "C");
	expect_eq(text_show(text, sizeof(text), "a\xc3\xa9\n", 4), 13);
	expect_text(text, "a\\xc3\\xa9\\x0a");
	setlocale(LC_CTYPE, "C.UTF-8");
	text_show(text, sizeof(text), "a\xc3\xa9\n", 4);
	expect_text(text, "a\xc3\xa9\\x0a");
	result("on the screen, only ASCII where the locale has no UTF-8\n");
}

static void expect_number(const char *text, uint64_t min, uint64_t max, int ret,
			  uint64_t value)
{
	uint64_t got = 4711;

	if (!expect_eq(parse_number(text, min, max, &got), ret) ||
	    (!ret && !expect_eq(got, value)))
		ksft_print_msg("of '%s' from %" PRIu64 " to %" PRIu64 "\n",
			       text, min, max);
}

static void test_numbers(void)
{
	static const char *const none[] = {
		"", " ", "-1", "+1", " 1", "1 ", "0x1", "1k", "1.0", "a", "1,000",
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		expect_number(none[i], 0, UINT64_MAX, -EINVAL, 0);
	expect_number("4", 5, 10, -ERANGE, 0);
	expect_number("5", 5, 10, 0, 5);
	expect_number("10", 5, 10, 0, 10);
	expect_number("11", 5, 10, -ERANGE, 0);
	expect_number("007", 5, 10, 0, 7);
	expect_number("18446744073709551615", 0, UINT64_MAX, 0, UINT64_MAX);
	expect_number("18446744073709551616", 0, UINT64_MAX, -ERANGE, 0);
	expect_number("2147483647", 0, INT32_MAX, 0, INT32_MAX);
	expect_number("2147483648", 0, INT32_MAX, -ERANGE, 0);
	result("numbers: the least, the greatest, and the ones beside them\n");
}

static void expect_pages(const char *text, int ret, uint64_t first,
			 uint64_t last)
{
	struct page_range range = {};

	if (!expect_eq(parse_pages(text, &range), ret) ||
	    (!ret && (!expect_eq(range.first, first) ||
		      !expect_eq(range.last, last))))
		ksft_print_msg("of '%s'\n", text);
}

static void test_pages(void)
{
	static const char *const none[] = {
		"", "-", "+", "5-", "5+", "-5", "5-4", "5+0", "5--6", "5-6-7", "5:6",
		"x", "5-x", "5+x", " 5", "5 ", "5 -6",
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		expect_pages(none[i], -EINVAL, 0, 0);
	expect_pages("0", 0, 0, 0);
	expect_pages("5", 0, 5, 5);
	expect_pages("5-5", 0, 5, 5);
	expect_pages("5-6", 0, 5, 6);
	expect_pages("5+1", 0, 5, 5);
	expect_pages("5+2", 0, 5, 6);
	expect_pages("0+18446744073709551615", 0, 0, UINT64_MAX - 1);
	expect_pages("1+18446744073709551615", 0, 1, UINT64_MAX);
	expect_pages("2+18446744073709551615", 0, 2, UINT64_MAX);
	expect_pages("7-99999999999999999999", 0, 7, UINT64_MAX);
	result("ranges of pages: first, last, count and what is too large\n");
}

static void test_shmget_flags(void)
{
	static const struct {
		__u32 flags;
		const char *text;
	} cases[] = {
		{ 0, "0" }, { 0600, "0600" }, { 0777, "0777" }, { 01, "01" },
		{ IPC_CREAT, "IPC_CREAT" }, { IPC_EXCL, "IPC_EXCL" },
		{ IPC_CREAT | IPC_EXCL | 0640, "IPC_CREAT|IPC_EXCL|0640" },
		{ SHM_HUGETLB | 0600, "SHM_HUGETLB|0600" },
		{ SHM_NORESERVE, "SHM_NORESERVE" },
		{ SHM_HUGETLB | SHM_HUGE_2MB, "SHM_HUGETLB|SHM_HUGE_2MB" },
		{ SHM_HUGETLB | SHM_HUGE_1GB, "SHM_HUGETLB|SHM_HUGE_1GB" },
		{ SHM_HUGETLB | 16u << 26, "SHM_HUGETLB|16<<SHM_HUGE_SHIFT" },
		{ SHM_HUGETLB | 63u << 26, "SHM_HUGETLB|63<<SHM_HUGE_SHIFT" },
		/* Without SHM_HUGETLB they are bits like any others. */
		{ SHM_HUGE_2MB, "0x54000000" },
		{ 0100000 | 0600, "0600|0x8000" },
	};
	char text[DECODE_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		decode_shmget_flags(text, cases[i].flags);
		expect_text(text, cases[i].text);
	}
	result("flags of shmget: each bit, and the size of huge pages\n");
}

static void test_other_flags(void)
{
	static const struct {
		__u32 flags;
		const char *text;
	} shmat[] = {
		{ 0, "0" }, { SHM_RDONLY, "SHM_RDONLY" }, { SHM_RND, "SHM_RND" },
		{ SHM_REMAP, "SHM_REMAP" }, { SHM_EXEC, "SHM_EXEC" },
		{ SHM_RDONLY | SHM_EXEC | 1, "SHM_RDONLY|SHM_EXEC|0x1" },
	}, cmds[] = {
		{ IPC_RMID, "IPC_RMID" }, { IPC_SET, "IPC_SET" },
		{ IPC_STAT, "IPC_STAT" }, { IPC_INFO, "IPC_INFO" },
		{ SHM_LOCK, "SHM_LOCK" }, { SHM_UNLOCK, "SHM_UNLOCK" },
		{ SHM_STAT, "SHM_STAT" }, { SHM_INFO, "SHM_INFO" },
		{ SHM_STAT_ANY, "SHM_STAT_ANY" },
		{ 4, "4" }, { 10, "10" }, { 16, "16" }, { 77, "77" },
		{ IPC_STAT | 0x100, "IPC_64|IPC_STAT" },
	}, prots[] = {
		{ 0, "---p" }, { REC_PROT_READ, "r--p" },
		{ REC_PROT_WRITE, "-w-p" }, { REC_PROT_EXEC, "--xp" },
		{ REC_PROT_SHARED, "---s" }, { 0xf, "rwxs" },
	};
	char text[DECODE_SIZE];

	for (size_t i = 0; i < sizeof(shmat) / sizeof(*shmat); i++) {
		decode_shmat_flags(text, shmat[i].flags);
		expect_text(text, shmat[i].text);
	}
	for (size_t i = 0; i < sizeof(cmds) / sizeof(*cmds); i++) {
		decode_cmd(text, cmds[i].flags);
		expect_text(text, cmds[i].text);
	}
	for (size_t i = 0; i < sizeof(prots) / sizeof(*prots); i++) {
		decode_prot(text, prots[i].flags);
		expect_text(text, prots[i].text);
	}
	result("flags of shmat, commands of shmctl, protections\n");
}

int main(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	ksft_print_header();
	ksft_set_plan(10);
	test_human();
	test_human_near();
	test_escape();
	test_reorder();
	test_cut();
	test_show();
	test_numbers();
	test_pages();
	test_shmget_flags();
	test_other_flags();
	ksft_finished();
}
