# SPDX-License-Identifier: Apache-2.0
"""Images as OpenStack's Image API v2 has them: sharing, ranges, imports, damage, bad input."""
import json
import os
import random
import socket
import time
import unittest

from harness.case import CloudTest
from harness.cloud import Cloud
from harness.waiting import wait_for

MIB = 1 << 20
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
UUID = "00000000-1111-2222-3333-444455556666"


class ImageApiTest(CloudTest):
    with_host = False

    def active(self, data=b"x" * 1000, **more):
        image = self.admin.create_image("image", **more)
        self.assertEqual(self.admin.upload(image, data, len(data)).status, 204)
        return image

    def patch(self, image, *changes):
        return self.admin.send("PATCH", f"/image/v2/images/{image}", list(changes), PATCH)

    def listed(self, query):
        answer = self.admin.get("/image/v2/images" + query).expect(200).json
        return [image["id"] for image in answer["images"]], answer

    def imported(self, image):
        return wait_for(lambda: self.admin.image(image)["status"] == "active", 20, "it is imported")

    def test_a_download_may_be_a_part(self):
        data = os.urandom(3 * MIB + 5)
        path = f"/image/v2/images/{self.active(data)}/file"
        for first, last in ((0, 0), (MIB - 1, MIB), (5, 3 * MIB + 4), (2 * MIB, 2 * MIB + 9)):
            part = self.admin.get(path, {"Range": f"bytes={first}-{last}"}).expect(206)
            self.assertEqual(part.body, data[first:last + 1])
            self.assertEqual(part.headers["Content-Range"], f"bytes {first}-{last}/{len(data)}")
        self.admin.get(path, {"Range": f"bytes={len(data)}-"}).expect(416)

    def test_flipped_bits_are_not_served(self):
        seed = random.randrange(1 << 32)
        print("seed", seed)
        data = os.urandom(2 * MIB)
        image = self.active(data)
        digest = self.admin.image(image)["os_hash_value"]
        stored = self.cloud.directory / "control/images" / digest[:2] / digest
        damaged = bytearray(data)
        damaged[random.Random(seed).randrange(MIB)] ^= 1
        stored.write_bytes(damaged)
        answer = self.admin.get(f"/image/v2/images/{image}/file")
        self.assertEqual(answer.status, 503)
        self.assertIn("damaged", answer.text)

    def test_pages_and_links_carry_the_query(self):
        made = [self.admin.create_image("paged", min_ram=n) for n in range(5)]
        seen, query = [], "?name=paged&limit=2&sort=name:asc,created_at:asc"
        while query:
            ids, answer = self.listed(query)
            seen += ids
            query = answer.get("next", "").removeprefix("/v2/images")
        self.assertEqual(seen, made)

    def test_staged_data_is_imported_into_the_store(self):
        image = self.admin.create_image("staged")
        data = os.urandom(MIB)
        self.admin.send("PUT", f"/image/v2/images/{image}/stage", data,
                        {"Content-Type": "application/octet-stream"}).expect(204)
        self.assertEqual(self.admin.image(image)["status"], "uploading")
        answer = self.admin.post(f"/image/v2/images/{image}/import",
                                 {"method": {"name": "glance-direct"}}).expect(202)
        self.imported(image)
        task = self.admin.get(f"/image/v2/images/{image}/tasks").expect(200).json["tasks"][0]
        self.assertEqual(task["status"], "success")
        self.assertEqual(self.admin.get(f"/image/v2/images/{image}/file").body, data)
        self.assertIsNotNone(answer)

    def test_an_import_goes_on_after_a_crash(self):
        image = self.admin.create_image("crashed")
        self.admin.send("PUT", f"/image/v2/images/{image}/stage", os.urandom(8 * MIB),
                        {"Content-Type": "application/octet-stream"}).expect(204)
        self.admin.post(f"/image/v2/images/{image}/import",
                        {"method": {"name": "glance-direct"}}).expect(202)
        self.cloud.kill("virgad")
        self.cloud.start("virgad")
        self.imported(image)

    def test_bad_input_is_refused_with_the_services_status(self):
        image = self.active()
        at = f"/image/v2/images/{image}"
        for method, path, body, headers, status in (
                ("POST", "/image/v2/images", {"disk_format": "wrong"}, {}, 400),
                ("POST", "/image/v2/images", {"visibility": "x"}, {}, 400),
                ("POST", "/image/v2/images", {"custom": 1}, {}, 400),
                ("POST", "/image/v2/images", {"status": "active"}, {}, 403),
                ("POST", "/image/v2/images", {"os_glance_x": "y"}, {}, 403),
                ("POST", "/image/v2/images", {"id": image}, {}, 409),
                ("POST", "/image/v2/images", {f"p{n}": "v" for n in range(129)}, {}, 413),
                ("PATCH", at, [], {"Content-Type": "application/json-patch+json"}, 415),
                ("PATCH", at, {}, PATCH, 400),
                ("PATCH", at, [{"op": "remove", "path": "/none"}], PATCH, 409),
                ("PATCH", at, [{"op": "replace", "path": "/disk_format", "value": "qcow2"}],
                 PATCH, 403),
                ("PUT", at + "/file", b"x", {"Content-Type": "text/plain"}, 415),
                ("PUT", at + "/file", b"x", {"Content-Type": "application/octet-stream"}, 409),
                ("POST", at + "/import", {"method": {"name": "web-download"}}, {}, 400),
                ("POST", at + "/import", {"method": {"name": "glance-direct"}}, {}, 409),
                ("POST", at + "/members", {}, {}, 400),
                ("PUT", at + "/members/none", {"status": "accepted"}, {}, 404),
                ("DELETE", at + "/tags/none", None, {}, 404),
                ("DELETE", "/image/v2/images/", None, {}, 404),
                ("DELETE", f"/image/v2/stores/none/{image}", None, {}, 409),
                ("DELETE", f"/image/v2/stores/local/{image}", None, {}, 403),
                ("GET", f"/image/v2/images/{UUID}", None, {}, 404),
                ("GET", "/image/v2/images?limit=-1", None, {}, 400),
                ("GET", "/image/v2/images?marker=" + UUID, None, {}, 400),
                ("GET", "/image/v2/tasks/" + UUID, None, {}, 404),
                ("DELETE", "/image/v2/tasks/" + UUID, None, {}, 405)):
            answer = self.admin.send(method, path, body, headers)
            self.assertEqual(answer.status, status, json.dumps([method, path, answer.text]))


