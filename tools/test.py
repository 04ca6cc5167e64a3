#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The test runner behind `make test`. Arguments are parts of test names; without any, all tests run.

Each test prints `ok NAME`, `not ok NAME: why` or `skip NAME: why`; the last line counts them. The
suites, which names begin with: host, kernel, user, sh, boot, expect (see tools/testing/suites/).
"""
import argparse
import concurrent.futures
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
from testing.lab import Job, Lab, files, stem
from testing.results import Report, Result
from testing.suites import SUITES


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("filters", nargs="*", metavar="PART-OF-NAME")
    parser.add_argument("--build", default="build")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="run everything N times")
    parser.add_argument("--cpus", default="1,2", metavar="N[,N]", help="processors of the machines: every suite runs with each")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="machines at once")
    parser.add_argument("--long", action="store_true", help="the longer tests as well")
    parser.add_argument("--kernel", metavar="FILE", help="boot this instead, e.g. Debian's, to try the tests themselves")
    parser.add_argument("--list", action="store_true", help="print the jobs and run nothing")
    return parser.parse_args()


def may_hold(job, filters):
    """Whether a job can have a test that the filters want: its name begins one, or the other way round."""
    suite = job.name.split("/")[0]
    inside = [stem(path) for path in files("tests/user/*.c")] if suite == "user" else []
    return not filters or any(part in job.name or part.startswith(job.name) or suite == "kernel" or job.name == "host"
                              or any(part in f"{job.name}/{name}" for name in inside) for part in filters)


def all_jobs(lab, filters):
    for suite, make in SUITES.items():
        try:
            jobs = list(make(lab))
        except Exception as error:		# a test file that cannot be loaded is a failed test
            message = f"{type(error).__name__}: {error}"
            jobs = [Job(suite, lambda m=message, s=suite: [Result("not ok", s, m)])]
        yield from (job for job in jobs if may_hold(job, filters))


def main():
    args = arguments()
    lab = Lab(args.build, [int(n) for n in args.cpus.split(",")], args.long, args.kernel)
    report = Report(args.filters)
    jobs = list(all_jobs(lab, args.filters))
    if args.list:
        print("\n".join(job.name for job in jobs))
        return 0
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        # The longest runs first, so that the end is not spent waiting for one; results in this order.
        order = sorted((job for job in jobs if not job.alone), key=lambda job: job.name.split("/")[0] not in ("user", "kernel"))
        futures = [pool.submit(job.run) for _ in range(args.repeat) for job in order]
        for future in futures:
            for result in future.result():
                report.add(result)
    for job in [job for job in jobs if job.alone] * args.repeat:
        for result in job.run():
            report.add(result)
    print(f"# {time.monotonic() - start:.0f} s; serial lines are in {lab.logs}")
    print(report.last_line())
    return 1 if report.counts["not ok"] or not report.counts["ok"] else 0


sys.exit(main())
