# SPDX-License-Identifier: MIT
#
# User space: libc, the programs, and the tree and archive they boot from. Included by the top Makefile, which gives
#   BUILD  where everything goes        GEN  $(BUILD)/gen, with syscall_numbers.h
#   UCC    the compiler, with -m32      Q    @, or nothing with V=1
#   say    $(call say,TOOL,name): the line that a quiet build prints
# Gives: $(BUILD)/user/libc.a and crt0.o, $(BUILD)/user/bin/*, $(BUILD)/root/, $(BUILD)/ramdisk.cpio.

UBUILD := $(BUILD)/user
UAR ?= ar

# The compiler's own headers (stddef.h, stdarg.h) and ours, none of the machine's that builds.
ifneq ($(strip $(KCC)),)
UCC_INCLUDE := $(shell $(UCC) -print-file-name=include)
endif
UCFLAGS := -march=i686 -std=gnu11 -O2 -g -ffreestanding -fno-pic -fno-pie -fno-stack-protector -fno-common \
	-fno-asynchronous-unwind-tables -fno-strict-aliasing -Wall -Wextra -Werror -Wno-sign-compare \
	$(UCC_FLAGS) -nostdinc -isystem $(UCC_INCLUDE) -I user/libc/include -I . -I $(GEN)
# memset must not be compiled into a call of memset.
UCFLAGS += $(findstring -fno-tree-loop-distribute-patterns,$(KERNEL_CC_FLAGS))
ULDFLAGS := -static -nostdlib -no-pie -Wl,--build-id=none -Wl,-z,noexecstack -Wl,-z,separate-code \
	-Wl,-z,max-page-size=4096 -Wl,-Ttext-segment=0x08048000 -Wl,--gc-sections

ULIBC_C := $(wildcard user/libc/*/*.c)
ULIBC_ASM := $(filter-out user/libc/start/crt0.asm,$(wildcard user/libc/*/*.asm))
ULIBC_OBJ := $(ULIBC_C:%.c=$(UBUILD)/obj/%.o) $(ULIBC_ASM:%.asm=$(UBUILD)/obj/%.o) $(UBUILD)/obj/lib/div64.o
UCRT := $(UBUILD)/crt0.o
ULIBC := $(UBUILD)/libc.a

# What several programs share.
UUTIL_C := $(wildcard user/util/*.c)
UUTIL := $(UBUILD)/libutil.a

# A program is a file in bin/ or demo/, or a folder in bin/ (sh).
UBIN_C := $(wildcard user/bin/*.c)
UDEMO_C := $(wildcard user/demo/*.c)
USH_C := $(wildcard user/bin/sh/*.c)
UPROGS := $(UBIN_C:user/bin/%.c=$(UBUILD)/bin/%) $(UDEMO_C:user/demo/%.c=$(UBUILD)/demo/%) \
	$(if $(USH_C),$(UBUILD)/bin/sh)

# Not intermediate: kept for the next build.
.SECONDARY: $(UBIN_C:%.c=$(UBUILD)/obj/%.o) $(UDEMO_C:%.c=$(UBUILD)/obj/%.o)

$(UBUILD)/obj/%.o: %.c $(GEN)/syscall_numbers.h
	$(call say,UCC,$<)
	$(Q)mkdir -p $(dir $@)
	$(Q)$(UCC) $(UCFLAGS) -ffunction-sections -fdata-sections -MMD -MP -c -o $@ $<

$(UBUILD)/obj/user/libc/%.o: user/libc/%.asm
	$(call say,NASM,$<)
	$(Q)mkdir -p $(dir $@)
	$(Q)nasm -f elf32 -g -F dwarf -o $@ $<

$(UCRT): user/libc/start/crt0.asm
	$(call say,NASM,$<)
	$(Q)mkdir -p $(dir $@)
	$(Q)nasm -f elf32 -g -F dwarf -o $@ $<

$(ULIBC): $(ULIBC_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(UAR) rcs $@ $(ULIBC_OBJ)

$(UUTIL): $(UUTIL_C:%.c=$(UBUILD)/obj/%.o)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(UAR) rcs $@ $^

# $(1): program, $(2): its objects
define ulink
$(call say,ULD,$(1))
$(Q)mkdir -p $(dir $(1))
$(Q)$(UCC) $(ULDFLAGS) -o $(1) $(UCRT) $(2) $(UUTIL) $(ULIBC)
endef

$(UBUILD)/bin/sh: $(USH_C:%.c=$(UBUILD)/obj/%.o) $(UCRT) $(UUTIL) $(ULIBC)
	$(call ulink,$@,$(USH_C:%.c=$(UBUILD)/obj/%.o))

$(UBUILD)/bin/%: $(UBUILD)/obj/user/bin/%.o $(UCRT) $(UUTIL) $(ULIBC)
	$(call ulink,$@,$<)

$(UBUILD)/demo/%: $(UBUILD)/obj/user/demo/%.o $(UCRT) $(UUTIL) $(ULIBC)
	$(call ulink,$@,$<)

# The tree: user/root/ as it is, the programs without their debugging information, and the links.
UROOT := $(BUILD)/root
UROOT_FILES := $(shell find user/root -type f 2>/dev/null)

$(UBUILD)/root.staged: $(UPROGS) $(UROOT_FILES) user/user.mk
	$(call say,STAGE,$(UROOT))
	$(Q)rm -rf $(UROOT)
	$(Q)mkdir -p $(UROOT)/bin $(UROOT)/sbin $(UROOT)/demo $(UROOT)/dev $(UROOT)/proc $(UROOT)/sys/kernel/debug $(UROOT)/tmp \
		$(UROOT)/root $(UROOT)/mnt $(UROOT)/etc $(UROOT)/var
	$(Q)cp -R user/root/. $(UROOT)/
	$(Q)for p in $(filter $(UBUILD)/bin/%,$(UPROGS)); do \
		$(USTRIP) -o $(UROOT)/bin/$${p##*/} $$p || exit 1; done
	$(Q)for p in $(filter $(UBUILD)/demo/%,$(UPROGS)); do \
		$(USTRIP) -o $(UROOT)/demo/$${p##*/} $$p || exit 1; done
	$(Q)ln -sf test $(UROOT)/bin/[
	$(Q)ln -sf reboot $(UROOT)/bin/poweroff
	$(Q)ln -sf reboot $(UROOT)/bin/halt
	$(Q)ln -sf ../bin/init $(UROOT)/sbin/init
	$(Q)ln -sf bin/init $(UROOT)/init
	$(Q)ln -sf ../proc/mounts $(UROOT)/etc/mtab
	$(Q)chmod 1777 $(UROOT)/tmp
	$(Q)touch $@

USTRIP ?= strip -g

$(BUILD)/ramdisk.cpio: $(UBUILD)/root.staged user/devices.txt tools/mkcpio.py
	$(call say,CPIO,$@)
	$(Q)$(PYTHON) tools/mkcpio.py -o $@ -d user/devices.txt $(UROOT)

.PHONY: user
user: $(BUILD)/ramdisk.cpio
ifneq ($(wildcard lib/abi/syscalls.tbl),)
all: $(BUILD)/ramdisk.cpio
endif

-include $(wildcard $(UBUILD)/obj/user/*/*.d $(UBUILD)/obj/user/*/*/*.d $(UBUILD)/obj/lib/*.d)
