/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says when something is wrong with it: parts of such lines, for
 * klog.c, lib.sh and scripts/guest/debug.sh. One a line, all of it as here.
 */
"BUG:",
"WARNING:",
"Oops",
"kernel BUG at",
"Bad page",
"KASAN:",
"UBSAN:",
"Call Trace",
"general protection fault",
"refcount_t:",
"nable to handle",
"INFO: task",
"soft lockup",
"scheduling while atomic",
"sleeping function called",
"possible recursive",
"circular locking",
"inconsistent lock",
"list_add corruption",
"list_del corruption",
"memory leak",
"self-detected stall",
