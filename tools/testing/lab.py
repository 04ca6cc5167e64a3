# SPDX-License-Identifier: MIT
"""
What every suite stands on. A suite makes jobs: a job has a name that filters are matched with, and run()
gives its results. Jobs are independent, so that several machines run at once; each keeps its serial
line in build/logs/NAME.log.
"""
import glob
import importlib.util
import os
import re
import tempfile
import traceback

from testing.machine import Machine
from testing.results import Result

BUILDS = {"default": "", "debug": "debug/"}


class Job:
    """run() gives the results of one function; an exception in it is a failure and says where."""

    def __init__(self, name, function, alone=False):
        self.name, self.function = name, function
        self.alone = alone		# it measures: it runs after all others, with nothing beside it

    def run(self):
        try:
            return list(self.function())
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            ours = [frame for frame in frames if frame.filename.startswith(os.getcwd())] or frames
            last = ours[-1]
            why = str(error).split("\n")[0] or type(error).__name__
            return [Result("not ok", self.name, f"{os.path.basename(last.filename)}:{last.lineno}: {why}")]


class Lab:
    """Where things are, and the options of this run. Test files get it as their argument."""

    def __init__(self, build, cpus=(1,), long=False, stand_in=None):
        self.build, self.long, self.stand_in = build, long, stand_in
        self.cpus = list(cpus)		# numbers of processors that the suites run with; single boots have the most
        self.logs = os.path.join(build, "logs")
        os.makedirs(self.logs, exist_ok=True)

    def path(self, name):
        return os.path.join(self.build, name)

    def has(self, name):
        return os.path.exists(self.path(name))

    def log(self, name):
        return os.path.join(self.logs, re.sub(r"[^A-Za-z0-9_.-]", "-", name) + ".log")

    def kernel(self, build="default", test=False):
        """The kernel of a build, "default" or "debug"; with "-test" behind it, or test, the twin with the in-kernel tests."""
        if self.stand_in:
            return self.stand_in
        if build.endswith("-test"):
            build, test = build[:-5], True
        return self.path(BUILDS[build] + ("pagoda-test.elf" if test else "pagoda.elf"))

    def machine(self, build="default", **how):
        """A machine with one of our kernels; `initrd` is a path. See Machine for the rest."""
        how.setdefault("cpus", max(self.cpus))
        return Machine(self.kernel(build), **how)

    def counts(self, which):
        """(suffix of the job's name, CPUs) for "all" counts, the "fewest" or the "most"."""
        chosen = {"all": self.cpus, "fewest": [min(self.cpus)], "most": [max(self.cpus)]}[which]
        return [("" if n == 1 else f"-smp{n}", n) for n in chosen]

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


def function_jobs(module, lab, prefix):
    """A job for each function test_NAME(lab) of a test file; test_NAME.alone = True makes it one that runs alone."""
    for name, function in sorted(vars(module).items()):
        if name.startswith("test_"):
            yield Job(f"{prefix}/{name[5:]}", lambda f=function, n=f"{prefix}/{name[5:]}": run_function(f, lab, n),
                      getattr(function, "alone", False))


def run_function(function, lab, name):
    """A function that raises is a failure, one that returns text is a skip and says why."""
    why = function(lab)
    return [Result("skip" if why else "ok", name, why or "")]


class Case:
    """
    One boot. expect: regular expressions, to be found in this order; when all are there the test has passed
    and the machine is stopped, unless `status` asks for QEMU's own end. never: what must not appear.
    initrd: a path or bytes. A panic fails the case unless `expect` speaks of it.
    """

    def __init__(self, name, expect, initrd=None, status=None, never=(), timeout=40, build="default", **how):
        self.name, self.expect, self.initrd, self.status = name, expect, initrd, status
        self.never, self.timeout, self.build, self.how = never, timeout, build, how
