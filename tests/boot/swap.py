# SPDX-License-Identifier: MIT
"""Swap on a machine with little memory: loads of twice the memory whose every byte is checked, areas that come and go, disks that fail."""
import re
import subprocess
import sys

from testing.disk import attach, check, e2fs

MIB = 1 << 20
MEMORY = 40
PROGRAMS = ("swap_load", "swap_calls", "vm_model", "cow_orders", "fault_table", "madvise_pages")
LOADS = (("anon", 80), ("fork", 50), ("tmpfs", 60), ("shared", 60), ("mlock", 60))
# Afterwards all places are free again, once what is being written has been, and swapoff leaves nothing.
AFTERWARDS = """
swapoff -a
tail -n +2 /proc/swaps
grep -E 'Swap(Cached|Total|Free):' /proc/meminfo
echo SCRIPT ENDS
"""
NOTHING_LEFT = r"SwapCached: +0 kB\nSwapTotal: +0 kB\nSwapFree: +0 kB\nSCRIPT ENDS"


def run(lab, name, script, memory=MEMORY, timeout=300, block_size=None, cpus=None, disk=()):
    """What a script of our shell prints, with the loads in /, /dev/vda of 256 MiB and /dev/vdb of 128, perhaps with ext2 in it."""
    how = {} if cpus is None else {"cpus": cpus}
    with lab.scratch() as scratch:
        with open(f"{scratch}/script", "w", encoding="utf-8") as file:
            file.write(script + AFTERWARDS)
        for image, size in (("vda", 256), ("vdb", 128)):
            with open(f"{scratch}/{image}", "wb") as file:
                file.truncate(size * MIB)
        if block_size:
            subprocess.run([e2fs("mke2fs"), "-q", "-F", "-t", "ext2", "-b", str(block_size), f"{scratch}/vdb"], check=True)
        with open(f"{scratch}/list", "w", encoding="utf-8") as file, open("user/devices.txt", encoding="utf-8") as own:
            file.write(own.read() + f"/script f 755 {scratch}/script\n")
            file.writelines(f"/{program} f 755 {lab.path('user/tests/' + program)}\n" for program in PROGRAMS)
        subprocess.run([sys.executable, "tools/mkcpio.py", "-o", f"{scratch}/cpio", "-d", f"{scratch}/list", lab.path("root")],
                       check=True)
        extra = list(disk) or attach(f"{scratch}/vda") + attach(f"{scratch}/vdb", number=1)
        extra = [word.replace("SCRATCH", scratch) for word in extra]
        outcome = lab.machine("debug", memory=memory, initrd=f"{scratch}/cpio", append="quiet panic=-1 -- /bin/sh /script",
                              extra=extra, **how).run(lab.log(f"swap-{name}"), timeout)
        text = "\n".join(outcome.lines)
        assert not (outcome.panicked or outcome.warned or outcome.timed_out), outcome.complaint()
        assert "not ok" not in text and "Killed" not in text, next(line for line in outcome.lines if "not ok" in line or "Killed" in line)
        assert re.search(NOTHING_LEFT, text), f"at the end: {outcome.lines[-6:]}"
        if block_size:
            assert not check(f"{scratch}/vdb"), check(f"{scratch}/vdb")
    return text


def must_hold(text, loads):
    for load in loads:
        assert f"{load}: every byte" in text, f"{load} did not come to its end"


def with_loads(setup, loads=LOADS):
    return setup + "".join(f"/swap_load {name} {mib}\n" for name, mib in loads) + "grep pswp /proc/vmstat\n"


DISK = "mkswap /dev/vda\nswapon /dev/vda\n"


def test_loads_on_a_disk(lab):
    for _, cpus in lab.counts("all"):
        text = run(lab, f"disk-smp{cpus}", with_loads(DISK), cpus=cpus, timeout=400)
        must_hold(text, [name for name, _ in LOADS])
        assert int(re.search(r"pswpout (\d+)", text).group(1)) > 20000


