# SPDX-License-Identifier: MIT
"""Debian's bash with job control at the prompt: signals from the terminal, stopping, going on, killing."""
import time

RAMDISK = "debian"


def run(pagoda):
    text = pagoda.output("echo $BASH_VERSION; tty; [[ $- == *m* ]] && echo job control")
    assert text.startswith("5.") and "/dev/" in text and "job control" in text, text

    pagoda.sendline("sleep 1000")		# Ctrl-C ends what runs in front, and the shell goes on
    time.sleep(1)
    pagoda.send("\x03")
    pagoda.wait_for_shell(10)
    pagoda.sendline("sleep 1000")
    time.sleep(1)
    pagoda.send("\x1a")			# Ctrl-Z
    pagoda.expect(r"Stopped", 10)
    pagoda.wait_for_shell(10)
    assert "Stopped" in pagoda.output("jobs")
    pagoda.output("bg")
    assert "Running" in pagoda.output("jobs")
    pagoda.sendline("fg")
    pagoda.expect("sleep 1000", 10)
    time.sleep(0.5)
    pagoda.send("\x03")
    pagoda.wait_for_shell(10)
    assert pagoda.output("jobs").strip() == ""

    pagoda.output("sleep 1000 & true")
    pagoda.output("kill %1; wait %1 2>/dev/null; true")
    text, status = pagoda.command("sh -c 'kill -SEGV $$'")
    assert status == 139, (text, status)
    assert pagoda.output("echo 12345 | cat | cat | wc -c").strip() == "6"
    text = pagoda.output("(sleep 0.2; echo one) & (sleep 0.4; echo two) & wait")
    assert text.index("one") < text.index("two"), text

    pagoda.sendline("cat")			# the line discipline: erase a character, kill a line, end of file
    time.sleep(0.5)
    pagoda.send("abd\x7fc\r")
    pagoda.expect(r"\nabc\r*\n", 10)
    pagoda.send("xyz\x15kept\r\x04")
    pagoda.expect(r"kept\r*\nkept\r*\n", 10)
    pagoda.wait_for_shell(10)
    pagoda.sendline("cat >/tmp/typed")
    time.sleep(0.5)
    pagoda.send("typed text\r\x04")
    pagoda.wait_for_shell(10)
    assert pagoda.output("cat /tmp/typed") == "typed text\n"
