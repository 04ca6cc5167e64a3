# SPDX-License-Identifier: MIT
"""The build's own tools: what they make is read back, and what is wrong in their input is refused."""
import os
import subprocess
import sys


def tool(*args, stdin=None):
    process = subprocess.run([sys.executable, "tools/" + args[0], *args[1:]], input=stdin, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, check=False)
    return process.returncode, process.stdout, process.stderr.decode()


def read_cpio(blob):
    """[(name, mode, nlink, rdev, data)] of a newc archive, written against cpio(5) alone."""
    entries, pos = [], 0
    while True:
        assert blob[pos:pos + 6] == b"070701", f"no magic at {pos}"
        field = [int(blob[pos + 6 + 8 * i:pos + 14 + 8 * i], 16) for i in range(13)]
        name = blob[pos + 110:pos + 110 + field[11] - 1].decode()
        pos = (pos + 110 + field[11] + 3) & ~3
        if name == "TRAILER!!!":
            return entries
        entries.append((name, field[1], field[4], (field[9], field[10]), blob[pos:pos + field[6]], field[0]))
        pos = (pos + field[6] + 3) & ~3


def test_mkcpio_packs_a_tree(lab):
    with lab.scratch() as top:
        os.makedirs(f"{top}/in/bin")
        with open(f"{top}/in/bin/prog", "wb") as file:
            file.write(b"12345")
        os.chmod(f"{top}/in/bin/prog", 0o755)
        os.link(f"{top}/in/bin/prog", f"{top}/in/bin/same")
        os.symlink("bin/prog", f"{top}/in/init")
        with open(f"{top}/list", "w", encoding="utf-8") as file:
            file.write("/dev/console c 600 5 1  # a comment\n/bin/copy f 644 " + f"{top}/in/bin/prog\n/etc/link l there\n")
        outs = []
        for out in ("a", "b"):
            status, _, error = tool("mkcpio.py", "-o", f"{top}/{out}", "-d", f"{top}/list", f"{top}/in")
            assert status == 0, error
            with open(f"{top}/{out}", "rb") as file:
                outs.append(file.read())
            os.utime(f"{top}/in/bin/prog", (1, 1))
    assert outs[0] == outs[1], "the same input gave other bytes"
    found = {entry[0]: entry for entry in read_cpio(outs[0])}
    assert found["init"][1] == 0o120777 and found["init"][4] == b"bin/prog"
    assert found["dev/console"][1] == 0o20600 and found["dev/console"][3] == (5, 1)
    assert found["bin/copy"][4] == b"12345" and found["etc/link"][4] == b"there"
    assert found["bin/prog"][5] == found["bin/same"][5] and found["bin/prog"][2] == 2, "hard links are lost"
    assert found["bin/prog"][4] + found["bin/same"][4] == b"12345", "a hard link's data comes once"
    order = [entry[0] for entry in read_cpio(outs[0])]
    for name in order:
        assert not os.path.dirname(name) or order.index(os.path.dirname(name)) < order.index(name), f"{name} before its directory"


def gen(lab, text, kind="syscall_table"):
    with lab.scratch() as top:
        with open(f"{top}/t", "w", encoding="ascii") as file:
            file.write(text)
        return tool("gen_syscalls.py", kind, f"{top}/t")


def test_gen_syscalls(lab):
    status, out, _ = gen(lab, "4 write 3 sys_write int,ptr,size\n# none\n3 read 3 sys_read int,ptr,size\n20 getpid 0 sys_getpid\n")
    text = out.decode()
    assert status == 0 and "#define NR_SYSCALLS 21" in text
    assert text.index('SYSCALL(3, read, 3, sys_read, "int,ptr,size")') < text.index("SYSCALL(4, write")
    status, out, _ = gen(lab, "3 read 1 sys_read int\n", "syscall_numbers")
    assert "#define __NR_read 3" in out.decode()


def test_gen_syscalls_refuses_errors(lab):
    for text, why in (("3 read 2 sys_read int,ptr,size", "signature"), ("3 read 1 sys_read int\n3 x 0 y", "listed on line 1"),
                      ("3 read 1 sys_read int\n4 read 1 y int", "listed on line 1"), ("3 read", "expected"), ("", "no system calls")):
        status, _, error = gen(lab, text)
        assert status != 0 and why in error, f"{text!r} gave {error!r}"


