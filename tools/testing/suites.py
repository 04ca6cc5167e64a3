# SPDX-License-Identifier: MIT
"""
The suites. Each makes jobs: a job has a name that filters are matched with, and run() gives its
results. Jobs are independent, so that several machines run at once; each keeps its serial line in
build/logs/NAME.log.
"""
import glob
import importlib.util
import os
import platform
import re
import subprocess
import tempfile
import traceback

from testing.machine import Console, Machine
from testing.results import Result, parse_line

BUILDS = {"default": "", "debug": "debug/"}


class Job:
    """run() yields Results. names: those known beforehand, for filters; empty if only the run tells."""

    def __init__(self, name, function, weight=1):
        self.name, self.function, self.weight = name, function, weight

    def run(self):
        try:
            return list(self.function())
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            why = str(error).split("\n")[0] or type(error).__name__
            return [Result("not ok", self.name, f"{os.path.basename(last.filename)}:{last.lineno}: {why}")]


class Lab:
    """Where things are, and the options of this run. Test files get it as their argument."""

    def __init__(self, build, cpus=1, long=False):
        self.build, self.cpus, self.long = build, cpus, long
        self.logs = os.path.join(build, "logs")
        os.makedirs(self.logs, exist_ok=True)

    def path(self, name):
        return os.path.join(self.build, name)

    def has(self, name):
        return os.path.exists(self.path(name))

    def log(self, name):
        return os.path.join(self.logs, re.sub(r"[^A-Za-z0-9_.-]", "-", name) + ".log")

    def kernel(self, build="default", test=False):
        return self.path(BUILDS[build] + ("pagoda-test.elf" if test else "pagoda.elf"))

    def machine(self, build="default", **how):
        """A machine with one of our kernels; `initrd` is a path. See Machine for the rest."""
        how.setdefault("cpus", self.cpus)
        return Machine(self.kernel(build), **how)

    def scratch(self):
        return tempfile.TemporaryDirectory(prefix="pagoda-test-")


