# SPDX-License-Identifier: MIT
# The vDSO: a shared object of its own, of which the kernel includes the image and needs the offsets of
# its symbols.
KSRC_ASM := $(filter-out kernel/cpu/vdso/%,$(KSRC_ASM))
KSRC_C := $(filter-out kernel/cpu/vdso/%,$(KSRC_C))
KGEN_HEADERS += $(GEN)/vdso_offsets.h $(GEN)/vdso.so

$(GEN)/vdso.o: kernel/cpu/vdso/vdso.asm
	$(call say,ASM,$<)
	@mkdir -p $(@D)
	$(Q)nasm -f elf32 -o $@ $<

$(GEN)/vdso_clock.o: kernel/cpu/vdso/clock.c kernel/cpu/vdso/data.h $(BUILD)/cc.mk
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(KCC) $(ARCH_FLAGS) -std=gnu11 -ffreestanding -fPIC -fvisibility=hidden -O2 -fno-stack-protector \
		-fno-asynchronous-unwind-tables -mno-sse $(WARN) -I . -c -o $@ $<

$(GEN)/vdso.so $(GEN)/vdso.dbg: $(GEN)/vdso.o $(GEN)/vdso_clock.o kernel/cpu/vdso/vdso.ld
	$(call say,LINK,$(GEN)/vdso.so)
	$(Q)$(KCC) $(ARCH_FLAGS) -nostdlib -shared -Wl,--build-id=none -Wl,--hash-style=both \
		-Wl,-soname,linux-gate.so.1 -Wl,-z,noexecstack -Wl,-z,max-page-size=4096 \
		-Wl,-T,kernel/cpu/vdso/vdso.ld -o $(GEN)/vdso.dbg $(GEN)/vdso.o $(GEN)/vdso_clock.o
	$(Q)$(subst nm,objcopy,$(NM)) --strip-unneeded $(GEN)/vdso.dbg $(GEN)/vdso.so

$(GEN)/vdso_offsets.h: $(GEN)/vdso.dbg
	$(Q)$(NM) $(GEN)/vdso.dbg | sed -n 's/^\([0-9a-f]*\) [Tt] \([a-z0-9_]*\)$$/#define VDSO_\2 0x\1u/p' >$@
