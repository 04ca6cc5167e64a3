# SPDX-License-Identifier: MIT
"""Machines from 16 MiB to 16 GiB: all of the memory is found and can be used, and little of it is taken for the kernel itself."""
import re
import subprocess
import sys

from testing.lab import BUILDS
from testing.machine import Machine

# What fits into 16 MiB beside a shell.
TESTS = ("brk", "cow_fork", "cow_private_file", "demand_zero", "mmap_shared", "mmap_sigbus", "mprotect", "mremap", "pipe_basic", "poll",
         "read_write", "signals", "stack_growth", "vfork", "wait")
SMALL, LARGE = (16, 24, 48, 128), (896, 1024, 2048, 3072, 4096, 8192, 16384)
LOWMEM = 896
ICOUNT = ["-icount", "shift=0,sleep=off", "-rtc", "base=2026-01-01,clock=vm"]
PAGE_STRUCT = 8			# KiB of struct page for each MiB


def boot(lab, name, memory, script, programs=(), build="default", cpu="qemu32", cpus=1, timeout=60):
    """What a script of our shell prints, with the programs in /tests."""
    with lab.scratch() as scratch:
        with open(f"{scratch}/script", "w", encoding="utf-8") as file:
            file.write(script + "\necho SCRIPT ENDS\n")
        with open(f"{scratch}/list", "w", encoding="utf-8") as file, open("user/devices.txt", encoding="utf-8") as own:
            file.write(own.read() + f"/script f 755 {scratch}/script\n/tests d 755\n")
            for program in programs:
                subprocess.run(["strip", "-o", f"{scratch}/{program}", lab.path(f"user/tests/{program}")], check=True)
                file.write(f"/tests/{program} f 755 {scratch}/{program}\n")
        subprocess.run([sys.executable, "tools/mkcpio.py", "-o", f"{scratch}/cpio", "-d", f"{scratch}/list", lab.path("root")],
                       check=True)
        machine = lab.machine(build, memory=memory, cpu=cpu, cpus=cpus, initrd=f"{scratch}/cpio",
                              append="quiet panic=-1 -- /bin/sh /script")
        outcome = machine.run(lab.log(f"memory-{name}"), timeout)
    text = "\n".join(outcome.lines)
    assert not (outcome.panicked or outcome.warned or outcome.timed_out), outcome.complaint()
    assert "SCRIPT ENDS" in text, f"at the end: {outcome.lines[-3:]}"
    return text


def field(text, name):
    return int(re.search(rf"^{name}: +(\d+) kB", text, re.M).group(1))


def zones(text):
    """{zone: {field: pages}} of /proc/zoneinfo."""
    parts = re.split(r"^Node 0, zone +(\w+)", text, flags=re.M)[1:]
    return {name: {key: int(n) for key, n in re.findall(r"^ +(?:pages )?(\w+) +(\d+)$", body, re.M)}
            for name, body in zip(parts[::2], parts[1::2])}


def check_size(lab, memory, build):
    cpu = "max" if memory >= 4096 else "qemu32"		# the one with 36 bits of address, as memory above 4 GiB needs
    text = boot(lab, f"{memory}-{build}", memory, "cat /proc/meminfo /proc/zoneinfo\n", build=build, cpu=cpu)
    total, zone = field(text, "MemTotal"), zones(text)
    # QEMU's PC has 3 GiB below the devices, if it has more than 3.5; the rest is above 4 GiB, and the frames between are in mem_map.
    # Debug builds note of each page who has it, and what the page check found.
    taken = (memory if memory < 3584 else memory + 1024) * (PAGE_STRUCT if build == "default" else 2 * PAGE_STRUCT) + 2048
    assert memory * 1024 - taken < total < memory * 1024, f"{total} KiB of {memory} MiB"
    managed = sum(z["managed"] for z in zone.values()) * 4
    assert managed == total, f"zones have {managed} KiB, not {total}"
    low = sum(z["present"] for name, z in zone.items() if name != "HighMem") * 4
    assert min(memory, LOWMEM) * 1024 - taken < low == field(text, "LowTotal") < min(memory, LOWMEM) * 1024, f"{low} KiB of low memory"
    assert abs(field(text, "HighTotal") - max(memory - LOWMEM, 0) * 1024) <= 1024
    assert ("HighMem" in zone) == (memory > LOWMEM) and zone["DMA"]["spanned"] <= 4096


