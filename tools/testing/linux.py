# SPDX-License-Identifier: MIT
"""
Linux, which says what is right. Our tests are i386 programs: this machine's kernel runs them at once if it can (a 64-bit one may
be set to refuse them, and not every machine is a PC). Where it cannot, or must not since a 64-bit kernel differs, Debian's
own i386 kernel runs them in QEMU, which is slower and the better reference.
"""
import functools
import os
import re
import subprocess
import sys
import tempfile
import threading

from testing.machine import Console, Machine
from testing.results import parse_line


@functools.lru_cache(maxsize=None)
def host_runs_i386(lab):
    """Tried, with a program that does nothing."""
    try:
        return subprocess.run([os.path.abspath(lab.path("user/bin/true"))], check=False).returncode == 0
    except OSError:
        return False


def run_on_host(program):
    """(lines, status) of a test program on this machine's Linux, in a directory of its own."""
    with tempfile.TemporaryDirectory(prefix="pagoda-ref-") as scratch:
        # Whoever runs the tests in the background, or with nohup, ignores signals; these programs send them to themselves.
        command = ["env", "--default-signal=HUP,INT,QUIT", os.path.abspath(program)]
        process = subprocess.run(command, cwd=scratch, stdin=subprocess.DEVNULL, timeout=120, check=False,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={"PATH": "/bin", "HOME": "/"})
    return compared(process.stdout.decode("utf-8", "replace").splitlines()), process.returncode


def debian_machine(lab, **how):
    """A machine with Debian's kernel, or None if it cannot be had."""
    found = subprocess.run([sys.executable, "tools/debian.py", "kernel", lab.path("debian")],
                           stdout=subprocess.PIPE, check=False, universal_newlines=True)
    return None if found.returncode else Machine(found.stdout.strip(), **how)


def compared(lines):
    return [line.rstrip() for line in lines if not line.startswith("#")]


def sections(lines):
    """The harness's output as {name: (own lines, status, Result of the harness)}, and the name of the test that did not end."""
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


class Reference:
    """What the programs of a ramdisk with our test harness give on Linux."""

    def __init__(self, lab, ramdisk, programs):
        self.lab, self.ramdisk, self.programs = lab, ramdisk, set(programs)
        self.lock, self.tests = threading.Lock(), None

    def of(self, program, path, kind="host"):
        """
        (lines, status) of the program, whose file here is path; None: nobody can tell. kind: "host", or "debian" if this
        machine's kernel must not be asked.
        """
        if kind == "host" and host_runs_i386(self.lab):
            return run_on_host(path)
        with self.lock:
            if self.tests is None:		# once, when first asked for
                self.tests = self.boot()
        found = self.tests.get(program)
        return (found[0], found[1]) if found else None

    def boot(self, only=()):
        """All programs, or those whose names contain one of these, as {name: (lines, status, verdict)}."""
        append = " ".join(("quiet panic=-1 test=init --",) + tuple(only))
        machine = debian_machine(self.lab, initrd=self.lab.path(self.ramdisk), append=append)
        left = {program for program in self.programs if not only or any(part in program for part in only)}

        def on_line(line):
            left.discard(line.split()[2] if re.match(r"# end \S+ status \d", line) else "")
            return not left

        return sections(machine.run(self.lab.log("debian-" + self.ramdisk), 600, on_line).lines)[0] if machine else {}


def console_on_debian(lab, ramdisk, log, append=""):
    """Somebody at a shell on Debian's kernel with a ramdisk of Debian's programs, or None."""
    machine = debian_machine(lab, initrd=ramdisk, append="quiet panic=-1 " + append)
    if not machine:
        return None
    console = Console(machine, lab.log(log), 120)
    console.wait_for_shell()
    return console
