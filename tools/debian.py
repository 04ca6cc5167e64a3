#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian 12's own i386 programs, without touching this system.

usage: debian.py fetch DIR PACKAGE...   fetch and unpack packages into DIR/root
       debian.py into DIR NAME PACKAGE...        the same into DIR/NAME
       debian.py libraries DIR NAME PACKAGE...   and with the libraries that they need
       debian.py kernel DIR             fetch Debian's 686-pae kernel; prints the path of its vmlinuz
       debian.py ramdisk DIR OUT        make a cpio from DIR/root with busybox and bash
       debian.py tree DIR OUT           the same as a directory
       debian.py dynamic DIR OUT        a directory with all of DIR/dynamic, and DIR/root's busybox to start and end it

apt gets a state of its own under DIR: its own architecture, lists, cache and an empty status file,
trusting Debian's archive key alone. What was fetched once is kept. The mirror is DEBIAN_MIRROR,
or the one that this system uses if it is a Debian, or deb.debian.org.
"""
import glob
import os
import shutil
import subprocess
import sys

RELEASE = "bookworm"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
DEFAULT_MIRROR = "http://deb.debian.org/debian"
HERE = os.path.dirname(os.path.abspath(__file__))


def system_mirror():
    """The main archive that this Debian system itself uses, or None."""
    try:
        with open("/etc/os-release", encoding="utf-8") as release:
            if "ID=debian" not in release.read().split():
                return None
        targets = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(COMPONENT) $(REPO_URI)", "Created-By: Packages"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, universal_newlines=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    for line in targets.splitlines():
        component, _, uri = line.partition(" ")
        if component == "main" and uri.rstrip("/").endswith("/debian"):
            return uri
    return None


class Apt:
    """apt-get and apt-cache with their state in one directory."""

    def __init__(self, directory):
        self.directory = os.path.abspath(directory)
        self.fresh = False
        for name in ("state/lists/partial", "cache/archives/partial", "etc/preferences.d", "debs"):
            os.makedirs(os.path.join(self.directory, name), exist_ok=True)
        mirror = os.environ.get("DEBIAN_MIRROR") or system_mirror() or DEFAULT_MIRROR
        self.write("etc/sources.list", f"deb [signed-by={KEYRING}] {mirror} {RELEASE} main\n")
        self.write("state/status", "")

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def command(self, tool, *args):
        options = {
            "APT::Architecture": "i386", "APT::Architectures": "i386", "APT::Sandbox::User": "root",
            "Dir::State": self.path("state"), "Dir::State::status": self.path("state/status"),
            "Dir::Cache": self.path("cache"), "Dir::Etc::sourcelist": self.path("etc/sources.list"),
            "Dir::Etc::sourceparts": "-", "Dir::Etc::preferences": "-",
            "Dir::Etc::preferencesparts": self.path("etc/preferences.d"),
            "Dir::Etc::trustedparts": "-", "Acquire::Languages": "none", "Acquire::Retries": "3",
            "pkgCacheGen::Essential": "none",
        }
        return [tool] + [f"-o{key}={value}" for key, value in options.items()] + list(args)

    def update(self):
        """Reads the index once per run; a failure is a warning, for an older index may still do."""
        if not self.fresh and subprocess.run(self.command("apt-get", "-q=2", "update"), check=False).returncode:
            print("debian.py: warning: the package index could not be read again", file=sys.stderr)
        self.fresh = True

    def download(self, package):
        """The path of the package's .deb, fetched if it is not there yet."""
        cached = glob.glob(self.path(f"debs/{package}_*.deb"))
        if not cached:
            self.update()
            subprocess.run(self.command("apt-get", "-q=2", "download", package), cwd=self.path("debs"), check=False)
            cached = glob.glob(self.path(f"debs/{package}_*.deb"))
        if not cached:
            sys.exit(f"debian.py: Debian {RELEASE} has no package {package} for i386 that could be fetched")
        return cached[0]

    def dependency(self, package, prefix):
        """The package that package depends on whose name begins with prefix (a meta-package's real one)."""
        self.update()
        text = subprocess.run(self.command("apt-cache", "depends", package), stdout=subprocess.PIPE,
                              check=False, universal_newlines=True).stdout
        for line in text.splitlines():
            kind, _, name = line.strip().partition(": ")
            if kind == "Depends" and name.startswith(prefix):
                return name
        sys.exit(f"debian.py: {package} depends on no {prefix}…; was its index read?")

    def libraries(self, packages):
        """The packages and, of all that they depend on, the libraries."""
        self.update()
        found = list(packages)
        for package in found:			# which grows meanwhile
            text = subprocess.run(self.command("apt-cache", "depends", package), stdout=subprocess.PIPE,
                                  check=False, universal_newlines=True).stdout
            for line in text.splitlines():
                kind, _, name = line.strip().lstrip("|").partition(": ")
                if kind in ("Depends", "PreDepends") and name.startswith("lib") and name not in found:
                    found.append(name)
        return found

    def unpack(self, package, root):
        subprocess.run(["dpkg-deb", "-x", self.download(package), root], check=True)


def fetch(directory, packages, name="root", follow=False):
    apt = Apt(directory)
    root = apt.path(name)
    os.makedirs(root, exist_ok=True)
    for package in apt.libraries(packages) if follow else packages:
        apt.unpack(package, root)


