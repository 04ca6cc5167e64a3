# SPDX-License-Identifier: MIT
"""
Debian's bash explodes, `:(){ :|:& };:`, as root, whom no RLIMIT_NPROC holds (tests/user/fork_bomb.c is about that). A shell that
was open before answers, and can kill it; afterwards memory is back, page by page.
"""
import time

from testing.machine import Console

ANSWER = 2.0		# seconds: of the machine in one test, in the others of a host that has the time
WEIGH = ("for i in 1 2; do sync; echo 3 >/proc/sys/vm/drop_caches; done; "
         "grep -E '^nr_(free_pages|slab|page_table|shmem)' /proc/vmstat; "
         "grep RssAnon /proc/$$/status; "
         "grep -E '^(task_struct|signal_struct|sighand_struct|mm_struct|vm_area_struct|files_struct|fs_struct) ' /proc/slabinfo")


def cases(lab):
    return []


def weigh(console):
    """
    (pages, objects in use by kind). Pages: free, in slabs, page tables (the kernel keeps those of its stacks), and what may grow
    by right, the shell's own and files in memory.
    """
    pages, objects = 0, {}
    for line in console.output(WEIGH).splitlines():
        name, count = line.split()[:2]
        if name.startswith("nr_"):
            pages += int(count)
        elif name == "RssAnon:":
            pages += int(count) // 4
        else:
            objects[name] = int(count)
    return pages, objects


def settled(console, wanted=None):
    """The weight once it is as wanted, or the same twice: what has just ended, the last reader too, may be on its way out."""
    before = None
    for _ in range(30):
        after = weigh(console)
        if after == (wanted or before):
            break
        before = after
        time.sleep(0.2)
    return after


def slowness():
    """How much longer than on an idle machine 20 ms of work take here: the host may have other guests."""
    wall, cpu = time.monotonic(), time.process_time()
    while time.process_time() - cpu < 0.02:
        pass
    return (time.monotonic() - wall) / 0.02


def explode(console, seconds):
    """Answers of the shell beside the bomb; the bomb is over afterwards."""
    late = []
    console.sendline(":(){ :|:& };:")
    start = time.monotonic()
    number = 0
    while time.monotonic() - start < seconds:
        number += 1
        asked, factor = time.monotonic(), slowness()
        console.sendline(f"echo AN''SWER {number}")
        console.expect(f"ANSWER {number}", 60)
        took = time.monotonic() - asked
        factor = max(factor, slowness())
        if took > ANSWER * factor:
            late.append(f"answer {number} took {took:.1f} s")
        time.sleep(0.3)
    console.sendline("kill -9 -1; kill -9 -1; wait; echo O''VER")
    console.expect("OVER", 60)
    return late


def bomb(lab, name, **how):
    if not lab.has("debian.cpio"):
        return "Debian's packages cannot be had"
    console = Console(lab.machine(initrd=lab.path("debian.cpio"), append="loglevel=2", **how), lab.log(f"bomb-{name}"), 60)
    try:
        console.wait_for_shell()
        console.sendline("exec 2>/dev/null; PS1='$ '; ulimit -u unlimited; true")
        late = explode(console, 3)		# the shell, and the kernel's table of stacks, grow to their size
        before = settled(console)
        late += explode(console, 5)
        after = settled(console, before)
    finally:
        console.close()
    assert not late, ", ".join(late)
    assert before == after, f"before {before}, after {after}"
    return ""


def test_on_two_cpus(lab):
    return bomb(lab, "two-cpus", cpus=2)


def test_on_one_cpu(lab):
    return bomb(lab, "one-cpu", cpus=1)


def test_in_the_machines_time(lab):
    """How late a second shell's timer is beside the bomb, where the clock counts instructions, so that the host has no part in it."""
    if not lab.has("debian.cpio"):
        return "Debian's packages cannot be had"
    console = Console(lab.machine(initrd=lab.path("debian.cpio"), cpus=1, append="loglevel=2",
                                  extra=["-icount", "shift=2,sleep=off"]), lab.log("bomb-icount"), 200)
    try:
        console.wait_for_shell()
        console.output("exec 2>/dev/null; PS1='$ '; mkfifo /tmp/f; exec 9<>/tmp/f")
        console.sendline(":(){ :|:& };:")
        worst, load = console.output(
            "w=0; for i in {1..25}; do a=${EPOCHREALTIME/./}; read -t 0.3 -u 9 x; d=$((${EPOCHREALTIME/./} - a - 300000)); "
            "((d > w)) && w=$d; done; read l x </proc/loadavg; echo $w $l").split()[-2:]
    finally:
        console.close()
    assert float(load) > 50, f"there was no bomb: load {load}"
    assert int(worst) < ANSWER * 1e6, f"{worst} us late"
    return ""
