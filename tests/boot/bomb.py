# SPDX-License-Identifier: MIT
"""
Debian's bash explodes, `:(){ :|:& };:`, as root, whom no RLIMIT_NPROC holds (tests/user/fork_bomb.c is about that). A shell that
was open before answers, and can kill it; or one Ctrl-C does, if the bomb runs in the foreground. Afterwards memory is back, page by page.
"""
import time

from testing.machine import Console

ANSWER = 2.0		# seconds of the machine's own time
LAST_RESORT = 30.0	# the same, when memory ends
WEIGH = ("for i in 1 2; do sync; echo 3 >/proc/sys/vm/drop_caches; done; "
         "grep -E '^nr_(free_pages|slab|page_table|shmem)' /proc/vmstat; "
         "grep -h RssAnon /proc/1/status /proc/$$/status; "
         "grep -E '^(task_struct|signal_struct|sighand_struct|mm_struct|vm_area_struct|files_struct|fs_struct) ' /proc/slabinfo")


def cases(lab):
    return []


def weigh(console):
    """
    (pages, objects in use by kind). Pages: free, in slabs, page tables (the kernel keeps those of its stacks), and what may grow
    by right, the shell's own, those of its parent, who takes orphans in, and files in memory.
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


def explode(console, seconds):
    """The shell answers beside the bomb, though the host decides how soon; the bomb is over afterwards."""
    console.sendline(":(){ :|:& };:")
    start = time.monotonic()
    number = 0
    while time.monotonic() - start < seconds:
        number += 1
        console.sendline(f"echo AN''SWER {number}")
        console.expect(f"ANSWER {number}", 60)
        time.sleep(0.3)
    console.sendline("kill -9 -1; kill -9 -1; wait; echo O''VER")
    console.expect("OVER", 60)


def interrupt(console, seconds):
    """A bomb in the foreground ends at one Ctrl-C: a signal to a group misses nobody who is being forked."""
    console.sendline("busybox sh -c 'f() { f | f; }; f'")
    time.sleep(seconds)
    console.child.send("\x03")
    time.sleep(0.5)			# it empties the line's queue of input
    console.sendline("echo O''VER")
    console.expect("OVER", 60)


def bomb(lab, name, explode, **how):
    if not lab.has("debian.cpio"):
        return "Debian's packages cannot be had"
    console = Console(lab.machine(initrd=lab.path("debian.cpio"), append="loglevel=2", **how), lab.log(f"bomb-{name}"), 60)
    try:
        console.wait_for_shell()
        console.sendline("exec 2>/dev/null; PS1='$ '; ulimit -u unlimited; true")
        explode(console, 3)		# the shell, and the kernel's table of stacks, grow to their size
        before = settled(console)
        explode(console, 5)
        after = settled(console, before)
    finally:
        console.close()
    assert before == after, f"before {before}, after {after}"
    return ""


def test_on_two_cpus(lab):
    return bomb(lab, "two-cpus", explode, cpus=2)


def test_on_one_cpu(lab):
    return bomb(lab, "one-cpu", explode, cpus=1)


def test_on_four_cpus(lab):
    return bomb(lab, "four-cpus", explode, cpus=4)


def test_ends_with_ctrl_c(lab):
    return bomb(lab, "ctrl-c", interrupt, cpus=2)


def test_in_the_machines_time(lab):
    """
    How late an open shell's timer is beside the bomb, where the clock counts instructions, so that the host has no part in it. In the
    45 seconds memory comes to its end: forks are refused, or some tasks are killed. Then the shell waits longer, once or twice.
    """
    if not lab.has("debian.cpio"):
        return "Debian's packages cannot be had"
    console = Console(lab.machine(initrd=lab.path("debian.cpio"), cpus=1, append="loglevel=2",
                                  extra=["-icount", "shift=2,sleep=off"]), lab.log("bomb-icount"), 200)
    try:
        console.wait_for_shell()
        console.output("exec 2>/dev/null; PS1='$ '; mkfifo /tmp/f; exec 9<>/tmp/f")
        console.sendline(":(){ :|:& };:")
        late, worst, load = [int(word) for word in console.output(
            "w=0; late=0; m=0; for i in {1..150}; do a=${EPOCHREALTIME/./}; read -t 0.3 -u 9 x; d=$((${EPOCHREALTIME/./} - a - 300000)); "
            f"((d > w)) && w=$d; ((d > {ANSWER * 1e6:.0f})) && ((late++)); "
            "((i % 10)) || { read l x </proc/loadavg; ((${l%.*} > m)) && m=${l%.*}; }; done; echo $late $w $m", 400).split()[-3:]]
    finally:
        console.close()
    assert load > 50, f"there was no bomb: load {load}"
    assert late <= 3 and worst < LAST_RESORT * 1e6, f"{late} of 150 answers late, the worst by {worst} us"
    return ""
