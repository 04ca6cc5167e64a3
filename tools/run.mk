# SPDX-License-Identifier: MIT
# Booting, testing, measuring: the targets that are no files of the kernel.

RAMDISK := $(BUILD)/ramdisk.cpio
ISO := $(KERNEL)/pagoda.iso
SOCKET := $(or $(TMPDIR),/tmp)/pagoda-$(shell id -u)/gdb

# Stamps: the tools that a target needs have been found or installed once.
DEPS_qemu := qemu-system-i386
DEPS_test := qemu-system-i386 host-cc pexpect e2fsprogs hexdump
DEPS_disk := e2fsprogs
DEPS_host := host-cc
DEPS_gdb := gdb
DEPS_debian := gpgv debian-keyring
.PRECIOUS: $(BUILD)/deps/%
$(BUILD)/deps/%: tools/deps.sh
	@mkdir -p $(@D)
	@tools/deps.sh $(DEPS_$*)
	@touch $@

.PHONY: iso qemu qemu-nox qemu-gdb gdb qemu-debian deps
all: $(ISO)
iso: $(ISO)
$(ISO): $(KERNEL)/pagoda.elf $(RAMDISK) boot/grub.cfg tools/iso.sh
	$(call say,ISO,$@)
	$(Q)tools/iso.sh $@ $(KERNEL)/pagoda.elf $(RAMDISK) boot/grub.cfg

# Disks: for people (what they change stays until the tree in user/ changes), and for tests, which copy them.
$(BUILD)/root.img: $(UBUILD)/root.staged tools/mkdisk.py $(BUILD)/deps/disk
	$(call say,DISK,$@)
	$(Q)$(PYTHON) tools/mkdisk.py --keep -o $@ $(UROOT)
$(BUILD)/debian.img: $(BUILD)/debian/tree.staged tools/mkdisk.py $(BUILD)/deps/disk
	$(call say,DISK,$@)
	$(Q)$(PYTHON) tools/mkdisk.py --keep -o $@ $(BUILD)/debian/tree
$(BUILD)/images/root.img: $(UBUILD)/root.staged tools/mkdisk.py $(BUILD)/deps/disk
	@mkdir -p $(@D)
	$(Q)$(PYTHON) tools/mkdisk.py -o $@ $(UROOT)
$(BUILD)/images/debian.img: $(BUILD)/debian/tree.staged tools/mkdisk.py $(BUILD)/deps/disk
	@mkdir -p $(@D)
	$(Q)$(PYTHON) tools/mkdisk.py -o $@ $(BUILD)/debian/tree
$(BUILD)/images/user-tests.img: $(BUILD)/user-tests.cpio tools/mkdisk.py tools/devices.txt $(BUILD)/deps/disk
	@mkdir -p $(@D)
	$(Q)$(PYTHON) tools/mkdisk.py -b 1024 -o $@ -d tools/devices.txt $(BUILD)/user-tests

qemu: $(ISO) $(BUILD)/root.img $(BUILD)/deps/qemu
	@tools/qemu.sh run $(BUILD) $(KERNEL)
qemu-nox: $(ISO) $(BUILD)/root.img $(BUILD)/deps/qemu
	@tools/qemu.sh nox $(BUILD) $(KERNEL)
qemu-gdb: $(KERNEL)/pagoda.elf $(RAMDISK) $(BUILD)/root.img $(BUILD)/deps/qemu
	@tools/qemu.sh gdb $(BUILD) $(KERNEL)
gdb: $(KERNEL)/pagoda.elf $(BUILD)/deps/gdb
	@[ -S $(SOCKET) ] || { echo "Nothing to connect to: run 'make qemu-gdb' in another terminal first"; exit 1; }
	@$$(command -v gdb-multiarch || command -v gdb) -nx -ex 'set $$pagoda_socket = "$(SOCKET)"' \
		-x tools/gdb/pagoda.gdb $(KERNEL)/pagoda.elf
qemu-debian: $(KERNEL)/pagoda.elf $(BUILD)/debian.img $(if $(filter none,$(DISK)),$(BUILD)/debian.cpio) $(BUILD)/deps/qemu
	@tools/qemu.sh debian $(BUILD) $(KERNEL)

# Debian's packages are fetched once; `rm -r build/debian` fetches them again.
$(BUILD)/debian/packages: tools/debian.py $(BUILD)/deps/debian
	$(call say,DEBIAN,busybox-static bash-static)
	$(Q)$(PYTHON) tools/debian.py fetch $(BUILD)/debian busybox-static bash-static
	@touch $@
$(BUILD)/debian/tree.staged: $(BUILD)/debian/packages tools/debian.py tools/debian-init
	$(Q)$(PYTHON) tools/debian.py tree $(BUILD)/debian $(BUILD)/debian/tree
	@touch $@
