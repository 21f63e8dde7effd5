# SPDX-License-Identifier: Apache-2.0
"""What people type: the unmodified `openstack` client against a cloud."""
import hashlib
import os
import subprocess

from harness.case import CloudTest

MIB = 1 << 20


def row(rows, name):
    """The only row of a list with that name."""
    found = [r for r in rows if r["Name"] == name]
    assert len(found) == 1, f"{len(found)} rows named {name} in {rows}"
    return found[0]


class ClientTest(CloudTest):
    """Each test cleans up what it made, so that their order does not matter."""

    @classmethod
    def prepare(cls):
        cls.file = cls.cloud.directory / "disk.raw"
        cls.file.write_bytes(os.urandom(2 * MIB))
        cls.network = cls.cloud.admin.create_network(
            "net-1", "provider", {"name": "sub-1", "cidr": "172.31.7.0/24",
                                  "dns_nameservers": ["9.9.9.9"]})

    def run_json(self, *arguments):
        return self.cloud.openstack_json(*arguments)

    def run_text(self, *arguments):
        return self.cloud.openstack(*arguments)

    def test_token_issue(self):
        token = self.run_json("token", "issue")
        self.assertEqual(token["project_id"],
                         self.cloud.sql("SELECT id FROM projects WHERE name = 'admin'")[0][0])
        answer = self.admin.send("GET", "/compute/v2.1/servers", None,
                                 {"X-Auth-Token": token["id"]})
        self.assertEqual(answer.status, 200)

    def test_catalog_list(self):
        services = self.run_json("catalog", "list")
        self.assertEqual({s["Type"] for s in services}, {"identity", "compute", "image", "network",
                                                         "placement"})
        for service in services:
            urls = [e["url"] for e in service["Endpoints"] if e["interface"] == "public"]
            self.assertTrue(urls[0].startswith(self.cloud.url), urls)

    def test_image_create_list_show_save_delete(self):
        made = self.run_json("image", "create", "--disk-format", "raw", "--file", str(self.file),
                             "--property", "os_type=linux", "--tag", "one", "image-1")
        self.assertEqual(made["name"], "image-1")
        listed = row(self.run_json("image", "list"), "image-1")
        self.assertEqual((listed["ID"], listed["Status"]), (made["id"], "active"))
        shown = self.run_json("image", "show", "image-1")
        self.assertEqual((shown["size"], shown["status"], shown["disk_format"], shown["tags"]),
                         (2 * MIB, "active", "raw", ["one"]))
        self.assertEqual(shown["properties"]["os_type"], "linux")
        self.assertEqual(shown["properties"]["os_hash_value"],
                         hashlib.sha256(self.file.read_bytes()).hexdigest())
        saved = self.cloud.directory / "saved.raw"
        self.run_text("image", "save", "--file", str(saved), "image-1")
        self.assertEqual(saved.read_bytes(), self.file.read_bytes())
        self.run_text("image", "delete", "image-1")
        self.assertEqual(self.run_json("image", "list"), [])

    def test_flavor_create_list_show_delete(self):
        made = self.run_json("flavor", "create", "--ram", "96", "--vcpus", "2", "--disk", "3",
                             "--id", "small-id", "small")
        self.assertEqual((made["id"], made["ram"], made["vcpus"], made["disk"]),
                         ("small-id", 96, 2, 3))
        listed = row(self.run_json("flavor", "list"), "small")
        self.assertEqual((listed["ID"], listed["RAM"], listed["VCPUs"], listed["Is Public"]),
                         ("small-id", 96, 2, True))
        self.assertEqual(self.run_json("flavor", "show", "small")["disk"], 3)
        self.run_text("flavor", "delete", "small")
        self.assertEqual(self.run_json("flavor", "list"), [])

    def test_keypair_create_list_show_delete(self):
        private = self.cloud.directory / "id_rsa"
        private.write_text(self.run_text("keypair", "create", "made"))
        private.chmod(0o600)
        public = subprocess.run(["ssh-keygen", "-y", "-f", str(private)], text=True, check=True,
                                capture_output=True).stdout.split()
        shown = self.run_text("keypair", "show", "--public-key", "made").split()
        self.assertEqual(shown[:2], public[:2])
        file = self.cloud.directory / "key.pub"
        file.write_text(" ".join(public[:2]) + " me@home\n")
        given = self.run_json("keypair", "create", "--public-key", str(file), "given")
        self.assertEqual({k["Name"]: k["Fingerprint"] for k in self.run_json("keypair", "list")},
                         {"made": given["fingerprint"], "given": given["fingerprint"]})
        self.assertEqual(self.run_json("keypair", "show", "given")["name"], "given")
        self.run_text("keypair", "delete", "made", "given")
        self.assertEqual(self.run_json("keypair", "list"), [])

    def test_network_list_and_show_and_subnet_list(self):
        listed = row(self.run_json("network", "list"), "net-1")
        shown = self.run_json("network", "show", "net-1")
        subnet = row(self.run_json("subnet", "list"), "sub-1")
        self.assertEqual(listed["ID"], self.network)
        self.assertEqual(listed["Subnets"], [subnet["ID"]])
        self.assertEqual((shown["id"], shown["provider:physical_network"],
                          shown["provider:network_type"], shown["shared"], shown["subnets"]),
                         (self.network, "provider", "flat", True, [subnet["ID"]]))
        self.assertEqual((subnet["Network"], subnet["Subnet"]), (self.network, "172.31.7.0/24"))

    def test_hypervisor_list_and_compute_service_list(self):
        hypervisors = self.run_json("hypervisor", "list")
        self.assertEqual([(h["Hypervisor Hostname"], h["State"]) for h in hypervisors],
                         [("host-1", "up")])
        services = self.run_json("compute", "service", "list")
        self.assertEqual([(s["Binary"], s["Host"], s["Status"], s["State"]) for s in services
                          if s["Binary"] == "nova-compute"],
                         [("nova-compute", "host-1", "enabled", "up")])
        self.assertLessEqual({"nova-conductor", "nova-scheduler"}, {s["Binary"] for s in services})

    def test_server_life_from_create_to_delete(self):
        self.run_text("image", "create", "--disk-format", "raw", "--file", str(self.file), "boot")
        self.run_text("flavor", "create", "--ram", "64", "--vcpus", "1", "--disk", "1", "tiny")
        made = self.run_json("server", "create", "--image", "boot", "--flavor", "tiny",
                             "--network", "net-1", "--property", "role=web", "--wait", "vm-1")
        self.assertEqual((made["name"], made["status"]), ("vm-1", "ACTIVE"))
        listed = row(self.run_json("server", "list"), "vm-1")
        self.assertEqual((listed["ID"], listed["Status"], listed["Image"], listed["Flavor"]),
                         (made["id"], "ACTIVE", "boot", "tiny"))
        self.assertTrue(listed["Networks"]["net-1"][0].startswith("172.31.7."), listed)
        shown = self.run_json("server", "show", "vm-1")
        self.assertEqual((shown["OS-EXT-SRV-ATTR:host"], shown["OS-EXT-STS:vm_state"],
                          shown["OS-EXT-STS:power_state"], shown["properties"]),
                         ("host-1", "active", 1, {"role": "web"}))
        self.stop_start_and_reboot(made["id"])
        self.assertIsInstance(self.run_text("console", "log", "show", "vm-1"), str)
        self.run_text("server", "delete", "--wait", "vm-1")
        self.assertEqual(self.run_json("server", "list"), [])
        self.run_text("flavor", "delete", "tiny")
        self.run_text("image", "delete", "boot")

    def stop_start_and_reboot(self, server):
        self.run_text("server", "stop", "vm-1")
        self.cloud.wait_for_status(server, "SHUTOFF")
        self.run_text("server", "start", "vm-1")
        self.cloud.wait_for_status(server, "ACTIVE")
        before = self.cloud.sql("SELECT run_epoch FROM instances WHERE id = ?", server)
        self.run_text("server", "reboot", "--wait", "vm-1")
        self.cloud.wait_for_status(server, "ACTIVE")
        self.run_text("server", "reboot", "--hard", "--wait", "vm-1")
        self.cloud.wait_for_status(server, "ACTIVE")
        after = self.cloud.sql("SELECT observed_run_epoch FROM instances WHERE id = ?", server)
        self.assertEqual(after[0][0], before[0][0] + 2)
