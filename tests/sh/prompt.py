# SPDX-License-Identifier: MIT
"""Our shell at the prompt: editing a line, history, completion, commands over several lines, job control. For the expect suite."""
import time

LEFT, RIGHT, UP, DOWN, DELETE = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B", "\x1b[3~"


def ctrl(letter):
    return chr(ord(letter) & 31)


def typed(pagoda, keys, output):
    """Keys, then Return; the output comes on the lines behind what was typed."""
    pagoda.send(keys + "\r")
    pagoda.expect("\r*\n" + output.replace("\n", "\r*\n") + "\r*\n", 10)
    pagoda.wait_for_shell(10)


def editing(pagoda):
    typed(pagoda, "echo abX\x7fc", "abc")
    typed(pagoda, "world" + ctrl("A") + "echo ", "world")
    typed(pagoda, "echo one two" + ctrl("W") + "three", "one three")
    typed(pagoda, "echo ad" + LEFT + "bc" + ctrl("E") + "e", "abcde")
    typed(pagoda, UP, "abcde")
    typed(pagoda, UP + UP + DOWN, "abcde")
    typed(pagoda, "echo cut" + ctrl("A") + RIGHT * 5 + ctrl("K") + "b" + ctrl("Y"), "bcut")
    typed(pagoda, "garbage" + ctrl("U") + "echo clean", "clean")
    typed(pagoda, "echo axb" + LEFT * 2 + DELETE, "ab")
    typed(pagoda, "echo " + "x" * 150, "x" * 150)		# longer than the line of the terminal
    typed(pagoda, UP + ctrl("A") + RIGHT * 5 + "-", "-" + "x" * 150)
    pagoda.output("echo found >/tmp/completed_name")
    typed(pagoda, "cat /tmp/compl\t", "found")
    pagoda.send("thrown away" + ctrl("C"))
    pagoda.expect(r"\^C", 10)
    pagoda.wait_for_shell(10)


def several_lines(pagoda):
    for first, rest, output in (("for i in 1 2", ["do echo n$i; done"], "n1\nn2"), ('echo "a', ['b"'], "a\nb"),
                                ("cat <<E", ["in $((1 + 1))", "E"], "in 2")):
        pagoda.sendline(first)
        for line in rest:
            pagoda.expect("> $", 10)
            pagoda.sendline(line)
        pagoda.expect("\n" + output.replace("\n", "\r*\n") + "\r*\n", 10)
        pagoda.wait_for_shell(10)
    pagoda.sendline("if true")
    pagoda.expect("> $", 10)
    pagoda.send(ctrl("C"))
    pagoda.wait_for_shell(10)
    typed(pagoda, "echo s$?", "s130")


def run_in_front(pagoda, line, key, seconds=0.5):
    pagoda.sendline(line)
    time.sleep(seconds)
    pagoda.send(key)


def job_control(pagoda):
    run_in_front(pagoda, "sleep 100", ctrl("Z"))
    pagoda.expect(r"\[1\] \+ Stopped +sleep 100", 10)
    pagoda.wait_for_shell(10)
    assert "Running" in pagoda.output("bg; jobs")
    run_in_front(pagoda, "fg", ctrl("C"))
    pagoda.wait_for_shell(10)
    assert pagoda.output("jobs") == ""
    run_in_front(pagoda, "cat | cat", ctrl("Z"))
    pagoda.expect(r"Stopped +cat \| cat", 10)
    pagoda.wait_for_shell(10)
    pagoda.sendline("fg")
    pagoda.expect(r"cat \| cat\r*\n", 10)
    pagoda.send("through both\r")
    pagoda.expect("through both\r*\nthrough both\r*\n", 10)
    pagoda.send(ctrl("D"))
    pagoda.wait_for_shell(10)
    for busy in ("while :; do :; done", "(sleep 100; echo never)", "read x"):
        run_in_front(pagoda, busy, ctrl("C"))
        pagoda.wait_for_shell(10)
    run_in_front(pagoda, "cat", ctrl("\\"))
    pagoda.expect("Quit", 10)
    pagoda.wait_for_shell(10)
    pagoda.sendline("trap 'echo trapped' INT")
    pagoda.wait_for_shell(10)
    pagoda.send(ctrl("C"))
    pagoda.expect("trapped", 10)
    pagoda.wait_for_shell(10)
    pagoda.output("trap - INT; sleep 100 & kill %1; wait; true")


def full_screen(pagoda):
    run_in_front(pagoda, "top -d 1", "q", 1.5)
    pagoda.expect("Tasks: ", 10)
    pagoda.wait_for_shell(10)
    pagoda.sendline("seq 100 | more")
    pagoda.expect("--More--", 10)
    pagoda.send(" ")
    pagoda.expect("--More--", 10)
    pagoda.send("q")
    pagoda.wait_for_shell(10)
    assert pagoda.output("stty -a | grep -c '[^-]icanon'") == "1\n"


def run(pagoda):
    editing(pagoda)
    several_lines(pagoda)
    job_control(pagoda)
    full_screen(pagoda)
