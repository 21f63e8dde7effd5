# SPDX-License-Identifier: Apache-2.0
"""Aggregates, zones, services, hypervisors and server groups by the unmodified `openstack` client."""
from harness.case import CloudTest


class OperatorsTest(CloudTest):
    @classmethod
    def prepare(cls):
        cls.host = cls.cloud.sql("SELECT name FROM hosts")[0][0]

    def run_json(self, *arguments):
        return self.cloud.openstack_json(*arguments)

    def run_text(self, *arguments):
        return self.cloud.openstack(*arguments)

    def service(self):
        rows = self.run_json("compute", "service", "list", "--service", "nova-compute", "--long")
        self.assertEqual(len(rows), 1)
        return rows[0]

    def test_an_aggregate_makes_a_zone(self):
        self.run_json("aggregate", "create", "--zone", "north", "--property", "ssd=true", "fast")
        self.addCleanup(self.run_text, "aggregate", "delete", "fast")
        self.run_text("aggregate", "add", "host", "fast", self.host)
        self.addCleanup(self.run_text, "aggregate", "remove", "host", "fast", self.host)
        shown = self.run_json("aggregate", "show", "fast")
        self.assertEqual((shown["availability_zone"], shown["hosts"], shown["properties"]),
                         ("north", [self.host], {"ssd": "true"}))
        zones = self.run_json("availability", "zone", "list", "--compute")
        self.assertEqual({z["Zone Name"] for z in zones}, {"internal", "north"})
        self.assertEqual(self.service()["Zone"], "north")
        self.run_text("aggregate", "unset", "--property", "ssd", "fast")
        self.assertEqual(self.run_json("aggregate", "show", "fast")["properties"], {})

    def test_a_service_is_disabled_and_forced_down(self):
        self.run_text("compute", "service", "set", "--disable", "--disable-reason", "disk",
                      self.host, "nova-compute")
        service = self.service()
        self.assertEqual((service["Status"], service["Disabled Reason"]), ("disabled", "disk"))
        self.run_text("compute", "service", "set", "--enable", self.host, "nova-compute")
        self.assertEqual((self.service()["Status"], self.service()["State"]), ("enabled", "up"))
        for version in ("2.11", "2.53"):
            self.run_text("--os-compute-api-version", version, "compute", "service", "set",
                          "--down", self.host, "nova-compute")
            self.assertEqual(self.service()["State"], "down")
            self.run_text("--os-compute-api-version", version, "compute", "service", "set",
                          "--up", self.host, "nova-compute")
            self.assertEqual(self.service()["State"], "up")

    def test_the_control_plane_has_its_services(self):
        rows = self.run_json("compute", "service", "list")
        self.assertEqual(sorted(row["Binary"] for row in rows),
                         ["nova-compute", "nova-conductor", "nova-scheduler"])
        self.assertEqual({row["State"] for row in rows}, {"up"})

    def test_hypervisors_are_shown_at_each_kind_of_version(self):
        for version in ("2.1", "2.28", "2.53", "2.88"):
            rows = self.run_json("--os-compute-api-version", version, "hypervisor", "list")
            self.assertEqual([row["Hypervisor Hostname"] for row in rows], [self.host], version)
            shown = self.run_json("--os-compute-api-version", version, "hypervisor", "show",
                                  self.host)
            self.assertEqual(shown["state"], "up", version)
            self.assertIn("load_average", shown, version)
        stats = self.run_json("hypervisor", "stats", "show")
        self.assertEqual(stats["count"], 1)

    def test_server_groups_at_each_kind_of_version(self):
        for version, policy in (("2.1", "anti-affinity"), ("2.15", "soft-affinity"),
                                ("2.64", "soft-anti-affinity")):
            made = self.run_json("--os-compute-api-version", version, "server", "group", "create",
                                 "--policy", policy, "together")
            self.addCleanup(self.run_text, "server", "group", "delete", made["id"])
            shown = self.run_json("--os-compute-api-version", version, "server", "group", "show",
                                  made["id"])
            self.assertIn(policy, str(shown.get("policies", shown.get("policy"))))
        made = self.run_json("--os-compute-api-version", "2.64", "server", "group", "create",
                             "--policy", "anti-affinity", "--rule", "max_server_per_host=3", "far")
        self.addCleanup(self.run_text, "server", "group", "delete", made["id"])
        self.assertEqual(made["rules"], {"max_server_per_host": 3})
        rows = self.run_json("server", "group", "list", "--all-projects")
        self.assertEqual(len(rows), 4)

    def test_migrations_are_listed(self):
        for version in ("2.1", "2.59", "2.80"):
            self.assertEqual(self.run_json("--os-compute-api-version", version, "server",
                                           "migration", "list"), [])
