# SPDX-License-Identifier: Apache-2.0
"""Several hosts: the lab that tools/lab makes, guests on two hosts, and what befalls hosts."""
import os
import pathlib
import subprocess
import types
import unittest

from harness.several import Several
from harness.waiting import wait_for
from lab.guest import Guest

HOSTS = ("lab1", "lab2")
QUICKSTART = pathlib.Path(__file__).resolve().parents[2] / "tools/lib/quickstart"
_SCENE = []


def traces():
    """What a lab could leave on the machine, which here is the private host."""
    def printed(*command):
        return set(subprocess.run(command, check=True, capture_output=True,
                                  text=True).stdout.splitlines())
    spaces = set()
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        for kind in ("mnt", "net", "pid"):
            try:
                spaces.add(os.readlink(process / "ns" / kind))
            except OSError:
                pass  # it ended
    mounts = set(pathlib.Path("/proc/mounts").read_text().splitlines())
    return {"namespaces": spaces, "mounts": mounts,
            "devices": set(os.listdir("/sys/class/net")), "routes": printed("ip", "route"),
            "rules": printed("nft", "list", "tables"), "names": set(os.listdir("/run/netns"))}


class Scene:
    """A lab of two hosts with a guest on each, made at the first use."""

    def __init__(self):
        self.before = traces()
        self.cloud = Several()
        self.guests = {}

    def prepare(self):
        line = 2
        while self.cloud.up_until(2, line):  # it goes on, wherever it was killed
            line += 2
        self.cloud.up(2)
        self.boot()

    def boot(self):
        """No host has room for both: the second finds the first one's host full."""
        admin, cloud = self.cloud.admin, self.cloud
        listed = admin.get("/compute/v2.1/os-hypervisors/detail").expect(200).json["hypervisors"]
        half = min(one["local_gb"] for one in listed) // 2 + 1
        flavor = admin.create_flavor("half", ram=128, disk=half)
        cloud.openstack("server", "create", "--image", "virga-guest", "--flavor", "half",
                        "--network", "provider", "--key-name", "lab", "one")
        image = cloud.demo.server(cloud.demo.servers()[0]["id"])["image"]["id"]
        cloud.demo.create_server("two", image, flavor, key_name="lab")
        place = types.SimpleNamespace(cloud=cloud, key=cloud.key)
        for server in cloud.demo.servers():
            wait_for(lambda s=server: cloud.demo.server(s["id"])["status"] == "ACTIVE", 60,
                     f"{server['name']} is active")
            self.guests[cloud.host_of(server["id"])] = Guest(place, server["name"], server["id"])
        for guest in self.guests.values():
            guest.wait_for_ssh()


def scene():
    if not _SCENE:
        _SCENE.append(Scene())
        _SCENE[0].prepare()
    return _SCENE[0]


def leave():
    while _SCENE:
        _SCENE.pop().cloud.down()


class HostsTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        try:
            self.scene = scene()
        finally:
            self.cloud = _SCENE[0].cloud if _SCENE else None
        self.guests = self.scene.guests
        self.assertEqual(sorted(self.guests), list(HOSTS))

    def boots(self):
        return {name: guest.boot_id() for name, guest in self.guests.items()}

    def status_of(self, host):
        """The words of the host's line of tools/lab status."""
        lines = self.cloud.lab("status").splitlines()
        return next(line.split() for line in lines if line.startswith(f"{host} "))

    def agent(self, host):
        return self.cloud.lab("exec", host, "cat", "/run/virga-lab/virga-agent.pid")

    def test_guests_on_two_hosts_answer_ssh_and_reach_each_other(self):
        one, two = (self.guests[host] for host in HOSTS)
        for guest, other in ((one, two), (two, one)):
            self.assertEqual(guest.ssh("hostname").strip(), guest.name)
            self.assertEqual(guest.metadata("/latest/meta-data/hostname").strip(), guest.name)
            guest.ssh(f"ping -c 2 -W 3 {other.address}")
        names = [self.cloud.lab("exec", host, "cat", "/etc/machine-id") for host in HOSTS]
        self.assertNotEqual(*names)
        for host in HOSTS:
            self.assertEqual(self.cloud.lab("exec", host, "hostname").strip(), host)

    def test_guests_live_on_while_their_agents_are_dead(self):
        before = self.boots()
        for host in HOSTS:
            self.cloud.lab("kill", host, "agent")
            self.assertEqual(self.status_of(host)[5], "ended")
        self.assertEqual(self.boots(), before)
        for host in HOSTS:
            self.cloud.lab("heal", host)
        self.assertEqual(self.boots(), before)
        for guest in self.guests.values():
            self.assertEqual(guest.status(), "ACTIVE")

    def test_libvirtd_and_virgad_come_back(self):
        before = self.boots()
        self.cloud.lab("kill", "lab1", "libvirtd")
        self.cloud.lab("kill", "control", "virgad")
        self.assertIn("virgad ended", self.cloud.lab("status"))
        self.cloud.lab("heal", "lab1")
        self.assertEqual(self.status_of("lab1")[3:], ["plugged", "runs", "runs", "up", "1"])
        self.assertEqual(self.boots(), before)

    def test_a_partitioned_host_keeps_its_guest(self):
        before = self.boots()
        self.cloud.lab("partition", "lab2")
        self.assertEqual(self.status_of("lab2")[3], "pulled")
        self.assertIsNone(self.guests["lab2"].try_ssh("true", 5))
        self.assertEqual(self.guests["lab1"].boot_id(), before["lab1"])
        self.cloud.lab("heal", "lab2")
        self.guests["lab2"].wait_for_ssh()
        self.assertEqual(self.boots(), before)

    def test_a_frozen_host_goes_on_where_it_was(self):
        before, agent = self.boots(), self.agent("lab1")
        self.cloud.lab("freeze", "lab1")
        self.assertEqual(self.status_of("lab1")[4:6], ["frozen", "frozen"])
        self.assertIsNone(self.guests["lab1"].try_ssh("true", 3))
        self.cloud.lab("heal", "lab1")
        self.guests["lab1"].wait_for_ssh()
        self.assertEqual((self.boots(), self.agent("lab1")), (before, agent))

    def test_a_host_that_lost_its_power_starts_its_guest_again(self):
        before = self.boots()
        self.cloud.lab("kill", "lab2", "host")
        self.assertEqual(self.status_of("lab2")[1], "off")
        self.cloud.lab("heal", "lab2")
        self.guests["lab2"].wait_for_another_boot(before["lab2"])
        self.assertEqual(self.guests["lab1"].boot_id(), before["lab1"])

    def test_up_again_changes_nothing_and_grows(self):
        agents = [self.agent(host) for host in HOSTS]
        self.cloud.up(3)
        self.assertEqual(self.status_of("lab3")[1], "on")
        self.assertEqual([self.agent(host) for host in HOSTS], agents)
        for guest in self.guests.values():
            guest.ssh("true")

    def test_the_quickstart_takes_no_helper_of_a_lab_for_its_own(self):
        """They have the same words in their arguments."""
        mine = '--pid-file=/run/virga/network/'
        found = subprocess.run(
            ["bash", "-c", f'source "$0/down.sh"; our_processes {mine}', str(QUICKSTART)],
            check=True, capture_output=True, text=True).stdout.split()
        helpers = self.cloud.lab("exec", "lab1", "pgrep", "-f", "--", mine).split()
        self.assertEqual(len(helpers), 2)  # DHCP and metadata
        here = os.readlink("/proc/self/ns/pid")
        self.assertEqual([pid for pid in found if os.readlink(f"/proc/{pid}/ns/pid") != here], [])

    def test_zero_is_left_of_it_all(self):
        """Runs last: its name says so."""
        self.cloud.down()
        _SCENE.clear()
        self.assertFalse(self.cloud.directory.exists())
        for kind, now in traces().items():
            self.assertEqual(sorted(now - self.scene.before[kind]), [], kind)
