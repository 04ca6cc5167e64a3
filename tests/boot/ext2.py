# SPDX-License-Identifier: MIT
"""ext2: as the root in all its forms, refused in words, filled, damaged; judged by e2fsck and debugfs on this machine."""
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import time

from testing.disk import attach, check, copy_sparse, e2fs
from testing.lab import Case
from testing.machine import Console

MIB = 1 << 20
PANIC = "Kernel panic: cannot mount the root file system on /dev/vda: "


def make(path, *options, mib=16, tree=None, kind="ext2"):
    with open(path, "wb") as file:
        file.truncate(mib * MIB)
    subprocess.run([e2fs("mke2fs"), "-q", "-F", "-t", kind, *options, *(["-d", tree] if tree else []), path], check=True)
    return path


def copy_of(image, path):
    copy_sparse(image, path)
    return path


def debugfs(image, command):
    return subprocess.run([e2fs("debugfs"), "-R", command, image], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=True).stdout


def state(image):
    text = subprocess.run([e2fs("dumpe2fs"), "-h", image], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
                          universal_newlines=True).stdout
    return re.search(r"Filesystem state:\s+(.*)", text).group(1)


def assert_clean(image):
    found = check(image)
    assert not found, f"e2fsck: {found[:300]}"


def poke(path, offset, data):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(data)


def run_script(lab, name, images, script, build="debug", timeout=120, how="virtio", extra=(), append="", options="", until=None,
               programs=(), **machine):
    """
    Runs a script of our shell in a ramdisk, with the images as disks; returns what it printed. It must end well.
    options: of the first drive. until: at this line the power fails. programs: of tests/user, which are then in /.
    """
    with lab.scratch() as scratch:
        with open(f"{scratch}/script", "w", encoding="utf-8") as file:
            file.write(script)
        with open(f"{scratch}/list", "w", encoding="utf-8") as file, open("user/devices.txt", encoding="utf-8") as own:
            file.write(own.read() + f"/script f 755 {scratch}/script\n")
            file.writelines(f"/{program} f 755 {lab.path('user/tests/' + program)}\n" for program in programs)
        subprocess.run([sys.executable, "tools/mkcpio.py", "-o", f"{scratch}/cpio", "-d", f"{scratch}/list", lab.path("root")],
                       check=True)
        disks = [word for number, image in enumerate(images) for word in attach(image, how, number, "" if number else options)]
        outcome = lab.machine(build, initrd=f"{scratch}/cpio", append=f"quiet panic=-1 {append} -- /bin/sh /script",
                              extra=disks + list(extra), **machine).run(lab.log(f"ext2-{name}"), timeout,
                                                                        until and (lambda line: until in line))
    assert not (outcome.panicked or outcome.warned or outcome.timed_out), outcome.complaint()
    text = "\n".join(outcome.lines)
    assert (until or "SCRIPT ENDS") in text, f"the script did not come to its end: {outcome.lines[-3:]}"
    return text


# What a mount of a file system of any kind must be able to do; $1 is the device.
OPERATIONS = r"""
set -e
mount -t ext2 /dev/$1 /mnt
cd /mnt
echo small > small; cp /bin/sh large; cat /bin/sh >> large; cp large copy; cmp large copy
dd if=/bin/sh of=sparse bs=1000 seek=3000 count=20 2>/dev/null
dd if=/bin/sh of=holes bs=512 seek=7 count=1 2>/dev/null; dd if=/bin/sh of=holes bs=512 seek=1 count=1 conv=notrunc 2>/dev/null
echo more >> small; cat small
mkdir -p a/b/c d; echo x > a/b/c/f; mv a/b/c/f d/g; mv a/b d/b; ls d d/b
ln small hard; ln -s small fast
ln -s 0123456789012345678901234567890123456789012345678901234567890123456789 slow
readlink fast slow
mv copy large; rm hard; rmdir d/b/c; mkfifo pipe; mknod null c 1 3; echo > null
mkdir empty other; mv -f empty other/; mkdir again; mv again other/
dd if=/dev/null of=large bs=1 seek=5000 2>/dev/null
i=0; while [ $i -lt 300 ]; do echo $i > d/name-of-some-length-$i; i=$((i+1)); done
i=0; while [ $i -lt 300 ]; do rm d/name-of-some-length-$i; i=$((i+3)); done
ls d | wc -l
chown 70000:80000 small; chmod 4750 small; touch -d 2001-02-03 fast 2>/dev/null || true
cd /; umount /mnt; mount -t ext2 /dev/$1 /mnt; cd /mnt
cat small; ls d | wc -l; cmp sparse holes || true; ls -ln small null
cd /; umount /mnt
echo SCRIPT ENDS
""".replace("$1", "vda")

FORMS = {f"blocks_of_{size}_inodes_of_{inode}": ("-b", str(size), "-I", str(inode)) for size in (1024, 2048, 4096) for inode in (128, 256)}
FORMS["revision_0"] = ("-r", "0", "-O", "none", "-b", "1024")
FORMS["groups_of_1000_blocks"] = ("-b", "1024", "-g", "1024")
FORMS["inodes_of_2048"] = ("-b", "4096", "-I", "2048")
FORMS["sparse_super2"] = ("-b", "1024", "-g", "1024", "-O", "^resize_inode,sparse_super2")
FORMS["every_group_with_a_superblock"] = ("-b", "1024", "-g", "1024", "-O", "^resize_inode,^sparse_super,^filetype")
FORMS["journal_that_is_not_used"] = ("-b", "1024", "-O", "has_journal")
FORMS["sectors_of_4096"] = ("-b", "4096")
DEVICES = {"sectors_of_4096": ",logical_block_size=4096,physical_block_size=4096"}


