# SPDX-License-Identifier: MIT
"""Programs with threads, linked with glibc and with musl, on Pagoda and on Linux: the same lines."""
import os

from testing.lab import BUILDS, Job
from testing.results import Result
from testing.linux import Reference, sections
from testing.suites.user import difference, first_failure


def jobs(lab):
    """pthread/BUILD/LIBC-NAME: tests/pthread/NAME.c under the harness of the user-level tests, which also weighs."""
    reference = Reference(lab, "pthread.cpio", programs(lab))
    for build in BUILDS:
        yield Job(f"pthread/{build}", lambda b=build: run(lab, f"pthread/{b}", b, reference))


def programs(lab):
    return sorted(os.listdir(lab.path("pthread/root/tests"))) if lab.has("pthread.cpio") else []


def run(lab, name, build, reference):
    if not lab.has("pthread.cpio"):
        return [Result("skip", name, "Debian's packages cannot be had")]
    machine = lab.machine(build, initrd=lab.path("pthread.cpio"), append="test=init quiet panic=-1")
    outcome = machine.run(lab.log(name), 300)
    tests, _ = sections(outcome.lines)
    results = [judge(f"{name}/{program}", tests.get(program), outcome,
                     reference.of(program, lab.path(f"pthread/tests/{program}"))) for program in programs(lab)]
    complaint = outcome.panicked or outcome.warned or ("" if outcome.status is not None else outcome.complaint())
    return results + [Result("not ok" if complaint else "ok", f"{name}/end", complaint)]


def judge(name, test, outcome, wanted):
    if test is None or test[2] is None:
        return Result("not ok", name, "did not end: " + outcome.complaint())
    lines, status, verdict = test
    if wanted and wanted != (lines, status):
        return Result("not ok", name, difference(lines, status, *wanted))
    if verdict.verdict != "ok":
        return Result("not ok", name, verdict.why or first_failure(lines))
    return Result("ok", name)
