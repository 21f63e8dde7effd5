# SPDX-License-Identifier: Apache-2.0
"""Process 1 of a private host: makes it one, runs the command, ends with it. Called by in_host.
tools/lab makes its hosts by the same prepare()."""
import os
import pathlib
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from harness import host  # noqa: E402

# What the machine and the host must not share. Bound only where the machine has it too.
PRIVATE = ("/run", "/etc/libvirt", "/var/lib/libvirt", "/var/cache/libvirt", "/var/log/libvirt",
           "/etc/virga", "/var/lib/virga")


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def hide_kvm(directory):
    """The guests here are emulated. Where QEMU's user may not use a KVM that is there, libvirtd
    would probe QEMU anew at each of its starts, for two seconds."""
    if os.path.exists("/dev/kvm"):
        (directory / "no-kvm").touch(mode=0o600)
        mount("--bind", str(directory / "no-kvm"), "/dev/kvm")


def prepare(directory, name="lab", uuid=None, kvm=False):
    """Makes the new namespaces of this process a host. What it has to itself is in
    `directory`/root, as far as it is on disk."""
    mount("--make-rprivate", "/")
    socket.sethostname(name)
    mount("-t", "proc", "proc", "/proc")
    mount("-t", "sysfs", "sysfs", "/sys")  # else /sys/class/net shows the machine's devices
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/sys/fs/cgroup")
    for place in PRIVATE:
        if os.path.isdir(place):
            private = directory / "root" / place.lstrip("/")
            private.mkdir(parents=True, exist_ok=True)
            mount("--bind", str(private), place)
    if not kvm:
        hide_kvm(directory)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    host.write_configuration(uuid)


def start(command):
    """In a child: as process 1 this one collects the ends of all orphans, from the start."""
    pid = os.fork()
    if pid == 0:
        try:
            host.start_daemons()
            os.execvp(command[0], command)
        except BaseException as failure:  # a child must not run what belongs to its parent
            print(f"in_host: {failure}", file=sys.stderr, flush=True)
            os._exit(125)
    return pid


def main():
    directory = pathlib.Path(sys.argv[1])
    prepare(directory)
    os.environ[host.INSIDE] = str(directory)
    pid = start(sys.argv[2:])
    ended = status = 0
    while ended != pid:
        ended, status = os.wait()
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