def test_operations_in_all_forms(lab):
    for name, options in FORMS.items():
        with lab.scratch() as scratch:
            image = make(f"{scratch}/disk", *options)
            disk = attach(image)
            disk[-1] += DEVICES.get(name, "")
            text = run_script(lab, name, [], OPERATIONS, extra=disk)
            assert_clean(image)
            assert state(image) == "clean", f"{name}: {state(image)}"
            assert debugfs(image, "cat small") == b"small\nmore\n", name
            with open(lab.path("root/bin/sh"), "rb") as file:
                shell = file.read()
            assert debugfs(image, "cat large") == (shell + shell)[:5000], name
            assert debugfs(image, "cat sparse") == bytes(3000 * 1000) + shell[:20000], name
            assert "-rwsr-x--- 1 70000 80000" in text, name
            assert re.search(r"^202$", text, re.M), name		# 200 names, g and b
            assert b"Type: symlink" in debugfs(image, "stat slow"), name


# Of tests/user: each names what it finds; the suite compares that with Linux, on blocks of 1 KiB.
PROGRAMS = ("fs_rename", "fs_links", "fs_model", "fs_sparse_truncate", "fs_times", "fs_umask_chmod", "mmap_shared", "mmap_grown_file",
            "mmap_sigbus")


def test_programs_in_all_forms(lab):
    """What programs see does not depend on the form of the file system."""
    script = "mount -t ext2 /dev/vda /mnt; mkdir /mnt/tmp; cd /mnt\n" + "".join(
        f"mkdir {name}; cd {name}; echo BEGIN {name}; /{name} 2>&1; cd ..\n" for name in PROGRAMS)
    script += "cd /; umount /mnt; echo SCRIPT ENDS\n"
    texts = {}
    for name, options in list(FORMS.items())[::1 if lab.long else 2]:
        with lab.scratch() as scratch:
            image = make(f"{scratch}/disk", "-N", "4096", *options, mib=24)
            text = run_script(lab, f"programs-{name}", [image], script, programs=PROGRAMS)
            assert_clean(image)
            assert text.count("\ndone") == len(PROGRAMS) and "not ok" not in text, f"{name}: {text[-400:]}"
            texts[name] = text[:text.index("SCRIPT ENDS")]
    for name, text in texts.items():
        other = next(iter(texts.values()))
        assert text == other, f"{name}: {[pair for pair in zip(text.split(chr(10)), other.split(chr(10))) if pair[0] != pair[1]][:3]}"


def test_reads_what_mke2fs_wrote(lab):
    random.seed(7)
    with lab.scratch() as scratch:
        os.makedirs(f"{scratch}/tree/deep/er/est")
        sums = {}
        for size in (0, 1, 1023, 1024, 4097, 12 * 1024 + 5, 300 * 1024, 5 * MIB + 17):
            data = random.randbytes(size)
            for place in ("", "deep/er/est/"):
                with open(f"{scratch}/tree/{place}f{size}", "wb") as file:
                    file.write(data)
                sums[f"{place}f{size}"] = hashlib.md5(data).hexdigest()
        image = make(f"{scratch}/disk", "-b", "1024", tree=f"{scratch}/tree", mib=32)
        with open(f"{scratch}/out", "wb") as file:
            file.truncate(16 * MIB)
        run_script(lab, "mke2fs", [image, f"{scratch}/out"], "mount -t ext2 -o ro /dev/vda /mnt; cd /mnt; cat " + " ".join(sums) +
                   " >/dev/vdb; cd /; umount /mnt; echo SCRIPT ENDS\n")
        with open(f"{scratch}/out", "rb") as file:
            everything = file.read()
        for name, wanted in sums.items():
            size = int(name.rsplit("f", 1)[1])
            found, everything = everything[:size], everything[size:]
            assert hashlib.md5(found).hexdigest() == wanted, f"{name} reads wrong"


def test_disk_full(lab):
    """An error for who writes, nothing damaged, and the room comes back."""
    with lab.scratch() as scratch:
        image = make(f"{scratch}/disk", "-b", "1024", "-N", "200", mib=8)
        text = run_script(lab, "full", [image], r"""
mount -t ext2 /dev/vda /mnt; cd /mnt
df /mnt | tail -1 > /tmp/before
dd if=/dev/zero of=big bs=4096 2>/tmp/err; grep -q 'No space' /tmp/err && echo FULL OF DATA
i=0; while echo > f$i; do i=$((i+1)); done 2>/dev/null
mkdir sub 2>/dev/null || echo NO ROOM FOR A DIRECTORY
cp /bin/sh sh 2>/dev/null || echo NO ROOM FOR A COPY
sync; rm -rf big sub sh f*
mkdir s; i=0; while echo > s/f$i; do i=$((i+1)); done 2>/tmp/err; grep -q 'No space' /tmp/err && echo NO INODES LEFT
rm -r s; sync; df /mnt | tail -1 | cmp - /tmp/before && echo ALL IS BACK
cd /; umount /mnt; echo SCRIPT ENDS
""")
        assert_clean(image)
        for words in ("FULL OF DATA", "NO ROOM FOR A DIRECTORY", "NO ROOM FOR A COPY", "NO INODES LEFT", "ALL IS BACK"):
            assert words in text, f"not said: {words}"


