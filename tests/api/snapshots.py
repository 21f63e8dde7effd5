# SPDX-License-Identifier: Apache-2.0
"""Images of servers, backups and the shelf, with a host's agent that makes and delivers them."""
from harness.case import CloudTest
from harness.waiting import wait_for

SERVERS = "/compute/v2.1/servers"


class SnapshotsTest(CloudTest):
    @classmethod
    def prepare(cls):
        admin = cls.cloud.admin
        cls.image = admin.create_image("image", visibility="public", hw_disk_bus="virtio")
        admin.upload(cls.image, b"\0" * 4096, 4096).expect(204)
        cls.small = admin.create_flavor("small")
        cls.network = admin.create_network("net", "provider", {"cidr": "172.31.9.0/24"})

    def server(self, name, image=None):
        server = self.admin.create_server(name, image or self.image, self.small)
        self.addCleanup(self.cloud.wait_until_gone, server)
        self.addCleanup(self.admin.delete, f"{SERVERS}/{server}")
        self.wait(server, "ACTIVE")
        return server

    def wait(self, server, status):
        return self.cloud.wait_for_status(server, status, client=self.admin)

    def settled(self, server):
        wait_for(lambda: self.admin.server(server)["OS-EXT-STS:task_state"] is None, 60,
                 "nothing is done to the server")

    def snapshot(self, server, action, **argument):
        """@return the id of the image, which is active"""
        answer = self.admin.act(server, {action: argument}).expect(202)
        self.assertEqual(answer.body, b"")
        image = answer.headers["Location"].rsplit("/", 1)[1]
        wait_for(lambda: self.admin.image(image)["status"] == "active", 60, "the image is active")
        self.settled(server)
        return image

    def is_gone(self, image):
        return self.admin.get(f"/image/v2/images/{image}").status == 404

    def images_named(self, name):
        return self.admin.get(f"/image/v2/images?name={name}").expect(200).json["images"]

    def leftovers(self):
        return self.cloud.sql("SELECT image_id FROM instance_snapshots")

    def test_an_image_of_a_server_boots_another(self):
        server = self.server("model")
        image = self.snapshot(server, "createImage", name="picture", metadata={"colour": "red"})
        shown = self.admin.image(image)
        for key, value in (("colour", "red"), ("instance_uuid", server), ("image_type", "snapshot"),
                           ("base_image_ref", self.image), ("hw_disk_bus", "virtio"),
                           ("disk_format", "qcow2"), ("visibility", "private"), ("min_disk", 1)):
            self.assertEqual(shown[key], value, key)
        self.server("copy", image)
        self.assertEqual(self.admin.server(server)["status"], "ACTIVE")
        self.admin.delete(f"/image/v2/images/{image}").expect(204)

    def test_servers_that_do_not_run_have_images_too(self):
        server = self.server("sleeper")
        for action, status, back in (("pause", "PAUSED", "unpause"),
                                     ("suspend", "SUSPENDED", "resume"),
                                     ("os-stop", "SHUTOFF", "os-start")):
            self.admin.act(server, {action: None}).expect(202)
            self.wait(server, status)
            self.snapshot(server, "createImage", name=f"while-{status}")
            self.assertEqual(self.admin.server(server)["status"], status)
            self.admin.act(server, {back: None}).expect(202)
            self.wait(server, "ACTIVE")

    def test_an_image_is_made_also_when_daemons_die(self):
        server = self.server("survivor")
        for daemon in ("virga-agent", "virgad"):
            answer = self.admin.act(server, {"createImage": {"name": f"over-{daemon}"}}).expect(202)
            self.cloud.restart(daemon)
            image = answer.headers["Location"].rsplit("/", 1)[1]
            wait_for(lambda: self.admin.image(image)["status"] == "active", 60, "it is active")
            self.settled(server)

    def test_who_deletes_the_image_or_the_server_ends_it(self):
        server = self.server("victim")
        answer = self.admin.act(server, {"createImage": {"name": "short-lived"}}).expect(202)
        image = answer.headers["Location"].rsplit("/", 1)[1]
        self.admin.delete(f"/image/v2/images/{image}").expect(204)
        self.settled(server)
        self.assertTrue(self.is_gone(image))
        self.admin.act(server, {"createImage": {"name": "orphan"}}).expect(202)
        self.admin.delete(f"{SERVERS}/{server}").expect(204)
        self.cloud.wait_until_gone(server)
        self.assertEqual(self.leftovers(), [])

    def test_backups_rotate(self):
        server = self.server("careful")
        made = [self.snapshot(server, "createBackup", name=f"b{n}", backup_type="daily", rotation=2)
                for n in range(3)]
        self.assertTrue(self.is_gone(made[0]))
        self.assertEqual([self.is_gone(image) for image in made[1:]], [False, False])

    def test_a_shelved_server_has_no_host_and_comes_back_with_its_addresses(self):
        server = self.server("book")
        before = self.admin.server(server)
        self.admin.act(server, {"shelve": None}).expect(202)
        shelved = self.wait(server, "SHELVED_OFFLOADED")
        self.assertIsNone(shelved["OS-EXT-SRV-ATTR:host"])
        self.assertEqual(shelved["addresses"], before["addresses"])
        self.assertEqual(self.cloud.sql("SELECT 1 FROM allocations WHERE consumer_id = ?", server), [])
        image = self.images_named("book-shelved")[0]["id"]
        self.assertEqual(self.admin.act(server, {"shelve": None}).status, 409)
        self.admin.act(server, {"unshelve": None}).expect(202)
        after = self.wait(server, "ACTIVE")
        self.assertEqual((after["addresses"], after["image"]["id"]),
                         (before["addresses"], self.image))
        wait_for(lambda: self.is_gone(image), 60, "its image is gone")
        self.admin.act(server, {"os-stop": None}).expect(202)
        self.wait(server, "SHUTOFF")
        self.admin.act(server, {"shelve": None}).expect(202)
        self.wait(server, "SHELVED_OFFLOADED")
        self.assertEqual(self.admin.act(server, {"os-start": None}).status, 409)

    def test_a_shelved_server_is_deleted_with_its_image(self):
        server = self.server("gone")
        self.admin.act(server, {"shelve": None}).expect(202)
        self.wait(server, "SHELVED_OFFLOADED")
        self.admin.delete(f"{SERVERS}/{server}").expect(204)
        self.cloud.wait_until_gone(server)
        self.assertEqual(self.images_named("gone-shelved"), [])

    def test_the_openstack_client_drives_them(self):
        server = self.server("client")
        run = self.cloud.openstack
        run("server", "image", "create", "--name", "by-client", "--wait", server)
        run("server", "backup", "create", "--name", "backup", "--type", "daily", "--rotate", "1",
            "--wait", server)
        self.settled(server)
        run("server", "shelve", "--wait", server)
        self.wait(server, "SHELVED_OFFLOADED")
        run("server", "unshelve", "--wait", server)
        self.wait(server, "ACTIVE")