# Programs of the dynamic linker's kind in a tree of their own, and what static programs are linked with: the two C
# libraries as Debian has them for i386.
$(BUILD)/debian/dynamic.packages: $(BUILD)/debian/packages
	$(call say,DEBIAN,bash coreutils and their libraries)
	$(Q)$(PYTHON) tools/debian.py libraries $(BUILD)/debian dynamic bash coreutils
	@touch $@
$(BUILD)/debian/sdk.packages: $(BUILD)/debian/dynamic.packages
	$(call say,DEBIAN,glibc and musl)
	$(Q)$(PYTHON) tools/debian.py into $(BUILD)/debian sdk \
		libc6-dev libcrypt-dev musl-dev linux-libc-dev libgcc-12-dev
	@touch $@
$(BUILD)/debian/dynamic-tree.staged: $(BUILD)/debian/dynamic.packages tools/debian.py tools/dynamic-init
	$(Q)$(PYTHON) tools/debian.py dynamic $(BUILD)/debian $(BUILD)/debian/dynamic-tree
	@touch $@
$(BUILD)/images/dynamic.img: $(BUILD)/debian/dynamic-tree.staged tools/mkdisk.py $(BUILD)/deps/disk
	@mkdir -p $(@D)
	$(Q)$(PYTHON) tools/mkdisk.py -o $@ $(BUILD)/debian/dynamic-tree
$(BUILD)/debian.cpio: $(BUILD)/debian/packages tools/debian.py tools/debian-init tools/mkcpio.py
	$(call say,CPIO,$@)
	$(Q)$(PYTHON) tools/debian.py ramdisk $(BUILD)/debian $@

