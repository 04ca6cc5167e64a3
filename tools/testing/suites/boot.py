# SPDX-License-Identifier: MIT
"""Good and bad ways to start."""
import os
import re

from testing.lab import Job, files, function_jobs, load, stem
from testing.results import Result


def jobs(lab):
    """tests/boot/NAME.py: cases(lab) yields Cases; a function test_NAME(lab) fails by raising."""
    for path in files("tests/boot/*.py"):
        module = load(path)
        yield from function_jobs(module, lab, f"boot/{stem(path)}")
        for case in module.cases(lab):
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
    if outcome.warned:
        return outcome.warned
    if case.status is not None and outcome.status != case.status:
        return f"QEMU ended with {outcome.status}, not {case.status}"
    return ""
