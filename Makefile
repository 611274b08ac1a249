# SPDX-License-Identifier: GPL-2.0-only
#
# Builds the modules for an installed kernel, outside of its tree:
#   make [KDIR=/lib/modules/VERSION/build] [W=1] [C=2] [CC=clang]

KDIR ?= /lib/modules/$(shell uname -r)/build

# What Kconfig would say (see Kconfig); a kernel without VMBus gets the rest.
settings := CONFIG_XEN_HYPERV=m CONFIG_XEN_HYPERV_LOOPBACK=m
ifneq ($(shell grep -sE '^CONFIG_HYPERV(_VMBUS)?=[my]' $(KDIR)/.config),)
settings += CONFIG_XEN_HYPERV_VMBUS=m
endif

modules modules_install clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR) $(settings) $@

.PHONY: modules modules_install clean
