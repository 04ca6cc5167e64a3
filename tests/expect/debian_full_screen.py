# SPDX-License-Identifier: MIT
"""busybox vi and top, which own the whole screen and read single keys."""
import time

RAMDISK = "debian"


def run(pagoda):
    pagoda.output("stty cols 80 rows 24; export TERM=vt102; cd /tmp; printf 'one\\ntwo\\nthree\\n' >f")
    pagoda.sendline("vi f")
    pagoda.expect(r"three", 20)
    pagoda.expect(r"f 1/3", 20)			# the status line
    pagoda.send("jdd")				# away with the second line
    pagoda.send("Gofour\x1b")			# a new one at the end
    time.sleep(1)				# or ESC would be the beginning of a longer key
    pagoda.send(":%s/three/3/\r")
    pagoda.send("1GxZZ")			# the first character; write and leave
    pagoda.wait_for_shell(20)
    assert pagoda.output("cat f") == "ne\n3\nfour\n", pagoda.output("cat f")

    pagoda.sendline("vi f")
    pagoda.expect(r"four", 20)
    pagoda.send("dG:q!\r")			# and nothing changes
    pagoda.wait_for_shell(20)
    assert pagoda.output("wc -l <f").strip() == "3"

    pagoda.sendline("top -d 1")
    pagoda.expect(r"Mem: \d+K used, \d+K free", 20)
    pagoda.expect(r"CPU:", 10)
    pagoda.expect(r"PID +PPID +USER", 10)
    pagoda.expect(r"Mem: \d+K used", 20)	# the second screen
    pagoda.send("q")
    time.sleep(0.5)
    pagoda.wait_for_shell(20)
    pagoda.output("stty sane")