def load(path):
    """A test file as a module."""
    spec = importlib.util.spec_from_file_location(os.path.basename(path)[:-3].replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def files(pattern):
    return [path for path in sorted(glob.glob(pattern)) if not os.path.basename(path).startswith("_")]


def stem(path):
    return os.path.basename(path).rsplit(".", 1)[0]


# --- host: lib/ and what is pure, on this machine ---------------------------------------------

def host_jobs(lab):
    yield Job("host", lambda: run_host(lab))
    for path in files("tests/host/*.py"):
        module = load(path)
        for name in sorted(vars(module)):
            if name.startswith("test_"):
                yield Job(f"host/{stem(path)}/{name[5:]}", lambda f=getattr(module, name), n=f"host/{stem(path)}/{name[5:]}":
                          run_function(f, lab, n))


def run_function(function, lab, name):
    """A function that raises is a failure, one that returns text is a skip and says why."""
    why = function(lab)
    return [Result("skip" if why else "ok", name, why or "")]


def run_host(lab):
    log = lab.log("host")
    with open(log, "wb") as out:
        process = subprocess.run([lab.path("host-tests")], stdout=subprocess.PIPE, stderr=out, timeout=300, check=False)
    results = [r for r in (parse_line(line, "host/") for line in process.stdout.decode().splitlines()) if r]
    if process.returncode and not any(r.verdict == "not ok" for r in results):
        with open(log, encoding="utf-8", errors="replace") as text:
            begun = [line.split()[1] for line in text if line.startswith("# ")]
        results.append(Result("not ok", f"host/{begun[-1] if begun else 'start'}", f"ended with {process.returncode}: see {log}"))
    return results


# --- kernel: tests linked into the kernel ------------------------------------------------------

def kernel_jobs(lab):
    for build in BUILDS:
        if os.path.exists(lab.kernel(build, test=True)):
            yield Job(f"kernel/{build}", lambda b=build: run_kernel(lab, b))


def run_kernel(lab, build):
    name = f"kernel/{build}"
    initrd = lab.path("ramdisk.cpio") if lab.has("ramdisk.cpio") else None
    machine = Machine(lab.kernel(build, test=True), initrd=initrd, append="test=kernel panic=-1", cpus=lab.cpus)
    outcome = machine.run(lab.log(name), 240)
    results = [r for r in (parse_line(line, name + "/") for line in outcome.lines) if r]
    return results + run_result(lab, name, outcome, results)


def run_result(lab, name, outcome, results):
    """The run as a whole is a test too: it must end well and have said something."""
    why = outcome.complaint()
    if why and not outcome.panicked and not outcome.timed_out and any(r.verdict == "not ok" for r in results):
        return []			# that is what a failed test ends with
    if not why and not results:
        why = "no test ran"
    return [Result("not ok" if why else "ok", name + "/end", f"{why}: see {lab.log(name)}" if why else "")]


# --- user: static programs, on Pagoda and on the host's Linux ------------------------------------

REFERENCE = re.compile(r"reference:\s*(host|pagoda-only)(?:\s*\(([^)]*)\))?")


def reference_of(source):
    """What the first comment of a test says that it is to be compared with."""
    with open(source, encoding="utf-8") as file:
        head = file.read(4000).split("*/")
    match = REFERENCE.search("*/".join(head[:2]))
    return match.group(1) if match else "host"


def user_jobs(lab):
    if not lab.has("user-tests.cpio"):
        return
    for build in BUILDS:
        yield Job(f"user/{build}", lambda b=build: run_user(lab, b))


def host_runs_i386():
    return platform.system() == "Linux" and platform.machine() in ("x86_64", "i686", "i386")


def run_on_host(program):
    """(lines, status) of a test program on this machine's Linux, in a directory of its own."""
    with tempfile.TemporaryDirectory(prefix="pagoda-ref-") as scratch:
        process = subprocess.run([os.path.abspath(program)], cwd=scratch, stdin=subprocess.DEVNULL, timeout=120, check=False,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={"PATH": "/bin", "HOME": "/"})
    return compared(process.stdout.decode("utf-8", "replace").splitlines()), process.returncode


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


def run_user(lab, build):
    name = f"user/{build}"
    machine = lab.machine(build, initrd=lab.path("user-tests.cpio"), append="test=init quiet panic=-1")
    outcome = machine.run(lab.log(name), 600 if lab.long else 300)
    tests, unfinished = sections(outcome.lines)
    programs = [stem(path) for path in files("tests/user/*.c") if stem(path) != "harness"]
    for program in programs:
        yield judge(lab, name, program, tests.get(program), unfinished, outcome)
    why = outcome.complaint()
    if why and not (outcome.status is not None and any(t[2] and t[2].verdict == "not ok" for t in tests.values())):
        yield Result("not ok", name + "/end", f"{why}: see {lab.log(name)}")
    else:
        yield Result("ok", name + "/end")


def judge(lab, suite, program, test, unfinished, outcome):
    name = f"{suite}/{program}"
    if test is None:
        why = outcome.complaint() or "it did not run"
        return Result("not ok", name, f"not finished: {why}" if unfinished == program else f"not run: {why}")
    lines, status, verdict = test
    if verdict is None:
        return Result("not ok", name, "the harness gave no verdict")
    if verdict.verdict != "ok":
        return Result(verdict.verdict, name, verdict.why or first_failure(lines))
    if reference_of(f"tests/user/{program}.c") == "host" and host_runs_i386():
        wanted, wanted_status = run_on_host(lab.path(f"user/tests/{program}"))
        if wanted != lines or wanted_status != status:
            return Result("not ok", name, difference(lines, status, wanted, wanted_status))
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


# --- expect: somebody at the terminal -------------------------------------------------------------

def expect_jobs(lab):
    """
    tests/expect/NAME.py: run(pagoda) with a Console on which a shell waits. Optional: RAMDISK ("pagoda" or
    "debian"), BUILD ("default" or "debug"), APPEND, TIMEOUT, LONG, and START = False to get the console at once.
    """
    for path in files("tests/expect/*.py"):
        module = load(path)
        if lab.long or not getattr(module, "LONG", False):
            yield Job(f"expect/{stem(path)}", lambda m=module, n=stem(path): run_expect(lab, m, f"expect/{n}"))


def run_expect(lab, module, name):
    debian = getattr(module, "RAMDISK", "pagoda") == "debian"
    initrd = lab.path("debian.cpio" if debian else "ramdisk.cpio")
    if debian and not os.path.exists(initrd):
        return [Result("skip", name, "Debian's packages cannot be had")]
    machine = lab.machine(getattr(module, "BUILD", "default"), initrd=initrd, append=getattr(module, "APPEND", ""),
                          memory=getattr(module, "MEMORY", 512))
    console = Console(machine, lab.log(name), getattr(module, "TIMEOUT", 60))
    try:
        if getattr(module, "START", True):
            console.wait_for_shell()
        module.run(console)
    finally:
        console.close()
    return [Result("ok", name)]


# --- boot: good and bad ways to start ----------------------------------------------------------------

class Case:
    """
    One boot. expect: regular expressions, to be found in this order; when all are there the test has passed
    and the machine is stopped, unless `status` asks for QEMU's own end. never: what must not appear.
    initrd: a path or bytes. A panic fails the case unless `expect` speaks of it.
    """

    def __init__(self, name, expect, initrd=None, status=None, never=(), timeout=40, build="default", **how):
        self.name, self.expect, self.initrd, self.status = name, expect, initrd, status
        self.never, self.timeout, self.build, self.how = never, timeout, build, how


def boot_jobs(lab):
    """tests/boot/NAME.py: cases(lab) yields Cases."""
    for path in files("tests/boot/*.py"):
        for case in load(path).cases(lab):
            name = f"boot/{stem(path)}/{case.name}"
            yield Job(name, lambda c=case, n=name: run_case(lab, c, n))


def run_case(lab, case, name):
    with lab.scratch() as scratch:
        initrd = case.initrd
        if isinstance(initrd, (bytes, bytearray)):
            initrd = os.path.join(scratch, "initrd")
            with open(initrd, "wb") as file:
                file.write(case.initrd)
        waiting = list(case.expect)

        def on_line(line):
            if waiting and re.search(waiting[0], line):
                waiting.pop(0)
            return not waiting and case.status is None

        outcome = lab.machine(case.build, initrd=initrd, **case.how).run(lab.log(name), case.timeout, on_line)
    why = case_complaint(case, waiting, outcome)
    return [Result("not ok" if why else "ok", name, f"{why}: see {lab.log(name)}" if why else "")]


def case_complaint(case, waiting, outcome):
    if waiting:
        return f"did not print /{waiting[0]}/" + (f" ({outcome.complaint()})" if outcome.complaint() else "")
    for pattern in case.never:
        if any(re.search(pattern, line) for line in outcome.lines):
            return f"printed /{pattern}/"
    if outcome.panicked and not any("anic" in pattern for pattern in case.expect):
        return outcome.panicked
    if case.status is not None and outcome.status != case.status:
        return f"QEMU ended with {outcome.status}, not {case.status}"
    return ""


SUITES = {"host": host_jobs, "kernel": kernel_jobs, "user": user_jobs, "boot": boot_jobs, "expect": expect_jobs}
