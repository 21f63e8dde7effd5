# SPDX-License-Identifier: Apache-2.0
"""inside.py VERB ...: what tools/lab does on one of its hosts. The answer is JSON.

    libvirt                    starts virtlogd and libvirtd where they do not run
    start PROGRAM ARGUMENT...  starts a daemon of ours; one of an older build is replaced
    kill NAME                  ends a daemon by SIGKILL
    look                       which daemons run, whether they are frozen, which guests there are
    freeze, thaw               stops and continues all processes"""
import contextlib
import fcntl
import json
import os
import pathlib
import re
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests"))
from harness import host  # noqa: E402

RUN = pathlib.Path("/run/virga-lab")
LOGS = pathlib.Path("/run/virga-host")
OURS = ("virgad", "virga-agent")
host.PID_FILES.update({name: str(RUN / f"{name}.pid") for name in OURS})


def is_current(name, program):
    """Whether the daemon runs the file that is there now."""
    try:
        return os.path.samefile(f"/proc/{host.pid_of(name)}/exe", program)
    except OSError:
        return False


def start(program, *arguments):
    name = os.path.basename(program)
    if host.is_running(name):
        if is_current(name, program):
            return False
        host.kill_and_wait(host.pid_of(name), signal.SIGTERM)

    def note_pid():  # before it is the program: no daemon runs without being known
        pathlib.Path(host.PID_FILES[name]).write_text(str(os.getpid()))
    with (LOGS / f"{name}.log").open("ab") as log:
        subprocess.Popen([program, *arguments], cwd="/", start_new_session=True, close_fds=True,
                         stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=note_pid)
    return True


def kill(name):
    if not host.is_running(name):
        return False
    host.kill_and_wait(host.pid_of(name))
    return True


def state_of(name):
    if not host.is_running(name):
        return "ended"
    status = pathlib.Path(f"/proc/{host.pid_of(name)}/status").read_text()
    return "frozen" if re.search(r"^State:\s*T", status, re.MULTILINE) else "runs"


def guests():
    """Ids of the instances whose QEMU runs here."""
    found = []
    for pid in host.processes("qemu-system"):
        try:
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue  # it ended
        found += [words[at + 1] for at, word in enumerate(words[:-1]) if word == "-uuid"]
    return sorted(found)


def look():
    return {**{name: state_of(name) for name in host.PID_FILES}, "guests": guests()}


def signal_all(number):
    """All processes of this namespace but process 1 and us."""
    with contextlib.suppress(ProcessLookupError):  # there are none
        os.kill(-1, number)


def freeze():
    signal_all(signal.SIGSTOP)


def thaw():
    signal_all(signal.SIGCONT)


def main():
    RUN.mkdir(exist_ok=True)
    verbs = {"libvirt": host.start_daemons, "start": start, "kill": kill, "look": look,
             "freeze": freeze, "thaw": thaw}
    verb = sys.argv[1]
    with (RUN / "lock").open("w") as lock:
        if verb not in ("look", "thaw"):
            fcntl.flock(lock, fcntl.LOCK_EX)
        print(json.dumps(verbs[verb](*sys.argv[2:])))


if __name__ == "__main__":
    main()
