# SPDX-License-Identifier: Apache-2.0
"""What a guest finds: its name, its keys, its disk, its address."""
import pathlib

from harness import host
from harness.waiting import wait_for
from lab.place import LabTest

GIB = 1 << 30
SCRIPT = "#!/bin/sh\necho it ran > /run/user-data\necho VIRGA-TEST: user data ran\n"


class GuestsTest(LabTest):
    def public_key(self):
        return " ".join(pathlib.Path(f"{self.place.key}.pub").read_text().split()[:2])

    def test_a_guest_answers_ssh_with_the_key_and_has_its_name(self):
        self.assertEqual(self.guest.ssh("hostname").strip(), "web-1")
        self.assertIn(f"inet {self.guest.address}/24", self.guest.ssh("ip -4 addr show eth0"))
        self.assertIn(self.guest.mac, self.guest.ssh("ip link show eth0"))
        self.assertTrue(self.guest.pings())

    def test_the_root_disk_has_the_flavors_size(self):
        self.assertEqual(int(self.guest.ssh("cat /sys/class/block/vda/size")) * 512, GIB)

    def test_metadata_in_openstacks_form(self):
        self.assertIn("latest", self.guest.metadata("/openstack").split())
        data = self.guest.metadata_json("/openstack/latest/meta_data.json")
        self.assertEqual((data["uuid"], data["name"], data["hostname"]),
                         (self.guest.id, "web-1", "web-1"))
        self.assertTrue(data["public_keys"]["key"].startswith(self.public_key()))
        links = self.guest.metadata_json("/openstack/latest/network_data.json")["links"]
        self.assertEqual([link["ethernet_mac_address"] for link in links], [self.guest.mac])

    def test_metadata_in_ec2s_form(self):
        for name, value in (("hostname", "web-1"), ("local-ipv4", self.guest.address),
                            ("instance-type", "small"), ("public-keys/", "0=key")):
            self.assertEqual(self.guest.metadata(f"/latest/meta-data/{name}").strip(), value)
        key = self.guest.metadata("/latest/meta-data/public-keys/0/openssh-key")
        self.assertTrue(key.startswith(self.public_key()))
        self.assertRegex(self.guest.metadata("/latest/meta-data/instance-id"), "^i-[0-9a-f]{8}")

    def test_the_console_log_has_the_guests_lines(self):
        wait_for(lambda: "VIRGA-GUEST: ready" in self.guest.console(), 30, "the guest's last line")
        console = self.guest.console()
        self.assertIn(f"eth0 ip={self.guest.address}/24", console)
        self.assertIn("metadata=ec2 hostname=web-1 keys=1", console)
        short = self.cloud.openstack("console", "log", "show", "--lines", "2", "web-1")
        self.assertEqual(len(short.splitlines()), 2, repr(short))

    def test_a_config_drive_has_name_key_and_user_data(self):
        script = self.cloud.directory / "user-data"
        script.write_text(SCRIPT)
        guest = self.place.boot("drive-1", "--config-drive", "True", "--user-data", str(script))
        guest.wait_for_ssh()
        wait_for(lambda: "VIRGA-GUEST: userdata rc=0" in guest.console(), 30, "user data ran")
        self.assertIn("metadata=configdrive hostname=drive-1 keys=1", guest.console())
        self.assertEqual(guest.ssh("cat /run/user-data"), "it ran\n")
        self.assertEqual(guest.metadata("/latest/user-data"), SCRIPT)
        self.cloud.openstack("server", "delete", "--wait", "drive-1")

    def test_a_deleted_guest_leaves_nothing_while_others_run(self):
        guest = self.place.boot("short-1")
        before = self.cloud.sql("SELECT port_id FROM ip_allocations WHERE address = ?",
                                guest.address)
        self.assertEqual(len(before), 1)
        self.cloud.openstack("server", "delete", "--wait", "short-1")
        self.assertNotIn("short-1", [s["name"] for s in self.cloud.admin.servers()])
        agent = self.cloud.directory / "agent"
        left = [sentence for sentence in host.leftovers(agent)
                if guest.id in sentence or f"tap{before[0][0][:11]}" in sentence]
        self.assertEqual(left, [])
        self.assertNotIn(guest.address, host.rules())
        self.assertTrue(self.guest.pings())
