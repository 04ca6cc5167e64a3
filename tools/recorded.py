#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes down what Debian's i386 kernel prints for user-level tests: `make recorded`.

usage: recorded.py BUILD [NAME...]   the tests with a file in tests/user/recorded/, or those named, which get one
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
from testing.lab import Lab, files, stem
from testing.linux import Reference
from testing.suites.user import programs


def main():
    names = sys.argv[2:] or [stem(path) for path in files("tests/user/recorded/*.txt")]
    tests = Reference(Lab(sys.argv[1]), "user-tests.cpio", programs()).boot(names)
    for name in names:
        lines, status, _ = tests.get(name, ([], None, None))
        if status != 0:
            sys.exit(f"recorded.py: {name} did not run to its end on Debian's kernel (status {status})")
        with open(f"tests/user/recorded/{name}.txt", "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


main()
