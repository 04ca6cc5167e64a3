# SPDX-License-Identifier: MIT
"""A shell on a pseudo-terminal: job control inside, the same keys, the same size, and a record of it all."""
import time


def run(pagoda):
    assert pagoda.output("stty size").strip() == pagoda.output("script -q -c 'stty size' /tmp/log").strip()
    assert pagoda.command("script -q -c 'exit 5' /tmp/log")[1] == 5
    text = pagoda.output("script -q -c 'tty; ls -l /dev/pts; ps' /tmp/log")
    assert "/dev/pts/0" in text and "ptmx" in text and "pts/0" in text, text
    assert "/dev/pts/0" in pagoda.output("cat /tmp/log")
    assert "0" not in pagoda.output("ls /dev/pts").split()

    pagoda.sendline("script -q /tmp/log")
    pagoda.wait_for_shell(20)
    assert "/dev/pts/0" in pagoda.output("tty")
    pagoda.check_job_control()
    pagoda.sendline("cat")
    time.sleep(0.5)
    pagoda.send("abd\x7fc\r\x04")
    pagoda.expect(r"\nabc\r*\n", 10)
    pagoda.wait_for_shell(10)
    pagoda.sendline("exit 3")
    pagoda.wait_for_shell(10)
    assert "/dev/pts" not in pagoda.output("tty")
    assert int(pagoda.output("grep -c 'sleep 1000' /tmp/log")) > 1
