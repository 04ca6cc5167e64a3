#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes an ext2 image of a directory with mke2fs -d: no root rights, no mount.

usage: mkdisk.py -o OUT [-s MIB] [-b BLOCK-SIZE] [-d LIST] [--keep] DIR

Everything belongs to root. LIST names nodes as mkcpio.py reads them; without nodes /dev stays empty, and the
kernel fills it. --keep: an image that is there has somebody's changes in it and is kept as OUT.old.
"""
import argparse
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
SBIN = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin:/opt/homebrew/opt/e2fsprogs/sbin:/usr/local/opt/e2fsprogs/sbin"


def tool(name):
    path = shutil.which(name, path=SBIN)
    return path or sys.exit(f"mkdisk.py: {name} is missing (package e2fsprogs)")


def names_below(top):
    for directory, dirs, files in os.walk(top):
        for name in dirs + files:
            yield "/" + os.path.relpath(os.path.join(directory, name), top)


def node_commands(path):
    """debugfs knows no full path for mknod: it works in its current directory."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.split("#")[0].split()
            if len(words) == 5 and words[1] in "cb":
                name, kind, mode, major, minor = words
                yield f"cd {os.path.dirname(name)}"
                yield f"mknod {os.path.basename(name)} {kind} {major} {minor}"
                yield f"sif {name} mode 0{(0o020000 if kind == 'c' else 0o060000) | int(mode, 8):o}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("-s", "--size", type=int, default=64, help="MiB")
    parser.add_argument("-b", "--block-size", type=int, default=4096)
    parser.add_argument("-d", "--devices")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("directory")
    args = parser.parse_args()
    new = args.output + ".tmp"
    with open(new, "wb") as file:
        file.truncate(args.size << 20)
    subprocess.run([tool("mke2fs"), "-q", "-F", "-t", "ext2", "-b", str(args.block_size), "-E", "root_owner=0:0",
                    "-d", args.directory, new], check=True)
    commands = list(node_commands(args.devices)) if args.devices else []
    if os.getuid():
        commands += [f'sif "{name}" {field} 0' for name in names_below(args.directory) for field in ("uid", "gid")]
    if commands:
        subprocess.run([tool("debugfs"), "-w", "-f", "-", new], input="\n".join(commands) + "\n", check=True,
                       universal_newlines=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if args.keep and os.path.exists(args.output):
        os.replace(args.output, args.output + ".old")
        print(f"  (the tree has changed: {args.output} is new; the one you have used is {args.output}.old)")
    os.replace(new, args.output)


main()
