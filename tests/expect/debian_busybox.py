# SPDX-License-Identifier: MIT
"""
Debian's busybox, unmodified: each command line is run on Pagoda and by the same binary on Linux (this machine's, or
Debian's kernel), on the same tree, and must give the same bytes. Pids, times and memory sizes are masked.
"""
import os
import re
import subprocess
import tempfile
import threading

from testing.linux import console_on_debian, host_runs_i386

RAMDISK = "debian"
TIMEOUT = 60

# The tree, made by the same script on both sides. Times are set, so that they can be compared.
SETUP = r"""
umask 022; mkdir -p t/sub/deep t/empty; cd t
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "line $i of the text, with a number: $((i * 37 % 13))"; done >text
printf 'pear 3\napple 10\nfig 2\napple 9\nplum 1\n' >fruit
printf 'a:b:c\nroot:x:0\n\nlast without newline' >colon
seq 1 2000 >numbers; head -c 3000 /dev/zero >zeros; printf '\001\002\377\n\t' >binary
cp fruit sub/fruit2; echo deep >sub/deep/file; ln -s ../fruit sub/link; ln -s nowhere dangling; ln fruit hard
chmod 600 colon; chmod 4755 zeros; chmod 1777 empty; cp text 'a name with spaces'
sed 's/line 5/LINE five/; 8d' text >text2
find . | sort | while read -r f; do touch -h -d '2024-02-03 04:05:06' "$f"; done
cd ..
"""

