# SPDX-License-Identifier: MIT
"""Disks: partition tables that the kernel finds at boot, and the tests of tests/kernel/block.c on drives of all kinds."""
import json
import re
import struct
import zlib

from testing.lab import Case
from testing.machine import Machine
from testing.results import parse_line

SECTOR = 512
MIB = 1 << 20


def mbr_table(entries):
    """Entries are (type, first sector, sectors)."""
    table = b"".join(struct.pack("<B3xB3xII", 0, *entry) for entry in entries)
    return bytes(446) + table.ljust(64, b"\0") + b"\x55\xaa"


class Image:
    """A sparse disk image in the making."""

    def __init__(self, path, size):
        self.path, self.size, self.sectors = path, size, size // SECTOR
        with open(path, "wb") as file:
            file.truncate(size)

    def write(self, sector, data):
        with open(self.path, "r+b") as file:
            file.seek(sector * SECTOR)
            file.write(data)
        return self

    def mbr(self, *entries, at=0):
        return self.write(at, mbr_table(entries))

    def gpt(self, *entries, damage=()):
        """Entries are (first, last), or None for an unused one. damage: "primary", "backup"."""
        table = b"".join(struct.pack("<16s16sQQQ72x", b"\x11" * 16, bytes(16), *entry, 0) if entry else bytes(128)
                         for entry in entries).ljust(128 * 128, b"\0")
        self.mbr((0xee, 1, 0xffffffff))
        for name, lba, other, place in (("primary", 1, self.sectors - 1, 2),
                                        ("backup", self.sectors - 1, 1, self.sectors - 33)):
            def header(crc):
                return struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, crc, 0, lba, other, 34,
                                   self.sectors - 34, bytes(16), place, 128, 128, zlib.crc32(table))
            self.write(lba, header(zlib.crc32(header(0)) ^ (name in damage)))
            self.write(place, table)
        return self


def drive(image, number, device, options=""):
    return ["-drive", f"file={image.path},format=raw,if=none,id=d{number}", "-device", f"{device},drive=d{number}{options}"]


def names_after(lines, disk):
    """The partitions that the kernel announced, or None if there is no such disk."""
    for line in lines:
        match = re.search(rf"\b{disk}: \d+ KiB(?:, read-only)?(?:: (.*))?$", line)
        if match:
            return (match.group(1) or "").split()
    return None


def boot(lab, log, extra, **how):
    """The lines of a boot up to the first prompt."""
    machine = lab.machine("debug", initrd=lab.path("ramdisk.cpio"), append="loglevel=7", extra=extra, **how)
    outcome = machine.run(lab.log(log), 60, lambda line: re.search(r"[#$] $", line))
    assert outcome.stopped, outcome.complaint()
    assert not outcome.warned, outcome.warned
    return outcome.lines


def test_partitions(lab):
    """One disk for each kind of table."""
    def image(name):
        return Image(f"{scratch}/{name}", 16 * MIB)

    with lab.scratch() as scratch:
        logical = image("logical").mbr((0x83, 64, 1000), (0x0f, 2000, 20000))
        logical.mbr((0x83, 8, 100), (0x05, 1000, 500), at=2000).mbr((0x83, 8, 100), at=3000)
        loop = image("loop").mbr((0x05, 100, 5000)).mbr((0x83, 8, 10), (0x05, 0, 10), at=100)
        images = [
            (image("empty"), []),
            (image("primary").mbr((0x83, 64, 1000), (0, 0, 0), (0x82, 2000, 30768)), ["1", "3"]),
            (logical, ["1", "2", "5", "6"]),
            (loop, ["1", "5"]),
            (image("beyond").mbr((0x83, 64, 0xffffffff), (0x83, 0xfffffff0, 0xffffffff)), ["1"]),
            (image("gpt").gpt((64, 1000), None, (2000, 2000)), ["1", "3"]),
            (image("gpt-damaged").gpt((64, 1000), (2000, 2000), damage=["primary"]), ["1", "2"]),
            (image("gpt-dead").gpt((64, 1000), damage=["primary", "backup"]), []),
            (image("gpt-hostile").gpt((1000, 64), (64, 1 << 62), (0, (1 << 64) - 1), (5, 5)), ["4"]),
        ]
        extra = [word for n, (img, _) in enumerate(images) for word in drive(img, n, "virtio-blk-pci")]
        lines = boot(lab, "disks-partitions", extra)
    for n, (img, wanted) in enumerate(images):
        disk = "vd" + chr(ord("a") + n)
        found = names_after(lines, disk)
        assert found == [disk + number for number in wanted], f"{img.path.rsplit('/', 1)[1]}: {found}, not {wanted}"


