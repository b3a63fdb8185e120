// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz doctor: what this machine offers, what is missing, what to do. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "checks.h"
#include "cmd.h"
#include "err.h"
#include "term.h"
#include "write_doctor.h"

static int help(void)
{
	puts("Usage: shmviz doctor [OPTION...]\n"
	     "\n"
	     "Say what this machine offers to shmviz, what is missing and what to do about\n"
	     "it, and how far each command works therefore. Finds out by trying: loads the\n"
	     "tracing programs for a moment, opens the device, reads a page frame number of\n"
	     "its own. Changes nothing.\n"
	     "\n"
	     "Options:\n"
	     "  -j, --json  JSON on stdout\n"
	     "  -h, --help  show this help\n"
	     "\n"
	     "Checks:\n"
	     "  kernel        release and architecture\n"
	     "  capabilities  those that the commands need\n"
	     "  sysvipc       the kernel's list of segments (ls)\n"
	     "  btf           the kernel's types (trace)\n"
	     "  lockdown      what the kernel keeps even from root\n"
	     "  tracing       fentry or kprobe is the whole of it, tracepoint the fallback\n"
	     "                (trace)\n"
	     "  module        shmviz.ko is loaded and of the same version (frames)\n"
	     "  device        /dev/shmviz can be opened and answers (frames)\n"
	     "  view          the module was loaded with allow_view=1 (view)\n"
	     "  pagemap       the kernel's own list of frames, to compare with\n"
	     "Verdicts are ok, limited, missing, and off: there, but somebody chose that it\n"
	     "be off.\n"
	     "\n"
	     "Exit codes: 0 all commands do all they can, or are off by choice, 1 failed,\n"
	     "2 wrong command line, 3 something is missing.\n"
	     "\n"
	     "Example: is frames going to work?\n"
	     "  shmviz doctor --json | jq -r .commands.frames");
	return EXIT_DONE;
}

static bool all_works(const struct checks *checks)
{
	return tracer_is_whole(checks->trace) && checks->ls == ABILITY_FULL &&
	       checks->frames == ABILITY_FULL &&
	       (checks->view == ABILITY_FULL || checks->view == ABILITY_OFF);
}

int cmd_doctor(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{}
	};
	struct checks checks;
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, ":hj", longs, NULL)) != -1) {
		switch (c) {
		case 'h':
			return help();
		case 'j':
			json = true;
			break;
		default:
			return err_option("doctor", c, argv);
		}
	}
	if (optind < argc)
		return err_usage("doctor", "unexpected argument '%s'",
				 argv[optind]);

	checks_run(&checks);
	if (json)
		write_doctor_json(stdout, &checks);
	else
		write_doctor_text(stdout, &checks, term_width(),
				  term_colour());
	return all_works(&checks) ? EXIT_DONE : EXIT_LACKS;
}
