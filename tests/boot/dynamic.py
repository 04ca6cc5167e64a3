# SPDX-License-Identifier: MIT
"""
Debian's bash and coreutils as they are, position independent and with a dynamic linker, on a disk. What they print is
what the same binaries print on Linux: on this machine's, started through the same ld-linux.so.2, or on Debian's kernel.
Also what the kernel tells the dynamic linker (the auxiliary vector), that processes share the text of libc, and job control.
"""
import os
import re
import struct
import subprocess
import sys
import tempfile

from testing.disk import attach, check, copy_sparse
from testing.lab import load
from testing.linux import console_on_debian, host_runs_i386
from testing.machine import Console

TREE = "build/debian/dynamic-tree"
LOADER = "lib/i386-linux-gnu/ld-linux.so.2"

LINES = [
    "true; echo $?; false; echo $?",
    "ls -la --time-style=+ | tail -n +4 | tr -s ' '",
    "ls -1 --color=always sub; ls /no/such; echo $?",
    "cat text | head -n 3 | tail -n 1; wc text; tac text | nl; true | false; echo ${PIPESTATUS[@]}",
    "sort -k2n fruit; sort -u -r fruit | uniq -c | cut -c5-",
    "cut -d: -f1,3 colon; paste -d, colon fruit; join <(sort fruit) <(sort fruit)",
    "seq 1 2000 | md5sum; seq 1 2000 | sha256sum; seq 1 2000 | cksum; seq 5 | sum",
    "expr 6 \\* 7; factor 123456789012345678901234567890; test 3 -lt 4 && echo yes; printf '%05.2f|%x|%s\\n' 3.14159 255 end",
    "echo one two three | tr a-z A-Z | fold -w 5 | od -c",
    "mkdir -p a/b/c; touch a/b/c/d; find . 2>&1 | head -1; cp -r a e; mv e f; rm -r a; ls -R f; rm -r f",
    "ln -s text link; readlink link; stat -c '%F %s %h' link text; rm link; realpath -s ./x/../text | sed s/.*t/t/ 2>/dev/null; true",
    "dd if=/dev/zero bs=1k count=3 2>/dev/null | base64 | md5sum; split -l 4 text part.; ls part.*; cat part.* | cmp - text; rm part.*",
    "x=(a b c); echo ${x[@]:1} ${#x[@]}; declare -A m=([k]=v); echo ${m[k]}; [[ abc =~ b(.) ]] && echo ${BASH_REMATCH[1]}",
    "for i in {1..5}; do echo $((i ** 2)); done | paste -sd+; coproc cat; echo hi >&${COPROC[1]}; read -u ${COPROC[0]} l; echo $l",
    "trap 'echo got it' USR1; kill -USR1 $$; (exit 3); echo $?; { bash -c 'kill -9 $$'; } 2>/dev/null; echo $?",
    "date -u -d @1000000000 +%F_%T; date -u -d '2024-02-30' 2>&1; echo $?",
    "timeout 0.2 sleep 5; echo $?; env -i A=1 env; nice -n 19 nice; nohup echo kept 2>/dev/null",
    "seq 100 | shuf --random-source=zeros | head -n 3; seq 10 | tee out | wc -l; rm out; yes | head -n 2; comm -12 fruit fruit",
    "numfmt --to=iec 123456789; basename /a/b.c .c; dirname /a/b.c; pathchk -p 'a b'; echo $?; tsort <<< 'a b b c'",
    "exec 3<text; read -u 3 l; echo $l; cat <&3 | tail -n 1; diff a b 2>&1; echo $?; /bin/sh -c 'echo $0 $#' x y",
    "ulimit -n; umask; type -t echo; type -t ls; hash -r; compgen -b | wc -l; echo ${BASH_VERSINFO[@]:0:2}",
    "export LC_ALL=C; echo $'\\u00e9' | od -An -tx1; printf '%q\\n' 'a b'; echo {a,b}{1,2}; ls -i text | wc -w",
]

SETUP = r"""
umask 022; mkdir -p t/sub; cd t
for i in 1 2 3 4 5 6 7 8 9 10; do echo "line $i of the text"; done >text
printf 'pear 3\napple 10\nfig 2\nplum 1\n' >fruit
printf 'a:b:c\nroot:x:0\n' >colon
head -c 3000 /dev/zero >zeros; cp fruit sub/copy; ln -s ../text sub/link
"""

AT_FIRST = "unset HISTFILE; bind 'set enable-bracketed-paste off'; stty -echo cols 200; export TZ=UTC LC_ALL=C TERM=linux"


