# SPDX-License-Identifier: MIT
# What `make gdb` reads: connects to the QEMU of `make qemu-gdb` and stops at kernel_main.
# $pagoda_socket is set by the Makefile.
set pagination off
set confirm off
set architecture i386
set print pretty on
set disassembly-flavor intel
eval "target remote %s", $pagoda_socket
# A hardware breakpoint: the kernel's pages are not mapped yet where QEMU stands now.
thbreak kernel_main
continue
set pagination on