WEB = """
images:
  web_download:
    enabled: true
    schemes: [http]
    hosts: [127.0.0.1]
    ports: [%d]
    private_addresses: true
"""


class WebDownloadTest(unittest.TestCase):
    """Images from a web server that accepts connections, and answers when the test wants it."""
    STREAMS = 6  # more than the importer has threads

    def setUp(self):
        self.server = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.addCleanup(self.server.close)
        self.server.settimeout(20)
        port = self.server.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/disk"
        self.cloud = Cloud(extra=WEB % port)
        self.addCleanup(self.cloud.stop)
        self.admin = self.cloud.start_control().admin

    def import_from(self, url):
        image = self.admin.create_image("from the web")
        return image, self.admin.post(f"/image/v2/images/{image}/import",
                                      {"method": {"name": "web-download", "uri": url}})

    def test_slow_servers_keep_no_other_import_waiting(self):
        slow = [self.import_from(self.url)[0] for _ in range(self.STREAMS)]
        first, _ = self.server.accept()
        self.addCleanup(first.close)
        image = self.admin.create_image("staged")
        self.admin.send("PUT", f"/image/v2/images/{image}/stage", b"s" * 512,
                        {"Content-Type": "application/octet-stream"}).expect(204)
        self.admin.post(f"/image/v2/images/{image}/import",
                        {"method": {"name": "glance-direct"}}).expect(202)
        wait_for(lambda: self.admin.image(image)["status"] == "active", 20, "it is imported")
        self.assertEqual({self.admin.image(one)["status"] for one in slow}, {"importing"})
        data = os.urandom(4096)
        first.recv(4096)
        first.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n" + data)
        wait_for(lambda: any(self.admin.image(one)["status"] == "active" for one in slow), 20,
                 "the answered one is imported")

    def test_only_what_is_configured_is_fetched(self):
        for url in (self.url.replace("http", "https"), self.url.replace("127.0.0.1", "localhost"),
                    "http://127.0.0.1:1/disk", "file:///etc/passwd",
                    self.url.replace("http://", "http://user@"), "", "nonsense"):
            image, answer = self.import_from(url)
            self.assertEqual(answer.status, 400, url)
            self.assertEqual(self.admin.image(image)["status"], "queued")

    def test_a_stop_waits_for_no_web_server_and_the_import_begins_again(self):
        image, _ = self.import_from(self.url)
        connection, _ = self.server.accept()
        self.addCleanup(connection.close)
        begin = time.monotonic()
        self.assertEqual(self.cloud.daemons["virgad"].stop(), 0)
        self.assertLess(time.monotonic() - begin, 10)
        self.cloud.start("virgad")
        again, _ = self.server.accept()
        self.addCleanup(again.close)
        again.recv(4096)
        again.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 512\r\n\r\n" + b"x" * 512)
        wait_for(lambda: self.admin.image(image)["status"] == "active", 20, "it is imported")
