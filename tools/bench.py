#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures Pagoda against Debian's Linux kernel with bench/osbench.c: `make bench`.

Both run in the same QEMU with the same CPU, memory and ramdisk, in which osbench is process 1.
Instructions: one boot each under -icount, where virtual time is the number of instructions. Time:
at least five boots each without it, Pagoda and Linux by turns; the figure is the minimum over the
boots of each boot's median. The result goes into docs/performance.md between two marks; what
stands around them is written by hand and stays.
"""
import argparse
import glob
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
from testing.disk import attach, e2fs
from testing.machine import Machine

# The fairest fast settings: protection that Pagoda does not have is off, and nothing runs beside.
LINUX_APPEND = ("mitigations=off init_on_alloc=0 transparent_hugepage=never apparmor=0 audit=0 "
                "randomize_kstack_offset=off nokaslr quiet panic=-1")
PAGODA_APPEND = "quiet panic=-1"
ICOUNT = ["-icount", "shift=0,sleep=off", "-rtc", "base=2026-01-01,clock=vm"]
# All rows but those for a kernel that lets SSE be used, as prefixes. They are named because Linux hands
# kernel parameters that it does not know (nokaslr here) to process 1, which would take them for rows.
ALL_ROWS = ("cal_loop cal_movsb cal_movsd cal_mov32 cal_stosd cal_sto32 n* cl* g* y* r* w* st* o* si* fa* m* b* v* "
            "fo* e* p* ct* cr* l* u*").split()
# The same rows with the files on ext2, on a virtio disk.
DISK_ROWS = "stat1 open_close fault_file fault_file_cow re* pr* w* cr* l* u*".split()
# Linux has the drivers as modules, in this order.
MODULES = ("virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk "
           "crc16 crc32c_generic mbcache jbd2 ext4").split()
DISK_INIT = """#!/bin/busybox sh
for m in {modules}; do [ -e /modules/$m.ko ] && busybox insmod /modules/$m.ko; done
busybox mount -t devtmpfs devtmpfs /dev
busybox mount -t ext2 /dev/vda /tmp || echo "bench: cannot mount the disk"
exec /osbench "$@"
""".format(modules=" ".join(MODULES))
BEGIN, END = "<!-- begin: make bench -->", "<!-- end: make bench -->"
BOOT = "boot to the first user instruction"
HEAD = """# Performance

What the basic operations cost, on Pagoda and on Linux, and how that is measured. `make bench` writes the
table; the words around it are ours. `bench/README.md` says what each row does.
"""


def parse(lines):
    """{row: (value or None, unit or reason)} of osbench's output, and whether it came to its end."""
    rows, done = {}, False
    for line in lines:
        started = re.match(r"# started at (\d+)", line)
        value = re.match(r"([a-z][a-z0-9_]+) ([0-9.]+) (\S+)", line)
        skipped = re.match(r"([a-z][a-z0-9_]+) skip (.*)", line)
        if started:
            rows[BOOT] = (float(started.group(1)), "tick")
        elif value:
            rows[value.group(1)] = (float(value.group(2)), value.group(3))
        elif skipped:
            rows[skipped.group(1)] = (None, skipped.group(2).strip())
        done = done or line.startswith("# done")
    return rows, done


