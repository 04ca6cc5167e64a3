#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the kernel's table of its own functions, by which a backtrace names its addresses.

Reads `nm -n` and writes C: ascending addresses, and for each the offset of its name. `--empty`
writes the table of the first link, which has no entry; `--check FILE` reads the symbols of the
second link and fails unless they are those in FILE.
"""
import sys

HEAD = """/* Made by tools/kallsyms.py. */
#include "lib/types.h"
#define TABLE __attribute__((section(".kallsyms"), used, aligned(4)))
extern const u32 kallsyms_count, kallsyms_addr[], kallsyms_name_off[];
extern const char kallsyms_names[];
"""


def text_symbols(stream):
    """(address, name) of each function, ascending, one per address: a global name wins over a local one."""
    best = {}
    for line in stream:
        words = line.split()
        if len(words) != 3 or words[1] not in "tTwW":
            continue
        address, kind, name = int(words[0], 16), words[1], words[2]
        if name.startswith((".L", "$")) or (kind in "wW" and address == 0):
            continue
        if address not in best or (kind == "T" and best[address][0] != "T"):
            best[address] = (kind, name)
    return [(address, best[address][1]) for address in sorted(best)]


def table(symbols):
    offsets, names, length = [], [], 0
    for _, name in symbols:
        offsets.append(length)
        names.append(f'"{name}\\0"')
        length += len(name) + 1
    addresses = [f"0x{address:08x}" for address, _ in symbols]
    return "\n".join([
        HEAD,
        f"TABLE const u32 kallsyms_count = {len(symbols)};",
        f"TABLE const u32 kallsyms_addr[] = {{ {', '.join(addresses) or '0'} }};",
        f"TABLE const u32 kallsyms_name_off[] = {{ {', '.join(map(str, offsets)) or '0'} }};",
        "TABLE const char kallsyms_names[] =\n" + ("\n".join(names) or '""') + ";",
        ""])


def main():
    if sys.argv[1:] == ["--empty"]:
        sys.stdout.write(table([]))
    elif sys.argv[1:2] == ["--check"]:
        with open(sys.argv[2], encoding="ascii") as old:
            if old.read() != table(text_symbols(sys.stdin)):
                sys.exit("kallsyms: addresses moved between the two links; .kallsyms must lie behind all code")
    else:
        sys.stdout.write(table(text_symbols(sys.stdin)))


main()
