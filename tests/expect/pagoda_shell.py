# SPDX-License-Identifier: MIT
"""Our own userland at the prompt: pipes, redirection, job control, signals from the keyboard, and faults."""


def run(pagoda):
    assert pagoda.output("echo hello | cat") == "hello\n"
    assert pagoda.output("echo one >/tmp/f; echo two >>/tmp/f; cat </tmp/f | wc -l").strip() == "2"
    assert pagoda.output("x=3; while [ $x -gt 0 ]; do echo $x; x=$((x - 1)); done") == "3\n2\n1\n"
    assert pagoda.output("for i in a b; do echo $i; done | sort -r") == "b\na\n"
    assert pagoda.command("false")[1] == 1
    assert pagoda.command("/bin/no-such-program")[1] == 127
    assert "root" in pagoda.output("ls /") and "console" in pagoda.output("ls /dev")
    assert "Pagoda" in pagoda.output("uname -a; cat /proc/version")

    pagoda.check_job_control()
    pagoda.output("sleep 0.1 & wait")

    text, status = pagoda.command("sh -c 'kill -SEGV $$'")
    assert status == 139, (text, status)
    before = free_pages(pagoda)
    for _ in range(3):
        pagoda.output("for i in 1 2 3 4 5 6 7 8 9 10; do sh -c 'exit 0'; done; sort </bin/sh >/tmp/x | cat; rm -f /tmp/x")
    after = free_pages(pagoda)
    assert after > before - 200, f"{before - after} KiB are gone after 30 processes"
    pagoda.sendline("poweroff")
    assert pagoda.wait_end(30) == 0


def free_pages(pagoda):
    """MemFree, with the caches emptied."""
    pagoda.output("sync; echo 3 >/proc/sys/vm/drop_caches")
    text = pagoda.output("grep MemFree /proc/meminfo")
    return int(text.split()[1])
