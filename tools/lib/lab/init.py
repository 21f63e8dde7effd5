# SPDX-License-Identifier: Apache-2.0
"""init.py DIRECTORY NAME UUID kvm|emulated: process 1 of a host of a lab. It writes its number into
DIRECTORY/pid, waits for the word on its standard input, makes its namespaces a host, and then only
collects the ends of others."""
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests"))
from harness import host_init  # noqa: E402

SYSCTLS = {"net/ipv4/ip_forward": "1"}  # `control` is the guests' router


def write_pid(directory):
    """/proc is the machine's still, so it shows the machine's number of this process."""
    pid = os.readlink("/proc/self")
    began = pathlib.Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
    part = directory / "pid.new"
    part.write_text(f"{pid} {began}\n")
    part.replace(directory / "pid")


def bind(source, place):
    if os.path.exists(place):
        host_init.mount("--bind", str(source), place)


def prepare(directory, name, uuid, kvm):
    host_init.prepare(directory, name, uuid, kvm)
    for file in ("hosts", "hostname", "machine-id"):
        bind(directory / file, f"/etc/{file}")
    os.mkdir("/run/virga-host")
    bind(directory / "disk", "/run/virga-host")
    for key, value in SYSCTLS.items():
        pathlib.Path("/proc/sys", key).write_text(value)


def collect():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while True:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
        signal.sigwait({signal.SIGCHLD})


def main():
    directory = pathlib.Path(sys.argv[1])
    write_pid(directory)
    if sys.stdin.readline() != "go\n":
        sys.exit("nobody waits for this host any more")
    prepare(directory, *sys.argv[2:4], kvm=sys.argv[4] == "kvm")
    os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    (directory / "ready").touch()
    collect()


if __name__ == "__main__":
    main()