LINES = {
    "sh": [
        "i=0; while [ $i -lt 5 ]; do i=$((i+1)); echo $i; done | tail -n 2",
        "f() { echo \"<$1>\" ; return 3; }; f 'a b'; echo $?",
        "cat <<X | tr a-z A-Z\nhere $((6*7))\nX",
        "for f in *; do case $f in *t) echo $f;; esac; done",
        "(exit 7) || echo $?; trap 'echo bye' EXIT",
        "x=abcdef; echo ${x#abc} ${x%def} ${#x} ${y:-none}",
        "echo $(echo $(echo nested)) `echo old`",
    ],
    "ls": [
        "ls -l",
        "ls -laR | grep -v '\\.\\.$' | grep -v '^total'",
        "ls -ln sub",
        "ls -ld . empty zeros dangling",
        "ls -1F",
        "ls -l nothere; echo $?",
    ],
    "find": [
        "find . | sort",
        "find . -type l | sort",
        "find . -type f -name '*t*' -size -2 | sort",
        "find . -perm -4000",
        "find sub -type f -exec cat {} \\;",
        "find . -type d -empty",
        "find . -newer fruit | sort",
    ],
    "grep": [
        "grep -r apple . | sort",
        "grep -rl line . | sort",
        "grep -c 1 text",
        "grep -inE 'LINE (1|2)' text",
        "grep -v line colon; echo $?",
        "grep -rn -e deep sub",
        "grep nothing text; echo $?",
    ],
    "sort": [
        "sort fruit",
        "sort -k2 -n fruit",
        "sort -ru fruit fruit",
        "sort -t: -k2 colon",
        "sort -rn numbers | head -n 3",
        "sort numbers | tail -n 3",
    ],
    "awk": [
        "awk '{ s += $2 } END { print s }' fruit",
        "awk -F: 'NF > 1 { print $2, NR }' colon",
        "awk '{ n[$1]++ } END { for (k in n) print k, n[k] }' fruit | sort",
        "awk 'BEGIN { printf \"%05d %x %s %.3f\\n\", 42, 255, substr(\"pagoda\", 2, 3), 1/3 }'",
        "awk '/line 1/,/line 3/ { print FNR \": \" $0 }' text",
    ],
    "sed": [
        "sed 's/line/LINE/; s/number/N/g' text",
        "sed -n '3,5p' text",
        "sed '/^line [2-9]/d' text",
        "sed -e '1i first' -e '$a last' fruit",
        "sed -E 's/([a-z]+) ([0-9]+)/\\2 \\1/' fruit",
    ],
    "tar": [
        "tar cf ../o.tar text sub fruit hard dangling && tar tvf ../o.tar | sort -k6",
        "tar cf - sub fruit | od -An -c | head -n 40",
        "mkdir ../x; tar cf - . | tar xf - -C ../x; ls -lR ../x | grep -v ^total | sed 's/ [A-Z][a-z][a-z] .*:.. / /'; rm -r ../x",
        "tar czf - text | gzip -dc | tar tf -",
    ],
    "gzip": [
        "gzip -c text | gunzip -c | cmp - text; echo $?",
        "cat numbers | gzip -9 | od -An -tx1 | tail -n 3",
        "gzip -c zeros | wc -c",
        "echo garbage | gunzip; echo $?",
        "cp text ../g; gzip ../g; zcat ../g.gz | md5sum; rm ../g.gz",
    ],
    "dd": [
        "dd if=numbers bs=100 count=2 2>/dev/null",
        "dd if=zeros of=../d bs=1k seek=3 count=1 2>/dev/null; wc -c ../d; od -An -tx1 ../d | tail -n 2; rm ../d",
        "dd if=text bs=7 skip=3 count=1 2>/dev/null | od -c",
        "dd if=text of=/dev/null bs=64 2>&1 | head -n 2",
        "dd if=nothere; echo $?",
    ],
    "diff": [
        "diff text text2; echo $?",
        "diff -u text text2 | tail -n +3",
        "diff -q fruit hard; echo $?",
        "diff -r . sub | sort",
        "diff fruit /dev/null",
    ],
    "od": [
        "od -c binary",
        "od -An -tx1 -v zeros | head -n 3",
        "od -x zeros",
        "od -Ad -tu2 fruit",
        "od -b colon | head -n 2",
    ],
    "other": [
        "wc text fruit numbers",
        "cut -d: -f2 colon; cut -c1-4 fruit",
        "tr -d aeiou <fruit",
        "uniq -c hard; sort fruit | cut -d' ' -f1 | uniq -c",
        "head -n 2 text; tail -c 20 text; tail -n +11 text",
        "md5sum numbers; sha1sum numbers; cksum numbers",
        "stat -c '%n %s %a %F %h' fruit hard sub dangling zeros",
        "mkfifo ../ff; stat -c '%F %a' ../ff; echo through >../ff & cat ../ff; rm ../ff",
        "readlink dangling sub/link; realpath sub/link | sed 's/.*t.fruit/fruit/'",
        "cp -a sub ../c; ls -lR ../c | grep -v ^total; rm -r ../c",
        "mkdir -p ../p/q; mv ../p/q ../p/r; ls ../p; rmdir ../p; echo $?; rm -r ../p",
        "xargs -n 2 echo <fruit",
        "printf '%s-%d\\n' a 1 b 2",
        "test -L dangling; echo $?; [ -d sub -a ! -e dangling ]; echo $?",
        "tee ../tee1 <fruit | cat -n; cmp ../tee1 fruit; rm ../tee1",
        "seq 5 | sort -r | paste -s -d, 2>/dev/null || echo",
        "expr 6 \\* 7; basename /a/b.c .c; dirname /a/b/c",
        "yes | head -n 3",
        "echo hello | rev; echo $?",
        "date -u -d @1700000000",
        "cat nothere fruit; echo $?",
        "touch -d '2020-01-01 00:00:00' ../z; ls -l ../z | cut -d/ -f1; rm ../z",
        "du -a sub | cut -f2 | sort",
        "nice -n 5 nice; id -u; umask",
    ],
    "ps": [
        "ps | awk 'NR == 1 || $1 == 1 { $3 = \"\"; print $1, $2 }'",
        "sleep 9 & sleep 1; ps -o pid,ppid,comm | awk -v me=$$ 'NR == 1 || $2 == me && $3 == \"sleep\" { print $3 }'; kill $!",
        "ps -o ppid,comm | awk -v me=$$ '$1 == me && $2 == \"ps\"' | wc -l",
    ],
    "free": [
        "free | sed 's/[0-9][0-9]*/N/g; s/  */ /g' | head -n 2",
        "free -m | awk 'NR == 2 { print ($2 >= $3) }'",
        "free | awk '/Swap/ { print NF }'",
    ],
}


