// SPDX-License-Identifier: GPL-2.0
/*
 * The tracer's programs. One object for every kernel (CO-RE) and for both
 * backends; the reader loads those that it needs.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "record.h"
#include "maps.bpf.h"
#include "kernel.bpf.h"
#include "emit.bpf.h"
#include "filter.bpf.h"
#include "stat.bpf.h"
#include "flight.bpf.h"
#include "call.bpf.h"
#include "compat.bpf.h"
#include "fentry.bpf.h"
#include "vma.bpf.h"
#include "attaches.bpf.h"
#include "fork.bpf.h"
#include "object.bpf.h"
#include "object_hooks.bpf.h"
#include "protect.bpf.h"
#include "kprobe.bpf.h"
#include "tracepoint.bpf.h"
#include "attached.bpf.h"

char LICENSE[] SEC("license") = "GPL";
