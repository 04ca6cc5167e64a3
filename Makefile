# SPDX-License-Identifier: MIT
# Pagoda. `make help` lists the targets; everything that is built goes under build/.
#
# The kernel exists twice: build/pagoda.elf, which is measured, and build/debug/pagoda.elf (DEBUG=1),
# which checks itself while it runs. Both have a twin with the in-kernel tests, pagoda-test.elf.
# A new source file is found by itself; nothing has to be listed here.

ifneq ($(firstword $(sort $(MAKE_VERSION) 3.81)),3.81)
$(error This Makefile needs GNU make 3.81 or later; this is $(MAKE_VERSION). On macOS: brew install make, then gmake)
endif
ifneq ($(words $(CURDIR)),1)
$(error The path of this checkout contains a space ($(CURDIR)): make cannot work there. Please move it)
endif

BUILD := build
GEN := $(BUILD)/gen
V ?= 0
DEBUG ?= 0
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' '$(1)' '$(2)')
PYTHON := $(firstword $(wildcard /usr/bin/python3) python3)
KERNEL := $(if $(filter 1,$(DEBUG)),$(BUILD)/debug,$(BUILD))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDEXPANSION:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:

# As many jobs as there are processors, unless the caller has said, or goals depend on their order.
ifeq ($(filter clean distclean,$(MAKECMDGOALS)),)
ifeq ($(MAKELEVEL)$(filter -j% --jobserver%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2)
endif
else
.NOTPARALLEL:
endif

# The compiler is looked for once; build/cc.mk then holds KCC, LDFLAGS_CC and the flags that it knows.
NO_COMPILER := help clean loc format deps docs distclean
ifneq ($(filter-out $(NO_COMPILER),$(or $(MAKECMDGOALS),all)),)
-include $(BUILD)/cc.mk
endif
$(BUILD)/cc.mk: tools/cc.sh tools/deps.sh
	@mkdir -p $(@D)
	@tools/cc.sh $(if $(filter default,$(origin CC)),'','$(CC)') >$@.tmp && mv $@.tmp $@

WARN := -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare
KFLAGS := $(ARCH_FLAGS) -std=gnu11 -ffreestanding -fno-pic -fno-pie -mregparm=3 -mno-sse -mno-mmx \
	-mno-80387 -msoft-float -O2 -g -fno-omit-frame-pointer -fno-strict-aliasing -fno-common \
	-fno-stack-protector -fno-delete-null-pointer-checks -fno-asynchronous-unwind-tables \
	$(KERNEL_CC_FLAGS) $(WARN) -I . -I $(GEN) $(EXTRA_CFLAGS)
KLDFLAGS := $(ARCH_FLAGS) -nostdlib -static $(LDFLAGS_CC) -Wl,--build-id=none -Wl,-z,noexecstack \
	-Wl,-z,max-page-size=4096

DIRS := boot kernel mm fs lib
DIRS := $(wildcard $(DIRS))
KSRC_C := $(sort $(shell find $(DIRS) -name '*.c'))
KSRC_ASM := $(sort $(shell find $(DIRS) -name '*.asm'))
TSRC_C := $(sort $(wildcard tests/kernel/*.c))
TABLE := $(wildcard lib/abi/syscalls.tbl)
GENERATED := $(if $(TABLE),$(GEN)/syscall_table.h $(GEN)/syscall_numbers.h)

.PHONY: all kernel FORCE
all: $(KERNEL)/pagoda.elf
kernel: $(KERNEL)/pagoda.elf

# Parts with rules of their own. user/user.mk gives build/ramdisk.cpio and hangs it on `all`.
UCC := $(KCC) $(ARCH_FLAGS)
UCC_FLAGS := $(USER_CC_FLAGS)
-include kernel/kernel.mk
-include user/user.mk

$(GEN)/syscall_table.h $(GEN)/syscall_numbers.h: $(GEN)/%.h: tools/gen_syscalls.py lib/abi/syscalls.tbl
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(PYTHON) tools/gen_syscalls.py $* lib/abi/syscalls.tbl >$@

# The files of one kernel. $(1) is where it is built, $(2) its extra flags.
define KERNEL_RULES
OBJ_$(1) := $$(KSRC_C:%.c=$(1)/obj/%.o) $$(KSRC_ASM:%.asm=$(1)/obj/%.asm.o) $$(KGEN_SRC:%.c=$(1)/obj/%.o)
TOBJ_$(1) := $$(TSRC_C:%.c=$(1)/obj/%.o)

$(1)/obj/%.o: %.c Makefile $(BUILD)/cc.mk | $$(GENERATED) $$(KGEN_HEADERS)
	$$(call say,CC,$$<)
	@mkdir -p $$(@D)
	$$(Q)$$(KCC) $$(KFLAGS) $(2) -MMD -MP -c -o $$@ $$<

$(1)/obj/%.asm.o: %.asm Makefile | $$(GENERATED) $$(KGEN_HEADERS)
	$$(call say,ASM,$$<)
	@mkdir -p $$(@D)
	$$(Q)nasm -f elf32 -g -F dwarf -I ./ -I $(GEN)/ $(2) -MD $$(@:.o=.d) -MP -o $$@ $$<

# Linked once without the table of symbols and once with it; the table lies behind all code, so that
# the addresses in it stay true, which kallsyms.py checks.
$(1)/pagoda.elf: $$(OBJ_$(1)) $(1)/pagoda.objects
	$$(call link_kernel,$(1),$$@,$$(OBJ_$(1)))

$(1)/pagoda-test.elf: $$(OBJ_$(1)) $$(TOBJ_$(1)) $(1)/pagoda-test.objects
	$$(call link_kernel,$(1),$$@,$$(OBJ_$(1)) $$(TOBJ_$(1)))

# Changes when a source file comes or goes.
$(1)/pagoda.objects: FORCE
	$$(call write_if_changed,$$(OBJ_$(1)))
$(1)/pagoda-test.objects: FORCE
	$$(call write_if_changed,$$(OBJ_$(1)) $$(TOBJ_$(1)))

$(1)/pagoda.elf $(1)/pagoda-test.elf: linker.ld tools/kallsyms.py

-include $$(wildcard $$(patsubst %.o,%.d,$$(OBJ_$(1)) $$(TOBJ_$(1))))
endef

link_one = $(KCC) $(KLDFLAGS) -Wl,-T,linker.ld -Wl,-Map,$(basename $(1)).map -o $(1) $(2)
kallsyms_cc = $(KCC) $(KFLAGS) -c -o $(1).o $(1).c
define link_kernel
	$(call say,LINK,$(2))
	$(Q)$(PYTHON) tools/kallsyms.py --empty >$(2).sym0.c && $(call kallsyms_cc,$(2).sym0)
	$(Q)$(call link_one,$(2).pass1,$(3) $(2).sym0.o)
	$(Q)$(NM) -n $(2).pass1 | $(PYTHON) tools/kallsyms.py >$(2).sym1.c && $(call kallsyms_cc,$(2).sym1)
	$(Q)$(call link_one,$(2).new,$(3) $(2).sym1.o)
	$(Q)$(NM) -n $(2).new | $(PYTHON) tools/kallsyms.py --check $(2).sym1.c
	$(Q)mv $(2).new $(2) && rm -f $(2).pass1 $(2).sym0.* $(2).sym1.*
endef
define write_if_changed
	@mkdir -p $(@D)
	@echo '$(1)' | cmp -s - $@ || echo '$(1)' >$@
endef

$(eval $(call KERNEL_RULES,$(BUILD),-DDEBUG=0))
$(eval $(call KERNEL_RULES,$(BUILD)/debug,-DDEBUG=1))

include tools/host.mk
include tools/run.mk

.PHONY: clean help
clean:
	rm -rf $(BUILD)

help:
	@sed -n 's/^#: //p' tools/help.txt
