# SPDX-License-Identifier: Apache-2.0
"""A guest, asked from within through SSH and from without through the APIs."""
import json
import subprocess

from harness import host
from harness.waiting import wait_for

METADATA = "169.254.169.254"
BOOT_LIMIT = 90  # seconds; 5 are usual under emulation
OPTIONS = ("BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null",
           "LogLevel=ERROR", "ConnectTimeout=3", "ConnectionAttempts=1")


class Guest:
    def __init__(self, place, name, server_id):
        self.cloud = place.cloud
        self.key = place.key
        self.name = name
        self.id = server_id
        server = self.cloud.admin.server(server_id)
        (port,) = next(iter(server["addresses"].values()))
        self.address = port["addr"]
        self.mac = port["OS-EXT-IPS-MAC:mac_addr"]

    def status(self):
        return self.cloud.admin.server(self.id)["status"]

    def try_ssh(self, command, timeout=30):
        """@return the finished process, or None when the guest does not answer"""
        argv = ["ssh", "-i", str(self.key), *(f"-o{option}" for option in OPTIONS),
                f"root@{self.address}", command]
        try:
            done = subprocess.run(argv, text=True, capture_output=True, timeout=timeout,
                                  stdin=subprocess.DEVNULL, check=False)
        except subprocess.TimeoutExpired:
            return None
        return None if done.returncode == 255 else done

    def ssh(self, command):
        """What the command prints in the guest."""
        done = self.try_ssh(command)
        if done is None or done.returncode != 0:
            raise AssertionError(f"in {self.name}: {command!r}: " +
                                 (done.stderr + done.stdout if done else "no answer"))
        return done.stdout

    def wait_for_ssh(self):
        wait_for(lambda: self.try_ssh("true", 5), BOOT_LIMIT, f"{self.name} answers SSH", every=0.2)

    def boot_id(self):
        return self.ssh("cat /proc/sys/kernel/random/boot_id").strip()

    def wait_for_another_boot(self, boot_id):
        def rebooted():
            done = self.try_ssh("cat /proc/sys/kernel/random/boot_id", 5)
            return done is not None and done.returncode == 0 and done.stdout.strip() != boot_id
        wait_for(rebooted, BOOT_LIMIT, f"{self.name} has booted again", every=0.2)

    def console(self):
        return self.cloud.openstack("console", "log", "show", self.id)

    def metadata(self, path):
        """The body of a metadata document, fetched in the guest. Its busybox has no good wget."""
        answer = self.ssh(f"printf 'GET {path} HTTP/1.0\\r\\nHost: {METADATA}\\r\\n\\r\\n'"
                          f" | timeout 5 nc {METADATA} 80")
        head, body = answer.replace("\r\n", "\n").split("\n\n", 1)
        if head.split()[1] != "200":
            raise AssertionError(f"metadata {path}: {head}")
        return body

    def metadata_json(self, path):
        return json.loads(self.metadata(path))

    def pings(self, options=""):
        """Whether the host answers the guest's pings."""
        done = self.try_ssh(f"ping -c 2 -W 1 {options} 172.31.0.1 > /dev/null")
        return done is not None and done.returncode == 0

    def is_running(self):
        return host.qemu_pid(self.id) is not None
