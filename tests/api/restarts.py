# SPDX-License-Identifier: Apache-2.0
"""What was acknowledged is there after the daemons ended, in whatever way."""
from harness.case import CloudTest
from harness.waiting import wait_for

TABLES = ("users", "projects", "flavors", "keypairs", "images", "networks", "subnets", "ports",
          "ip_allocations", "instances", "allocations", "consumers", "hosts", "domains", "groups", "roles",
          "grants", "implied_roles", "services", "endpoints")


class RestartsTest(CloudTest):
    @classmethod
    def prepare(cls):
        admin = cls.cloud.admin
        cls.image = admin.create_image("image")
        admin.upload(cls.image, b"\0" * 4096, 4096).expect(204)
        cls.flavor = admin.create_flavor("tiny")
        admin.create_network("net", "provider", {"cidr": "172.31.6.0/24"})
        admin.post("/compute/v2.1/os-keypairs", {"keypair": {"name": "key"}}).expect(200)
        cls.server = admin.create_server("kept", cls.image, cls.flavor, key_name="key")
        cls.cloud.wait_for_status(cls.server, "ACTIVE")

    def rows(self):
        return {table: sorted(self.cloud.sql(f"SELECT * FROM {table}"), key=repr)
                for table in TABLES if table != "hosts"}

    def seen(self):
        """What a client sees, but for the moments of change."""
        paths = ("/compute/v2.1/servers/detail", "/compute/v2.1/flavors/detail",
                 "/compute/v2.1/os-keypairs", "/image/v2/images", "/networking/v2.0/networks",
                 "/networking/v2.0/subnets", "/networking/v2.0/ports")
        return [self.admin.get(path).expect(200).json for path in paths]

    def test_everything_is_there_after_virgad_was_stopped(self):
        before = self.seen()
        self.assertEqual(self.cloud.daemons["virgad"].stop(), 0)
        rows = self.rows()
        self.cloud.start("virgad")
        self.assertEqual(self.rows(), rows)
        self.assertEqual(self.seen(), before)  # with the token of before

    def test_everything_is_there_after_virgad_was_killed(self):
        made = self.admin.create_flavor("acknowledged")
        before = self.seen()
        self.cloud.kill("virgad")
        self.cloud.start("virgad")
        self.assertEqual(self.seen(), before)
        self.admin.delete(f"/compute/v2.1/flavors/{made}").expect(202)

    def test_the_agent_comes_back_by_itself_after_virgad_was_away(self):
        self.cloud.restart("virgad")
        wait_for(self.cloud.host_is_up, 30, "the host is up again")
        server = self.admin.create_server("later", self.image, self.flavor)
        self.cloud.wait_for_status(server, "ACTIVE")
        self.admin.delete(f"/compute/v2.1/servers/{server}").expect(204)
        self.cloud.wait_until_gone(server)

    def test_what_was_asked_while_the_agent_was_away_is_done_when_it_is_back(self):
        self.cloud.kill("virga-agent")
        server = self.admin.create_server("waits", self.image, self.flavor)
        doomed = self.admin.create_server("doomed", self.image, self.flavor)
        self.admin.delete(f"/compute/v2.1/servers/{doomed}").expect(204)
        self.assertEqual(self.admin.server(server)["status"], "BUILD")
        self.cloud.start("virga-agent")
        self.cloud.wait_for_status(server, "ACTIVE")
        self.cloud.wait_until_gone(doomed)
        self.admin.delete(f"/compute/v2.1/servers/{server}").expect(204)
        self.cloud.wait_until_gone(server)

    def test_an_enrolment_token_is_good_once(self):
        token = self.cloud.directory / "once"
        token.write_text(self.cloud.tool("virgad", "enrol-host", "host-2"))
        spare = self.cloud.directory / "spare.yaml"
        text = self.cloud.config.read_text()
        spare.write_text(text.replace(f"{self.cloud.directory}/agent",
                                      f"{self.cloud.directory}/spare-agent"))
        own, self.cloud.config = self.cloud.config, spare
        try:
            self.cloud.tool("virga-agent", "enrol", "--token-file", str(token))
            spare.write_text(text.replace(f"{self.cloud.directory}/agent",
                                          f"{self.cloud.directory}/other-agent"))
            with self.assertRaisesRegex(AssertionError, "virga-agent enrol"):
                self.cloud.tool("virga-agent", "enrol", "--token-file", str(token))
        finally:
            self.cloud.config = own
