# SPDX-License-Identifier: MIT
"""lib/ and what is pure, on this machine; and tests/host/*.py, whose functions test_NAME(lab) fail by raising."""
import subprocess

from testing.lab import Job, files, function_jobs, load, stem
from testing.results import Result, parse_line


def jobs(lab):
    yield Job("host", lambda: run_host(lab))
    for path in files("tests/host/*.py"):
        yield from function_jobs(load(path), lab, f"host/{stem(path)}")


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
