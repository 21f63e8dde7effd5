# SPDX-License-Identifier: Apache-2.0
"""Servers through the Compute API: what a client of one's own sees."""
import base64
import ipaddress

from harness.case import CloudTest
from harness.waiting import wait_for


class ServersTest(CloudTest):
    @classmethod
    def prepare(cls):
        admin = cls.cloud.admin
        cls.image = admin.create_image("image", visibility="public")
        admin.upload(cls.image, b"\0" * 4096, 4096).expect(204)
        cls.flavor = admin.create_flavor("tiny")
        cls.network = admin.create_network("net", "provider", {"cidr": "172.31.8.0/29"})
        cls.member = cls.cloud.add_user("mona", "shop")
        unlimited = {"quota_set": {"instances": -1, "cores": -1, "ram": -1}}
        admin.put("/compute/v2.1/os-quota-sets/id-of-shop", unlimited).expect(200)

    def create(self, name, **more):
        server = self.member.create_server(name, self.image, self.flavor, **more)
        self.addCleanup(self.cloud.wait_until_gone, server)
        self.addCleanup(self.admin.delete, f"/compute/v2.1/servers/{server}")
        return server

    def wait(self, server, status):
        return self.cloud.wait_for_status(server, status, client=self.member)

    def conflicts(self, server, action):
        answer = self.member.act(server, action)
        self.assertEqual(answer.status, 409, answer.text)
        self.assertEqual(answer.json["conflictingRequest"]["code"], 409)

    def test_a_server_gets_an_address_of_the_only_network(self):
        server = self.wait(self.create("one"), "ACTIVE")
        address = server["addresses"]["net"][0]
        self.assertIn(ipaddress.ip_address(address["addr"]),
                      ipaddress.ip_network("172.31.8.0/29"))
        self.assertRegex(address["OS-EXT-IPS-MAC:mac_addr"], "^fa:16:3e(:[0-9a-f]{2}){3}$")
        self.assertEqual(server["OS-EXT-STS:power_state"], 1)
        self.assertNotIn("OS-EXT-SRV-ATTR:host", server)  # for administrators only

    def test_a_chosen_address_is_given_once(self):
        wanted = [{"uuid": self.network, "fixed_ip": "172.31.8.5"}]
        server = self.wait(self.create("fixed", networks=wanted), "ACTIVE")
        self.assertEqual(server["addresses"]["net"][0]["addr"], "172.31.8.5")
        body = {"server": {"name": "again", "imageRef": self.image, "flavorRef": self.flavor,
                           "networks": wanted}}
        before = self.cloud.counts()
        self.assertIn(self.member.post("/compute/v2.1/servers", body).status, (400, 409))
        self.assertEqual(self.cloud.counts(), before)

    def test_a_full_network_refuses_and_takes_nothing(self):
        body = {"server": {"name": "many", "imageRef": self.image, "flavorRef": self.flavor,
                           "min_count": 8, "max_count": 8}}
        before = self.cloud.counts()
        answer = self.member.post("/compute/v2.1/servers", body)
        self.assertIn(answer.status, (400, 403, 409), answer.text)
        self.assertEqual(self.cloud.counts(), before)

    def test_a_server_that_fits_nowhere_is_in_error_and_can_be_deleted(self):
        flavor = self.admin.create_flavor("giant", ram=1 << 30)
        server = self.create("giant")
        self.wait(server, "ACTIVE")
        lost = self.member.create_server("lost", self.image, flavor)
        shown = wait_for(lambda: self.member.server(lost), 5, "shown")
        self.assertEqual((shown["status"], shown["fault"]["code"]), ("ERROR", 500))
        self.assertIn("No valid host", shown["fault"]["message"])
        self.member.delete(f"/compute/v2.1/servers/{lost}").expect(204)
        self.member.get(f"/compute/v2.1/servers/{lost}").expect(404)

    def test_actions_are_refused_in_the_wrong_state(self):
        server = self.create("states")
        self.wait(server, "ACTIVE")
        self.conflicts(server, {"os-start": None})
        self.member.act(server, {"os-stop": None}).expect(202)
        self.wait(server, "SHUTOFF")
        self.conflicts(server, {"os-stop": None})
        self.conflicts(server, {"reboot": {"type": "SOFT"}})
        self.member.act(server, {"reboot": {"type": "HARD"}}).expect(202)
        self.assertEqual(self.wait(server, "ACTIVE")["OS-EXT-STS:power_state"], 1)

    def test_a_deleted_server_leaves_no_row_that_counts(self):
        server = self.create("gone", user_data=base64.b64encode(b"#!/bin/sh\n").decode())
        self.wait(server, "ACTIVE")
        self.member.delete(f"/compute/v2.1/servers/{server}").expect(204)
        self.cloud.wait_until_gone(server)
        self.member.get(f"/compute/v2.1/servers/{server}").expect(404)
        for table, column in (("ports", "device_id"), ("allocations", "consumer_id")):
            rows = self.cloud.sql(f"SELECT * FROM {table} WHERE {column} = ?", server)
            self.assertEqual(rows, [])

    def test_lists_are_paged_in_a_fixed_order(self):
        servers = {self.create(f"page-{n}") for n in range(3)}
        seen, marker = [], ""
        while True:
            page = self.member.get(f"/compute/v2.1/servers?limit=1{marker}").expect(200).json
            if not page["servers"]:
                break
            seen.append(page["servers"][0]["id"])
            marker = f"&marker={seen[-1]}"
        self.assertEqual((len(seen), set(seen)), (3, servers))
