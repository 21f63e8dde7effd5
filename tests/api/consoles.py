# SPDX-License-Identifier: Apache-2.0
"""Screens and serial lines of servers, from the Compute API to the guest and back."""
import urllib.parse

import websocket
from harness.case import CloudTest
from harness.console import Console, socket_address

NEWER = {"OpenStack-API-Version": "compute 2.6"}


class ConsolesTest(CloudTest):
    @classmethod
    def prepare(cls):
        admin = cls.cloud.admin
        image = admin.create_image("image", visibility="public")
        admin.upload(image, b"\0" * 4096, 4096).expect(204)
        flavor = admin.create_flavor("tiny")
        admin.create_network("net", "provider", {"cidr": "172.31.8.0/28"})
        cls.member = cls.cloud.add_user("mona", "shop")
        cls.make = lambda self, name: self.member.create_server(name, image, flavor)
        cls.stranger = cls.cloud.add_user("stan", "elsewhere")

    def server(self, name):
        server = self.make(name)
        self.addCleanup(self.admin.delete, f"/compute/v2.1/servers/{server}")
        self.cloud.wait_for_status(server, "ACTIVE", client=self.member)
        return server

    def screen(self, server):
        answer = self.member.act(server, {"os-getVNCConsole": {"type": "novnc"}}).expect(200)
        self.assertEqual(answer.json["console"]["type"], "novnc")
        return answer.json["console"]["url"]

    def serial(self, server):
        body = {"remote_console": {"protocol": "serial", "type": "serial"}}
        answer = self.member.post(f"/compute/v2.1/servers/{server}/remote-consoles", body, NEWER)
        return answer.expect(200).json["remote_console"]["url"]

    def refused(self, url, **options):
        with self.assertRaises(websocket.WebSocketBadStatusException) as failure:
            Console(url, **options)
        return failure.exception.status_code

    def test_the_page_of_a_screen_is_there(self):
        url = self.screen(self.server("page"))
        page = self.member.get(url.removeprefix(self.cloud.url))
        self.assertIn(page.status, (200, 302))
        if page.status == 200:
            self.assertIn("noVNC", page.text)

    def test_a_screen_speaks_rfb_once(self):
        server = self.server("screen")
        url = self.screen(server)
        with Console(url) as console:
            self.assertEqual(console.socket.getsubprotocol(), "binary")
            self.assertEqual(console.socket.getheaders()["server"], "WebSockify")
            self.assertEqual(console.shake_hands()[2], f"fake {server[:8]}")
        self.assertEqual(self.refused(url), 403)
        self.assertEqual(self.refused(self.screen(server).replace("token%3D", "token%3Dbad")), 403)

    def test_other_forms_of_the_address(self):
        server = self.server("forms")
        for form in ("/websockify?token={}", "/console/ws?token={}"):
            secret = urllib.parse.unquote(self.screen(server)).rpartition("=")[2]
            address = f"ws{self.cloud.url[4:]}" + form.format(secret)
            with Console(address) as console:
                console.shake_hands()
        secret = urllib.parse.unquote(self.screen(server)).rpartition("=")[2]
        with Console(f"ws{self.cloud.url[4:]}/websockify", cookie=f"token={secret}") as console:
            console.shake_hands()

    def test_a_serial_line_takes_and_gives_bytes(self):
        server = self.server("serial")
        with Console(self.serial(server)) as console:
            console.read_until(f"fake serial line of {server}\r\n".encode())
            console.write(b"\x00\xff hello")
            self.assertEqual(console.read(8), b"\x00\xff hello")
            big = bytes(range(256)) * 4096
            for start in range(0, len(big), 65536):
                console.write(big[start:start + 65536])
                self.assertEqual(console.read(65536), big[start:start + 65536])

    def test_a_console_ends_with_its_guests_run(self):
        server = self.server("ends")
        with Console(self.serial(server)) as console:
            console.read_until(b"\r\n")
            self.member.act(server, {"os-stop": None}).expect(202)
            self.assertTrue(console.ended())
        self.cloud.wait_for_status(server, "SHUTOFF", client=self.member)
        answer = self.member.act(server, {"os-getVNCConsole": {"type": "novnc"}})
        self.assertEqual(answer.status, 409, answer.text)
        self.assertIn("is not ready", answer.json["conflictingRequest"]["message"])

    def test_a_console_ends_with_its_server(self):
        server = self.server("gone")
        early = self.screen(server)
        with Console(self.screen(server)) as console:
            console.shake_hands()
            self.member.delete(f"/compute/v2.1/servers/{server}").expect(204)
            self.assertTrue(console.ended())
        self.assertEqual(self.refused(early), 403)

    def test_a_token_is_for_one_run(self):
        server = self.server("runs")
        url = self.screen(server)
        self.member.act(server, {"reboot": {"type": "HARD"}}).expect(202)
        self.cloud.wait_for_status(server, "ACTIVE", client=self.member)
        self.assertEqual(self.refused(url), 403)

    def test_pages_of_other_sites_open_none(self):
        url = self.screen(self.server("sites"))
        self.assertEqual(self.refused(url, origin="http://elsewhere.example"), 403)
        with Console(url, origin=self.cloud.url) as console:
            console.shake_hands()

    def test_strangers_get_no_address(self):
        server = self.server("mine")
        answer = self.stranger.act(server, {"os-getVNCConsole": {"type": "novnc"}})
        self.assertEqual(answer.status, 404, answer.text)

    def test_what_other_hypervisors_have_is_unavailable(self):
        server = self.server("kinds")
        for action, kind in (("os-getSPICEConsole", "spice-html5"),
                             ("os-getRDPConsole", "rdp-html5")):
            answer = self.member.act(server, {action: {"type": kind}})
            self.assertEqual(answer.status, 400, answer.text)
            self.assertEqual(answer.json["badRequest"]["message"],
                             f"Unavailable console type {kind}.")

    def test_the_openstack_client_shows_addresses(self):
        server = self.server("client")
        shown = self.cloud.openstack_json("console", "url", "show", "--novnc", server)
        with Console(shown["url"]) as console:
            console.shake_hands()

    def test_secrets_are_written_nowhere(self):
        server = self.server("quiet")
        url = self.screen(server)
        secret = urllib.parse.unquote(url).rpartition("=")[2]
        self.assertNotIn(secret, str(self.cloud.sql("SELECT * FROM console_tokens")))
        with Console(url) as console:
            console.shake_hands()
        for file in self.cloud.directory.rglob("*.log"):
            self.assertNotIn(secret, file.read_text(errors="replace"), file)
        self.assertTrue(socket_address(url).endswith(f"/?token={secret}"))
