# SPDX-License-Identifier: MIT
"""
tests/sh/*.sh: our shell on scripts, run on this machine's Linux (it is a static i386 program) and on Pagoda. What
it must print is in NAME.out beside the script, or what dash prints here, which is a POSIX shell.
"""
import os
import shutil
import subprocess
import tempfile

from testing.disk import ROOTS, root_of_tree
from testing.lab import Job, files, stem
from testing.linux import host_runs_i386
from testing.machine import Console
from testing.results import Result
from testing.suites.expect import shut_down

TIMEOUT = 60


def jobs(lab):
    if not files("tests/sh/*.sh"):
        return
    if host_runs_i386(lab):
        yield Job("sh/host", lambda: run_here(lab))
    for how in ROOTS:
        for suffix, cpus in lab.counts({"ramdisk": "all", "virtio": "most", "ide": "fewest"}[how]):
            name = "sh/pagoda" + ("" if how == "ramdisk" else f"-{how}") + suffix
            yield Job(name, lambda n=name, h=how, c=cpus: run_there(lab, n, h, c))


def wanted(script):
    """What the script must print, or None if nobody here can tell."""
    recorded = script[:-3] + ".out"
    if os.path.exists(recorded):
        with open(recorded, encoding="utf-8", errors="replace") as file:
            return file.read()
    dash = shutil.which("dash")
    return run_with(dash, script) if dash else None


def run_with(shell, script):
    """Its standard output, in an empty directory; messages differ between shells."""
    with tempfile.TemporaryDirectory(prefix="pagoda-sh-") as scratch:
        env = {"PATH": "/bin:/usr/bin", "HOME": "/root", "LC_ALL": "C"}
        process = subprocess.run([os.path.abspath(shell), os.path.abspath(script)], cwd=scratch, env=env, timeout=TIMEOUT,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return process.stdout.decode("utf-8", "replace")


def judge(name, found, expected):
    if expected is None:
        return Result("skip", name, "no dash here, and no recorded output")
    for number, (mine, theirs) in enumerate(zip(found.split("\n") + ["(end)"], expected.split("\n") + ["(end)"]), 1):
        if mine != theirs:
            return Result("not ok", name, f"line {number}: '{mine}', expected '{theirs}'")
    return Result("ok", name)


def run_here(lab):
    return [judge(f"sh/host/{stem(script)}", run_with(lab.path("user/bin/sh"), script), wanted(script))
            for script in files("tests/sh/*.sh")]


def run_there(lab, name, how, cpus):
    scripts = files("tests/sh/*.sh")
    with lab.scratch() as scratch:
        tree = f"{scratch}/tree"
        shutil.copytree(lab.path("root"), tree, symlinks=True)
        os.mkdir(f"{tree}/tests")
        for script in scripts:
            shutil.copy(script, f"{tree}/tests")
        with root_of_tree(lab, how, tree) as disk:
            console = Console(lab.machine(initrd=disk.initrd, append=disk.append, extra=disk.extra, cpus=cpus),
                              lab.log(name), TIMEOUT)
            try:
                console.wait_for_shell()
                results = [judge(f"{name}/{stem(script)}", run_on(console, stem(script)), wanted(script)) for script in scripts]
                if disk.image:
                    shut_down(console)
            finally:
                console.close()
            damage = disk.complaint()
    return results + ([Result("not ok", name, damage)] if damage else [])


def run_on(console, name):
    """Output by way of a file: the script must not see a terminal."""
    return console.command(f"mkdir -p /tmp/{name}; cd /tmp/{name}; export LC_ALL=C; "
                           f"sh /tests/{name}.sh </dev/null >/tmp/{name}.out 2>/dev/null; cat /tmp/{name}.out")[0]