def test_names_of_ide_drives(lab):
    """Both drives of both channels, and a CD that is left alone."""
    with lab.scratch() as scratch:
        extra = ["-cdrom", f"{scratch}/cd"]
        Image(f"{scratch}/cd", MIB)
        for n, (bus, unit) in enumerate(((0, 0), (0, 1), (1, 1))):
            extra += drive(Image(f"{scratch}/{n}", 4 * MIB).mbr((0x83, 64, 100)), n, "ide-hd", f",bus=ide.{bus},unit={unit}")
        lines = boot(lab, "disks-ide-names", extra)
    assert [names_after(lines, disk) for disk in ("hda", "hdb", "hdc", "hdd")] == [["hda1"], ["hdb1"], None, ["hdd1"]]


def run_block_tests(lab, log, disk, extra, append="", build="debug", timeout=120, wanted=(), **how):
    """The in-kernel tests of the block layer with this disk; all must pass, and those of wanted not be skipped."""
    machine = Machine(lab.kernel(build, test=True), append=f"loglevel=7 test=kernel test.filter=block test.disk={disk} {append}",
                      extra=extra, **how)
    outcome = machine.run(lab.log(log), timeout)
    results = [r for r in (parse_line(line, "") for line in outcome.lines) if r]
    failed = [f"{r.name}: {r.why}" for r in results if r.verdict == "not ok"]
    assert not failed, failed[0]
    assert not outcome.complaint(), outcome.complaint()
    passed = {r.name for r in results if r.verdict == "ok"}
    missing = [name for name in ("block_disk_keeps_what_is_written", *wanted) if name not in passed]
    assert not missing, f"{missing[0]} did not pass"
    return outcome


def on_device(lab, log, disk, device, options="", size=16 * MIB, **how):
    with lab.scratch() as scratch:
        image = Image(f"{scratch}/disk", size)
        outcome = run_block_tests(lab, log, disk, drive(image, 0, device, options), **how)
        # The last page, as block_disk_keeps_what_is_written leaves it: not only read back, but in the right place.
        with open(image.path, "rb") as file:
            file.seek(size - 4096)
            words = struct.unpack("<1024I", file.read(4096))
        assert words == tuple((5 * 2654435761 + i) % (1 << 32) for i in range(1024)), "the last page is not where it should be"
        return outcome


def test_virtio(lab):
    on_device(lab, "disks-virtio", "vda", "virtio-blk-pci")


def test_virtio_default_build(lab):
    on_device(lab, "disks-virtio-default", "vda", "virtio-blk-pci", build="default")


def test_virtio_modern_only_and_far_above_4_gib(lab):
    on_device(lab, "disks-virtio-modern", "vda", "virtio-blk-pci", ",disable-legacy=on", size=9 << 40)


def test_virtio_without_indirect_descriptors(lab):
    on_device(lab, "disks-virtio-direct", "vda", "virtio-blk-pci", ",indirect_desc=off,queue-size=64")


def test_virtio_with_blocks_of_4096(lab):
    """Sector addresses that do not fit are refused, and the tests use some that do not."""
    with lab.scratch() as scratch:
        extra = drive(Image(f"{scratch}/disk", 16 * MIB), 0, "virtio-blk-pci", ",logical_block_size=4096,physical_block_size=4096")
        machine = Machine(lab.kernel("debug", test=True), extra=extra,
                          append="test=kernel test.filter=block_disk_plug test.disk=vda")
        outcome = machine.run(lab.log("disks-virtio-4096"), 60)
    assert not outcome.complaint(), outcome.complaint()


def test_virtio_read_only(lab):
    with lab.scratch() as scratch:
        image = Image(f"{scratch}/disk", 16 * MIB).mbr((0x83, 64, 100))
        extra = ["-drive", f"file={image.path},format=raw,if=none,id=d0,readonly=on", "-device", "virtio-blk-pci,drive=d0"]
        lines = boot(lab, "disks-virtio-read-only", extra)
    assert any(re.search(r"vda: \d+ KiB, read-only: vda1", line) for line in lines)


