# SPDX-License-Identifier: Apache-2.0
"""The clouds that can be measured: a fresh one of our own, or any that an openrc file names."""
import os
import subprocess

from conformance.endpoint import Endpoint
from conformance.selection import Mistake

NEEDED = ("OS_AUTH_URL", "OS_USERNAME", "OS_PASSWORD", "OS_PROJECT_NAME")


def account_of(openrc):
    """The OS_ variables that a shell has after reading the file."""
    script = 'set -a; source "$1" >&2 && exec env -0'
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
    done = subprocess.run(["bash", "-c", script, "bash", str(openrc)], env=clean, text=True,
                          capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
    if done.returncode != 0:
        raise Mistake(f"{openrc} cannot be read: {done.stderr.strip()}")
    pairs = (pair.partition("=") for pair in done.stdout.split("\0"))
    account = {name: value for name, _, value in pairs if name.startswith("OS_")}
    missing = [name for name in NEEDED if not account.get(name)]
    if missing:
        raise Mistake(f"{openrc} does not set {', '.join(missing)}")
    return account


class Running:
    """A cloud that somebody else runs."""

    def __init__(self, openrc):
        self.openrc = openrc

    def start(self):
        return Endpoint(account_of(self.openrc))

    @staticmethod
    def faults():
        """Nobody here sees its daemons."""
        return []

    def stop(self):
        """Nothing of it is ours."""


class Fresh:
    """virgad in a state directory of its own, with a host when its API needs one.

    @param hypervisor of the host: "fake", "libvirt", or None without a host
    @param extra more sections of its configuration"""

    def __init__(self, programs, logs, hypervisor, extra):
        os.environ["VIRGA_BIN"] = str(programs)
        os.environ["no_proxy"] = "127.0.0.1"
        from harness.cloud import Cloud  # reads the environment
        self.logs = logs
        self.with_host = hypervisor is not None
        bridge = ("{name: provider, bridge: br-virga, create: true, host_address: 172.30.0.1/20}"
                  if hypervisor == "libvirt"
                  else "{name: provider, bridge: br-virga, create: false}")
        self.cloud = Cloud(hypervisor or "fake", bridge, extra=extra)

    def start(self):
        try:
            self.cloud.start_all() if self.with_host else self.cloud.start_control()
        except AssertionError as failure:
            raise Mistake(f"no cloud: {failure}\n{self.cloud.last_words()}") from failure
        return Endpoint({
            "OS_AUTH_URL": f"{self.cloud.url}/identity/v3", "OS_USERNAME": "admin",
            "OS_PASSWORD": self.cloud.password, "OS_PROJECT_NAME": "admin",
            "OS_USER_DOMAIN_ID": "default", "OS_PROJECT_DOMAIN_ID": "default",
            "OS_REGION_NAME": "RegionOne"})

    def faults(self):
        """Daemons that have ended, with their last words."""
        return [(name, "ended during the tests:\n" + daemon.last_lines())
                for name, daemon in self.cloud.daemons.items()
                if daemon.process is not None and not daemon.is_running()]

    def stop(self):
        """Ends it and removes its state; its logs stay."""
        for name, daemon in self.cloud.daemons.items():
            daemon.stop()
            if daemon.log.exists():
                (self.logs / f"{name}.log").write_bytes(daemon.log.read_bytes())
        self.cloud.stop()