def kernel(directory):
    found = sorted(glob.glob(os.path.join(directory, "kernel/boot/vmlinuz-*-686-pae")))
    if not found:
        apt = Apt(directory)
        os.makedirs(apt.path("kernel"), exist_ok=True)
        apt.unpack(apt.dependency("linux-image-686-pae", "linux-image-"), apt.path("kernel"))
        found = sorted(glob.glob(os.path.join(directory, "kernel/boot/vmlinuz-*-686-pae")))
    print(found[-1])


PASSWD = "root:x:0:0:root:/root:/bin/bash\n"
GROUP = "root:x:0:\ntty:x:5:\n"


def ramdisk(directory, out):
    """busybox under all its names is installed by the init script; bash lies in bin as Debian has it."""
    root = os.path.join(directory, "root")
    nodes = os.path.join(directory, "nodes")
    with open(nodes, "w", encoding="utf-8") as file, open(os.path.join(HERE, "devices.txt"), encoding="utf-8") as own:
        file.write(own.read())
        for name in ("proc", "sys", "tmp", "root", "run", "mnt"):
            file.write(f"/{name} d 755\n")
        file.write(f"/bin/busybox f 755 {root}/bin/busybox\n")
        file.write(f"/bin/bash f 755 {root}/bin/bash-static\n")
        file.write("/bin/sh l busybox\n")
        file.write(f"/init f 755 {HERE}/debian-init\n")
        file.write("/etc/passwd f 644 " + etc_file(directory, "passwd", PASSWD) + "\n")
        file.write("/etc/group f 644 " + etc_file(directory, "group", GROUP) + "\n")
        file.write("/etc/hostname f 644 " + etc_file(directory, "hostname", "pagoda\n") + "\n")
    subprocess.run([sys.executable, os.path.join(HERE, "mkcpio.py"), "-o", out, "-d", nodes], check=True)


def tree(directory, out):
    """The same for a disk. /dev is empty: the kernel mounts its own there."""
    root = os.path.join(directory, "root")
    shutil.rmtree(out, ignore_errors=True)
    for name in ("dev", "proc", "sys", "tmp", "root", "run", "mnt", "bin", "sbin", "usr/bin", "usr/sbin", "etc"):
        os.makedirs(os.path.join(out, name))
    for source, name, mode in ((f"{root}/bin/busybox", "bin/busybox", 0o755), (f"{root}/bin/bash-static", "bin/bash", 0o755),
                               (f"{HERE}/debian-init", "sbin/init", 0o755),
                               (etc_file(directory, "passwd", PASSWD), "etc/passwd", 0o644),
                               (etc_file(directory, "group", GROUP), "etc/group", 0o644),
                               (etc_file(directory, "hostname", "pagoda\n"), "etc/hostname", 0o644)):
        shutil.copyfile(source, os.path.join(out, name))
        os.chmod(os.path.join(out, name), mode)
    os.symlink("busybox", os.path.join(out, "bin/sh"))


def dynamic(directory, out):
    """Programs that need a dynamic linker. Busybox is there for what these packages lack: mount and poweroff."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(os.path.join(directory, "dynamic"), out, symlinks=True,
                    ignore=shutil.ignore_patterns("doc", "man", "info", "locale", "gconv"))
    for name in ("dev", "proc", "sys", "tmp", "root", "run", "mnt", "sbin"):
        os.makedirs(os.path.join(out, name), exist_ok=True)
    for source, name, mode in ((os.path.join(directory, "root/bin/busybox"), "sbin/busybox", 0o755),
                               (f"{HERE}/dynamic-init", "sbin/init", 0o755),
                               (etc_file(directory, "passwd", PASSWD), "etc/passwd", 0o644),
                               (etc_file(directory, "group", GROUP), "etc/group", 0o644)):
        shutil.copyfile(source, os.path.join(out, name))
        os.chmod(os.path.join(out, name), mode)
    for name in ("mount", "poweroff", "setsid"):
        os.symlink("busybox", os.path.join(out, "sbin", name))
    os.symlink("bash", os.path.join(out, "bin/sh"))


def etc_file(directory, name, text):
    path = os.path.join(directory, "etc", name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in ("fetch", "into", "libraries", "kernel", "ramdisk", "tree", "dynamic"):
        sys.exit(__doc__)
    if sys.argv[1] in ("fetch", "into", "libraries", "kernel") and not shutil.which("apt-get"):
        sys.exit("debian.py: this needs apt-get and dpkg-deb (Debian, Ubuntu); a container with Debian will do")
    if sys.argv[1] == "fetch":
        fetch(sys.argv[2], sys.argv[3:])
    elif sys.argv[1] == "kernel":
        kernel(sys.argv[2])
    elif sys.argv[1] in ("into", "libraries"):
        fetch(sys.argv[2], sys.argv[4:], sys.argv[3], follow=sys.argv[1] == "libraries")
    elif sys.argv[1] == "dynamic":
        dynamic(sys.argv[2], sys.argv[3])
    elif sys.argv[1] == "tree":
        tree(sys.argv[2], sys.argv[3])
    else:
        ramdisk(sys.argv[2], sys.argv[3])


main()
