# SPDX-License-Identifier: Apache-2.0
"""A control group for each host, where the machine lets us have some: it bounds what a host can
take, and it knows all processes of the host whatever became of our files."""
import contextlib
import os
import pathlib
import signal

from harness.waiting import wait_for

from lab import settings

ROOT = pathlib.Path("/sys/fs/cgroup")
PREFIX = f"virga-lab-{settings.TAG}-"
MOST_PROCESSES = 4096
MOST_MEMORY = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


def hierarchies():
    """(folder, limits) of those of version 2, or of the two of version 1 that hold the limits."""
    if (ROOT / "cgroup.controllers").exists():
        return [(ROOT, {"memory.max": MOST_MEMORY, "pids.max": MOST_PROCESSES})]
    found = [(ROOT / "memory", {"memory.limit_in_bytes": MOST_MEMORY}),
             (ROOT / "pids", {"pids.max": MOST_PROCESSES})]
    return [(folder, limits) for folder, limits in found if (folder / "cgroup.procs").exists()]


def ensure(name):
    """The groups of a host; empty where there cannot be any."""
    made = []
    for folder, limits in hierarchies():
        group = folder / (PREFIX + name)
        with contextlib.suppress(OSError):  # not ours to change, or switched on already
            (folder / "cgroup.subtree_control").write_text("+memory +pids")
        try:
            group.mkdir(exist_ok=True)
        except OSError:
            continue
        for file, most in limits.items():
            with contextlib.suppress(OSError):
                (group / file).write_text(str(most))
        made.append(group)
    return made


def join(name):
    """Takes this process into the groups of a host."""
    for folder, _ in hierarchies():
        with contextlib.suppress(OSError):
            (folder / (PREFIX + name) / "cgroup.procs").write_text(str(os.getpid()))


def all_of_lab():
    return [group for folder, _ in hierarchies() for group in folder.glob(PREFIX + "*")
            if group.is_dir()]


def kill_all(group):
    """@return whether nothing is left in the group"""
    pids = (group / "cgroup.procs").read_text().split()
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    return not pids


def remove_all():
    """Ends what is left of the lab and removes its groups."""
    for group in all_of_lab():
        wait_for(lambda g=group: kill_all(g), 30, f"{group} is empty")
        wait_for(lambda g=group: try_remove(g), 30, f"{group} is removed")


def try_remove(group):
    with contextlib.suppress(OSError):
        group.rmdir()
    return not group.exists()