def test_full_disk_in_all_sizes(lab):
    """Each call that needs room says ENOSPC, or SIGBUS for a mapping; what needs none goes on. Reserved blocks are root's."""
    for size in (1024, 2048, 4096):
        with lab.scratch() as scratch:
            image = make(f"{scratch}/disk", "-b", str(size), "-m", "10", "-N", "512", mib=6)
            text = run_script(lab, f"full-{size}", [image], "mount -t ext2 /dev/vda /mnt; cd /mnt; /fs_full_disk x; cd /\n"
                              "umount /mnt; echo SCRIPT ENDS\n", programs=["fs_full_disk"])
            assert_clean(image)
            assert "not ok" not in text and re.search("^done$", text, re.M), text
            for words in ("user: error 28", "much is left to root", "root: error 28", 'mkdir("newdir", 0755): error 28',
                          'symlink(slow, "slow"): error 28', 'rename("small", "renamed"): ok', "names: error 28",
                          "pwrite(fd, \"small\", 5, 0): ok", "mapping: signal 7", "root again: error 28"):
                assert text.count(words) == 3, f"{size}: {words}: {text}"


def test_many_writers_of_few_files(lab):
    """fs_race_contents on disks of all kinds, some so small that they are full most of the time, and with little memory."""
    for number, (options, mib, memory) in enumerate(((("-b", "1024"), 32, 512), (("-b", "1024", "-m", "0"), 1, 512),
                                                     (("-b", "4096"), 32, 32), (("-b", "4096", "-m", "0"), 2, 32))):
        with lab.scratch() as scratch:
            image = make(f"{scratch}/disk", *options, mib=mib)
            text = run_script(lab, f"race-{number}", [image], "mount -t ext2 /dev/vda /mnt; cd /mnt\n"
                              f"/fs_race_contents {5000 if lab.long else 300}; ls; cd /; umount /mnt; echo SCRIPT ENDS\n",
                              programs=["fs_race_contents"], memory=memory)
            assert_clean(image)
            assert re.search("^done$", text, re.M), text


