# SPDX-License-Identifier: MIT
"""Results, and the line protocol that tests print: ok NAME / not ok NAME: why / skip NAME: why."""
import os
import platform
import re

STAMP = re.compile(r"^\[ *\d+\.\d+\] ")	# the kernel's own messages carry the time
LINE = re.compile(r"^(ok|not ok|skip) ([^\s:]+)(?:: (.*))?$")


class Result:
    """One test's end: verdict is 'ok', 'not ok' or 'skip'."""

    def __init__(self, verdict, name, why=""):
        self.verdict, self.name, self.why = verdict, name, why

    def __str__(self):
        return f"{self.verdict} {self.name}" + (f": {self.why}" if self.why else "")


def parse_line(line, prefix):
    """The Result of a line of the protocol, or None."""
    match = LINE.match(STAMP.sub("", line.strip()))
    return Result(match.group(1), prefix + match.group(2), match.group(3) or "") if match else None


def everything_can_run():
    """On Debian for x86-64 no test has an excuse but a package that cannot be fetched."""
    return platform.machine() == "x86_64" and os.path.exists("/etc/debian_version")


class Report:
    """Prints results as they come and counts them."""

    def __init__(self, filters, quiet=False):
        self.filters, self.quiet = filters, quiet
        self.counts = {"ok": 0, "not ok": 0, "skip": 0}

    def wants(self, name):
        return not self.filters or any(part in name for part in self.filters)

    def add(self, result):
        if not self.wants(result.name):
            return
        if result.verdict == "skip" and "cannot be had" not in result.why and everything_can_run():
            result = Result("not ok", result.name, f"skipped ({result.why}), but here it can run")
        self.counts[result.verdict] += 1
        if not self.quiet or result.verdict != "ok":
            print(result, flush=True)

    def last_line(self):
        return f"{self.counts['ok']} passed, {self.counts['not ok']} failed, {self.counts['skip']} skipped"
