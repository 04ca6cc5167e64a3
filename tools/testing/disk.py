# SPDX-License-Identifier: MIT
"""The root file system of a machine under test: in memory, or on a disk that e2fsck judges afterwards."""
import contextlib
import os
import shutil
import subprocess
import sys

ROOTS = ("ramdisk", "virtio", "ide")
DEVICE = {"virtio": "vda", "ide": "hda"}
SBIN = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/opt/homebrew/opt/e2fsprogs/sbin:/usr/local/opt/e2fsprogs/sbin"


def e2fs(name):
    """One of e2fsprogs' tools, which may lie where only root's PATH leads."""
    return shutil.which(name, path=SBIN) or name


def attach(image, how="virtio", number=0, options=""):
    """QEMU's arguments for a drive."""
    if how == "ide":
        return ["-drive", f"file={image},format=raw,if=ide,index={number}{options}"]
    return ["-drive", f"file={image},format=raw,if=none,id=d{number}{options}", "-device", f"virtio-blk-pci,drive=d{number}"]


def copy_sparse(source, target):
    """Holes stay holes: an image is mostly nothing."""
    with open(source, "rb") as src, open(target, "wb") as dst:
        while block := src.read(1 << 16):
            if block.count(0) == len(block):
                dst.seek(len(block), os.SEEK_CUR)
            else:
                dst.write(block)
        dst.truncate()


def check(image):
    """'' if e2fsck has nothing to say, else its words."""
    process = subprocess.run([e2fs("e2fsck"), "-fn", image], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                             universal_newlines=True)
    return process.stdout.strip().replace("\n", "; ") if process.returncode else ""


class Root:
    """initrd, append and extra are for Machine; complaint() is e2fsck's, once the machine has ended."""

    def __init__(self, how, initrd, image):
        self.initrd, self.image = initrd, image
        self.append = "" if how == "ramdisk" else f"root=/dev/{DEVICE[how]} rw "
        self.extra = [] if how == "ramdisk" else attach(image, how)

    def complaint(self):
        found = check(self.image) if self.image else ""
        return f"e2fsck: {found[:300]}" if found else ""


@contextlib.contextmanager
def root(lab, how, name):
    """
    build/NAME.cpio (or ramdisk.cpio) and build/images/NAME.img hold the same tree. A disk is a copy that lives as
    long as the block.
    """
    if how == "ramdisk":
        yield Root(how, lab.path("ramdisk.cpio" if name == "root" else f"{name}.cpio"), None)
        return
    with lab.scratch() as scratch:
        image = os.path.join(scratch, "disk.img")
        copy_sparse(lab.path(f"images/{name}.img"), image)
        yield Root(how, None, image)


@contextlib.contextmanager
def root_of_tree(lab, how, tree):
    """The same for a directory."""
    with lab.scratch() as scratch:
        out = os.path.join(scratch, "root")
        tool, nodes = ("mkcpio.py", ["-d", "user/devices.txt"]) if how == "ramdisk" else ("mkdisk.py", [])
        subprocess.run([sys.executable, f"tools/{tool}", "-o", out] + nodes + [tree], check=True)
        yield Root(how, out, None) if how == "ramdisk" else Root(how, None, out)