def cases(lab):
    del lab
    return []


def wrappers(top):
    """The tree's programs under their names, each started by the tree's dynamic linker."""
    tree = os.path.abspath(TREE)
    os.makedirs(f"{top}/bin")
    libraries = f"{tree}/lib/i386-linux-gnu:{tree}/usr/lib/i386-linux-gnu"
    for directory in ("bin", "usr/bin"):
        for name in os.listdir(f"{tree}/{directory}"):
            with open(f"{top}/bin/{name}", "w", encoding="utf-8") as file:
                file.write(f"#!/bin/sh\nexec {tree}/{LOADER} --library-path {libraries} --argv0 {name} {tree}/{directory}/{name} \"$@\"\n")
            os.chmod(f"{top}/bin/{name}", 0o755)


def on_host(top, line, where):
    env = {"PATH": f"{top}/bin", "HOME": "/root", "TZ": "UTC", "LC_ALL": "C", "TERM": "linux"}
    prefix = [] if os.getuid() == 0 else ["unshare", "-r"]
    process = subprocess.run(prefix + [f"{top}/bin/bash", "-c", "ulimit -n 1024; " + line], cwd=where, env=env, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
    return process.stdout.decode("utf-8", "replace")


def quoted(line):
    return "'" + line.replace("'", "'\\''").replace("\n", "'$'\\n''") + "'"


class Booted:
    """A copy of the image, booted to its prompt, and checked when it has been left."""

    def __init__(self, lab, name):
        self.scratch = lab.scratch()
        self.image = os.path.join(self.scratch.name, "disk.img")
        copy_sparse(lab.path("images/dynamic.img"), self.image)
        machine = lab.machine(append="root=/dev/vda rw", extra=attach(self.image))
        self.console = Console(machine, lab.log(f"dynamic-{name}"), 60)

    def __enter__(self):
        self.console.wait_for_shell()
        self.console.output(AT_FIRST)
        return self.console

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.console.send("\x03\r")
            self.console.sendline("sync; mount -o remount,ro / && poweroff -f")
            self.console.wait_end()
        self.console.close()
        complaint = check(self.image) if kind is None else ""
        self.scratch.cleanup()
        assert not complaint, complaint


def missing(lab):
    return "" if lab.has("images/dynamic.img") else "Debian's packages cannot be had"


def on_this_linux():
    shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="pagoda-dyn-", dir=shm) as top:
        wrappers(top)
        on_host(top, SETUP, top)
        return [on_host(top, line, f"{top}/t") for line in LINES]


def at_console(console):
    console.output("cd /tmp")
    for line in SETUP.strip().split("\n"):
        console.output(line)
    return [console.command(f"bash -c {quoted(line)} </dev/null >/tmp/out 2>&1; cat /tmp/out")[0] for line in LINES]


def on_debian(lab):
    """What Debian's kernel makes of the same tree as a ramdisk; None if it cannot be had."""
    ramdisk = lab.path("debian/dynamic.cpio")
    subprocess.run([sys.executable, "tools/mkcpio.py", "-o", ramdisk, "-d", "tools/devices.txt", TREE], check=True)
    console = console_on_debian(lab, ramdisk, "dynamic-debian", "rdinit=/sbin/init")
    if not console:
        return None
    try:
        console.output(AT_FIRST)
        return at_console(console)
    finally:
        console.close()


def test_lines(lab):
    """The same bytes as on Linux."""
    if missing(lab):
        return missing(lab)
    wanted = on_this_linux() if host_runs_i386(lab) else on_debian(lab)
    if not wanted:
        return "there is no Linux for i386 programs here"
    with Booted(lab, "lines") as pagoda:
        found = at_console(pagoda)
    wrong = [f"{line!r}: {ours!r}, on Linux {theirs!r}" for line, ours, theirs in zip(LINES, found, wanted) if ours != theirs]
    assert not wrong, "; ".join(wrong)
    return ""


def elf_header(path):
    with open(path, "rb") as file:
        fields = struct.unpack("<16sHHIIIIIHHHHHH", file.read(52))
    return {"entry": fields[4], "phoff": fields[5], "phnum": fields[10]}


def auxv_of(text):
    return {key: value for key, value in re.findall(r"(?m)^(AT_\w+):\s+(\S.*)$", text)}


def mapped(text, name):
    """Where the file's first page lies."""
    return int(re.search(rf"(?m)^([0-9a-f]+)-\S+ \S+ 00000000 .*/{re.escape(name)}$", text).group(1), 16)


