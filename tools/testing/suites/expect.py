# SPDX-License-Identifier: MIT
"""Somebody at the terminal."""
import os

from testing.lab import Job, files, load, stem
from testing.machine import Console
from testing.results import Result


def jobs(lab):
    """
    tests/expect/NAME.py: run(pagoda) with a Console on which a shell waits. Optional: RAMDISK ("pagoda" or
    "debian"), BUILD ("default" or "debug"), APPEND, TIMEOUT, LONG, and START = False to get the console at once.
    run may return [(part, why or '')], to give several results.
    """
    for path in files("tests/expect/*.py"):
        module = load(path)
        if lab.long or not getattr(module, "LONG", False):
            yield Job(f"expect/{stem(path)}", lambda m=module, n=stem(path): run_expect(lab, m, f"expect/{n}"))


def run_expect(lab, module, name):
    debian = getattr(module, "RAMDISK", "pagoda") == "debian"
    initrd = lab.path("debian.cpio" if debian else "ramdisk.cpio")
    if debian and not os.path.exists(initrd):
        return [Result("skip", name, "Debian's packages cannot be had")]
    machine = lab.machine(getattr(module, "BUILD", "default"), initrd=initrd, append=getattr(module, "APPEND", ""),
                          memory=getattr(module, "MEMORY", 512))
    console = Console(machine, lab.log(name), getattr(module, "TIMEOUT", 60))
    try:
        if getattr(module, "START", True):
            console.wait_for_shell()
        parts = module.run(console)
    finally:
        console.close()
    if not parts:
        return [Result("ok", name)]
    return [Result("not ok" if why else "ok", f"{name}/{part}", why) for part, why in parts]