def test_kallsyms_table(_lab):
    nm = b"c0100000 T start\nc0100010 t helper\nc0100010 T alias\nc0200000 D data\n         U none\nc0100020 t .L1\n00000000 w maybe\n"
    status, out, _ = tool("kallsyms.py", stdin=nm)
    text = out.decode()
    assert status == 0 and "kallsyms_count = 2;" in text
    assert "{ 0xc0100000, 0xc0100010 }" in text and '"start\\0"' in text and '"alias\\0"' in text
    assert "helper" not in text and "data" not in text
    assert "kallsyms_count = 0;" in tool("kallsyms.py", "--empty")[1].decode()


def test_kallsyms_names_the_kernels_functions(lab):
    """The table in the linked kernel is that of the linked kernel."""
    symbols = subprocess.run(["nm", "-n", lab.kernel()], stdout=subprocess.PIPE, check=True).stdout
    assert b" kallsyms_names" in symbols and b" kernel_main" in symbols
    with lab.scratch() as top:
        with open(f"{top}/table", "wb") as file:
            file.write(tool("kallsyms.py", stdin=symbols)[1])
        assert tool("kallsyms.py", "--check", f"{top}/table", stdin=symbols)[0] == 0
        assert tool("kallsyms.py", "--check", f"{top}/table", stdin=symbols.replace(b" kernel_main", b" other_main"))[0] != 0
        names = [line.strip().rstrip(";")[1:-3] for line in open(f"{top}/table", encoding="ascii") if line.startswith('"')]
    with open(lab.kernel(), "rb") as file:
        assert "\0".join(names).encode() + b"\0" in file.read(), "the kernel carries other names"


def test_docs_syscalls_current(_lab):
    wanted = tool("gen_syscalls.py", "docs", "lib/abi/syscalls.tbl")[1].decode()
    with open("docs/syscalls.md", encoding="utf-8") as file:
        assert file.read() == wanted, "docs/syscalls.md is old: run make docs"


def test_kernel_image_below_1_mib(lab):
    sizes = subprocess.run(["size", "-A", lab.kernel()], stdout=subprocess.PIPE, check=True).stdout.decode()
    loaded = sum(int(line.split()[1]) for line in sizes.splitlines()
                 if line.startswith((".boot", ".text", ".rodata", ".data", ".kallsyms")))
    assert 0 < loaded < 1 << 20, f"{loaded} bytes"


def test_budget_of_lines(_lab):
    text = tool("loc.py")[1].decode()
    assert "kernel in all" in text and "OVER" not in text, text


def test_deps_does_not_install_when_told(lab):
    """A tool that no system has: named, the command printed, nothing run."""
    env = dict(os.environ, NO_INSTALL="1")
    process = subprocess.run(["tools/deps.sh", "no-such-tool-anywhere"], env=env, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, check=False)
    text = process.stdout.decode()
    assert process.returncode != 0 and "Missing: no-such-tool-anywhere" in text
    assert subprocess.run(["tools/deps.sh", "sh", "cat"], check=False).returncode == 0


def test_deps_refuses_a_removal(lab):
    """apt-get is played by a script that would remove a package, and that must not be asked to install."""
    with lab.scratch() as top:
        with open(f"{top}/apt-get", "w", encoding="ascii") as file:
            file.write(f"#!/bin/sh\ncase \"$*\" in *-s*) echo 'Remv gcc-multilib [12]';; *) touch {top}/ran;; esac\n")
        with open(f"{top}/sudo", "w", encoding="ascii") as file:
            file.write("#!/bin/sh\n[ \"$1\" = -n ] && shift\nexec \"$@\"\n")
        for name in ("apt-get", "sudo"):
            os.chmod(f"{top}/{name}", 0o755)
        env = dict(os.environ, PATH=f"{top}:{os.environ['PATH']}", NO_INSTALL="0")
        process = subprocess.run(["tools/deps.sh", "no-such-tool-anywhere"], env=env, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, check=False)
        text = process.stdout.decode()
        assert process.returncode != 0 and "would remove: gcc-multilib" in text, text
        assert not os.path.exists(f"{top}/ran"), "the installation was run"