def on_ext2(command):
    return f"mount -t ext2 /dev/vdb /mnt\ncd /mnt\n{command}\ncd /\numount /mnt\n"


def test_fault_table(lab):
    """The lines of the table in mm/fault.c that need a disk, or swap."""
    text = run(lab, "fault-table", DISK + on_ext2("/fault_table disk"), memory=64, block_size=1024)
    for line in ("file_read_major: ok, 0 minor 1 major", "swapped_read: ok, 0 minor 1 major", "swapped_write: ok, 0 minor 1 major",
                 "swap_cache_hit: ok, 1 minor 0 major", "shm_swapped: ok"):
        assert line in text, f"not: {line}"


def test_300_sharers(lab):
    must_hold(run(lab, "sharers", with_loads(DISK, (("sharers", 60),)), memory=64), ["sharers"])


def test_a_file_on_ext2(lab):
    for size in (1024, 4096):
        setup = ("mount -t ext2 /dev/vdb /mnt\ndd if=/dev/zero of=/mnt/swap bs=64k count=1500 2>/dev/null\n"
                 "mkswap /mnt/swap\nswapon /mnt/swap\ngrep file /proc/swaps\n")
        text = run(lab, f"file-{size}", with_loads(setup, LOADS[:1]) + "swapoff -a\nrm /mnt/swap\numount /mnt\n", block_size=size)
        must_hold(text, ["anon"])
        assert re.search(r"^/mnt/swap {31}file\t\t\d+\t\t0\t\t-2$", text, re.M), size


def test_calls(lab):
    """What the calls answer, when there is a disk and a file to swap to: errors are swapon(2)'s."""
    text = run(lab, "calls", "mount -t ext2 /dev/vdb /mnt\n/swap_calls /dev/vda 65536 /mnt/file\numount /mnt\n", block_size=4096)
    said = re.findall(r"^((?:swapon|swapoff|mount|write|ftruncate|truncate|fallocate|unlink|rename)\(.*): (ok|error \d+)$", text, re.M)
    assert [answer.replace("error ", "") for _, answer in said] == (
        "2 2 2 14 21 22 22 22 22 22 1 22 1 "			# refused()
        "22 22 22 22 22 22 ok 16 16 ok 22 "			# headers()
        "ok ok 16 26 26 26 26 1 1 ok ok ok 22 22 ok").split(), said


def test_priorities(lab):
    """The area with the higher priority is filled first; equals take turns."""
    fill = "/swap_load hold 60 > /full &\nread line < /full\ntail -n +2 /proc/swaps\nkill -9 $!\nwait\nswapoff -a\n"
    text = run(lab, "priorities", "mkfifo /full\nmkswap /dev/vda\nmkswap /dev/vdb\nswapon -p 1 /dev/vda\nswapon -p 2 /dev/vdb\n" + fill +
               "swapon -p 3 /dev/vda\nswapon -p 3 /dev/vdb\n" + fill)
    used = {(disk, int(prio)): int(kib) for disk, kib, prio in re.findall(r"^/dev/(vd.) +partition\t\d+\t\t(\d+)\t\t(\d+)$", text, re.M)}
    assert used["vda", 1] == 0 and used["vdb", 2] > 10000, used
    assert used["vda", 3] > 5000 and used["vdb", 3] > 5000 and abs(used["vda", 3] - used["vdb", 3]) <= 2048, used


def test_swapoff_under_load(lab):
    """Two are at work and fork; the areas change under them."""
    text = run(lab, "swapoff", DISK + """mkswap /dev/vdb
mkfifo /full
/swap_load busy 26 > /full & A=$!
read line < /full
/swap_load busy 26 > /full & B=$!
read line < /full
for i in 1 2; do
swapon /dev/vdb; swapoff /dev/vda; swapon /dev/vda; swapoff /dev/vdb
tail -n +2 /proc/swaps
done
kill -0 $A && kill -0 $B && echo both alive
kill -9 $A $B
wait
""")
    assert "both alive" in text and len(re.findall(r"^/dev/vda .*\t-2$", text, re.M)) == 2


