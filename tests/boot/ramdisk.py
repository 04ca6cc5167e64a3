# SPDX-License-Identifier: MIT
"""Ramdisks that are none, or hold no init: a message that says what to try, and no reset loop."""
import subprocess
import sys

from testing.lab import Case

UNUSABLE = r"Kernel panic: the ramdisk cannot be used .* make one with"
NO_INIT = r"Kernel panic: No working init: .*-initrd"
NO_ROOT = r"Kernel panic: cannot mount the root file system on the first disk: there is no such device.*-initrd"
PANIC = r"Kernel panic"


def cpio(lab, lines):
    """A ramdisk from lines of a node list (see tools/mkcpio.py)."""
    with lab.scratch() as scratch:
        with open(f"{scratch}/list", "w", encoding="utf-8") as file:
            file.write(lines)
        subprocess.run([sys.executable, "tools/mkcpio.py", "-o", f"{scratch}/cpio", "-d", f"{scratch}/list"], check=True)
        with open(f"{scratch}/cpio", "rb") as file:
            return file.read()


def good(lab):
    with open(lab.path("ramdisk.cpio"), "rb") as file:
        return file.read()


def cases(lab):
    yield Case("default", [r"[#$] "], initrd=lab.path("ramdisk.cpio"), never=[PANIC])
    yield Case("none", [NO_ROOT])
    yield Case("garbage", [r"not a cpio|no cpio|neither", UNUSABLE], initrd=b"This is no archive at all.\n" * 400)
    yield Case("empty_file_of_zeros", [r"ramdisk is empty: put an /init", UNUSABLE], initrd=bytes(8192))
    yield Case("gzip", [r"gzip", UNUSABLE], initrd=b"\x1f\x8b\x08\x00" + bytes(4096))
    yield Case("xz", [r"xz", UNUSABLE], initrd=b"\xfd7zXZ\x00" + bytes(4096))
    yield Case("no_init", [NO_INIT], initrd=cpio(lab, "/dev/console c 600 5 1\n/etc d 755\n"))
    yield Case("init_is_a_directory", [NO_INIT], initrd=cpio(lab, "/init d 755\n/dev/console c 600 5 1\n"))
    yield Case("init_dangles", [NO_INIT], initrd=cpio(lab, "/init l nowhere\n/dev/console c 600 5 1\n"))
    yield Case("init_is_text", [NO_INIT], initrd=cpio(lab, "/init f 755 LICENSE\n/dev/console c 600 5 1\n"))
    if lab.has("ramdisk.cpio"):
        whole = good(lab)
        for part in (3, 50, 90):
            yield Case(f"truncated_at_{part}_percent", [r"cut short at byte", UNUSABLE], initrd=whole[:len(whole) * part // 100])