class Bench:
    def __init__(self, args):
        self.args = args
        self.logs = os.path.join(args.build, "logs")
        os.makedirs(self.logs, exist_ok=True)
        self.kernels = {"pagoda": (os.path.join(args.build, "pagoda.elf"), PAGODA_APPEND),
                        "linux": (self.linux_kernel(), LINUX_APPEND)}
        self.ramdisk, self.rows, self.image = self.make_ramdisk(), ALL_ROWS, None

    def linux_kernel(self):
        here = os.path.dirname(os.path.abspath(__file__))
        return subprocess.run([sys.executable, os.path.join(here, "debian.py"), "kernel",
                               os.path.join(self.args.build, "debian")],
                              stdout=subprocess.PIPE, check=True, universal_newlines=True).stdout.strip()

    def make_ramdisk(self):
        here = os.path.dirname(os.path.abspath(__file__))
        nodes, out = (os.path.join(self.args.build, "bench", name) for name in ("nodes", "ramdisk.cpio"))
        with open(os.path.join(here, "devices.txt"), encoding="utf-8") as own:
            text = own.read() + f"/tmp d 1777\n/init f 755 {self.args.build}/bench/osbench\n"
        with open(nodes, "w", encoding="utf-8") as file:
            file.write(text)
        subprocess.run([sys.executable, os.path.join(here, "mkcpio.py"), "-o", out, "-d", nodes], check=True)
        return out

    def disk_ramdisk(self):
        """Mounts the disk on /tmp and becomes osbench; busybox and Linux's modules come from Debian."""
        debian, out, nodes, init = (os.path.join(self.args.build, name) for name in
                                    ("debian", "bench/disk.cpio", "bench/disk-nodes", "bench/disk-init"))
        here = os.path.dirname(os.path.abspath(__file__))
        with open(init, "w", encoding="utf-8") as file:
            file.write(DISK_INIT)
        with open(os.path.join(here, "devices.txt"), encoding="utf-8") as own, open(nodes, "w", encoding="utf-8") as file:
            file.write(own.read() + f"/tmp d 1777\n/init f 755 {init}\n/osbench f 755 {self.args.build}/bench/osbench\n"
                       f"/bin/busybox f 755 {debian}/root/bin/busybox\n")
            for module in MODULES:
                for path in glob.glob(f"{debian}/kernel/lib/modules/**/{module}.ko", recursive=True)[:1]:
                    file.write(f"/modules/{module}.ko f 644 {path}\n")
        subprocess.run([sys.executable, os.path.join(here, "mkcpio.py"), "-o", out, "-d", nodes], check=True)
        return out

    def use_disk(self):
        """From here on the files lie on ext2: a new image for each boot."""
        self.ramdisk, self.rows = self.disk_ramdisk(), DISK_ROWS
        self.image = os.path.join(self.args.build, "bench", "disk.img")

    def boot(self, who, extra, label):
        """One boot; the rows that it printed."""
        kernel, append = self.kernels[who]
        words = " ".join(self.args.rows or self.rows)
        if self.image:
            with open(self.image, "wb") as file:
                file.truncate(64 << 20)
            subprocess.run([e2fs("mke2fs"), "-q", "-F", "-t", "ext2", "-b", "4096", self.image], check=True)
            extra, label = extra + attach(self.image), label + "-disk"
        machine = Machine(kernel, initrd=self.ramdisk, append=f"{append} -- {words}", extra=extra, memory=self.args.memory)
        outcome = machine.run(os.path.join(self.logs, f"bench-{who}-{label}.log"), self.args.timeout,
                              on_line=lambda line: line.startswith("# done"))
        rows, done = parse(outcome.lines)
        if not done:
            print(f"bench: {who} ({label}) did not finish: {outcome.complaint()}", file=sys.stderr)
        print(f"  BENCH   {who} {label}: {len(rows)} rows, {outcome.seconds:.0f} s", flush=True)
        return rows

    def instructions(self):
        return {who: self.boot(who, ICOUNT, "icount") for who in self.kernels}

    def times(self):
        """The best of each row over all boots: the least, or for a bandwidth the greatest."""
        best = {who: {} for who in self.kernels}
        for turn in range(self.args.boots):
            for who in self.kernels:
                for row, (value, unit) in self.boot(who, [], f"time-{turn + 1}").items():
                    old = best[who].get(row, (None, unit))[0]
                    if value is None:
                        best[who].setdefault(row, (None, unit))
                    elif old is None or better(value, old, unit):
                        best[who][row] = (value, unit)
        return best


def better(value, old, unit):
    return value > old if is_bandwidth(unit) else value < old


def is_bandwidth(unit):
    return "/" in unit