def test_auxiliary_vector(lab):
    """AT_PHDR, AT_ENTRY and AT_BASE are where the program and the linker have been mapped."""
    if missing(lab):
        return missing(lab)
    with Booted(lab, "auxv") as pagoda:
        for line, file in (("/bin/cat /proc/self/maps", "bin/cat"), ("cd /usr; ../bin/cat /proc/self/maps", "bin/cat")):
            text = pagoda.output(f"(export LD_SHOW_AUXV=1; {line})")
            aux, header, bias = auxv_of(text), elf_header(f"{TREE}/{file}"), mapped(text, "cat")
            assert int(aux["AT_PHDR"], 16) == bias + header["phoff"], text
            assert int(aux["AT_ENTRY"], 16) == bias + header["entry"], text
            assert int(aux["AT_BASE"], 16) == mapped(text, "ld-linux.so.2"), text
            assert int(aux["AT_PHNUM"]) == header["phnum"] and aux["AT_PAGESZ"] == "4096" and aux["AT_SECURE"] == "0", text
            assert aux["AT_EXECFN"] == line.split("; ")[-1].split(" ")[0] and aux["AT_PLATFORM"] == "i686", text
        # The linker as the program: no base of another, its own entry, and what it starts is a mapping like others.
        text = pagoda.output(f"LD_SHOW_AUXV=1 /{LOADER} /bin/cat /proc/self/maps")
        aux, bias = auxv_of(text), mapped(text, "ld-linux.so.2")
        assert int(aux["AT_BASE"], 16) == 0 and int(aux["AT_ENTRY"], 16) == bias + elf_header(f"{TREE}/{LOADER}")["entry"], text
        assert aux["AT_EXECFN"] == f"/{LOADER}" and mapped(text, "cat") != bias, text
        assert "libselinux.so.1 => /lib" in pagoda.output(f"/{LOADER} --list /bin/ls")
        assert "[heap]" in pagoda.output("cat /proc/self/maps")
        # Without its linker a program is not there; what is no program is no linker.
        pagoda.output("cd /tmp; cp /bin/true t; mv /lib/ld-linux.so.2 /lib/away; hash -r")
        text, _ = pagoda.command("./t; echo $?")
        assert "127" in text and "required file not found" in text, text
        pagoda.output("echo 'echo no' >/lib/ld-linux.so.2")
        text, _ = pagoda.command("./t; echo $?")
        assert "126" in text and "Permission denied" in text, text
        pagoda.output("/sbin/busybox chmod 755 /lib/ld-linux.so.2")
        text, _ = pagoda.command("./t; echo $?")
        assert "126" in text and "Input/output error" in text, text
        pagoda.output("for i in {1..9}; do echo 'no linker either'; done >/lib/ld-linux.so.2")
        text, _ = pagoda.command("./t; echo $?")
        assert "126" in text and "ccessing a corrupted shared library" in text, text
        pagoda.output("/sbin/busybox mv /lib/away /lib/ld-linux.so.2; ./t")
    return ""


def test_shared_text(lab):
    """Processes that run the same library run the same pages of it: more of them cost little."""
    if missing(lab):
        return missing(lab)
    with Booted(lab, "shared") as pagoda:
        pagoda.output("sleep 1000 & sleep 1000 & sleep 1; true")
        text = pagoda.output("cat /proc/$!/smaps")
        area = re.search(r"(?m)^\S+ r-xp .*libc\.so\.6\n((?:\w+:.*\n)+)", text).group(1)
        sizes = {key: int(value) for key, value in re.findall(r"(?m)^(\w+):\s+(\d+) kB", area)}
        assert sizes["Rss"] > 100 and sizes["Shared_Clean"] == sizes["Rss"] and sizes["Private_Dirty"] == 0, sizes

        def free():
            return int(re.search(r"MemFree:\s+(\d+)", pagoda.output("cat /proc/meminfo")).group(1))

        before = free()
        pagoda.output("for i in {1..20}; do sleep 1000 & done; sleep 1; true")
        each = (before - free()) / 20
        assert each < 400, f"{each} KiB for a process more"
        pagoda.output("kill %{1..22}; wait; true")
    return ""


def test_job_control(lab):
    """The same session as with the static bash."""
    if missing(lab):
        return missing(lab)
    with Booted(lab, "jobs") as pagoda:
        pagoda.output("stty echo cols 80")
        load("tests/expect/debian_bash_jobs.py").run(pagoda)
    return ""
