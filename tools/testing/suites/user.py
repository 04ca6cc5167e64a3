# SPDX-License-Identifier: MIT
"""Static i386 programs, on Pagoda and on Linux, which must print the same lines."""
import os
import platform
import re
import subprocess
import sys
import tempfile
import threading

from testing.disk import ROOTS, root
from testing.lab import BUILDS, Job, files, stem
from testing.machine import Machine
from testing.results import Result, parse_line

REFERENCE = re.compile(r"reference:\s*(host|debian|pagoda-only)(?:\s*\(([^)]*)\))?")


def reference_of(source):
    """What the first comment of a test says that it is to be compared with."""
    with open(source, encoding="utf-8") as file:
        head = file.read(4000).split("*/")
    match = REFERENCE.search("*/".join(head[:2]))
    return match.group(1) if match else "host"


def jobs(lab):
    """The ramdisk's runs are user/BUILD, those on a disk user/BUILD-virtio and user/BUILD-ide; with N CPUs, -smpN follows."""
    reference = DebianReference(lab)
    for how in ROOTS:
        for build in BUILDS:
            for suffix, cpus in lab.counts("all" if how == "ramdisk" else "most" if build == "debug" else "fewest"):
                name = f"user/{build}" + ("" if how == "ramdisk" else f"-{how}") + suffix
                yield Job(name, lambda n=name, b=build, h=how, c=cpus: run_user(lab, n, b, h, c, reference))


def host_runs_i386():
    return platform.system() == "Linux" and platform.machine() in ("x86_64", "i686", "i386")


def run_on_host(program):
    """(lines, status) of a test program on this machine's Linux, in a directory of its own."""
    with tempfile.TemporaryDirectory(prefix="pagoda-ref-") as scratch:
        # Whoever runs the tests in the background, or with nohup, ignores signals; these programs send them to themselves.
        command = ["env", "--default-signal=HUP,INT,QUIT", os.path.abspath(program)]
        process = subprocess.run(command, cwd=scratch, stdin=subprocess.DEVNULL, timeout=120, check=False,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={"PATH": "/bin", "HOME": "/"})
    return compared(process.stdout.decode("utf-8", "replace").splitlines()), process.returncode


class DebianReference:
    """
    What Debian's own i386 kernel gives, for tests that say `reference: debian` because a 64-bit host differs
    (address space, selectors). One boot, when first asked for.
    """

    def __init__(self, lab):
        self.lab, self.lock, self.tests = lab, threading.Lock(), None

    def section(self, program):
        """(lines, status), or None if the kernel cannot be had or did not run the program."""
        with self.lock:
            if self.tests is None:
                self.tests = self.run()
        found = self.tests.get(program)
        return (found[0], found[1]) if found else None

    def run(self, only=()):
        """All programs, or those whose names contain one of these, as {name: (lines, status, verdict)}."""
        found = subprocess.run([sys.executable, "tools/debian.py", "kernel", self.lab.path("debian")],
                               stdout=subprocess.PIPE, check=False, universal_newlines=True)
        if found.returncode:
            return {}
        programs = {stem(path) for path in files("tests/user/*.c")} - {"harness"}
        programs = {program for program in programs if not only or any(part in program for part in only)}

        def on_line(line):
            programs.discard(line.split()[2] if re.match(r"# end \S+ status \d", line) else "")
            return not programs

        machine = Machine(found.stdout.strip(), initrd=self.lab.path("user-tests.cpio"),
                          append=" ".join(("quiet panic=-1 test=init", "--") + tuple(only)))
        return sections(machine.run(self.lab.log("user-debian"), 300, on_line).lines)[0]


def recorded(program):
    """What that kernel printed when `make recorded` was last called, for tests whose answers are worth reading; or None."""
    try:
        with open(f"tests/user/recorded/{program}.txt", encoding="utf-8") as file:
            return file.read().splitlines(), 0
    except FileNotFoundError:
        return None


def compared(lines):
    return [line.rstrip() for line in lines if not line.startswith("#")]


def sections(lines):
    """The harness's output as {name: (own lines, status, Result of the harness)}."""
    tests, current, own = {}, None, []
    for line in lines:
        begin = re.match(r"^# begin (\S+)", line)
        end = re.match(r"^# end (\S+) status (-?\d+)", line)
        if begin:
            current, own = begin.group(1), []
        elif end and end.group(1) == current:
            tests[current] = [compared(own), int(end.group(2)), None]
            current = None
        elif current:
            own.append(line)
        else:
            result = parse_line(line, "")
            if result and result.name in tests:
                tests[result.name][2] = result
    return tests, current


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
    programs = [stem(path) for path in files("tests/user/*.c") if stem(path) != "harness"]
    for program in programs:
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
    if kind == "host" and host_runs_i386():
        wanted = run_on_host(lab.path(f"user/tests/{program}"))
    elif kind == "debian":
        live, wanted = reference.section(program), recorded(program)
        if live and wanted and live != wanted:
            return Result("not ok", name, "what is recorded is not what Linux prints: make recorded")
        wanted = live or wanted
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
