# SPDX-License-Identifier: Apache-2.0
"""What operators do with `virga`: events, doctor, hosts, history."""
import json

from harness.shell import FAILED, NOT_FOUND, REFUSED, ShellTest
from harness.waiting import wait_for


class CliOperatorsTest(ShellTest):
    # Events

    def test_events_tell_of_changes_as_they_happen(self):
        lines = self.follow("-o", "json")
        made = self.create("watched")
        self.run_virga("server", "delete", "--wait", "watched")

        def states():
            events = [json.loads(line) for line in list(lines)]
            return [e["state"] for e in events if e["id"] == made["id"]]
        wait_for(lambda: states()[-1:] == ["DELETED"], 20, lambda: f"the end, but {states()}")
        self.assertIn("ACTIVE", states())
        shown = self.run_virga("events")
        self.assertIn("watched  DELETED", shown)
        self.assertNotIn("watched", self.run_virga("events", environment=self.as_member()))

    def test_events_go_on_when_the_control_plane_comes_back(self):
        lines = self.follow("-o", "json")
        self.create("before")
        wait_for(lambda: any('"before"' in line for line in list(lines)), 20, "the first event")
        self.cloud.restart("virgad")
        self.create("after")
        wait_for(lambda: any('"after"' in line for line in list(lines)), 30, "an event after it")

    # Doctor

    def test_doctor_finds_and_repairs(self):
        made = self.create("patient")
        wait_for(lambda: self.doctor_finds() == [], 20, "a sound cloud")
        self.cloud.sql("DELETE FROM allocations WHERE consumer_id = ?", made["id"])
        self.cloud.sql("UPDATE inventories SET used = (SELECT coalesce(sum(a.used), 0)"
                       " FROM allocations a WHERE a.provider_id = inventories.provider_id"
                       " AND a.resource_class = inventories.resource_class)")
        self.run_virga("doctor", code=FAILED)
        self.assertIn("1 finding", self.shell.errors)
        self.assertEqual(self.doctor_finds(), [("instance_without_allocation", made["id"])])
        fixed = self.shell.json("doctor", "--fix")
        self.assertEqual([(f["kind"], f["object"], f["result"]) for f in fixed],
                         [("instance_without_allocation", made["id"], "fixed")])
        self.assertEqual(self.shell.json("doctor"), [])
        self.run_virga("doctor", code=REFUSED, environment=self.as_member())

    # Hosts

    def test_hosts_are_listed_and_shown(self):
        hosts = self.shell.json("host", "list")
        self.assertEqual([(h["name"], h["state"], h["status"]) for h in hosts],
                         [("host-1", "up", "enabled")])
        shown = self.shell.json("host", "show", "host-1")
        self.assertEqual((shown["name"], shown["zone"]), ("host-1", "nova"))
        self.assertEqual(self.shell.json("host", "show", str(shown["id"]))["name"], "host-1")
        self.run_virga("host", "show", "host-9", code=NOT_FOUND)

    def test_drain_keeps_new_servers_away_and_moves_nothing(self):
        stays = self.create("stays")
        self.addCleanup(self.admin.put, "/compute/v2.1/os-services/enable",
                        {"host": "host-1", "binary": "nova-compute"})
        left = self.run_virga("host", "drain", "host-1", "--reason", "new disks", "-o", "json",
                              code=FAILED)
        self.assertEqual([server["id"] for server in json.loads(left)], [stays["id"]])
        self.assertIn("Nothing is moved", self.shell.errors)
        shown = self.shell.json("host", "show", "host-1")
        self.assertEqual((shown["status"], shown["disabled_reason"]), ("disabled", "new disks"))
        self.addCleanup(self.remove, "late")
        self.run_virga("server", "create", "late", "--image", "image", "--flavor", "tiny",
                       "--wait", code=FAILED)
        near = self.shell.json("server", "explain", "late")["near_misses"]
        self.assertEqual([(m["host"], m["reason"]) for m in near], [("host-1", "is disabled")])
        self.run_virga("server", "delete", "--wait", "stays")
        self.assertEqual(self.shell.json("host", "drain", "host-1"), [])
        self.run_virga("host", "drain", "host-1", "--undo")
        self.assertEqual(self.shell.json("host", "show", "host-1")["status"], "enabled")
        self.run_virga("host", "drain", "host-1", code=REFUSED, environment=self.as_member())


class CliStraysTest(ShellTest):
    """A cloud of its own: what is left on the host stays there."""

    def test_doctor_finds_a_domain_that_the_records_do_not_know(self):
        made = self.create("forgotten")
        for table, column in (("allocations", "consumer_id"), ("ports", "device_id"),
                              ("instances", "id")):
            self.cloud.sql(f"DELETE FROM {table} WHERE {column} = ?", made["id"])
        self.create("other")  # its host is told anew what is wanted
        stray = lambda: self.cloud.sql(  # noqa: E731
            "SELECT since_us FROM host_strays WHERE instance_id = ?", made["id"])
        wait_for(stray, 40, "the host reports it")
        self.cloud.sql("UPDATE host_strays SET since_us = 1")  # it is there for a while
        self.assertIn(("stray_on_host", made["id"]), self.doctor_finds())