def mask(text):
    """What two systems may differ in."""
    return re.sub(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d ", "just now ", re.sub(r"(?m)^total \d+", "total N", text))


def on_host(busybox, top, line):
    # A root of its own making, so that files belong to root whoever runs the tests.
    prefix = [] if os.getuid() == 0 else ["unshare", "-r"]
    env = {"PATH": f"{top}/bin", "HOME": "/root", "TZ": "UTC", "LC_ALL": "C"}
    process = subprocess.run(prefix + [busybox, "sh", "-c", line], cwd=f"{top}/w/t" if os.path.isdir(f"{top}/w/t") else f"{top}/w", env=env,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
    return process.stdout.decode("utf-8", "replace")


def quoted(line):
    return "'" + line.replace("'", "'\\''") + "'"


def at_console(console):
    """[output] of all lines. By way of a file, as a program sees whether it writes to a terminal, shown so that the line loses nothing."""
    console.output("export TZ=UTC LC_ALL=C; unset HISTFILE; bind 'set enable-bracketed-paste off'; stty -echo cols 200")
    console.output("mkdir -p /tmp/w; cd /tmp/w")
    for line in SETUP.strip().split("\n"):
        console.output(line)
    console.output("cd t")
    return [console.command("busybox sh -c " + quoted(line).replace("\n", "'$'\\n''") + " </dev/null >/tmp/out 2>&1; cat -A /tmp/out")[0]
            for lines in LINES.values() for line in lines]


def caret(text):
    """As cat -A shows it: the terminal line between must not lose anything."""
    return subprocess.run(["cat", "-A"], input=text.encode("utf-8", "surrogateescape"), stdout=subprocess.PIPE, check=True).stdout.decode()


def on_this_linux():
    busybox = os.path.abspath("build/debian/root/bin/busybox")
    # On a tmpfs here too, where there is one: directories have other sizes elsewhere.
    shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="pagoda-bb-", dir=shm) as top:
        os.makedirs(f"{top}/bin")
        os.makedirs(f"{top}/w")
        subprocess.run([busybox, "--install", "-s", f"{top}/bin"], check=True)
        os.symlink(busybox, f"{top}/bin/busybox") if not os.path.exists(f"{top}/bin/busybox") else None
        on_host(busybox, top, SETUP)
        return [caret(on_host(busybox, top, line)) for lines in LINES.values() for line in lines]


def on_debian(lab):
    console = console_on_debian(lab, lab.path("debian.cpio"), "debian_busybox-debian")
    if not console:
        return None
    try:
        return at_console(console)
    finally:
        console.close()


asked = threading.Lock()
answers = []


def on_linux(lab):
    """Asked once, for all machines that run these lines."""
    with asked:
        if not answers:
            answers.append(on_this_linux() if host_runs_i386(lab) else on_debian(lab))
    return answers[0]


def run(pagoda):
    linux = on_linux(pagoda.lab)
    if linux is None:
        raise AssertionError("there is no Linux here to compare with")
    pairs = iter(zip(at_console(pagoda), linux))
    return [(applet, next(filter(None, [compare(line, *next(pairs)) for line in lines]), "")) for applet, lines in LINES.items()]


def compare(line, ours, theirs):
    found, wanted = mask(ours), mask(theirs)
    if wanted == found:
        return ""
    for mine, linux in zip(found.split("\n") + ["(nothing)"], wanted.split("\n") + ["(nothing)"]):
        if mine != linux:
            return f"{line!r}: '{mine}', on Linux '{linux}'"
    return f"{line!r}: {len(found)} bytes, on Linux {len(wanted)}"
