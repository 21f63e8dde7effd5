# SPDX-License-Identifier: Apache-2.0
"""The private host as seen from inside: its daemons, and what is there of a cloud."""
import json
import os
import pathlib
import shutil
import signal
import subprocess

from harness.waiting import wait_for

INSIDE = "VIRGA_TEST_HOST"  # the host's folder, in the environment of all that runs on it
CACHE = pathlib.Path(os.environ.get("VIRGA_TEST_CACHE", "/var/cache/virga/tests"))
CAPABILITIES = pathlib.Path("/var/cache/libvirt/qemu/capabilities")
PID_FILES = {"libvirtd": "/run/libvirtd.pid", "virtlogd": "/run/virtlogd.pid"}

LIBVIRTD_CONF = """
auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_rw_perms = "0770"
log_outputs = "2:file:/var/log/libvirt/libvirtd.log"
"""

# QEMU runs as Debian's user for it. There are no control groups on this host.
QEMU_CONF = """
user = "libvirt-qemu"
group = "kvm"
security_driver = "none"
cgroup_controllers = [ ]
namespaces = [ ]
max_core = 0
"""


def folder():
    """The host's folder; None when this process is not on a private host."""
    inside = os.environ.get(INSIDE)
    return pathlib.Path(inside) if inside else None


def require_inside():
    if folder() is None:
        raise SystemExit("this runs on a private host only: tests/harness/in_host COMMAND...")


def write_configuration(uuid=None):
    """libvirt's. @param uuid the host's own, where several hosts have one machine below them"""
    etc = pathlib.Path("/etc/libvirt")
    for sub in ("qemu/networks", "secrets", "storage", "nwfilter"):
        (etc / sub).mkdir(parents=True, exist_ok=True)
    own = f'host_uuid = "{uuid}"\n' if uuid else ""
    (etc / "libvirtd.conf").write_text(LIBVIRTD_CONF + own)
    (etc / "qemu.conf").write_text(QEMU_CONF)
    for needed in ("/run/libvirt", "/run/netns", "/run/lock", "/var/log/libvirt/qemu"):
        pathlib.Path(needed).mkdir(parents=True, exist_ok=True)


def start(name):
    """Starts libvirtd or virtlogd as a daemon."""
    subprocess.run([name, "--daemon", "--pid-file", PID_FILES[name]], check=True,
                   stdin=subprocess.DEVNULL)


def pid_of(name):
    return int(pathlib.Path(PID_FILES[name]).read_text())


def is_running(name):
    """Whether the daemon that its file names still is that daemon."""
    try:
        program = os.readlink(f"/proc/{pid_of(name)}/exe").removesuffix(" (deleted)")
    except (OSError, ValueError):
        return False
    return os.path.basename(program) == name


def virsh(*arguments):
    """What virsh prints; None when it failed."""
    done = subprocess.run(["virsh", "-q", "-c", "qemu:///system", *arguments], text=True,
                          capture_output=True, timeout=30, check=False)
    return done.stdout if done.returncode == 0 else None


def start_libvirtd():
    start("libvirtd")
    wait_for(lambda: virsh("version") is not None, 60, "libvirtd answers")


def start_daemons():
    """Those that do not run. The probing of QEMU takes libvirtd seconds. Its outcome is shared
    between runs; libvirtd finds out itself when it no longer holds."""
    if not is_running("virtlogd"):
        start("virtlogd")
    if is_running("libvirtd"):
        return
    cached = CACHE / "capabilities"
    if cached.is_dir():
        shutil.copytree(cached, CAPABILITIES, dirs_exist_ok=True)
    start_libvirtd()
    virsh("domcapabilities", "--virttype", "qemu")
    cached.mkdir(parents=True, exist_ok=True)
    for probed in CAPABILITIES.glob("*.xml"):
        part = cached / f"{probed.name}.{os.getpid()}"
        shutil.copy2(probed, part)
        part.replace(cached / probed.name)


def kill_libvirtd():
    kill_and_wait(pid_of("libvirtd"))


def is_alive(pid):
    return os.path.exists(f"/proc/{pid}")


def kill_and_wait(pid, signal_number=signal.SIGKILL):
    """For processes that are not our children: process 1 collects them."""
    try:
        os.kill(pid, signal_number)
    except ProcessLookupError:
        return
    wait_for(lambda: not is_alive(pid), 20, f"process {pid} ended")


def processes(program):
    """Pids of the processes of this host that run a program of that file name."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                if os.path.basename(os.readlink(f"/proc/{entry}/exe")).startswith(program):
                    found.append(int(entry))
            except OSError:
                pass  # it ended, or it is a thread of the kernel
    return found


def domains():
    """Ids of all domains that libvirt knows, running or not."""
    return (virsh("list", "--all", "--uuid") or "").split()


def qemu_pid(uuid):
    for pid in processes("qemu-system"):
        try:
            if uuid in pathlib.Path(f"/proc/{pid}/cmdline").read_text(errors="replace"):
                return pid
        except OSError:
            pass
    return None


def links():
    """All network devices of the host, by name."""
    shown = subprocess.run(["ip", "-json", "-details", "link"], check=True, capture_output=True)
    return {link["ifname"]: link for link in json.loads(shown.stdout)}


def rules():
    """The text of the packet filter's table; empty when there is none."""
    shown = subprocess.run(["nft", "list", "table", "bridge", "virga"], text=True,
                           capture_output=True, check=False)
    return shown.stdout


def namespaces():
    return sorted(os.listdir("/run/netns"))


def leftovers(agent_directory):
    """What is on this host of any instance, as sentences. Bridges and cached images may stay."""
    found = [f"domain {uuid}" for uuid in domains()]
    found += [f"{program} process {pid}"
              for program in ("qemu-system", "dnsmasq", "virga-metadata", "qemu-img", "genisoimage")
              for pid in processes(program)]
    found += [f"device {name}" for name, link in links().items()
              if link.get("linkinfo", {}).get("info_kind") in ("tun", "veth")]
    found += [f"namespace {name}" for name in namespaces()]
    for kind in ("instances", "console", "network"):
        directory = pathlib.Path(agent_directory) / kind
        if directory.is_dir():
            found += [f"{kind}/{entry.name}" for entry in directory.iterdir()]
    found += [f"rule {line.strip()}" for line in rules().splitlines() if "tap" in line]
    return found
