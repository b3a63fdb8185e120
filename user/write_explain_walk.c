// SPDX-License-Identifier: GPL-2.0-or-later
/* The bits of the address, the walk through the page tables, and its last entry. */
#include <inttypes.h>
#include <string.h>

#include "text.h"
#include "write_explain.h"

#define SIGN_WIDTH	6

size_t explain_steps(const struct explain *ex,
		     struct explain_step steps[EXPLAIN_STEPS_MAX])
{
	static const char *const names[] = { "PTE", "PMD", "PUD", "P4D", "PGD" };
	unsigned int leaf = 12;
	size_t n = 0;

	if (!ex->levels)
		return 0;
	while (1ull << leaf < ex->leaf)
		leaf++;
	for (unsigned int level = ex->levels; level; level--) {
		unsigned int low = 12 + 9 * (level - 1);
		bool top = level == ex->levels;

		if (low < leaf)
			break;
		steps[n++] = (struct explain_step) {
			/* With four levels, the fifth is folded into the top. */
			.name = top ? "PGD" : names[level - 1],
			.high = low + 8, .low = low,
			.index = ex->addr >> low & 511,
		};
	}
	steps[n++] = (struct explain_step) {
		.name = "offset", .high = leaf - 1, .low = 0,
		.index = ex->addr & ((1ull << leaf) - 1),
	};
	return n;
}

static unsigned int width_of(const struct explain_step *step)
{
	return step->high - step->low + 1;
}

static void put_rule(FILE *out, const struct explain_step *steps, size_t n)
{
	fputs("  +------+", out);
	for (size_t i = 0; i < n; i++) {
		for (unsigned int c = 0; c < width_of(&steps[i]); c++)
			putc('-', out);
		putc('+', out);
	}
	putc('\n', out);
}

/* All copies of the highest bit that counts, or it is no address. */
static const char *sign_text(const struct explain *ex, unsigned int low)
{
	uint64_t sign = ex->addr >> (low - 1);

	if (!sign)
		return "0....0";
	return sign == UINT64_MAX >> (low - 1) ? "1....1" : "mixed!";
}

void explain_put_bits(FILE *out, const struct explain *ex)
{
	struct explain_step steps[EXPLAIN_STEPS_MAX];
	size_t n = explain_steps(ex, steps);
	unsigned int sign;
	char number[32];

	if (!n)
		return;
	sign = steps[0].high + 1;
	fprintf(out, "\n   63  %-2u", sign);
	for (size_t i = 0; i < n; i++) {
		snprintf(number, sizeof(number), "%u", steps[i].low);
		fprintf(out, " %-*u%s", (int)(width_of(&steps[i]) -
			strlen(number)), steps[i].high, number);
	}
	putc('\n', out);
	put_rule(out, steps, n);
	fprintf(out, "  |%s|", sign_text(ex, sign));
	for (size_t i = 0; i < n; i++) {
		for (int bit = steps[i].high; bit >= (int)steps[i].low; bit--)
			putc(ex->addr >> bit & 1 ? '1' : '0', out);
		putc('|', out);
	}
	putc('\n', out);
	put_rule(out, steps, n);
	fprintf(out, "   %-*s", SIGN_WIDTH, "sign");
	for (size_t i = 0; i + 1 < n; i++) {
		snprintf(number, sizeof(number), "%s %" PRIu64, steps[i].name,
			 steps[i].index);
		fprintf(out, " %-*s", (int)width_of(&steps[i]), number);
	}
	fprintf(out, " offset 0x%" PRIx64 "\n", steps[n - 1].index);
}

static const char *leads_to(const struct explain *ex, bool last)
{
	if (!last)
		return ex->state == EXPLAIN_HOLLOW ? "to the next table, or empty" :
						     "to the next table";
	if (ex->state == EXPLAIN_PRESENT)
		return "to the frame";
	return ex->state == EXPLAIN_SWAPPED ? "to a slot in swap" :
	       "empty, or one above is: no frame";
}

