# SPDX-License-Identifier: Apache-2.0
"""Placement by the unmodified `openstack` client and its plugin."""
import json
import uuid

from harness.case import CloudTest
from harness.waiting import wait_for


class PlacementTest(CloudTest):
    @classmethod
    def prepare(cls):
        cls.host, cls.name = cls.cloud.sql("SELECT id, name FROM hosts")[0]

    def run_text(self, *arguments, version="1.39"):
        return self.cloud.openstack("--os-placement-api-version", version, *arguments)

    def run_json(self, *arguments, version="1.39"):
        return json.loads(self.run_text(*arguments, "-f", "json", version=version))

    def provider(self, *more):
        made = self.run_json("resource", "provider", "create", f"p-{uuid.uuid4()}", *more)
        self.addCleanup(self.run_text, "resource", "provider", "delete", made["uuid"])
        return made["uuid"]

    def used(self, provider):
        rows = self.run_json("resource", "provider", "usage", "show", provider)
        return {row["resource_class"]: row["usage"] for row in rows}

    def test_a_host_is_a_provider(self):
        rows = self.run_json("resource", "provider", "list", "--name", self.name)
        self.assertEqual([row["uuid"] for row in rows], [self.host])
        rows = self.run_json("resource", "provider", "inventory", "list", self.host)
        self.assertEqual({row["resource_class"] for row in rows}, {"VCPU", "MEMORY_MB", "DISK_GB"})

    def test_a_server_has_allocations_while_it_is_there(self):
        admin = self.cloud.admin
        image = admin.create_image("image")
        admin.upload(image, b"\0" * 4096, 4096).expect(204)
        flavor = admin.create_flavor("tiny")
        before = self.used(self.host)
        server = admin.create_server("one", image, flavor, networks=[])
        rows = self.run_json("resource", "provider", "allocation", "show", server)
        self.assertEqual([row["resource_provider"] for row in rows], [self.host])
        self.assertEqual(rows[0]["resources"], {"VCPU": 1, "MEMORY_MB": 64, "DISK_GB": 1})
        self.assertEqual(self.used(self.host)["VCPU"], before["VCPU"] + 1)
        admin.delete(f"/compute/v2.1/servers/{server}").expect(204)
        self.cloud.wait_until_gone(server)
        wait_for(lambda: self.used(self.host) == before, 10, "given back")

    def test_what_an_administrator_sets_stays(self):
        self.run_text("resource", "provider", "inventory", "set", "--amend", "--resource",
                      "VCPU:allocation_ratio=1.5", self.host)
        self.cloud.restart("virgad")
        self.cloud.admin.login("admin", self.cloud.password, "admin")
        wait_for(self.cloud.host_is_up, 30, "the host")
        shown = self.run_json("resource", "provider", "inventory", "show", self.host, "VCPU")
        self.assertEqual(shown["allocation_ratio"], 1.5)

    def test_trees_traits_aggregates_and_candidates(self):
        self.run_text("trait", "create", "CUSTOM_FAST")
        self.addCleanup(self.run_text, "trait", "delete", "CUSTOM_FAST")
        root = self.provider()
        child = self.provider("--parent-provider", root)
        self.run_text("resource", "provider", "inventory", "set", root, "--resource",
                      "NUMA_CORE=8")
        self.run_text("resource", "provider", "inventory", "set", child, "--resource", "VGPU=2")
        self.run_text("resource", "provider", "trait", "set", "--trait", "CUSTOM_FAST", child)
        found = self.run_json("allocation", "candidate", "list", "--resource", "NUMA_CORE=1",
                              "--resource", "VGPU=1", "--required", "CUSTOM_FAST")
        self.assertEqual({row["resource provider"] for row in found}, {root, child})
        self.assertEqual(self.run_json("allocation", "candidate", "list", "--resource", "VGPU=3"),
                         [])
        aggregate = str(uuid.uuid4())
        shown = self.run_json("resource", "provider", "show", root)
        self.run_text("resource", "provider", "aggregate", "set", "--aggregate", aggregate,
                      "--generation", str(shown["generation"]), root)
        rows = self.run_json("resource", "provider", "list", "--member-of", aggregate)
        self.assertEqual([row["uuid"] for row in rows], [root])

    def test_allocations_of_a_consumer(self):
        provider = self.provider()
        self.run_text("resource", "class", "create", "CUSTOM_GOLD")
        self.addCleanup(self.run_text, "resource", "class", "delete", "CUSTOM_GOLD")
        self.run_text("resource", "provider", "inventory", "set", provider, "--resource",
                      "CUSTOM_GOLD=3")
        self.addCleanup(self.run_text, "resource", "provider", "inventory", "delete", provider)
        consumer = str(uuid.uuid4())
        give = ("resource", "provider", "allocation", "set", consumer, "--project-id", "p",
                "--user-id", "u", "--consumer-type", "INSTANCE", "--allocation")
        self.run_json(*give, f"rp={provider},CUSTOM_GOLD=2")
        self.assertEqual(self.used(provider), {"CUSTOM_GOLD": 2})
        with self.assertRaisesRegex(AssertionError, "409"):
            self.run_json(*give, f"rp={provider},CUSTOM_GOLD=4")
        rows = self.run_json("resource", "usage", "show", "p")
        self.assertEqual(rows[0]["usage"], {"CUSTOM_GOLD": 2, "consumer_count": 1})
        self.run_text("resource", "provider", "allocation", "delete", consumer)
        self.assertEqual(self.used(provider), {"CUSTOM_GOLD": 0})