def test_sizes(lab):
    for build in BUILDS if lab.long else ("debug",):
        for memory in SMALL + LARGE if lab.long else (24, 896, 4096, 16384):
            check_size(lab, memory, build)


def test_16_mib_run_programs(lab):
    """To the shell, and what fits passes."""
    script = "".join(f"mkdir /tmp/{name}; cd /tmp/{name}; echo {name}; /tests/{name} </dev/null >/tmp/out && tail -n 1 /tmp/out\n"
                     for name in TESTS)
    for build in BUILDS:
        text = boot(lab, f"programs-{build}", 16, script, TESTS, build)
        for name in TESTS:
            assert re.search(rf"^{name}\ndone$", text, re.M), name


def test_above_4_gib(lab):
    """Each word of such a page is its own. In a long run a file fills HighMem from both ends, and a program runs in what is left."""
    machine = Machine(lab.kernel(test=True), append="test=kernel test.filter=above_4_gib panic=-1", memory=5120, cpu="max")
    outcome = machine.run(lab.log("memory-above-4-gib"), 60)
    assert outcome.status == 33 and any(re.search("pfn 1[0-9a-f]{5} keeps its words", line) for line in outcome.lines), outcome.complaint()
    if lab.long:
        script = "dd if=/dev/zero of=/tmp/file bs=64k count=36800\ncd /tmp\n/tests/swap_load anon 64\n/tests/swap_load fork 64\n"
        text = boot(lab, "above-4-gib-program", 5120, script, ("swap_load",), cpu="max", timeout=300)
        assert "anon: every byte" in text and "fork: every byte" in text


def test_512_mib_are_free_but_for_12(lab):
    """After boot to the shell; what is taken is mem_map's 4 MiB, the kernel's image and the files of the ramdisk."""
    taken = 512 * 1024 - field(boot(lab, "512-default", 512, "cat /proc/meminfo\n"), "MemFree")
    assert taken <= 12 * 1024, f"{taken} KiB are not free"


def test_model(lab):
    """On four CPUs; in long runs for ten minutes with 1, 2 and 4. boot/swap has it with more memory in use than there is."""
    for cpus in (1, 2, 4) if lab.long else (4,):
        text = boot(lab, f"model-smp{cpus}", 512, f"cd /tmp; /tests/vm_model seconds={600 if lab.long else 8}\n", ("vm_model",), "debug",
                    cpus=cpus, timeout=1200)
        assert "vm_model: every byte" in text, next((line for line in text.split("\n") if "not ok" in line), "it did not end")


def costs(lab, memory, rows):
    """{row: instructions for each} of the benchmark on the default build."""
    with lab.scratch() as scratch:
        with open(f"{scratch}/list", "w", encoding="utf-8") as file:
            file.write("/dev/console c 600 5 1\n/dev/null c 666 1 3\n/dev/zero c 666 1 5\n/tmp d 1777\n")
            file.write(f"/init f 755 {lab.path('bench/osbench')}\n")
        subprocess.run([sys.executable, "tools/mkcpio.py", "-o", f"{scratch}/cpio", "-d", f"{scratch}/list"], check=True)
        machine = lab.machine(initrd=f"{scratch}/cpio", append="quiet -- " + rows, cpus=1, memory=memory, extra=ICOUNT)
        outcome = machine.run(lab.log(f"memory-cost-{memory}"), 120, lambda line: line.startswith("# done"))
    found = (re.match(r"(\w+) ([0-9.]+) tick", line) for line in outcome.lines)
    return {match.group(1): float(match.group(2)) for match in found if match}


def test_cost_grows_neither_with_areas_nor_with_memory(lab):
    """5000 areas instead of 10 are nine doublings: 60 instructions for each, or half as much again."""
    few, much = (costs(lab, memory, "vma* fault* mmap* brk* fork") for memory in (512, 2048))
    for row in ("vma_map", "vma_fault", "vma_unmap"):
        least, most = few[f"{row}_10"], few[f"{row}_5000"]
        assert most <= max(1.5 * least, least + 9 * 60), f"{row}: {least} with 10 areas, {most} with 5000"
    assert len(few) >= 20
    for row, cost in few.items():
        assert much[row] <= 1.5 * cost, f"{row}: {cost} with 512 MiB, {much[row]} with 2 GiB"


def cases(_lab):
    return ()
