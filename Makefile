# SPDX-License-Identifier: GPL-2.0-or-later
#
#   make            build/shmviz, and the module for the running kernel if its
#                   headers are installed
#   make help       all targets
#
# Everything that is made goes under build/.

BUILD	:= build
OBJ	:= $(BUILD)/obj

CC	?= gcc
CLANG	?= clang
BPFTOOL	?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
PKG_CONFIG ?= pkg-config

# The types of the kernel for the BPF programs (CO-RE: of any one kernel) come
# from Debian's headers, so that a build does not depend on the kernel that the
# machine runs.
VMLINUX_BTF ?= $(lastword /sys/kernel/btf/vmlinux \
	$(sort $(wildcard /usr/src/linux-headers-6.12*-amd64/vmlinux)))

LIBS	:= libbpf smartcols json-c ncursesw
CFLAGS	?= -O2 -g
override CFLAGS += -std=gnu11 -Wall -Wextra -D_GNU_SOURCE -MMD -MP \
	-Ikmod/uapi -Ibpf -I$(BUILD) -Iuser $(patsubst %/,-I%,$(wildcard user/*/)) \
	$(shell $(PKG_CONFIG) --cflags $(LIBS))
LDLIBS	+= $(shell $(PKG_CONFIG) --libs $(LIBS)) -lcap -lm

BPF_CFLAGS := -target bpf -O2 -g -Wall -Wextra -Wno-unused-parameter \
	-D__TARGET_ARCH_x86 -MMD -MP -I$(BUILD) -Ibpf

objects	:= $(patsubst user/%.c,$(OBJ)/%.o,$(wildcard user/*.c user/*/*.c))

RELEASE	:= $(or $(KERNELRELEASE),$(shell uname -r))
have_headers := $(or $(KDIR),$(wildcard /lib/modules/$(RELEASE)/build))

Q	:= $(if $(V),,@)
say	= $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)')

all: $(BUILD)/shmviz examples $(if $(have_headers),kmod,no-kmod)

$(BUILD)/shmviz: $(objects)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(OBJ)/%.o: user/%.c | $(OBJ)
	$(Q)mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) -c -o $@ $<

# They have style sheets and scripts inside; which, -MMD does not see.
$(OBJ)/page/page_assets.o: $(wildcard user/*/*.css user/*/*.js)

$(patsubst user/%.c,$(OBJ)/%.o,$(wildcard user/tracer*.c)): \
	$(BUILD)/shmviz.skel.h $(BUILD)/facts.skel.h

$(BUILD)/%.skel.h: $(OBJ)/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf > $@.tmp
	$(Q)mv $@.tmp $@

$(OBJ)/%.bpf.o: bpf/%.bpf.c $(BUILD)/vmlinux.h | $(OBJ)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c -o $@ $<

$(BUILD)/vmlinux.h: $(VMLINUX_BTF) | $(OBJ)
	$(call say,BTF,$@)
	$(Q)$(BPFTOOL) btf dump file $< format c > $@.tmp
	$(Q)mv $@.tmp $@

$(OBJ):
	$(Q)mkdir -p $@

# Little programs to watch, for the demo and the lab.
examples: $(patsubst Documentation/lab/src/%.c,$(BUILD)/examples/%,\
	$(wildcard Documentation/lab/src/*.c))

$(BUILD)/examples/%: Documentation/lab/src/%.c \
		$(wildcard Documentation/lab/src/*.h)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) -std=gnu11 -Wall -Wextra -O1 -g $(LDFLAGS) -o $@ $<

$(BUILD)/bench/cost: bench/cost.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -O2 $(LDFLAGS) -o $@ $<

kmod:
	+$(Q)$(MAKE) --no-print-directory -C kmod

no-kmod:
	@echo "no headers of the running kernel ($(RELEASE)): shmviz.ko not" \
	      "built; 'make kmod KERNELRELEASE=...' builds it for another"

tests:
	+$(Q)$(MAKE) --no-print-directory -C tests

demo check bench:
	+$(Q)./scripts/$@

check-all-kernels check-debug-kernel:
	+$(Q)./scripts/check --$(patsubst check-%,%,$@)

check-parallel check-debug check-kcsan check-mutants:
	+$(Q)./scripts/check $(patsubst check-%,%,$@)

clean:
	rm -rf $(OBJ) $(BUILD)/shmviz $(BUILD)/*.h $(BUILD)/kmod $(BUILD)/tests \
		$(BUILD)/examples

help:
	@echo "make              build/shmviz, and shmviz.ko for the running kernel"
	@echo "make kmod         shmviz.ko alone; KERNELRELEASE=... or KDIR=... for"
	@echo "                  another kernel: build/kmod/RELEASE/shmviz.ko"
	@echo "make tests        the test programs, build/tests/"
	@echo "make demo         see it work in a lab VM (./scripts/demo)"
	@echo "make check        run all tests, in lab VMs and here (./scripts/check)"
	@echo "make check-all-kernels, make check-debug-kernel"
	@echo "                  the same, and on Debian's newest kernel; and on two"
	@echo "                  with KASAN, KCSAN, lockdep and the like"
	@echo "make check-parallel, make check-debug, make check-kcsan"
	@echo "                  one lane of those alone (./scripts/check -h)"
	@echo "make check-mutants  put known defects into the code, one at a time, and"
	@echo "                  see that a test notices each (./scripts/mutants)"
	@echo "make bench        what tracing costs, beside others (./scripts/bench)"
	@echo "make clean        remove what was built; the lab's caches stay"
	@echo
	@echo "W=1 and C=2 reach the module's build; V=1 shows the commands."

-include $(wildcard $(OBJ)/*.d $(OBJ)/*/*.d)

.PRECIOUS: $(OBJ)/%.bpf.o
.DELETE_ON_ERROR:
.PHONY: all examples kmod no-kmod tests demo check bench check-all-kernels \
	check-debug-kernel check-parallel check-debug check-kcsan check-mutants \
	clean help
