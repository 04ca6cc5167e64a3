# SPDX-License-Identifier: MIT
"""Machines of all kinds: CPU models, little and much memory, and how a run may end."""
from testing.lab import Case

SHELL = r"[#$] "
PANIC = r"Kernel panic"


def cases(lab):
    ramdisk = lab.path("ramdisk.cpio")
    for cpu in ("qemu32", "max", "pentium3", "Nehalem"):
        yield Case(f"cpu_{cpu}", [SHELL], initrd=ramdisk, cpu=cpu, never=[PANIC], timeout=60)
    for cpu, feature in (("486", "PAE|pae"), ("pentium", "PAE|pae")):
        yield Case(f"cpu_{cpu}_says_what_it_lacks", [feature], initrd=ramdisk, cpu=cpu)
    for memory in (32, 128, 1024, 2048):
        yield Case(f"memory_{memory}", [SHELL], initrd=ramdisk, memory=memory, never=[PANIC], timeout=60)
    yield Case("debug_build", [SHELL], initrd=ramdisk, build="debug", never=[PANIC], timeout=60)
    yield Case("init_ends_is_reported", [r"[Aa]ttempted to kill init|init .*(exited|ended)|process 1"], initrd=ramdisk,
               append="init=/bin/true", never=[r"BUG"])
    yield Case("init_parameter", [SHELL], initrd=ramdisk, append="init=/bin/sh", never=[PANIC], timeout=60)