def test_most_links(lab):
    """32000 names of a file, and as many directories in one, less two: the counts are put there by debugfs."""
    with lab.scratch() as scratch:
        os.makedirs(f"{scratch}/tree/d/sub")
        os.makedirs(f"{scratch}/tree/other")
        with open(f"{scratch}/tree/f", "w", encoding="utf-8") as file:
            file.write("x")
        image = make(f"{scratch}/disk", "-b", "1024", tree=f"{scratch}/tree")
        for name in ("f", "d"):
            subprocess.run([e2fs("debugfs"), "-w", "-R", f"set_inode_field {name} links_count 31999", image], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        text = run_script(lab, "links", [image], r"""
mount -t ext2 /dev/vda /mnt; cd /mnt
ln f one && echo ONE; ln f two 2>&1; mkdir d/one && echo DIRECTORY; mkdir d/two 2>&1; mv other d/ 2>&1; mv f d/file && echo FILE
cd /; umount /mnt; echo SCRIPT ENDS
""")
        assert "ONE" in text and "DIRECTORY" in text and "FILE" in text, text
        assert len(re.findall("Too many links", text)) == 3, text
        if lab.long:
            image = make(f"{scratch}/disk", "-b", "4096", "-N", "34000", mib=200)
            text = run_script(lab, "all-links", [image], "mount -t ext2 /dev/vda /mnt; cd /mnt; /fs_many_links x x; cd /; umount /mnt\n"
                              "echo SCRIPT ENDS\n", programs=["fs_many_links"], timeout=400)
            assert_clean(image)
            assert "links: error 31" in text and "directories: error 31" in text and "not ok" not in text, text


def test_ten_thousand_names(lab):
    with lab.scratch() as scratch:
        image = make(f"{scratch}/disk", "-b", "1024", "-N", "12000", mib=32)
        text = run_script(lab, "names", [image], r"""
mount -t ext2 /dev/vda /mnt; mkdir /mnt/d; cd /mnt/d
seq 1 10000 | sed 's/^/a-name-/' | xargs -n 100 touch; ls | wc -l
seq 1 2 10000 | sed 's/^/a-name-/' | xargs -n 100 rm; ls | wc -l
test -e a-name-9998 && test ! -e a-name-9999 && echo RIGHT
cd /; umount /mnt; echo SCRIPT ENDS
""")
        assert_clean(image)
        assert re.search(r"^10000$(?s:.*)^5000$(?s:.*)^RIGHT$", text, re.M), text[-300:]


def test_sparse_giants(lab):
    """Three levels of indirection, and a size that needs large_file."""
    with lab.scratch() as scratch:
        image = make(f"{scratch}/disk", "-b", "1024", "-O", "^large_file")
        run_script(lab, "giants", [image], r"""
mount -t ext2 /dev/vda /mnt; cd /mnt
for at in 0 12 268 65804 2000000 4000000; do echo block $at | dd of=giant bs=1024 seek=$at conv=notrunc 2>/dev/null; done
dd if=giant bs=1024 skip=65804 count=1 2>/dev/null; dd if=giant bs=1024 skip=4000000 count=1 2>/dev/null
dd if=giant bs=1024 skip=3999999 count=1 2>/dev/null | od | head -2
cd /; umount /mnt; echo SCRIPT ENDS
""")
        assert_clean(image)
        data = debugfs(image, "stat giant").decode()
        assert "Size: 4096000014" in data, data
        assert b"large_file" in subprocess.run([e2fs("dumpe2fs"), "-h", image], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                               check=True).stdout


def test_sync_reaches_the_disk(lab):
    """The machine is killed at once after the call has returned."""
    for name, command in (("sync", "cp /bin/sh /mnt/f; sync"), ("fsync", "dd if=/bin/sh of=/mnt/f bs=4096 conv=fsync 2>/dev/null")):
        with lab.scratch() as scratch:
            image = make(f"{scratch}/disk")
            console = Console(lab.machine("debug", initrd=lab.path("ramdisk.cpio"), extra=attach(image)), lab.log(f"ext2-{name}"))
            try:
                console.wait_for_shell()
                console.output("mount -t ext2 /dev/vda /mnt && echo > /mnt/f && sync")
                assert state(image) == "not clean"
                console.output(command)
            finally:
                console.close()
            with open(lab.path("root/bin/sh"), "rb") as file:
                assert debugfs(image, "cat f") == file.read(), f"{name} has not reached the disk"


SLOW = ",throttling.iops-write=40"		# so that a call that does not wait for the disk is caught


def fragments(name, pages):
    """Shell: two files that take turns on the disk, so that each page is a request of its own."""
    return f"""
page=x; while [ ${{#page}} -lt 4095 ]; do page=$page$page; done; page=$(echo $page | cut -c 1-4095)
i=0; while [ $i -lt {pages} ]; do echo $page >> {name}; echo $page >> {name}.other; i=$((i+1)); done; sync
"""


def test_mount_waits_for_an_unmount(lab):
    """The device is mounted again while it is still being written."""
    with lab.scratch() as scratch:
        image = make(f"{scratch}/disk", "-b", "4096")
        text = run_script(lab, "mount-unmount", [image], "mkdir /a /b; mount -t ext2 /dev/vda /a\n" + fragments("/a/f", 60) + r"""
echo $page >> /a/f; i=0; while [ $i -lt 60 ]; do echo y | dd of=/a/f bs=4096 seek=$i conv=notrunc 2>/dev/null; i=$((i+1)); done
ls -l /a/f; umount /a & sleep 0.2; until mount -t ext2 /dev/vda /b 2>/dev/null; do :; done
ls -l /b/f; echo more >> /b/f; umount /b; wait; echo SCRIPT ENDS
""", options=SLOW)
        assert_clean(image)
        assert state(image) == "clean"
        assert len(re.findall(r" 249856 .*/f$", text, re.M)) == 2, text


def test_calls_that_sync(lab):
    """Whatever says that data is on the disk: the power fails when it returns."""
    data = bytes(ord("a") + i % 23 for i in range(50000))
    with lab.scratch() as scratch:
        for name in ("fdatasync", "syncfs", "msync", "O_SYNC", "O_DSYNC", "fdatasync-grown"):
            image = make(f"{scratch}/disk", "-b", "1024")
            run_script(lab, f"sync-{name}", [image], f"mount -t ext2 /dev/vda /mnt; echo > /mnt/f; sync; /fs_sync_calls {name} /mnt/f\n",
                       programs=["fs_sync_calls"], until=f"{name}: ok")
            found = debugfs(image, "cat f")
            assert found[:50000] == data, f"{name}: {len(found)} bytes"
            if name == "fdatasync-grown":
                assert found[50000:] == bytes(23000) + data[:23], f"{name}: {len(found)} bytes"


def test_states(lab):
    """Clean, not clean while it is mounted for writing, clean again when it is mounted for reading."""
    with lab.scratch() as scratch:
        image = make(f"{scratch}/disk")
        for commands, wanted in (("mount -t ext2 /dev/vda /mnt", "not clean"),
                                 ("mount -t ext2 -o ro /dev/vda /mnt", "clean"),
                                 ("mount -t ext2 /dev/vda /mnt; echo > /mnt/f; mount -o remount,ro /mnt", "clean"),
                                 ("mount -t ext2 -o ro /dev/vda /mnt; mount -o remount,rw /mnt", "not clean"),
                                 ("mount -t ext2 /dev/vda /mnt; echo > /mnt/f; umount /mnt", "not clean")):	# it was not before
            run_script(lab, "states", [image], commands + "; echo POWER FAILS\n", until="POWER FAILS")
            assert state(image) == wanted, f"{commands}: {state(image)}"
            if commands.endswith("remount,rw /mnt"):
                continue
            subprocess.run([e2fs("e2fsck"), "-fp", image], stdout=subprocess.DEVNULL, check=False)


def test_reclaim_beside_an_unmount(lab):
    """The names of a file system are taken out of the cache, and their inodes go, while it is unmounted."""
    with lab.scratch() as scratch:
        os.makedirs(f"{scratch}/tree")
        for i in range(400):
            os.makedirs(f"{scratch}/tree/{i}/d")
        image = make(f"{scratch}/disk", "-b", "1024", tree=f"{scratch}/tree")
        run_script(lab, "reclaim-unmount", [image], r"""
( while [ ! -e /tmp/stop ]; do echo 2 > /proc/sys/vm/drop_caches; done ) &
i=0; while [ $i -lt 10 ]; do mount -t ext2 /dev/vda /mnt; echo /mnt/*/* > /tmp/list; umount /mnt; i=$((i+1)); done
echo > /tmp/stop; wait; echo SCRIPT ENDS
""")
        assert_clean(image)


def test_fsync_after_the_flusher(lab):
    """The flusher has copied the inode to its table but the table is not on the disk: fsync writes it."""
    with lab.scratch() as scratch:
        image = make(f"{scratch}/disk")
        run_script(lab, "fsync-flusher", [image], r"""
mount -t ext2 /dev/vda /mnt; echo > /mnt/f; sync
cd /proc/sys/vm; echo 100000 > dirty_writeback_centisecs; sleep 0.2; cp /bin/sh /mnt/f
echo 0 > dirty_expire_centisecs; echo 100000 > dirty_writeback_centisecs; sleep 0.5
dd if=/dev/null of=/mnt/f conv=notrunc,fsync 2>/dev/null; echo POWER FAILS
""", until="POWER FAILS")
        with open(lab.path("root/bin/sh"), "rb") as file:
            assert debugfs(image, "cat f") == file.read()


def test_two_fsyncs_at_once(lab):
    """Each waits for all of the file's indirect blocks, whoever writes them."""
    with lab.scratch() as scratch:
        image = make(f"{scratch}/disk", "-b", "4096")
        run_script(lab, "two-fsyncs", [image], r"""
mount -t ext2 /dev/vda /mnt; cd /mnt; echo > f; sync; cd /proc/sys/vm; echo 100000 > dirty_writeback_centisecs; sleep 0.2
echo far | dd of=/mnt/f bs=4096 seek=5000 conv=notrunc 2>/dev/null
echo 0 > dirty_expire_centisecs; echo 100000 > dirty_writeback_centisecs; sleep 0.6
dd if=/dev/null of=/mnt/f conv=notrunc,fsync 2>/dev/null & sleep 0.15
dd if=/dev/null of=/mnt/f conv=notrunc,fsync 2>/dev/null; echo POWER FAILS
""", options=SLOW.replace("40", "4"), until="POWER FAILS")
        assert debugfs(image, "cat f")[5000 * 4096:] == b"far\n"


def failing(image, sector, iops=1000, kind="write"):
    """QEMU's arguments for a disk that fails to write (or read) one sector."""
    rules = [{"event": "none", "iotype": kind, "errno": 5, "once": False, "sector": sector}]
    disk = {"driver": "blkdebug", "inject-error": rules, "image": {"driver": "file", "filename": image}}
    return ["-object", f"throttle-group,id=slow,x-iops-write={iops}", "-device", "virtio-blk-pci,drive=bad", "-blockdev",
            json.dumps({"driver": "throttle", "node-name": "bad", "throttle-group": "slow", "file": disk})]


def test_sync_leaves_errors_to_fsync(lab):
    """Who owns the file learns from fsync, once, that it was not written, even if someone's sync has met the error."""
    with lab.scratch() as scratch:
        image = make(f"{scratch}/disk", "-b", "4096")
        run_script(lab, "prepare-sync-error", [image], "mount -t ext2 /dev/vda /mnt\n" + fragments("/mnt/f", 30) +
                   "umount /mnt; echo SCRIPT ENDS\n")
        text = run_script(lab, "sync-error", [], r"""
mount -t ext2 /dev/vda /mnt; cd /mnt; exec 3<f
dd if=/dev/zero of=f bs=4096 count=30 conv=notrunc 2>/dev/null; sync
dd if=/dev/null of=f conv=notrunc,fsync 2>/dev/null || echo FIRST FAILS
dd if=/dev/null of=f conv=notrunc,fsync 2>/dev/null && echo SECOND DOES NOT
exec 3<&-; cd /; umount /mnt; echo SCRIPT ENDS
""", extra=failing(image, int(debugfs(image, "bmap f 0")) * 8, iops=40))
        assert "FIRST FAILS" in text and "SECOND DOES NOT" in text, text


def test_lost_metadata_stays_unclean(lab):
    """A bitmap could not be written, and a sync has met that: unmounting must not say that all is well."""
    with lab.scratch() as scratch:
        image = make(f"{scratch}/disk", "-b", "4096")
        bitmap = int(re.search(rb"Block bitmap at (\d+)", subprocess.run([e2fs("dumpe2fs"), image], stdout=subprocess.PIPE,
                                                                         stderr=subprocess.DEVNULL, check=True).stdout).group(1))
        run_script(lab, "lost-metadata", [], r"""
mount -t ext2 /dev/vda /mnt; cp /bin/sh /mnt/f; sync; sync; umount /mnt; echo SCRIPT ENDS
""", extra=failing(image, bitmap * 8))
        assert state(image) != "clean", "the lost bitmap is not noted"


def test_features_refused_and_allowed(lab):
    """An unknown ro_compat feature forbids writing only, an incompat one all; both are named."""
    with lab.scratch() as scratch:
        images = [make(f"{scratch}/one"), make(f"{scratch}/two")]
        poke(images[0], 1024 + 100, (0x10003).to_bytes(4, "little"))		# bit 16: orphan_present
        poke(images[1], 1024 + 96, (0x80000002).to_bytes(4, "little"))
        text = run_script(lab, "features", images, r"""
mount -t ext2 /dev/vda /mnt || echo FIRST REFUSED; mount -t ext2 -o ro /dev/vda /mnt && ls /mnt
mount -o remount,rw /mnt || echo STILL REFUSED; umount /mnt; mount -t ext2 -o ro /dev/vdb /mnt || echo SECOND REFUSED; echo SCRIPT ENDS
""")
        for words in ("FIRST REFUSED", "lost+found", "STILL REFUSED", "SECOND REFUSED", "orphan_present", "0x80000000"):
            assert words in text, f"{words}: {text}"


def test_metadata_that_cannot_be_read(lab):
    """A bad sector in a bitmap, an inode table or a directory: EIO for who needs it, and the rest goes on."""
    with lab.scratch() as scratch:
        os.makedirs(f"{scratch}/tree/d")
        for i in range(40):
            with open(f"{scratch}/tree/d/f{i}", "w", encoding="utf-8") as file:
                file.write("x" * i)
        for what in ("Block bitmap", "Inode bitmap", "directory", "inodes"):
            image = make(f"{scratch}/disk", "-b", "4096", tree=f"{scratch}/tree")
            if what == "directory":
                block = int(debugfs(image, "bmap d 0"))
            elif what == "inodes":
                block = int(re.search(r"block (\d+)", debugfs(image, "imap d/f39").decode()).group(1))
            else:
                layout = subprocess.run([e2fs("dumpe2fs"), image], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
                block = int(re.search(rf"{what} at (\d+)", layout.stdout.decode()).group(1))
            text = run_script(lab, f"bad-{what.replace(' ', '-')}", [], r"""
mount -t ext2 /dev/vda /mnt; cd /mnt
cp /bin/ls copy 2>&1 && cmp copy /bin/ls; mkdir new 2>&1; ls d 2>&1 | tail -1; cat d/f39 2>&1; rm -r d 2>&1 | tail -1; sync
cd /; umount /mnt; echo SCRIPT ENDS
""", extra=failing(image, block * 8, kind="read"))
            assert "nput/output" in text, f"{what}: {text}"
            if "bitmap" in what:
                assert state(image) != "clean", f"{what}: what could not be freed is not noted"


def test_errors_of_the_disk(lab):
    """EIO for who asks for what cannot be read or written, once from fsync; the rest goes on."""
    with lab.scratch() as scratch:
        image = make(f"{scratch}/disk", "-b", "4096")
        run_script(lab, "prepare", [image],
                   "mount -t ext2 /dev/vda /mnt; cp /bin/sh /mnt/bad; cp /bin/sh /mnt/good; umount /mnt; echo SCRIPT ENDS\n")
        sector = int(debugfs(image, "bmap bad 0")) * 8
        for what in ("read", "write"):
            rule = {"event": "none", "iotype": what, "errno": 5, "once": False, "sector": sector}
            disk = ["-blockdev", json.dumps({"driver": "blkdebug", "node-name": "bad", "inject-error": [rule],
                                             "image": {"driver": "file", "filename": image}}),
                    "-device", "virtio-blk-pci,drive=bad"]
            text = run_script(lab, f"error-{what}", [], r"""
mount -t ext2 /dev/vda /mnt; cd /mnt
cat bad >/dev/null || echo CANNOT READ
dd if=/bin/ls of=bad bs=4096 count=1 conv=notrunc,fsync 2>/dev/null || echo CANNOT WRITE
cmp good /bin/sh && cp good better && sync && cmp better good && echo THE REST GOES ON; rm better
cd /; umount /mnt; mount -t ext2 /dev/vda /mnt && echo MOUNTED AGAIN; umount /mnt; echo SCRIPT ENDS
""", extra=disk)
            assert ("CANNOT READ" if what == "read" else "CANNOT WRITE") in text, text[-500:]
            assert "THE REST GOES ON" in text and "MOUNTED AGAIN" in text, text[-500:]
            assert_clean(image)


def test_little_memory(lab):
    """Files several times as large as the memory are written and read, trees are copied; nothing is killed for want of it."""
    for memory, size, writers in ((32, 40, 2), (64, 200, 1)) + (((64, 70, 6), (32, 400, 1)) if lab.long else ()):
        with lab.scratch() as scratch:
            image = make(f"{scratch}/disk", "-b", "1024" if writers > 1 else "4096", mib=size * writers + 60)
            text = run_script(lab, f"memory-{memory}", [image], f"size={size}; writers='{' '.join(map(str, range(writers)))}'" + r"""
mount -t ext2 /dev/vda /mnt; cd /mnt
for i in $writers; do dd if=/dev/zero of=f$i bs=65536 count=$((size*16)) 2>/dev/null & done
mkdir tree; cp -r /bin tree/0 && for i in 1 2 3; do cp -r tree/0 tree/$i; done; wait
for i in $writers; do dd if=f$i of=/dev/null bs=65536 2>&1 | grep "^$((size*16))+0 records in" && echo READ; done
for i in 1 2 3; do diff -r tree/0 tree/$i && echo SAME TREE; done
cd /; umount /mnt; echo SCRIPT ENDS
""", memory=memory, timeout=300)
            assert text.count("READ") == writers and text.count("SAME TREE") == 3, text[-300:]
            for i in range(writers):
                data = debugfs(image, f"cat f{i}")
                assert len(data) == size * MIB and not any(data), f"f{i} is wrong on the disk"
            assert "Out of memory" not in text
            assert_clean(image)


def test_many_at_once(lab):
    with lab.scratch() as scratch:
        image = make(f"{scratch}/disk", "-b", "1024", mib=32)
        text = run_script(lab, "many", [image], r"""
mount -t ext2 /dev/vda /mnt; cd /mnt; mkdir a b
work() { i=0; while [ $i -lt 40 ]; do
	cp /bin/ls a/$1; mv a/$1 b/$1-$i; echo $i >> both; ln b/$1-$i a/l$1; rm a/l$1; mkdir a/d$1; mv a/d$1 b/; rmdir b/d$1
	[ $((i % 7)) = 0 ] && sync; cmp /bin/ls b/$1-$i || echo DIFFERENT; rm b/$1-$i; i=$((i+1)); done; }
for w in 1 2 3 4; do work $w & done; wait
ls a b; wc -l both; cd /; umount /mnt; echo SCRIPT ENDS
""")
        assert_clean(image)
        assert "160 both" in text and "DIFFERENT" not in text


# Whatever a program may do with a damaged file system. The second time everything is as large as it will be: so what is
# more afterwards has been lost.
WALK = r"""
weigh() { for i in 1 2 3; do echo 3 > /proc/sys/vm/drop_caches; done; echo WEIGHT; cat /proc/slabinfo; }
walk() {
	mount -t ext2 /dev/$1 /mnt || return
	cd /mnt; find . >/dev/null 2>&1; cat * */* >/dev/null 2>&1; ls -lR >/dev/null 2>&1
	echo x > new 2>/dev/null; mkdir newdir 2>/dev/null; cp /bin/ls newdir/ls 2>/dev/null; ln -s t link 2>/dev/null
	for f in d/f1 d/f2 big new; do
		echo a >> $f; dd if=/bin/ls of=$f bs=1000 seek=3 conv=notrunc; mv $f $f.x; ln $f.x $f.y
	done >/dev/null 2>&1
	mv d/f3 d2 2>/dev/null; mv d e 2>/dev/null; mv e/f4 . 2>/dev/null; mkdir -p e/x/y 2>/dev/null; rmdir e/x/y 2>/dev/null
	sync; find . >/dev/null 2>&1; rm -rf e 2>/dev/null; rm -rf big.x 2>/dev/null; sync
	cd /; umount /mnt
}
walk vda; weigh; walk vdb; weigh; echo SCRIPT ENDS
"""


def assert_no_loss(text):
    """What the slabs of interest hold, the last two times they were weighed."""
    first, second = [dict(re.findall(r"^(\S+) +(\d+)", part, re.M)) for part in text.split("WEIGHT")[-2:]]
    for name in ("ext2_inode", "buffer_head", "dentry", "radix_tree_node", "bio-16"):
        assert int(second[name]) <= int(first[name]), f"{name}: {first[name]} objects became {second[name]}"


def damage(path, seed):
    """Random bytes and words of what is not data: superblock, descriptors, bitmaps, inodes, directories, indirect blocks."""
    dice = random.Random(seed)
    with open(path, "rb") as file:
        blocks = [n for n in range(0, 600) if file.seek(n * 1024) is not None and any(file.read(1024))]
    for _ in range(dice.randrange(1, 12)):
        block = dice.choice(blocks[:8]) if dice.random() < 0.3 else dice.choice(blocks)
        low = 1024 + 120 if block == 1 else block * 1024	# the superblock's first fields are their own test
        at = dice.randrange(low, (block + 1) * 1024 - 4)
        poke(path, at, dice.choice((dice.randbytes(1), dice.randbytes(4), b"\xff\xff\xff\xff", bytes(4),
                                    dice.randrange(1, 16384).to_bytes(4, "little"))))


def test_damaged_images(lab):
    """No panic, no warning of the kernel, no endless loop, whatever is on the disk."""
    first = int(os.environ.get("SEED", time.time_ns() % 1000000))
    with lab.scratch() as scratch:
        os.makedirs(f"{scratch}/tree/d")
        for i in range(40):
            with open(f"{scratch}/tree/d/f{i}", "wb") as file:
                file.write(b"data" * 50)
        with open(f"{scratch}/tree/big", "wb") as file:
            file.write(b"z" * 400000)
        forms = (("-b", "1024"), ("-b", "4096"), ("-b", "1024", "-r", "0", "-O", "none"), ("-b", "1024", "-g", "512"))
        for seed in range(first, first + (200 if lab.long else 8)):
            images = [make(f"{scratch}/one", *forms[seed % len(forms)], tree=f"{scratch}/tree", mib=4)]
            damage(images[0], seed)
            images.append(copy_of(images[0], f"{scratch}/two"))
            try:
                assert_no_loss(run_script(lab, "damaged", images, WALK, timeout=60))
            except AssertionError as error:
                raise AssertionError(f"SEED={seed}: {error}") from None


def test_names_that_lead_elsewhere(lab):
    """A name with a slash on the disk must not reach a program, which would go where it leads: here out of the tree."""
    with lab.scratch() as scratch:
        os.makedirs(f"{scratch}/tree/d")
        for name in ("aXaXvictim", "good"):
            with open(f"{scratch}/tree/d/{name}", "w", encoding="utf-8") as file:
                file.write("x")
        image = make(f"{scratch}/disk", "-b", "1024", tree=f"{scratch}/tree")
        with open(image, "rb") as file:
            at = file.read().index(b"aXaXvictim")
        poke(image, at, b"../../keep")
        text = run_script(lab, "slashes", [image], r"""
echo > /keep; mount -t ext2 /dev/vda /mnt; cd /mnt; ls -a d; rm -rf d 2>/dev/null; cd /; umount /mnt
test -e /keep && echo KEPT; echo SCRIPT ENDS
""")
        assert re.search(r"^\.\s+\.\.$", text, re.M), f"the names before the bad one are lost: {text}"
        assert "KEPT" in text and "../../keep" not in text and "bad entry" in text, text


def test_superblock_changes_under_way(lab):
    """A program writes to the device of a mounted file system: that ruins it, but not the kernel."""
    with lab.scratch() as scratch:
        os.makedirs(f"{scratch}/tree/d")
        with open(f"{scratch}/tree/d/victim", "wb") as file:
            file.write(bytes(20000))
        image = make(f"{scratch}/disk", "-b", "1024", "-g", "1024", tree=f"{scratch}/tree", mib=8)
        with open(image, "rb") as file:
            blocks = bytearray(file.read(4096))
            file.seek(0)
            place = file.read().index(b"victim") - 8
        blocks[1024:1028] = blocks[1028:1032] = b"\xff\xff\xff\x7f"		# inodes, blocks
        for group in range(1, 8):		# bitmaps of another group, tables far away
            blocks[2048 + 32 * group + 8:2048 + 32 * group + 12] = b"\x00\x00\x00\xf0"
        for name, data in (("blocks", blocks), ("entry", b"\xf0\xff\xff\x6f")):
            with open(f"{scratch}/{name}", "wb") as file:
                file.write(data.ljust(8 << 10, b"\0"))
        run_script(lab, "under-way", [image, f"{scratch}/blocks", f"{scratch}/entry"], f"""
mount -t ext2 /dev/vda /mnt; cd /mnt; ls d; cat d/victim > /dev/null
dd if=/dev/vdb of=/dev/vda bs=1024 count=4 conv=notrunc 2>/dev/null
dd if=/dev/vdc of=/dev/vda bs=1 count=4 seek={place} conv=notrunc 2>/dev/null
echo 2 > /proc/sys/vm/drop_caches; cat d/victim; ls -l d; df .; cp /bin/sh new; mkdir e f; cp /bin/sh e/sh; rm -rf d e; sync
cd /; umount /mnt; echo SCRIPT ENDS
""")


FIELDS = {"blocks_count": (4, 4), "inodes_count": (0, 4), "first_data_block": (20, 4), "log_block_size": (24, 4),
          "blocks_per_group": (32, 4), "inodes_per_group": (40, 4), "inode_size": (88, 2), "first_ino": (84, 4),
          "log_frag_size": (28, 4)}


def test_hostile_superblocks(lab):
    """Each field that the geometry hangs on, at values that lie: refused or mounted, and never worse."""
    values = (0, 1, 7, 0xffff, 0x10000, 0x7fffffff, 0xffffffff)
    with lab.scratch() as scratch:
        images = []
        for field, (offset, size) in FIELDS.items():
            for value in values[:4 if size == 2 else None]:
                image = make(f"{scratch}/{field}-{value}", "-b", "1024", mib=1)
                poke(image, 1024 + offset, value.to_bytes(size, "little"))
                images.append(image)
        # One disk after the other: four to a boot.
        for i in range(0, len(images), 20):
            part = images[i:i + 20]
            script = "".join(f"mount -t ext2 /dev/vd{chr(97 + n)} /mnt && {{ ls -R /mnt >/dev/null; echo > /mnt/x; umount /mnt; }}\n"
                             for n in range(len(part)))
            run_script(lab, f"hostile-{i}", part, script + "echo SCRIPT ENDS\n")


def cases(lab):
    """
    Roots that cannot be used: what it is, what to try, and an end. Images lie in the build until the next run; cases that
    run at the same time share one, so none writes it.
    """
    where = lab.path("logs")

    def case(name, image, *expect, append="root=/dev/vda rw", **how):
        return Case(name, list(expect), append=f"{append} panic=-1", extra=attach(image, options=",snapshot=on"), timeout=40, **how)

    ext4 = make(f"{where}/ext4.img", kind="ext4")
    yield case("ext4_is_named", ext4, r"EXT2-fs \(vda\): .*(extents|64bit|journal)", r"Kernel panic")
    empty = f"{where}/empty.img"
    with open(empty, "wb") as file:
        file.truncate(MIB)
    yield case("no_ext2", empty, re.escape(PANIC) + ".*holds no file system")
    yield case("no_such_device", empty, r"Kernel panic: cannot mount the root file system on /dev/vdb: there is no such device",
               append="root=/dev/vdb")
    yield case("devices_are_listed", empty, r"/dev/vda: 1024 KiB", r"Kernel panic", append="root=/dev/vdb")
    short = make(f"{where}/short.img", mib=8)
    os.truncate(short, 5 * MIB)
    yield case("truncated", short, r"EXT2-fs \(vda\): .*(truncated|shorter|cut)", r"Kernel panic")
    root = lab.path("images/root.img")
    bad = f"{where}/bad-descriptors.img"
    subprocess.run(["cp", "--sparse=always", root, bad], check=True)
    poke(bad, 4096, b"\xff" * 512)
    yield case("damaged_descriptors", bad, re.escape(PANIC))
    bare = make(f"{where}/bare.img", tree="lib/abi")
    yield case("no_init", bare, r"Kernel panic: No working init: .*/sbin/init")
    yield case("no_dev", bare, r"no directory /dev", r"Kernel panic")