void explain_put_walk(FILE *out, const struct explain *ex)
{
	struct explain_step steps[EXPLAIN_STEPS_MAX];
	size_t n = explain_steps(ex, steps);
	char size[TEXT_HUMAN_SIZE];

	explain_heading(out, "Page tables");
	if (!n) {
		explain_put(out, "", "how they are divided is known here for "
			    "x86-64 only");
		return;
	}
	explain_put(out, "levels", "%u: /proc/cpuinfo has %sla57 among its flags;"
		    " addresses of processes end at 0x%" PRIx64, ex->levels,
		    ex->levels == 5 ? "" : "no ",
		    ((uint64_t)1 << (12 + 9 * ex->levels - 1)) - 1);
	if (ex->where != EXPLAIN_MAPPED || !ex->has_entry)
		return;
	fputs("  table       bits  entry  for each  leads\n", out);
	for (size_t i = 0; i + 1 < n; i++)
		fprintf(out, "  %-8s %4u-%-2u %6" PRIu64 "  %7siB  %s\n",
			steps[i].name, steps[i].high, steps[i].low,
			steps[i].index, text_human(size, 1ull << steps[i].low),
			leads_to(ex, i + 2 == n));
	fprintf(out, "  %-8s %4u-0  0x%" PRIx64 ": byte %" PRIu64
		" of the page\n", "offset", steps[n - 1].high,
		steps[n - 1].index, steps[n - 1].index);
	if (ex->leaf == EXPLAIN_PAGE)
		return;
	explain_put(out, "huge page", "the walk ends %s earlier: the "
		    "last entry maps %siB at once%s",
		    ex->leaf > 2 << 20 ? "two tables" : "one table",
		    text_human(size, ex->leaf),
		    ex->place.page_size > EXPLAIN_PAGE ?
		    " (KernelPageSize of the mapping: hugetlb)" :
		    ex->leaf_sure ? " (a transparent huge page)" :
		    " (a transparent huge page, as it looks: its 512 frames lie"
		    " in a row)");
}

struct bit {
	unsigned int bit;
	const char *zero, *one;
};

static const struct bit entry_bits[] = {
	{ 63, "not present: no frame", "present: it leads to a frame" },
	{ 62, "not swapped", "swapped: it leads to a slot in swap" },
	{ 61, "anonymous: private memory, or nothing",
	      "of a file or of shared memory" },
	{ 57, "not watched by userfaultfd",
	      "uffd-wp: userfaultfd waits for the next write" },
	{ 56, "not exclusive: the frame is mapped elsewhere, too, or not at all",
	      "exclusive: the frame is mapped here alone" },
	{ 55, "soft-dirty off: not written since it was cleared, or not kept",
	      "soft-dirty: written since it was last cleared, or newly mapped" },
};

void explain_put_entry(FILE *out, const struct explain *ex)
{
	char head[64];

	if (!ex->has_entry) {
		explain_heading(out, "Pagemap entry");
		explain_put(out, "none", "/proc/%d/pagemap ends where the addresses "
			    "of processes do: what is there is not told", ex->pid);
		return;
	}
	snprintf(head, sizeof(head), "Pagemap entry 0x%016" PRIx64, ex->entry);
	explain_heading(out, head);
	fprintf(out, "  /proc/%d/pagemap, 8 bytes at 0x%" PRIx64
		" / 4096 * 8\n", ex->pid, ex->addr);
	for (size_t i = 0; i < sizeof(entry_bits) / sizeof(entry_bits[0]); i++) {
		const struct bit *bit = &entry_bits[i];
		bool on = ex->entry >> bit->bit & 1;

		fprintf(out, "  %5u  %d  %s\n", bit->bit, on,
			on ? bit->one : bit->zero);
	}
	if (ex->state == EXPLAIN_SWAPPED)
		fprintf(out, "   54-5     slot %" PRIu64 " of the swap area\n"
			"    4-0     swap area %u: see /proc/swaps\n",
			ex->swap_offset, ex->swap_type);
	else if (ex->hidden)
		explain_put(out, " 54-0", "0: the kernel hides the frame's "
			    "number from all that lack CAP_SYS_ADMIN: run it as "
			    "root");
	else if (ex->state == EXPLAIN_PRESENT)
		fprintf(out, "   54-0     0x%" PRIx64 ": the page frame number "
			"(PFN)\n", (uint64_t)(ex->entry & PAGEMAP_PFN));
	else
		fputs("   54-0     0: there is no frame to number\n", out);
}
