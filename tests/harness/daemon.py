# SPDX-License-Identifier: Apache-2.0
"""A program of ours that runs beside the test, and ends with it whatever happens."""
import ctypes
import pathlib
import signal
import subprocess

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Daemon:
    def __init__(self, name, argv, log):
        self.name = name
        self.argv = argv
        self.log = pathlib.Path(log)
        self.process = None

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # it has its own place and may be killed at any time
                self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=die_with_parent)

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self, signal_number=signal.SIGKILL):
        if self.is_running():
            self.process.send_signal(signal_number)
            self.process.wait(30)

    def stop(self):
        """Asks it to end. @return its exit code; None when it did not run"""
        if not self.is_running():
            return None
        self.process.terminate()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL

    def resident_peak(self):
        """Bytes of memory that it held at most since it started, or since reset_peak()."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise AssertionError(f"{self.name} is not running")

    def reset_peak(self):
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def last_lines(self, count=40):
        if not self.log.exists():
            return f"    {self.name} has no log"
        lines = self.log.read_text(errors="replace").splitlines()[-count:]
        return "\n".join(f"    {self.name}| {line}" for line in lines)