def test_a_slow_disk(lab):
    """Pages that are on their way to a disk of 1.5 MB/s will be free one day: nobody is killed, no call fails."""
    disk = ["-drive", "file=SCRATCH/vda,format=raw,if=none,id=d0,throttling.bps-write=1500000", "-device", "virtio-blk-pci,drive=d0"]
    must_hold(run(lab, "slow", DISK + "/swap_load anon 22 & /swap_load fork 12 & /swap_load shared 10; wait\n", disk=disk, cpus=2),
              ["anon", "fork", "shared"])


def test_model(lab):
    """Eight processes change their areas at random and know every byte, with more memory in use than there is."""
    for cpus in (1, 2, 4) if lab.long else lab.cpus:
        text = run(lab, f"model-smp{cpus}", DISK + f"/vm_model seconds={600 if lab.long else 12} pages=1500\ngrep pswp /proc/vmstat\n",
                   memory=40, cpus=cpus, timeout=1200)
        must_hold(text, ["vm_model"])
        assert int(re.search(r"pswpout (\d+)", text).group(1)) > 1000


def test_orders_of_sharing(lab):
    """Pages that three processes share, at each point of their lives in swap."""
    must_hold(run(lab, "orders", DISK + f"/cow_orders {'all' if lab.long else ''}\n", memory=64, timeout=900), ["cow_orders"])


def test_swapoff_without_room(lab):
    """What does not fit stays where it is, and nobody is killed."""
    text = run(lab, "no-room", DISK + """mkfifo /full
/swap_load hold 60 > /full & A=$!
read line < /full
swapoff /dev/vda
kill -0 $A && echo alive
kill -9 $A
wait
""")
    assert "swapoff failed: Cannot allocate memory" in text and "alive" in text


def test_a_disk_that_fails(lab):
    """A sector that cannot be read: who needs it gets SIGBUS, and others go on. One that cannot be written: its page stays in memory."""
    # Page 4097: by then all that is going out is the load's own; the shell's and init's cold pages went first.
    for what in ("read", "write"):
        disk = ["-blockdev", "driver=file,filename=SCRATCH/vda,node-name=f0",
                "-blockdev", f"driver=blkdebug,image=f0,node-name=b0,inject-error.0.event=none,inject-error.0.iotype={what},"
                "inject-error.0.errno=5,inject-error.0.sector=32776", "-device", "virtio-blk-pci,drive=b0"]
        text = run(lab, f"fails-{what}", DISK + "/swap_load anon 60\necho status $?\n/swap_load shared 10\ndmesg | grep swap:\n", disk=disk)
        assert ("status 135" if what == "read" else "status 0") in text, what
        assert "swap: error -5 on vda, page 4097" in text, what
        must_hold(text, ["shared"] if what == "read" else ["anon", "shared"])


def cases(_lab):
    return ()


def test_madvise(lab):
    """MADV_FREE, MADV_COLD and MADV_PAGEOUT where there is swap."""
    text = run(lab, "madvise", DISK + on_ext2("/madvise_pages disk"), memory=64, block_size=1024)
    for line in ("in swap: 2400 kB", "half given up: 1200 kB", "all: of 600 pages 300 as they were, 300 zero", "unmapped: 0 kB",
                 "paged out, in memory: 0", "and back: of 600 pages 600 as they were, 0 zero", "shared, in memory: 0",
                 "shared: of 600 pages 600 as they were, 0 zero", "file, in memory: 0", "file: of 600 pages 600 as they were, 0 zero",
                 "ordinary pages since then: of 200 pages 200 as they were, 0 zero", "the others: of 200 pages 0 as they were, 200 zero",
                 "the child's: of 600 pages 600 as they were, 0 zero"):
        assert line in text, f"not: {line}"
