# SPDX-License-Identifier: MIT
"""Programs with threads, linked with glibc and with musl, on Pagoda and on Linux: the same lines."""
import os

from testing.lab import BUILDS, Job
from testing.results import Result
from testing.suites.user import difference, first_failure, host_runs_i386, run_on_host, sections


def jobs(lab):
    """pthread/BUILD/LIBC-NAME: tests/pthread/NAME.c under the harness of the user-level tests, which also weighs."""
    for build in BUILDS:
        yield Job(f"pthread/{build}", lambda b=build: run(lab, f"pthread/{b}", b))


def run(lab, name, build):
    if not lab.has("pthread.cpio"):
        return [Result("skip", name, "Debian's packages cannot be had")]
    machine = lab.machine(build, initrd=lab.path("pthread.cpio"), append="test=init quiet panic=-1")
    outcome = machine.run(lab.log(name), 300)
    tests, _ = sections(outcome.lines)
    results = [judge(lab, f"{name}/{program}", program, tests.get(program), outcome)
               for program in sorted(os.listdir(lab.path("pthread/root/tests")))]
    complaint = outcome.panicked or outcome.warned or ("" if outcome.status is not None else outcome.complaint())
    return results + [Result("not ok" if complaint else "ok", f"{name}/end", complaint)]


def judge(lab, name, program, test, outcome):
    if test is None or test[2] is None:
        return Result("not ok", name, "did not end: " + outcome.complaint())
    lines, status, verdict = test
    if host_runs_i386():
        wanted = run_on_host(lab.path(f"pthread/tests/{program}"))
        if wanted != (lines, status):
            return Result("not ok", name, difference(lines, status, *wanted))
    if verdict.verdict != "ok":
        return Result("not ok", name, verdict.why or first_failure(lines))
    return Result("ok", name)
