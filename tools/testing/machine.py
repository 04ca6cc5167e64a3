# SPDX-License-Identifier: MIT
"""A virtual PC that runs one kernel: unattended (Machine.run) or talked to (Console)."""
import os
import re
import selectors
import subprocess
import time

QEMU = os.environ.get("QEMU", "qemu-system-i386")
PANIC = "Kernel panic"
WARNING = re.compile(r"WARNING: \S+:\d+: ")	# WARN_ON_ONCE: the kernel goes on, the test has failed
SUCCESS = 33		# isa-debug-exit turns the value 0x10 into this


class Machine:
    """How a kernel is started. The defaults are those of every test."""

    def __init__(self, kernel, initrd=None, append="", memory=512, cpus=1, cpu="qemu32", extra=()):
        self.kernel, self.initrd, self.append = kernel, initrd, append
        self.memory, self.cpus, self.cpu, self.extra = memory, cpus, cpu, list(extra)

    def command(self):
        args = [QEMU, "-accel", "tcg", "-m", str(self.memory), "-cpu", self.cpu, "-smp", str(self.cpus),
                "-display", "none", "-no-reboot", "-monitor", "none", "-net", "none",
                "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
                "-chardev", "stdio,id=serial,signal=off", "-serial", "chardev:serial"]
        args += self.extra
        if self.kernel:
            args += ["-kernel", self.kernel, "-append", ("console=ttyS0 " + self.append).strip()]
        if self.initrd:
            args += ["-initrd", self.initrd]
        return args

    def run(self, log, timeout, on_line=None):
        """
        Runs to the end, or for timeout seconds, and writes the serial line to the file log. on_line is called
        with each line, whole or as far as it has come, and may return True to end the run. After a panic there are two more seconds.
        """
        result = Outcome()
        start = time.monotonic()
        deadline = start + timeout
        with open(log, "wb") as out:
            process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            selector = selectors.DefaultSelector()
            selector.register(process.stdout, selectors.EVENT_READ)
            pending = b""
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    result.timed_out = not result.panicked
                    break
                if not selector.select(left):
                    continue
                data = os.read(process.stdout.fileno(), 65536)
                if not data:
                    break
                out.write(data)
                out.flush()
                *lines, pending = (pending + data).split(b"\n")
                for raw in lines:
                    line = raw.decode("utf-8", "replace").rstrip("\r")
                    result.lines.append(line)
                    if PANIC in line and not result.panicked:
                        result.panicked = line.strip()
                        deadline = min(deadline, time.monotonic() + 2)
                    if WARNING.search(line) and not result.warned:
                        result.warned = line.strip()
                    if on_line and on_line(line):
                        result.stopped = True
                if on_line and pending and not result.stopped:		# a prompt ends no line
                    result.stopped = bool(on_line(pending.decode("utf-8", "replace")))
                if result.stopped:
                    break
            if pending:
                result.lines.append(pending.decode("utf-8", "replace"))
            if not result.stopped and not result.timed_out and not result.panicked:
                result.status = process.wait()
            process.kill()
            process.wait()
            process.stdout.close()
        result.seconds = time.monotonic() - start
        return result


class Outcome:
    """What became of a run. status is QEMU's, or None if it was ended from here."""

    def __init__(self):
        self.lines, self.status = [], None
        self.panicked, self.warned, self.timed_out, self.stopped = "", "", False, False
        self.seconds = 0.0

    def complaint(self):
        """Why a run that should have ended with success did not, or ''."""
        if self.panicked or self.warned:
            return self.panicked or self.warned
        if self.timed_out:
            return f"no end after {self.seconds:.0f} s"
        if self.status != SUCCESS and not self.stopped:
            return f"QEMU ended with {self.status}, not {SUCCESS}"
        return ""


class Console:
    """A booted machine with somebody at its serial line (python3-pexpect)."""

    def __init__(self, machine, log, timeout=60):
        import pexpect
        self.log = open(log, "wb")
        self.child = pexpect.spawn(machine.command()[0], machine.command()[1:], timeout=timeout, echo=False,
                                   logfile=None, dimensions=(24, 80))
        self.child.logfile_read = self.log
        self.child.delaybeforesend = None
        self.eof, self.timeout_error = pexpect.EOF, pexpect.TIMEOUT

    def expect(self, pattern, timeout=-1):
        """Waits for a regular expression; returns its match. A panic or the end fails at once."""
        patterns = [pattern.encode() if isinstance(pattern, str) else pattern, PANIC.encode()]
        try:
            which = self.child.expect(patterns, timeout=timeout)
        except self.timeout_error:
            raise AssertionError(f"waited for {pattern!r}; last: {self.tail()!r}") from None
        except self.eof:
            raise AssertionError(f"QEMU ended while waiting for {pattern!r}; last: {self.tail()!r}") from None
        if which == 1:
            self.drain(2)
            raise AssertionError("the kernel panicked")
        return self.child.match

    def tail(self):
        return (self.child.before or b"")[-200:].decode("utf-8", "replace")

    def drain(self, seconds):
        """Reads what still comes, so that the log has it."""
        try:
            self.child.expect(self.eof, timeout=seconds)
        except self.timeout_error:
            pass

    def send(self, text):
        self.child.send(text)

    def sendline(self, text=""):
        self.child.send(text + "\r")

    def check_job_control(self):
        """Ctrl-C ends a job, Ctrl-Z stops one, which jobs lists and bg resumes (to hear its signal)."""
        self.sendline("sleep 1000")
        time.sleep(1)
        self.send("\x03")
        self.wait_for_shell(10)
        self.sendline("sleep 1000")
        time.sleep(1)
        self.send("\x1a")
        self.expect(r"[Ss]topped", 10)
        self.wait_for_shell(10)
        assert "sleep" in self.output("jobs")
        self.output("kill %1; bg; true")

    def wait_for_shell(self, timeout=60):
        """Until a prompt stands there; what the shell is does not matter."""
        self.expect(r"[#$] $", timeout)

    def command(self, line, timeout=-1):
        """
        Runs one command line; returns its output (without CRs) and its status. The marks are written
        with quotes in them, so that the echo of the line is not taken for the output.
        """
        self.sendline(f"echo BEG''IN; {line}; echo EN''D:$?")
        self.expect(r"BEGIN\r*\n", timeout)
        match = self.expect(r"(?s)^(.*?)END:(\d+)\r*\n", timeout)
        return match.group(1).decode("utf-8", "replace").replace("\r", ""), int(match.group(2))

    def output(self, line, timeout=-1):
        """The output of a command that must end with 0."""
        text, status = self.command(line, timeout)
        assert status == 0, f"{line}: status {status}, output {text[-200:]!r}"
        return text

    def wait_end(self, timeout=30):
        """Waits until QEMU ends by itself; returns its status."""
        try:
            self.child.expect(self.eof, timeout=timeout)
        except self.timeout_error:
            raise AssertionError(f"the machine goes on; last: {self.tail()!r}") from None
        self.child.close()
        return self.child.exitstatus

    def close(self):
        self.child.close(force=True)
        self.log.close()


def strip_escapes(text):
    """Terminal text without its control sequences."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>78]|\x07", "", text)
