# SPDX-License-Identifier: Apache-2.0
"""The one cloud that all lab tests share, with what they need to make guests."""
import subprocess
import unittest

from harness import guest_image
from harness.cloud import Cloud
from lab.guest import Guest

ROUTER = "172.31.0.1"  # the host itself, on the bridge
BRIDGE = f"{{name: provider, bridge: br-lab, create: true, host_address: {ROUTER}/24}}"
_PLACE = []


class Place:
    def __init__(self):
        self.cloud = Cloud("libvirt", BRIDGE)
        self.key = self.cloud.directory / "key"
        self.guests = {}

    def prepare(self):
        self.cloud.start_all()
        admin = self.cloud.admin
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key)],
                       check=True)
        self.cloud.openstack("keypair", "create", "--public-key", f"{self.key}.pub", "key")
        self.cloud.openstack("image", "create", "--disk-format", "qcow2", "--file",
                             str(guest_image.path()), "guest")
        admin.create_flavor("small", ram=128, disk=1)
        self.network = admin.create_network("net", "provider", {
            "cidr": "172.31.0.0/24", "gateway_ip": ROUTER,
            "allocation_pools": [{"start": "172.31.0.20", "end": "172.31.0.99"}]})

    def boot(self, name, *options):
        """A guest by that name, which may be still on its way; made when it is not there."""
        if name not in self.guests:
            made = self.cloud.openstack_json(
                "server", "create", "--image", "guest", "--flavor", "small", "--key-name", "key",
                "--network", "net", *options, "--wait", name)
            self.guests[name] = Guest(self, name, made["id"])
        return self.guests[name]


def place():
    """The shared place, made at the first call."""
    if not _PLACE:
        _PLACE.append(Place())
        _PLACE[0].prepare()
    return _PLACE[0]


def leave():
    while _PLACE:
        _PLACE.pop().cloud.stop()


class LabTest(unittest.TestCase):
    """Tests of the shared place; self.guest is a guest that runs and answers."""
    maxDiff = None
    guest_name = "web-1"

    def setUp(self):
        try:
            self.place = place()
        finally:
            self.cloud = _PLACE[0].cloud if _PLACE else None
        self.guest = self.place.boot(self.guest_name)
        if self.guest.status() == "SHUTOFF":
            self.cloud.openstack("server", "start", self.guest_name)
        self.cloud.wait_for_status(self.guest.id, "ACTIVE")
        self.guest.wait_for_ssh()
