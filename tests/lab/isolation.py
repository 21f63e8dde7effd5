# SPDX-License-Identifier: Apache-2.0
"""What a guest may not send, and that the last one turns off the light."""
import contextlib
import socket

from harness import host
from harness.waiting import wait_for
from lab.place import LabTest

# As another station, the guest cannot tell us: it writes down what happened and comes back.
OTHER_MAC = """
exec > /run/spoof.log 2>&1
ip link set eth0 down
ip link set eth0 address 02:00:00:00:00:66
ip link set eth0 up
ping -c 3 -W 1 172.31.0.1 && echo answered || echo silence
ip link set eth0 down
ip link set eth0 address {mac}
ip link set eth0 up
ping -c 3 -W 1 172.31.0.1 && echo answered || echo silence
echo done
"""


class IsolationTest(LabTest):
    def test_another_mac_gets_no_answer(self):
        script = OTHER_MAC.format(mac=self.guest.mac).replace("\n", "; ").strip("; ")
        self.guest.ssh(f"rm -f /run/spoof.log; setsid sh -c '{script}' < /dev/null"
                       " > /dev/null 2>&1 &")

        def finished():
            done = self.guest.try_ssh("cat /run/spoof.log", 5)
            return done and done.stdout.endswith("done\n") and done.stdout
        log = wait_for(finished, 40, "the guest is back under its own address", every=0.3)
        outcomes = [line for line in log.splitlines() if line in ("answered", "silence")]
        self.assertEqual(outcomes, ["silence", "answered"], log)

    def test_another_ipv4_address_gets_no_answer(self):
        self.guest.ssh("ip addr add 172.31.0.200/24 dev eth0")
        try:
            self.assertFalse(self.guest.pings("-I 172.31.0.200"))
            self.assertTrue(self.guest.pings(f"-I {self.guest.address}"))
        finally:
            self.guest.ssh("ip addr del 172.31.0.200/24 dev eth0")

    def test_the_host_knows_no_station_but_the_right_one(self):
        """A guest that answers ARP for an address of another is not heard."""
        self.guest.ssh("ip addr add 172.31.0.201/24 dev eth0")
        try:
            done = self.guest.try_ssh("arping -U -c 3 -I eth0 -s 172.31.0.201 172.31.0.201")
            self.assertIsNotNone(done)
            self.assertFalse(self.host_reaches("172.31.0.201"))
            self.assertTrue(self.host_reaches(self.guest.address))
        finally:
            self.guest.ssh("ip addr del 172.31.0.201/24 dev eth0")

    @staticmethod
    def host_reaches(address):
        """The guest's web server listens on all its addresses."""
        with contextlib.suppress(OSError), socket.create_connection((address, 80), timeout=3):
            return True
        return False


class ZeroLeftTest(LabTest):
    """Runs last: its name says so."""

    def test_nothing_is_left_when_all_servers_are_deleted(self):
        servers = [server["id"] for server in self.cloud.admin.servers()]
        self.cloud.openstack("server", "delete", "--wait", *servers)
        agent = self.cloud.directory / "agent"
        wait_for(lambda: not host.leftovers(agent), 30, lambda: str(host.leftovers(agent)))
        for table in ("ports", "ip_allocations", "allocations"):
            self.assertEqual(self.cloud.sql(f"SELECT * FROM {table}"), [], table)
        self.assertEqual(self.cloud.sql("SELECT * FROM instances WHERE deleted_us = 0"), [])
        self.place.guests.clear()
