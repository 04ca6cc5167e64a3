# SPDX-License-Identifier: MIT
# Tests that run on the host: lib/ and what is pure in mm/, under the address and undefined-behaviour sanitizers.

HOSTCC ?= $(firstword $(foreach c,gcc cc clang,$(if $(shell command -v $(c) 2>/dev/null),$(c))))
HOST_SRC := $(sort $(wildcard lib/*.c) $(wildcard tests/host/*.c))
HOST_OBJ := $(HOST_SRC:%.c=$(BUILD)/host/%.o)
HOST_FLAGS := -std=gnu11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	-Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare -Wno-format -Wno-format-overflow \
	-Wno-format-truncation -Wno-format-security -Wno-clobbered -Wno-unknown-warning-option \
	-include tests/host/rename.h -I tests/host/shim -I . -I $(GEN)

$(BUILD)/host/%.o: %.c Makefile tools/host.mk tests/host/rename.h | $(GENERATED) $(BUILD)/deps/host
	$(call say,HOSTCC,$<)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_FLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/host-tests: $(HOST_OBJ) $(BUILD)/host-tests.objects
	$(call say,LINK,$@)
	$(Q)$(HOSTCC) -fsanitize=address,undefined -o $@ $(HOST_OBJ)

$(BUILD)/host-tests.objects: FORCE
	$(call write_if_changed,$(HOST_OBJ))

-include $(wildcard $(HOST_OBJ:.o=.d))

.PHONY: test-host
test-host: $(BUILD)/host-tests
	$(Q)$(BUILD)/host-tests
