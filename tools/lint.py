#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a quick look finds without a compiler: `make lint`. Prints FILE:LINE: remark; fails if there is any."""
import os
import re
import subprocess
import sys

WIDTH = 140
PARTS = ("boot", "kernel", "mm", "fs", "lib", "user", "tests", "tools", "bench", "labs")
OURS = re.compile(r"\.(c|h|asm|py|sh|mk)$")
NOT_OURS = ("tests/sh/", "bench/osbench.c")	# whose layout is what they test; for every kernel
MAY_INCLUDE = {"lib": ("lib/",), "mm": ("mm/", "lib/", "kernel/", "fs/")}


def tracked():
    listing = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *PARTS],
                             stdout=subprocess.PIPE, check=True, universal_newlines=True).stdout
    return [name for name in listing.split("\n")
            if OURS.search(name) and os.path.exists(name) and not name.startswith(NOT_OURS)]


def remarks(name, text):
    lines = text.split("\n")
    if not any("SPDX-License-Identifier: MIT" in line for line in lines[:3]):
        yield 1, "no SPDX line"
    if text and not text.endswith("\n"):
        yield len(lines), "no newline at the end"
    is_c = name.endswith((".c", ".h"))
    if name.endswith(".h") and "#pragma once" not in text and "#ifndef" not in text:
        yield 1, "header without #pragma once"
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield number, "white space at the end"
        if len(line.expandtabs(8)) > WIDTH:
            yield number, f"longer than {WIDTH} columns"
        if is_c and re.match(r"^ {4,}\S", line) and not line.lstrip().startswith("*"):
            yield number, "indented with spaces"
        if is_c and re.search(r"#\s*include\s+\"\.\./", line):
            yield number, "include paths begin at the root"
        include = re.match(r'#include "([^"]+)"', line)
        part = name.split("/")[0]
        if include and part in MAY_INCLUDE and not include.group(1).startswith(MAY_INCLUDE[part]):
            if "/" in include.group(1):
                yield number, f"{part}/ may not include {include.group(1)}"


def fault_table():
    """Each line of the table of page faults names a function that there is, and a check; each check has its line."""
    with open("mm/fault.c", encoding="utf-8") as file:
        lines = file.read().split("*/")[1].split("\n")
    with open("tests/user/fault_table.c", encoding="utf-8") as file:
        checks = set(re.findall(r"CASE\((\w+)\)", file.read())) - {"function"}
    grep = subprocess.run(["git", "grep", "-hoE", r"\w+\(", "--", "mm/*.c", "fs/*.c", "kernel/cpu/*"], stdout=subprocess.PIPE,
                          check=True, universal_newlines=True).stdout
    functions, named = set(grep.replace("(", "").split()), set()
    for number, line in enumerate(lines, 2):
        row = re.match(r" \*  (?:read|write|any|fetch|kernel) .* {2,}(\w+) +(\w+)$", line)
        if not row:
            continue
        function, check = row.groups()
        named.add(check)
        if function not in functions:
            yield number, f"there is no function {function}"
        if check not in checks and not os.path.exists(f"tests/user/{check}.c"):
            yield number, f"there is no test {check}"
    for check in sorted(checks - named):
        yield 1, f"tests/user/fault_table.c checks {check}, which has no line in the table"


def main():
    found = 0
    for number, remark in fault_table():
        print(f"mm/fault.c:{number}: {remark}")
        found += 1
    for name in tracked():
        with open(name, encoding="utf-8", errors="replace") as file:
            for number, remark in remarks(name, file.read()):
                print(f"{name}:{number}: {remark}")
                found += 1
    for script in (n for n in tracked() if n.endswith(".sh")):
        found += subprocess.run(["sh", "-n", script], check=False).returncode != 0
    sys.exit(f"{found} remarks" if found else 0)


main()
