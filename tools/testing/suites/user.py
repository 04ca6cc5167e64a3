# SPDX-License-Identifier: MIT
"""Static i386 programs, on Pagoda and on Linux, which must print the same lines."""
import re

from testing.disk import ROOTS, root
from testing.lab import BUILDS, Job, files, stem
from testing.linux import Reference, sections
from testing.results import Result

REFERENCE = re.compile(r"reference:\s*(host|debian|pagoda-only)(?:\s*\(([^)]*)\))?")


def reference_of(source):
    """What the first comment of a test says that it is to be compared with."""
    with open(source, encoding="utf-8") as file:
        head = file.read(4000).split("*/")
    match = REFERENCE.search("*/".join(head[:2]))
    return match.group(1) if match else "host"


def programs():
    return [stem(path) for path in files("tests/user/*.c") if stem(path) != "harness"]


def jobs(lab):
    """The ramdisk's runs are user/BUILD, those on a disk user/BUILD-virtio and user/BUILD-ide; with N CPUs, -smpN follows."""
    reference = Reference(lab, "user-tests.cpio", programs())
    for how in ROOTS:
        for build in BUILDS:
            for suffix, cpus in lab.counts("all" if how == "ramdisk" else "most" if build == "debug" else "fewest"):
                name = f"user/{build}" + ("" if how == "ramdisk" else f"-{how}") + suffix
                yield Job(name, lambda n=name, b=build, h=how, c=cpus: run_user(lab, n, b, h, c, reference))


def recorded(program):
    """What Debian's kernel printed when `make recorded` was last called, for tests whose answers are worth reading; or None."""
    try:
        with open(f"tests/user/recorded/{program}.txt", encoding="utf-8") as file:
            return file.read().splitlines(), 0
    except FileNotFoundError:
        return None


def run_user(lab, name, build, how, cpus, reference):
    if not lab.has("user-tests.cpio"):
        yield Result("not ok", name, "there are no tests")
        return
    with root(lab, how, "user-tests") as disk:
        machine = lab.machine(build, initrd=disk.initrd, append=disk.append + "test=init quiet panic=-1", extra=disk.extra,
                              cpus=cpus)
        outcome = machine.run(lab.log(name), 600 if lab.long else 300)
        damage = disk.complaint()
    tests, unfinished = sections(outcome.lines)
    for program in programs():
        yield judge(lab, name, program, tests.get(program), unfinished, outcome, reference)
    why = outcome.complaint() or damage
    if why and not damage and not (outcome.status is not None and any(t[2] and t[2].verdict == "not ok" for t in tests.values())):
        yield Result("not ok", name + "/end", f"{why}: see {lab.log(name)}")
    else:
        yield Result("ok", name + "/end")


def judge(lab, suite, program, test, unfinished, outcome, reference):
    name = f"{suite}/{program}"
    if test is None:
        why = outcome.complaint() or "it did not run"
        return Result("not ok", name, f"not finished: {why}" if unfinished == program else f"not run: {why}")
    lines, status, verdict = test
    if verdict is None:
        return Result("not ok", name, "the harness gave no verdict")
    if verdict.verdict != "ok":
        return Result(verdict.verdict, name, verdict.why or first_failure(lines))
    kind, wanted = reference_of(f"tests/user/{program}.c"), None
    if kind != "pagoda-only":
        live, written = reference.of(program, lab.path(f"user/tests/{program}"), kind), recorded(program)
        if live and written and live != written:
            return Result("not ok", name, "what is recorded is not what Linux prints: make recorded")
        wanted = live or written
    if wanted and wanted != (lines, status):
        return Result("not ok", name, difference(lines, status, *wanted))
    return Result("ok", name)


def first_failure(lines):
    return next((line for line in lines if line.startswith("not ok")), "")


def difference(lines, status, wanted, wanted_status):
    for i in range(max(len(lines), len(wanted))):
        mine = lines[i] if i < len(lines) else "(nothing)"
        linux = wanted[i] if i < len(wanted) else "(nothing)"
        if mine != linux:
            return f"line {i + 1}: '{mine}', on Linux '{linux}'"
    return f"status {status}, on Linux {wanted_status}"
