# SPDX-License-Identifier: Apache-2.0
"""Actions on servers: what they lead to, and what the openstack client makes of them."""
from harness.case import CloudTest

SERVERS = "/compute/v2.1/servers"


class ServerActionsTest(CloudTest):
    @classmethod
    def prepare(cls):
        admin = cls.cloud.admin
        cls.image = admin.create_image("image", visibility="public")
        admin.upload(cls.image, b"\0" * 4096, 4096).expect(204)
        cls.other_image = admin.create_image("other", visibility="public")
        admin.upload(cls.other_image, b"\1" * 8192, 8192).expect(204)
        cls.small = admin.create_flavor("small")
        cls.large = admin.create_flavor("large", ram=512, vcpus=2, disk=3)
        cls.network = admin.create_network("net", "provider", {"cidr": "172.31.9.0/24"})

    def server(self, name):
        server = self.admin.create_server(name, self.image, self.small)
        self.addCleanup(self.cloud.wait_until_gone, server)
        self.addCleanup(self.admin.delete, f"{SERVERS}/{server}")
        self.wait(server, "ACTIVE")
        return server

    def wait(self, server, status):
        return self.cloud.wait_for_status(server, status, client=self.admin)

    def act(self, server, action, status, argument=None):
        self.admin.act(server, {action: argument}).expect(200, 202, 204)
        return self.wait(server, status)

    def test_pause_suspend_and_back(self):
        server = self.server("sleeper")
        self.assertEqual(self.act(server, "pause", "PAUSED")["OS-EXT-STS:power_state"], 3)
        self.assertEqual(self.admin.act(server, {"pause": None}).status, 409)
        self.act(server, "unpause", "ACTIVE")
        self.assertEqual(self.act(server, "suspend", "SUSPENDED")["OS-EXT-STS:power_state"], 4)
        self.cloud.restart("virga-agent")
        self.act(server, "resume", "ACTIVE")
        self.act(server, "suspend", "SUSPENDED")
        self.act(server, "reboot", "ACTIVE", {"type": "HARD"})

    def test_rescue_and_unrescue(self):
        server = self.server("patient")
        answer = self.admin.act(server, {"rescue": {"adminPass": "secret",
                                                    "rescue_image_ref": self.other_image}})
        self.assertEqual((answer.status, answer.json), (200, {"adminPass": "secret"}))
        self.wait(server, "RESCUE")
        self.assertEqual(self.admin.act(server, {"os-stop": None}).status, 409)
        self.act(server, "unrescue", "ACTIVE")
        answer = self.admin.act(server, {"rescue": None}).expect(200)
        self.assertGreaterEqual(len(answer.json["adminPass"]), 12)
        self.wait(server, "RESCUE")

    def test_rebuild_keeps_addresses_and_takes_another_image(self):
        server = self.server("phoenix")
        before = self.admin.server(server)
        answer = self.admin.act(server, {"rebuild": {
            "imageRef": self.other_image, "name": "reborn", "metadata": {"a": "b"}}}).expect(202)
        self.assertIn("adminPass", answer.json["server"])
        after = self.wait(server, "ACTIVE")
        self.assertEqual(after["addresses"], before["addresses"])
        self.assertEqual((after["image"]["id"], after["name"], after["metadata"]),
                         (self.other_image, "reborn", {"a": "b"}))
        self.act(server, "os-stop", "SHUTOFF")
        self.admin.act(server, {"rebuild": {"imageRef": self.image}}).expect(202)
        self.wait(server, "SHUTOFF")
        self.act(server, "os-start", "ACTIVE")

    def test_resize_is_confirmed_or_reverted_and_holds_what_it_needs(self):
        server = self.server("grower")
        held = lambda: self.cloud.sql(  # noqa: E731
            "SELECT max(CASE resource_class WHEN 'VCPU' THEN used END),"
            " max(CASE resource_class WHEN 'DISK_GB' THEN used END)"
            " FROM allocations WHERE consumer_id = ?", server)
        before = held()
        self.assertEqual(self.admin.act(server, {"resize": {"flavorRef": self.small}}).status, 400)
        self.act(server, "resize", "VERIFY_RESIZE", {"flavorRef": self.large})
        self.assertEqual(held(), [(2, 3)])
        self.act(server, "revertResize", "ACTIVE")
        self.assertEqual(held(), before)
        self.assertEqual(self.admin.server(server)["flavor"]["id"], self.small)
        self.act(server, "resize", "VERIFY_RESIZE", {"flavorRef": self.large})
        self.act(server, "confirmResize", "ACTIVE")
        self.assertEqual(self.admin.server(server)["flavor"]["id"], self.large)
        self.assertEqual(self.admin.act(server, {"resize": {"flavorRef": self.small}}).status, 400)

    def test_a_resize_that_does_not_fit_is_refused_and_changes_nothing(self):
        server = self.server("dreamer")
        giant = self.admin.create_flavor("giant", ram=1 << 30, disk=9)
        before = self.cloud.counts()
        answer = self.admin.act(server, {"resize": {"flavorRef": giant}})
        self.assertEqual(answer.status, 400, answer.text)
        self.assertIn("No valid host", answer.text)
        self.assertEqual(self.cloud.counts(), before)
        self.assertEqual(self.admin.server(server)["status"], "ACTIVE")

    def test_bad_bodies_are_refused(self):
        server = self.server("victim")
        for action in ({"rescue": {"colour": 1}}, {"rescue": 1}, {"rebuild": {}},
                       {"rebuild": {"imageRef": "x"}}, {"rebuild": {"imageRef": self.image, "x": 1}},
                       {"resize": {}}, {"resize": {"flavorRef": "none"}}, {"resize": None},
                       {"dance": None}, {"pause": None, "unpause": None}, {}, []):
            answer = self.admin.act(server, action)
            self.assertEqual(answer.status, 400, f"{action}: {answer.text}")

    def test_the_openstack_client_drives_them(self):
        server = self.server("client")
        run = self.cloud.openstack
        for verb, status in (("pause", "PAUSED"), ("unpause", "ACTIVE"), ("suspend", "SUSPENDED"),
                             ("resume", "ACTIVE"), ("rescue", "RESCUE"), ("unrescue", "ACTIVE")):
            run("server", verb, server)
            self.wait(server, status)
        run("server", "resize", "--flavor", "large", "--wait", server)
        run("server", "resize", "confirm", server)
        run("server", "rebuild", "--wait", "--image", "other", server)
        self.wait(server, "ACTIVE")
