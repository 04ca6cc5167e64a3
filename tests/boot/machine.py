# SPDX-License-Identifier: MIT
"""Machines of all kinds: CPU models, little and much memory, and how a run may end."""
import re
import subprocess
import sys

from testing.lab import Case

SHELL = r"[#$] "
PANIC = r"Kernel panic"


ICOUNT = ["-icount", "shift=0,sleep=off", "-rtc", "base=2026-01-01,clock=vm"]


def boot_cost(lab, log):
    """Instructions from power on, firmware included, to the first of process 1, which osbench reads off."""
    with lab.scratch() as scratch:
        with open(f"{scratch}/list", "w", encoding="utf-8") as file:
            file.write(f"/dev/console c 600 5 1\n/tmp d 1777\n/init f 755 {lab.path('bench/osbench')}\n")
        subprocess.run([sys.executable, "tools/mkcpio.py", "-o", f"{scratch}/cpio", "-d", f"{scratch}/list"], check=True)
        machine = lab.machine(initrd=f"{scratch}/cpio", append="quiet -- null", cpus=1, extra=ICOUNT)
        outcome = machine.run(lab.log(log), 60, lambda line: line.startswith("# done"))
    found = [int(match.group(1)) for match in (re.match(r"# started at (\d+)", line) for line in outcome.lines) if match]
    assert found, f"osbench did not start: {outcome.complaint()}"
    return found[0]


def test_boot_takes_under_60_million_instructions(lab):
    cost = boot_cost(lab, "boot-cost")
    assert cost < 60_000_000, f"{cost} instructions"


def test_boot_under_icount_repeats_exactly(lab):
    """No disk, no clock of the host: each run is the same to the instruction."""
    first, second = boot_cost(lab, "boot-repeat-1"), boot_cost(lab, "boot-repeat-2")
    assert first == second, f"{first} and {second} instructions"


def cases(lab):
    ramdisk = lab.path("ramdisk.cpio")
    for cpu in ("qemu32", "max", "pentium3", "Nehalem"):
        yield Case(f"cpu_{cpu}", [SHELL], initrd=ramdisk, cpu=cpu, never=[PANIC], timeout=60)
    for cpu, feature in (("486", "PAE|pae"), ("pentium", "PAE|pae")):
        yield Case(f"cpu_{cpu}_says_what_it_lacks", [feature], initrd=ramdisk, cpu=cpu)
    for memory in (32, 128, 1024, 2048):
        yield Case(f"memory_{memory}", [SHELL], initrd=ramdisk, memory=memory, never=[PANIC], timeout=60)
    yield Case("debug_build", [SHELL], initrd=ramdisk, build="debug", never=[PANIC], timeout=60)
    yield Case("init_ends_is_reported", [r"Kernel panic: process 1 has ended"], initrd=ramdisk,
               append="init=/bin/true", never=[r"BUG"])
    yield Case("init_parameter", [SHELL], initrd=ramdisk, append="init=/bin/sh", never=[PANIC], timeout=60)
    # init learns by SIGCHLD, which it has blocked and has no handler for, that the command has ended.
    yield Case("words_behind_dashes_run_once", [r"^once$", r"power off"], initrd=ramdisk, append="-- /bin/echo once",
               status=0, never=[PANIC], timeout=60)
    yield Case("reboot_restarts", [r"restarting"], initrd=ramdisk, append="-- reboot", status=0, never=[PANIC], timeout=60)
    yield Case("poweroff_ends_qemu_with_0", [r"power off"], initrd=ramdisk, append="-- poweroff", status=0,
               never=[PANIC, "power off failed"], timeout=60)
    yield Case("root_without_a_disk", [r"Kernel panic: cannot mount the root file system on /dev/vda: there is no such device"],
               append="root=/dev/vda rw")
