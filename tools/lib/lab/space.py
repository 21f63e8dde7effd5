# SPDX-License-Identifier: Apache-2.0
"""One host of a lab, seen from the machine: namespaces that live as long as their process 1."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import uuid

from harness.waiting import wait_for

from lab import groups, settings
from lab.settings import LabError

HERE = pathlib.Path(__file__).resolve().parent
KINDS = ("--mount", "--uts", "--ipc", "--net", "--pid")
LIMIT = 120  # seconds for any single command


def start_time(pid):
    """Tells a process from a later one with its number; None when there is none or it has ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def parent_of(pid):
    """The `unshare` in whose namespaces the process is; 0 when another has adopted it."""
    parent = int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    same = os.path.exists(f"/proc/{parent}") and os.path.samefile(f"/proc/{parent}/ns/net",
                                                                f"/proc/{pid}/ns/net")
    return parent if same else 0


def finished(done, what):
    if done.returncode != 0:
        words = (done.stderr or "").strip() or (done.stdout or "").strip()
        raise LabError(f"{what} failed: {words[-1500:] or f'status {done.returncode}'}")
    return done.stdout


class Space:
    """`control`, where virgad and the wires are, or a host `labN`."""

    def __init__(self, name):
        self.name = name
        self.directory = settings.DIRECTORY / name
        self.disk = self.directory / "disk"  # /run/virga-host on the host
        self.pid_file = self.directory / "pid"
        self.ready = self.directory / "ready"

    @property
    def number(self):
        return int(self.name.removeprefix("lab"))

    def pid(self):
        """Of its process 1, as the machine counts; None when the host is off."""
        try:
            pid, began = self.pid_file.read_text().split()
        except (OSError, ValueError):
            return None
        return int(pid) if start_time(pid) == began else None

    def ensure_on(self, kvm, addresses):
        """@return whether it had to be switched on"""
        # Of a call that was killed a process 1 may be left that is about to end, or to be ready.
        wait_for(lambda: self.pid() is None or self.ready.exists(), 30, f"{self.name} is there")
        if self.pid() is not None:
            return False
        shutil.rmtree(self.directory / "root/run", ignore_errors=True)  # as after any boot
        self.disk.mkdir(parents=True, exist_ok=True)
        for folder in (self.directory, self.disk):
            folder.chmod(0o755)  # QEMU's and the helpers' users pass through
        (self.disk / "tmp").mkdir(exist_ok=True)
        identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.DIRECTORY}/{self.name}")
        (self.directory / "hosts").write_text("127.0.0.1 localhost\n" + "".join(
            f"{address} {name}\n" for name, address in addresses.items()))
        (self.directory / "hostname").write_text(f"{self.name}\n")
        (self.directory / "machine-id").write_text(f"{identity.hex}\n")
        self.launch(identity, kvm)
        return True

    def launch(self, identity, kvm):
        """Process 1 writes down its number and then waits for the word, so that it never lives
        without being known: when we are killed, it ends, or its file is there."""
        groups.ensure(self.name)
        for old in (self.ready, self.pid_file):
            old.unlink(missing_ok=True)
        with (self.directory / "init.log").open("wb") as log:
            process = subprocess.Popen(
                ["unshare", *KINDS, "--fork", "--kill-child", sys.executable, "-B",
                 str(HERE / "init.py"), str(self.directory), self.name, str(identity),
                 "kvm" if kvm else "emulated"],
                cwd="/", start_new_session=True, stdin=subprocess.PIPE, stdout=log, stderr=log,
                preexec_fn=self.join)
        wait_for(lambda: self.pid_file.exists() or process.poll() is not None, 30,
                 f"{self.name} has a process 1")
        try:
            process.stdin.write(b"go\n")
            process.stdin.close()
        except BrokenPipeError:
            pass  # it ended; its log says why
        wait_for(lambda: self.ready.exists() or process.poll() is not None, 30,
                 f"{self.name} is there")
        if not self.ready.exists():
            raise LabError(f"{self.name} does not come up: " +
                           (self.directory / "init.log").read_text()[-1500:])

    def switch_off(self):
        """As by its plug: all that runs on it ends at once."""
        pid = self.pid()
        if pid is None:
            return
        family = {one: start_time(one) for one in (pid, parent_of(pid)) if one > 1}
        os.kill(pid, signal.SIGKILL)  # `unshare`, its parent, follows by itself
        wait_for(lambda: all(start_time(one) != began for one, began in family.items()), 30,
                 f"{self.name} is off", every=0.01)

    def require_pid(self):
        pid = self.pid()
        if pid is None:
            raise LabError(f"{self.name} is off; 'tools/lab heal {self.name}' switches it on")
        return pid

    def join(self):
        groups.join(self.name)

    def enter(self, *command, kinds=KINDS):
        """The command line that runs a command on the host, or in some of its namespaces."""
        return ["nsenter", "--target", str(self.require_pid()), *kinds, "--", *command]

    def run(self, *command):
        """Runs a command on the host to its end.  @return what it printed"""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
                       "TMPDIR": "/run/virga-host/tmp", "VIRGA_TEST_CACHE": str(settings.CACHE)}
        done = subprocess.run(self.enter(*command), cwd="/", text=True, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=LIMIT, check=False, env=environment,
                              preexec_fn=self.join)
        return finished(done, f"{pathlib.Path(command[0]).name} on {self.name}")

    def inside(self, *arguments):
        """A verb of inside.py.  @return its answer"""
        return json.loads(self.run(sys.executable, "-B", str(HERE / "inside.py"), *arguments))

    def ip(self, *lines):
        """`ip` in the host's network, with the machine's process numbers."""
        done = subprocess.run(self.enter("ip", "-batch", "-", kinds=("--net",)), text=True,
                              input="\n".join(lines) + "\n", capture_output=True, timeout=LIMIT,
                              check=False)
        finished(done, f"ip on {self.name} ({'; '.join(lines)})")

    def links(self):
        """The network devices of the host, by name."""
        done = subprocess.run(self.enter("ip", "-json", "link", kinds=("--net",)), text=True,
                              capture_output=True, timeout=LIMIT, check=False)
        return {link["ifname"]: link for link in json.loads(finished(done, "ip link"))}


def hosts():
    """All hosts that were ever brought up, on or off, in order."""
    found = []
    if settings.DIRECTORY.is_dir():
        found = [entry.name for entry in settings.DIRECTORY.iterdir()
                 if re.fullmatch(r"lab[1-9][0-9]*", entry.name)]
    return [Space(name) for name in sorted(found, key=lambda name: int(name[3:]))]


def control():
    return Space("control")


def find(name):
    """The space of that name.  @throws LabError"""
    for space in (control(), *hosts()):
        if space.name == name and space.directory.is_dir():
            return space
    raise LabError(f"there is no host '{name}' in this lab; 'tools/lab status' shows what there is")
