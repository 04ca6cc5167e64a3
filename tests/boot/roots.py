# SPDX-License-Identifier: MIT
"""The root on a disk: through GRUB, on a partition, with a /dev of its own, read-only by default, with whichever init is there."""
import os
import re
import shutil
import subprocess
import sys
import time

from testing.disk import attach, check, copy_sparse
from testing.lab import Case
from testing.machine import Console

PROMPT = r"[#$] "


def image_of(lab, scratch, inits=(), nodes=False, **links):
    """A small tree with our shell under the given names."""
    tree = f"{scratch}/tree"
    for name in ("bin", "sbin", "etc", "dev", "proc"):
        os.makedirs(f"{tree}/{name}", exist_ok=True)
    for name in ("sh", "ls", "cat", "mount", "poweroff", "reboot", "init", "echo"):
        shutil.copy2(lab.path(f"root/bin/{name}"), f"{tree}/bin/{name}", follow_symlinks=True)
    if "/bin/init" not in inits:
        os.remove(f"{tree}/bin/init")
    for name in inits:
        if name != "/bin/init":
            shutil.copy2(lab.path("root/bin/init"), tree + name)
    out = f"{scratch}/disk.img"
    subprocess.run([sys.executable, "tools/mkdisk.py", "-s", "8", "-b", "1024", "-o", out,
                    *(["-d", "tools/devices.txt"] if nodes else []), tree], check=True)
    return out


def ask(lab, name, extra, commands, append="root=/dev/vda rw", kernel=True):
    """The answers of the shell that comes up."""
    machine = lab.machine(append=append, extra=extra)
    if not kernel:
        machine.kernel = None
    console = Console(machine, lab.log(f"roots-{name}"))
    try:
        started = time.monotonic()
        console.expect(r"Pagoda on ")
        handed_over = time.monotonic()
        console.expect(PROMPT)
        console.sendline()
        console.expect(PROMPT)
        ready = time.monotonic() - handed_over
        return [console.output(command) for command in commands], ready, handed_over - started
    finally:
        console.close()


def test_grub_boots_the_disk(lab):
    """The ISO's default entry: root on the first disk, a prompt within three seconds; and what is written stays."""
    for how in ("virtio", "ide"):
        with lab.scratch() as scratch:
            disk = f"{scratch}/disk.img"
            copy_sparse(lab.path("images/root.img"), disk)
            extra = attach(disk, how) + ["-cdrom", lab.path("pagoda.iso"), "-boot", "d"]
            wanted = "vda" if how == "virtio" else "hda"
            answers, ready, _ = ask(lab, f"grub-{how}", extra, ["cat /proc/mounts", "echo kept >/root/kept; sync; echo ok"],
                                    kernel=False)
            assert re.search(r"^/dev/root / ext2 rw", answers[0], re.M) and "devtmpfs /dev " in answers[0], answers[0]
            assert ready < 3, f"{ready:.1f} s from GRUB to the prompt"
            answers, _, _ = ask(lab, f"again-{how}", extra, ["cat /root/kept", "ls -l /dev/" + wanted], kernel=False)
            assert "kept" in answers[0] and wanted in answers[1]


def test_partition_as_root(lab):
    with lab.scratch() as scratch:
        image = image_of(lab, scratch, ["/sbin/init"])
        disk = f"{scratch}/parts.img"
        with open(disk, "wb") as out, open(image, "rb") as part:
            entry = bytes([0x80, 0, 0, 0, 0x83, 0, 0, 0]) + (2048).to_bytes(4, "little") + (16384).to_bytes(4, "little")
            out.write(bytes(446) + entry + bytes(48) + b"\x55\xaa")
            out.seek(1 << 20)
            shutil.copyfileobj(part, out)
        for append in ("root=/dev/vda1 rw", "rw"):	# named, or found on the first disk
            answers, _, _ = ask(lab, "partition", attach(disk), ["cat /proc/mounts"], append=append)
            assert re.search(r"^/dev/root / ext2 rw", answers[0], re.M), answers[0]


def test_read_only_by_default(lab):
    with lab.scratch() as scratch:
        image = image_of(lab, scratch, ["/sbin/init"])
        before = os.path.getmtime(image)
        answers, _, _ = ask(lab, "ro", attach(image), ["cat /proc/mounts", "echo > /x 2>/dev/null || echo REFUSED"], append="root=/dev/vda")
        assert re.search(r"^/dev/root / ext2 ro", answers[0], re.M) and "REFUSED" in answers[1], answers
        assert os.path.getmtime(image) == before, "a read-only root was written to"
        assert not check(image)


def test_inits_in_their_order(lab):
    """/sbin/init, /etc/init, /bin/init, /bin/sh: the first that is there."""
    for inits, wanted in ((["/sbin/init", "/etc/init"], "/sbin/init"), (["/etc/init", "/bin/init"], "/etc/init"),
                          (["/bin/init"], "/bin/init"), ([], "/bin/sh")):
        with lab.scratch() as scratch:
            machine = lab.machine(append="root=/dev/vda rw", extra=attach(image_of(lab, scratch, inits)))
            outcome = machine.run(lab.log("roots-inits"), 30, lambda line: "as process 1" in line)
            assert any(f"running {wanted} as process 1" in line for line in outcome.lines), f"{wanted}: {outcome.lines[-3:]}"


def test_init_may_be_a_script(lab):
    with lab.scratch() as scratch:
        os.makedirs(f"{scratch}/tree/sbin")
        with open(f"{scratch}/tree/sbin/init", "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho I am a script, $0\n/bin/poweroff -f\n")
        os.chmod(f"{scratch}/tree/sbin/init", 0o755)
        machine = lab.machine(append="root=/dev/vda rw", extra=attach(image_of(lab, scratch)))
        outcome = machine.run(lab.log("roots-script"), 30)
        assert any("I am a script, /sbin/init" in line for line in outcome.lines), outcome.lines[-3:]
        assert outcome.status == 0


def test_static_dev_is_left_alone(lab):
    with lab.scratch() as scratch:
        image = image_of(lab, scratch, [], nodes=True)
        answers, _, _ = ask(lab, "static-dev", attach(image), ["/bin/ls /dev", "mount -t proc proc /proc; /bin/cat /proc/mounts"])
        assert "console" in answers[0] and "vda" not in answers[0] and "devtmpfs" not in answers[1], answers


def cases(_lab):
    yield Case("no_disk_and_no_ramdisk", [r"Kernel panic: cannot mount the root file system on the first disk: there is no such device"],
               append="panic=-1")
