# SPDX-License-Identifier: MIT
"""Somebody at the terminal."""
from testing.disk import ROOTS, root
from testing.lab import Job, files, load, stem
from testing.machine import Console
from testing.results import Result


def jobs(lab):
    """
    tests/expect/NAME.py: run(pagoda) with a Console on which a shell waits. Optional: RAMDISK ("pagoda" or
    "debian"), BUILD ("default" or "debug"), APPEND, TIMEOUT, LONG, and START = False to get the console at once.
    run may return [(part, why or '')], to give several results.
    """
    for how in ROOTS:
        for path in files("tests/expect/*.py"):
            module = load(path)
            name = f"expect/{stem(path)}" + ("" if how == "ramdisk" else f"-{how}")
            if lab.long or not getattr(module, "LONG", False):
                for suffix, cpus in lab.counts({"ramdisk": "all", "virtio": "most", "ide": "fewest"}[how]):
                    yield Job(name + suffix, lambda m=module, n=name + suffix, h=how, c=cpus: run_expect(lab, m, n, h, c))


def run_expect(lab, module, name, how, cpus):
    debian = getattr(module, "RAMDISK", "pagoda") == "debian"
    if debian and not lab.has("debian.cpio"):
        return [Result("skip", name, "Debian's packages cannot be had")]
    with root(lab, how, "debian" if debian else "root") as disk:
        machine = lab.machine(getattr(module, "BUILD", "default"), initrd=disk.initrd, extra=disk.extra, cpus=cpus,
                              append=disk.append + getattr(module, "APPEND", ""), memory=getattr(module, "MEMORY", 512))
        console = Console(machine, lab.log(name), getattr(module, "TIMEOUT", 60))
        console.lab = lab
        try:
            if getattr(module, "START", True):
                console.wait_for_shell()
            parts = module.run(console)
            if disk.image:
                shut_down(console)
        finally:
            console.close()
        damage = disk.complaint()
    if damage:
        return [Result("not ok", name, damage)]
    if not parts:
        return [Result("ok", name)]
    return [Result("not ok" if why else "ok", f"{name}/{part}", why) for part, why in parts]


def shut_down(console):
    """A disk is judged when it has been left properly. A test that has ended the machine has done so itself."""
    if console.child.isalive():
        console.send("\x03\r")
        console.sendline("sync; mount -o remount,ro / && poweroff -f")
        console.wait_end()