def ratio(rows, row):
    """Pagoda's cost as a multiple of Linux's: below 1 is faster. None if one of them has no figure."""
    mine, theirs = rows["pagoda"].get(row, (None, ""))[0], rows["linux"].get(row, (None, ""))[0]
    if not mine or not theirs:
        return None
    return theirs / mine if is_bandwidth(rows["linux"][row][1]) else mine / theirs


def figure(rows, row):
    value, unit = rows.get(row, (None, "–"))
    if value is None:
        return unit
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")


def times(value):
    return "–" if value is None else f"{value:.2f}"


def table(insns, clock):
    names = list(insns["linux"]) or list(clock["linux"])
    yield "| row | Pagoda insns | Linux insns | ratio | Pagoda time | Linux time | ratio |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for row in names:
        unit = insns["linux"].get(row, clock["linux"].get(row, (0, "")))[1]
        name = f"{row} (B per 1000)" if is_bandwidth(unit) else row
        yield (f"| {name} | {figure(insns['pagoda'], row)} | {figure(insns['linux'], row)} | {times(ratio(insns, row))} "
               f"| {figure(clock['pagoda'], row)} | {figure(clock['linux'], row)} | {times(ratio(clock, row))} |")


def section(args, kernel, insns, clock, disk):
    qemu = subprocess.run(["qemu-system-i386", "--version"], stdout=subprocess.PIPE, check=True,
                          universal_newlines=True).stdout.splitlines()[0]
    yield BEGIN
    yield ""
    yield f"Made by `make bench`: {qemu}, TCG, `-cpu qemu32`, 512 MiB, one CPU, files on the ramdisk's tmpfs."
    yield f"Linux is Debian's `{os.path.basename(kernel)}` with `{LINUX_APPEND}`."
    yield ""
    yield "**insns**: instructions per operation under `-icount shift=0,sleep=off` (bandwidth rows: bytes per 1000"
    yield f"instructions). **time**: ticks of the host's TSC without it, the best of {args.boots} boots by turns. A ratio is"
    yield "Pagoda's cost over Linux's: below 1 Pagoda is faster. The row of the boot has the firmware in it."
    yield ""
    yield from table(insns, clock)
    if disk:
        yield ""
        yield "The same with the files on ext2, on a virtio disk (Linux's ext2 is served by its ext4 driver); what is cached stays cached:"
        yield ""
        yield from table(*disk)
    yield ""
    yield END


def write(path, text):
    """Replaces what stands between the marks; a new file gets a head."""
    old = HEAD + f"\n{BEGIN}\n{END}\n"
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            old = file.read()
    if BEGIN not in old:
        old += f"\n{BEGIN}\n{END}\n"
    head, _, rest = old.partition(BEGIN)
    tail = rest.partition(END)[2]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(head + text + tail)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("rows", nargs="*", help="rows or prefix* (all); the document is then not written")
    parser.add_argument("--build", default="build")
    parser.add_argument("--boots", type=int, default=5, help="boots of each kernel for the times (0: none)")
    parser.add_argument("--memory", type=int, default=512, metavar="MIB", help="of the machines (512)")
    parser.add_argument("--timeout", type=int, default=600, help="seconds for one boot")
    parser.add_argument("--out", default="docs/performance.md")
    args = parser.parse_args()
    bench = Bench(args)
    insns = bench.instructions()
    clock = bench.times()
    disk = None
    if not args.rows:
        bench.use_disk()
        disk = bench.instructions(), bench.times()
        for rows in (*disk[0].values(), *disk[1].values()):
            rows.pop(BOOT, None)
    text = "\n".join(section(args, bench.kernels["linux"][0], insns, clock, disk))
    print(text)
    if not args.rows and args.boots >= 5 and args.memory == 512:
        write(args.out, text)
    missing = [row for row, (value, _) in insns["linux"].items()
               if value is not None and insns["pagoda"].get(row, (None,))[0] is None]
    if missing:
        sys.exit("bench: no figure for Pagoda in: " + " ".join(missing))


main()
