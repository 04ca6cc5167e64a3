#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes C headers and the documentation from lib/abi/syscalls.tbl, the one list of system calls.

A line is `number name nargs entry signature`, for instance `3 read 3 sys_read int,ptr,size`;
`#` begins a comment. Usage: gen_syscalls.py syscall_table|syscall_numbers|docs TABLE
"""
import sys


def read_table(path):
    """The calls as (number, name, nargs, entry, signature), sorted; dies on a line that cannot be right."""
    calls, seen = [], {}
    with open(path, encoding="ascii") as table:
        for lineno, line in enumerate(table, 1):
            words = line.split("#")[0].split(None, 4)
            if not words:
                continue
            where = f"{path}:{lineno}"
            if len(words) < 4:
                sys.exit(f"{where}: expected: number name nargs entry signature")
            number, name, nargs, entry = int(words[0]), words[1], int(words[2]), words[3]
            signature = words[4].strip() if len(words) > 4 else ""
            count = 0 if signature in ("", "void") else len(signature.split(","))
            if not 0 <= nargs <= 6 or count != nargs:
                sys.exit(f"{where}: {name} has {nargs} arguments, but its signature has {count}")
            for key in (number, name):
                if key in seen:
                    sys.exit(f"{where}: {key} was listed on line {seen[key]}")
                seen[key] = lineno
            calls.append((number, name, nargs, entry, signature))
    return sorted(calls)


def emit_table(calls):
    yield "/* Made from lib/abi/syscalls.tbl: SYSCALL(number, name, arguments, entry, signature). */"
    yield f"#define NR_SYSCALLS {calls[-1][0] + 1}"
    yield "#ifdef SYSCALL"
    for number, name, nargs, entry, signature in calls:
        yield f'SYSCALL({number}, {name}, {nargs}, {entry}, "{signature}")'
    yield "#endif"


def emit_numbers(calls):
    yield "/* Made from lib/abi/syscalls.tbl. */"
    yield "#pragma once"
    for number, name, *_ in calls:
        yield f"#define __NR_{name} {number}"


def emit_docs(calls):
    yield "# System calls"
    yield ""
    yield "Made from `lib/abi/syscalls.tbl` by `make docs`. Numbers and meanings are those of Linux for i386;"
    yield "`man 2 NAME` describes each. A number that is not listed gives `ENOSYS`."
    yield ""
    yield f"{len(calls)} calls:"
    yield ""
    yield "| number | call | arguments | function |"
    yield "|---:|---|---|---|"
    for number, name, _, entry, signature in calls:
        yield f"| {number} | `{name}` | {signature.replace(',', ', ')} | `{entry}` |"


def main():
    emit = {"syscall_table": emit_table, "syscall_numbers": emit_numbers, "docs": emit_docs}
    if len(sys.argv) != 3 or sys.argv[1] not in emit:
        sys.exit(__doc__)
    calls = read_table(sys.argv[2])
    if not calls:
        sys.exit(f"{sys.argv[2]}: no system calls in it")
    print("\n".join(emit[sys.argv[1]](calls)))


main()