# User-level tests: every tests/user/NAME.c is one static program, and harness.c runs them all.
UTEST_SRC := $(filter-out tests/user/harness.c,$(sort $(wildcard tests/user/*.c)))
UTESTS := $(UTEST_SRC:tests/user/%.c=$(BUILD)/user/tests/%)
UTEST_CC = $(UCC) $(UCFLAGS) $(ULDFLAGS)
LIBC ?= $(BUILD)/user/libc.a
CRT0 ?= $(BUILD)/user/crt0.o
$(BUILD)/user/tests/%: tests/user/%.c $(wildcard tests/user/*.h) $(LIBC) $(CRT0) $(BUILD)/cc.mk
	$(call say,UTEST,$<)
	@mkdir -p $(@D)
	$(Q)$(UTEST_CC) -MMD -MP -MT $@ -MF $@.d -o $@ $(CRT0) $< $(LIBC)
-include $(wildcard $(UTESTS:%=%.d))

ifneq ($(UTEST_SRC),)
$(BUILD)/user-tests.cpio: $(UTESTS) $(BUILD)/user/tests/harness tools/mkcpio.py tools/devices.txt
	$(call say,CPIO,$@)
	@rm -rf $(@D)/user-tests && mkdir -p $(@D)/user-tests/tests $(@D)/user-tests/tmp $(@D)/user-tests/proc \
		$(@D)/user-tests/sys/kernel/debug $(@D)/user-tests/dev/pts $(@D)/user-tests/sbin
	@cp $(BUILD)/user/tests/harness $(@D)/user-tests/init && cp $(UTESTS) $(@D)/user-tests/tests/
	@ln -s ../init $(@D)/user-tests/sbin/init
	@chmod 1777 $(@D)/user-tests/tmp
	$(Q)$(PYTHON) tools/mkcpio.py -o $@ -d tools/devices.txt $(@D)/user-tests
USER_TESTS := $(BUILD)/user-tests.cpio
endif

# Programs with a real thread library: every tests/pthread/NAME.c statically with Debian's glibc and with Debian's musl.
PTHREAD_SRC := $(sort $(wildcard tests/pthread/*.c))
PTHREADS := $(foreach libc,glibc musl,$(PTHREAD_SRC:tests/pthread/%.c=$(BUILD)/pthread/tests/$(libc)-%))
SDK := $(BUILD)/debian/sdk/usr
SDK_GCC = $(firstword $(wildcard $(SDK)/lib/gcc/i686-linux-gnu/*))
PTHREAD_CC = $(UCC) -march=i686 -std=gnu11 -O2 -Wall -static -no-pie -fno-pic -fno-pie -nostdinc -nostdlib -isystem $(UCC_INCLUDE)
$(BUILD)/pthread/tests/glibc-%: tests/pthread/%.c tests/pthread/say.h $(BUILD)/debian/sdk.packages $(BUILD)/cc.mk
	$(call say,GLIBC,$<)
	@mkdir -p $(@D)
	$(Q)$(PTHREAD_CC) -isystem $(SDK)/include -isystem $(SDK)/include/i386-linux-gnu -o $@ \
		$(addprefix $(SDK)/lib/i386-linux-gnu/,crt1.o crti.o) $(SDK_GCC)/crtbeginT.o $< -L$(SDK)/lib/i386-linux-gnu -L$(SDK_GCC) \
		-Wl,--start-group -lc -lgcc -lgcc_eh -Wl,--end-group $(SDK_GCC)/crtend.o $(SDK)/lib/i386-linux-gnu/crtn.o
$(BUILD)/pthread/tests/musl-%: tests/pthread/%.c tests/pthread/say.h $(BUILD)/debian/sdk.packages $(BUILD)/cc.mk
	$(call say,MUSL,$<)
	@mkdir -p $(@D)
	$(Q)$(PTHREAD_CC) -isystem $(SDK)/include/i386-linux-musl -o $@ $(addprefix $(SDK)/lib/i386-linux-musl/,crt1.o crti.o) $< \
		-L$(SDK)/lib/i386-linux-musl -L$(SDK_GCC) -Wl,--start-group -lc -lgcc -Wl,--end-group $(SDK)/lib/i386-linux-musl/crtn.o
$(BUILD)/pthread.cpio: $(PTHREADS) $(BUILD)/user/tests/harness tools/mkcpio.py tools/devices.txt
	$(call say,CPIO,$@)
	@rm -rf $(BUILD)/pthread/root && mkdir -p $(addprefix $(BUILD)/pthread/root/,tests tmp proc sys dev sbin)
	@cp $(BUILD)/user/tests/harness $(BUILD)/pthread/root/init && cp $(PTHREADS) $(BUILD)/pthread/root/tests/
	$(Q)$(PYTHON) tools/mkcpio.py -o $@ -d tools/devices.txt $(BUILD)/pthread/root

TEST_KERNELS := $(BUILD)/pagoda.elf $(BUILD)/debug/pagoda.elf $(if $(TSRC_C),$(BUILD)/pagoda-test.elf \
	$(BUILD)/debug/pagoda-test.elf)
TEST_FILES := $(TEST_KERNELS) $(BUILD)/pagoda.iso $(USER_TESTS) $(BUILD)/host-tests $(if $(wildcard user/user.mk),$(RAMDISK)) \
	$(BUILD)/images/root.img $(BUILD)/images/user-tests.img \
	$(BUILD)/bench/osbench $(BUILD)/deps/test debian-if-possible
TEST ?=
comma := ,
N ?= 20
.PHONY: test test-long flake bench debian-if-possible
# Without the network the tests with Debian's programs are skipped, and the others run.
debian-if-possible:
	@$(MAKE) $(BUILD)/debian.cpio $(BUILD)/images/debian.img $(BUILD)/images/dynamic.img $(BUILD)/pthread.cpio || \
		echo "  (Debian's packages cannot be had now)"
test: $(TEST_FILES)
	@$(PYTHON) tools/test.py --build $(BUILD) $(TEST)
test-long: $(TEST_FILES)
	@$(PYTHON) tools/test.py --build $(BUILD) --long $(TEST)
flake: $(TEST_FILES)
	@$(PYTHON) tools/test.py --build $(BUILD) --cpus $(or $(CPUS),1$(comma)2$(comma)4) --long --repeat $(N) $(TEST)

# One static binary, without any C library, for every kernel that speaks the ABI.
$(BUILD)/bench/osbench: bench/osbench.c $(BUILD)/cc.mk
	$(call say,UCC,$<)
	@mkdir -p $(@D)
	$(Q)$(KCC) $(ARCH_FLAGS) -static -O2 -nostdlib -ffreestanding -fno-pic -fno-pie $(LDFLAGS_CC) \
		-Wl,--build-id=none -o $@ $<
bench: $(BUILD)/pagoda.elf $(BUILD)/bench/osbench $(BUILD)/debian/packages $(BUILD)/deps/qemu $(BUILD)/deps/debian \
		$(BUILD)/deps/disk
	@$(PYTHON) tools/bench.py --build $(BUILD) $(BENCH_ARGS)

# What Linux prints for some tests is kept, so that a difference shows in a diff: see docs/testing.md.
.PHONY: recorded
recorded: $(BUILD)/user-tests.cpio
	$(PYTHON) tools/recorded.py $(BUILD) $(NAMES)

.PHONY: loc docs format lint compile_commands.json
loc:
	@$(PYTHON) tools/loc.py

docs: docs/syscalls.md
docs/syscalls.md: tools/gen_syscalls.py lib/abi/syscalls.tbl
	$(call say,GEN,$@)
	$(Q)$(PYTHON) tools/gen_syscalls.py docs lib/abi/syscalls.tbl >$@

format:
	@tools/deps.sh clang-format
	@git diff --name-only --diff-filter=d HEAD -- '*.c' '*.h' | xargs -r clang-format -i

lint: $(BUILD)/cc.mk
	@$(PYTHON) tools/lint.py

# With the generated headers there, so that an editor finds them too.
compile_commands.json: FORCE $(GENERATED) $(KGEN_HEADERS)
	@$(PYTHON) tools/compile_commands.py '$(KCC)' '$(KFLAGS)' $(KSRC_C) $(TSRC_C) >$@
