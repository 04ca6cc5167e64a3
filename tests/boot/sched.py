# SPDX-License-Identifier: MIT
"""
The scheduler, by the programs of tests/user/sched_*.c on machines that suit them: shares on one CPU whose clock counts
instructions, so that the host cannot disturb; races on four, with the checking kernel; all programs under the lottery.
"""
import time

from testing.lab import Case

ICOUNT = ["-icount", "shift=4,sleep=off"]	# 16 ns for each instruction: seconds of the machine's time are cheap


def program(lab, name, log, append="", build="default", timeout=120, **how):
    """Runs the user-level tests of this name; they must end well."""
    machine = lab.machine(build, initrd=lab.path("user-tests.cpio"), append=f"test=init quiet panic=-1 {append} -- {name}", **how)
    outcome = machine.run(lab.log(log), timeout)
    failed = [line for line in outcome.lines if line.startswith("not ok")]
    assert not failed and not outcome.complaint(), f"{failed[:1] or outcome.complaint()}: see {lab.log(log)}"
    return [line for line in outcome.lines if line.startswith("# ")]


def test_shares_of_one_cpu(lab):
    program(lab, "sched_shares", "sched-shares", "exact=1", cpus=1, extra=ICOUNT)


def test_shares_under_the_lottery(lab):
    program(lab, "sched_shares", "sched-shares-lottery", "exact=1 sched=lottery", cpus=1, extra=ICOUNT)


def test_three_tasks_on_two_cpus(lab):
    program(lab, "sched_shares", "sched-spread", "spread=6000", cpus=2)


def test_ping_pong_between_cpus(lab):
    program(lab, "sched_ping_pong", "sched-ping-pong", f"rounds={1000000 if lab.long else 100000}", cpus=2, timeout=900)


def test_storm_on_four_cpus(lab):
    program(lab, "sched_storm", "sched-storm", f"seconds={60 if lab.long else 10}", build="debug", cpus=4)


def test_storm_under_the_lottery(lab):
    program(lab, "sched_storm", "sched-storm-lottery", "seconds=5 sched=lottery", build="debug", cpus=4)


def test_affinity_on_four_cpus(lab):
    program(lab, "sched_affinity", "sched-affinity", build="debug", cpus=4)


def test_suite_under_the_lottery(lab):
    program(lab, "", "sched-suite-lottery", "sched=lottery", cpus=2, timeout=600)


def idle_cores(seconds=1.0):
    """How many of the host's were idle during a second."""
    def idle():
        with open("/proc/stat", encoding="ascii") as file:
            return int(file.readline().split()[4]) / 100
    before = idle()
    time.sleep(seconds)
    return (idle() - before) / seconds


def test_two_cpus_halve_the_time(lab):
    if idle_cores() < 1.9:
        return "two idle cores of the host cannot be had now"
    try:
        program(lab, "sched_shares", "sched-speedup", "speedup=1", cpus=2)
    except AssertionError:
        if idle_cores() < 1.9:
            return "two idle cores of the host cannot be had any more"
        raise
    return ""


test_two_cpus_halve_the_time.alone = True


def cases(lab):
    yield Case("shell_under_the_lottery", [r"[#$] "], initrd=lab.path("ramdisk.cpio"), append="sched=lottery",
               never=["Kernel panic"], timeout=60)