def test_virtio_behind_a_bridge(lab):
    """Two of them, so that they share their interrupt line: slots 1 and 5 do."""
    with lab.scratch() as scratch:
        extra = ["-device", "pci-bridge,id=bridge,chassis_nr=1"]
        for n, slot in enumerate((1, 5)):
            extra += drive(Image(f"{scratch}/{n}", 16 * MIB), n, "virtio-blk-pci", f",bus=bridge,addr={slot}")
        for disk in ("vda", "vdb"):
            run_block_tests(lab, f"disks-bridge-{disk}", disk, extra)


def test_ide_dma(lab):
    outcome = on_device(lab, "disks-ide-dma", "hda", "ide-hd", ",bus=ide.0,unit=0")
    assert any("hda: ATA disk, DMA" in line for line in outcome.lines)


def test_ide_pio(lab):
    outcome = on_device(lab, "disks-ide-pio", "hdd", "ide-hd", ",bus=ide.1,unit=1", append="ide=nodma")
    assert any("hdd: ATA disk, PIO" in line for line in outcome.lines)


def test_ide_master_and_slave(lab):
    """Two drives take turns on one channel."""
    for mode in ("", "ide=nodma"):
        with lab.scratch() as scratch:
            extra = [word for n in range(2)
                     for word in drive(Image(f"{scratch}/{n}", 16 * MIB), n, "ide-hd", f",bus=ide.0,unit={n}")]
            run_block_tests(lab, f"disks-ide-two{mode}", "hda", extra, append=f"test.disk2=hdb {mode}", wanted=["block_disk_many_tasks"])


def test_ide_on_isa(lab):
    with lab.scratch() as scratch:
        image = Image(f"{scratch}/disk", 16 * MIB)
        extra = ["-M", "isapc", "-drive", f"file={image.path},format=raw,if=ide"]
        run_block_tests(lab, "disks-isa", "hda", extra, memory=64)


def test_ide_with_48_bit_addresses(lab):
    for mode in ("", "ide=nodma"):
        on_device(lab, f"disks-ide-lba48{mode}", "hda", "ide-hd", ",bus=ide.0,unit=0", size=1 << 40, append=mode)


def test_ide_bounces_pages_above_4_gib(lab):
    on_device(lab, "disks-ide-bounce", "hda", "ide-hd", ",bus=ide.0,unit=0", memory=5120, cpu="max")


def faulty(path, what):
    """A disk whose sector 8000 cannot be read or written, or whose cache cannot be flushed."""
    rule = {"event": "none", "iotype": what, "errno": 5, "once": False}
    if what != "flush":
        rule["sector"] = 8000
    return ["-blockdev", json.dumps({"driver": "blkdebug", "node-name": "d0", "inject-error": [rule],
                                     "image": {"driver": "file", "filename": path}})]


def test_errors_of_the_disk(lab):
    """EIO for those who asked for the bad sector; and so we know too that flushes do arrive."""
    kinds = (("vda", "virtio-blk-pci,drive=d0", ""), ("hda", "ide-hd,drive=d0,bus=ide.0", ""),
             ("hda", "ide-hd,drive=d0,bus=ide.0", "ide=nodma"))
    for what in ("read", "write", "flush"):
        for disk, device, append in kinds:
            with lab.scratch() as scratch:
                image = Image(f"{scratch}/disk", 16 * MIB)
                machine = Machine(lab.kernel("debug", test=True), extra=faulty(image.path, what) + ["-device", device],
                                  append=f"test=kernel test.filter=block_errors test.disk={disk} test.bad={what} {append}")
                outcome = machine.run(lab.log(f"disks-error-{what}-{disk}{append}"), 60)
            assert "ok block_errors_stay_where_they_are" in "\n".join(outcome.lines), f"{what} {disk} {append}"
            assert not outcome.complaint(), outcome.complaint()


def cases(lab):
    if lab.long:
        image = Image(lab.path("slow-disk.img"), 16 * MIB)
        slow = ["-drive", f"file={image.path},format=raw,if=none,id=d0,throttling.bps-total=8192"]
        # So slow that the driver resets the drive and gives up; the other request still ends well.
        yield Case("ide_without_answer", [r"hda: no answer", r"hda: giving up", r"ok block_disk_plug"], build="debug-test", timeout=200,
                   append="test=kernel test.filter=block_disk_plug test.disk=hda", status=33,
                   extra=slow + ["-device", "ide-hd,drive=d0,bus=ide.0"])
