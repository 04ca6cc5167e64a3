# SPDX-License-Identifier: MIT
"""Tests that are linked into the kernel and started by test=kernel."""
import os

from testing.lab import BUILDS, Job
from testing.machine import Machine
from testing.results import Result, parse_line


def jobs(lab):
    for build in BUILDS:
        for suffix, cpus in lab.counts("all"):
            yield Job(f"kernel/{build}{suffix}", lambda b=build, s=suffix, c=cpus: run_kernel(lab, b, f"kernel/{b}{s}", c))


def run_kernel(lab, build, name, cpus):
    if not os.path.exists(lab.kernel(build, test=True)):
        return [Result("not ok", name, "there is no test kernel")]
    initrd = lab.path("ramdisk.cpio") if lab.has("ramdisk.cpio") else None
    with lab.scratch() as scratch:
        with open(f"{scratch}/disk", "wb") as file:
            file.truncate(16 << 20)
        disk = ["-drive", f"file={scratch}/disk,format=raw,if=none,id=scratch", "-device", "virtio-blk-pci,drive=scratch"]
        machine = Machine(lab.kernel(build, test=True), initrd=initrd, append="test=kernel test.disk=vda panic=-1",
                          cpus=cpus, extra=disk)
        outcome = machine.run(lab.log(name), 240)
    results = [r for r in (parse_line(line, name + "/") for line in outcome.lines) if r]
    return results + run_result(lab, name, outcome, results)


def run_result(lab, name, outcome, results):
    """The run as a whole is a test too: it must end well and have said something."""
    why = outcome.complaint()
    if why and not outcome.panicked and not outcome.timed_out and any(r.verdict == "not ok" for r in results):
        return []			# that is what a failed test ends with
    if not why and not results:
        why = "no test ran"
    return [Result("not ok" if why else "ok", name + "/end", f"{why}: see {lab.log(name)}" if why else "")]
