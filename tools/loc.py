#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
Counts the lines of each part: all of them, and the code, which is those that are more than blank or comment.
Budgets are held against the code (comments are what students read first, and must not cost anything), and
lib/abi/, Linux's numbers and structures, counts for itself. See docs/decisions.md.
"""
import os
import re

PARTS = ["boot", "kernel", "mm", "fs", "lib", "lib/abi", "user", "tests", "tools", "bench"]
KERNEL = PARTS[:5]
BUDGET = {"mm": 9000, "kernel in all": 48000}
SUFFIXES = (".c", ".h", ".asm", ".py", ".sh", ".mk", ".tbl", ".S")


def code_lines(text, suffix):
    """Lines that hold more than white space and comments."""
    if suffix in (".c", ".h", ".S"):
        text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
        text = re.sub(r"//.*", "", text)
    elif suffix == ".asm":
        text = re.sub(r";.*", "", text)
    else:
        text = re.sub(r"^\s*#.*", "", text, flags=re.M)
    return sum(1 for line in text.splitlines() if line.strip())


def count(part):
    files = lines = code = 0
    for directory, folders, names in os.walk(part):
        folders[:] = [f for f in folders if os.path.join(directory, f) not in PARTS]
        for name in names:
            suffix = os.path.splitext(name)[1]
            if suffix not in SUFFIXES:
                continue
            with open(os.path.join(directory, name), encoding="utf-8", errors="replace") as file:
                text = file.read()
            files += 1
            lines += text.count("\n")
            code += code_lines(text, suffix)
    return files, lines, code


def show(name, numbers):
    budget = BUDGET.get(name)
    remark = ""
    if budget:
        remark = f"   of {budget}" + ("   OVER THE BUDGET" if numbers[2] > budget else "")
    print(f"{name:14}{numbers[0]:7}{numbers[1]:9}{numbers[2]:9}{remark}")


def main():
    print(f"{'part':14}{'files':>7}{'lines':>9}{'code':>9}")
    counts = {part: count(part) for part in PARTS if os.path.isdir(part)}
    for part in counts:
        show(part, counts[part])
    show("kernel in all", tuple(sum(counts[p][i] for p in KERNEL if p in counts) for i in range(3)))


main()
