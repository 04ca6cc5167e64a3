#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Packs a directory, and a list of nodes that only root could make there, into a newc cpio archive.

usage: mkcpio.py -o OUT [-d LIST] DIR...

Everything belongs to root, times are SOURCE_DATE_EPOCH or 0 and names are sorted: the same input
gives the same bytes. Lines of LIST: `/dev/console c 600 5 1` (or b), `/dev d 755`, `/fifo p 644`,
`/init l TARGET`, `/init f MODE FILE-ON-HOST`; `#` begins a comment. Later entries replace earlier ones.
"""
import argparse
import os
import stat
import sys

KINDS = {"c": stat.S_IFCHR, "b": stat.S_IFBLK, "d": stat.S_IFDIR, "p": stat.S_IFIFO}


def from_directory(top):
    """{name: (mode, data or file on the host, rdev, link key)} of a tree, names without a leading slash."""
    entries = {}
    for directory, dirs, files in os.walk(top):
        for name in dirs + files:
            path = os.path.join(directory, name)
            info = os.lstat(path)
            key = (info.st_dev, info.st_ino) if info.st_nlink > 1 and stat.S_ISREG(info.st_mode) else None
            if stat.S_ISLNK(info.st_mode):
                data = os.readlink(path).encode()
            elif stat.S_ISREG(info.st_mode):
                with open(path, "rb") as file:
                    data = file.read()
            else:
                data = b""
            entries[os.path.relpath(path, top)] = (info.st_mode, data, (0, 0), key)
    return entries


def from_list(path):
    entries = {}
    with open(path, encoding="utf-8") as lines:
        for lineno, line in enumerate(lines, 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            name, kind, rest = words[0].strip("/"), words[1], words[2:]
            if kind == "l":
                entries[name] = (stat.S_IFLNK | 0o777, rest[0].encode(), (0, 0), None)
            elif kind == "f":
                with open(rest[1], "rb") as file:
                    entries[name] = (stat.S_IFREG | int(rest[0], 8), file.read(), (0, 0), None)
            elif kind in KINDS:
                rdev = (int(rest[1]), int(rest[2])) if kind in "cb" else (0, 0)
                entries[name] = (KINDS[kind] | int(rest[0], 8), b"", rdev, None)
            else:
                sys.exit(f"{path}:{lineno}: unknown kind '{kind}'")
    return entries


def with_parents(entries):
    """A list may name /dev/null without /dev."""
    for name in list(entries):
        parent = os.path.dirname(name)
        while parent:
            entries.setdefault(parent, (stat.S_IFDIR | 0o755, b"", (0, 0), None))
            parent = os.path.dirname(parent)
    return entries


def record(name, ino, mode, nlink, data, rdev, mtime):
    raw = name.encode() + b"\0"
    fields = (ino, mode, 0, 0, nlink, mtime, len(data), 0, 0, rdev[0], rdev[1], len(raw), 0)
    out = b"070701" + b"".join(b"%08X" % f for f in fields) + raw
    out += bytes(-len(out) % 4) + data
    return out + bytes(-len(out) % 4)


def archive(entries, mtime):
    """Hard links share an inode number, and the last of them carries the data."""
    groups = {}
    for name in sorted(entries):
        key = entries[name][3] or name
        groups.setdefault(key, []).append(name)
    numbers = {key: i + 1 for i, key in enumerate(groups)}
    out = []
    for name in sorted(entries):
        mode, data, rdev, key = entries[name]
        group = groups[key or name]
        last = name == group[-1]
        nlink = 2 if stat.S_ISDIR(mode) else len(group)
        out.append(record(name, numbers[key or name], mode, nlink, data if last else b"", rdev, mtime))
    out.append(record("TRAILER!!!", 0, 0, 1, b"", (0, 0), 0))
    blob = b"".join(out)
    return blob + bytes(-len(blob) % 512)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("-d", "--devices", action="append", default=[])
    parser.add_argument("directories", nargs="*")
    args = parser.parse_args()
    entries = {}
    for directory in args.directories:
        entries.update(from_directory(directory))
    for path in args.devices:
        entries.update(from_list(path))
    blob = archive(with_parents(entries), int(os.environ.get("SOURCE_DATE_EPOCH", "0")))
    with open(args.output + ".tmp", "wb") as out:
        out.write(blob)
    os.replace(args.output + ".tmp", args.output)


main()
