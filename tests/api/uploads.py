# SPDX-License-Identifier: Apache-2.0
"""Uploads and downloads as streams: large, cut off, interrupted."""
import hashlib
import socket
import threading

from harness.case import CloudTest
from harness.waiting import wait_for

MIB = 1 << 20
LARGE = 300 * MIB
MEMORY = 24 * MIB  # what virgad may need more while it streams, whatever the size


def pieces(count, digest=None):
    """So many different pieces of 1 MiB."""
    block = bytes(range(256)) * (MIB // 256)
    for n in range(count):
        piece = n.to_bytes(8, "big") + block[8:]
        if digest:
            digest.update(piece)
        yield piece


class HalfUpload:
    """An upload that stops after `sent` MiB of a `promised` number."""

    def __init__(self, client, image, promised=64, sent=2):
        self.socket = socket.create_connection((client.url.hostname, client.url.port), timeout=30)
        self.socket.sendall((f"PUT /image/v2/images/{image}/file HTTP/1.1\r\nHost: x\r\n"
                             f"X-Auth-Token: {client.token}\r\n"
                             "Content-Type: application/octet-stream\r\n"
                             f"Content-Length: {promised * MIB}\r\n\r\n").encode())
        for piece in pieces(sent):
            self.socket.sendall(piece)

    def close(self):
        self.socket.close()


class UploadsTest(CloudTest):
    with_host = False

    def wait_for_image(self, image, status):
        wait_for(lambda: self.admin.image(image)["status"] == status, 20, f"the image is {status}")

    def nothing_incoming(self):
        incoming = self.cloud.directory / "control/images/incoming"
        wait_for(lambda: not list(incoming.iterdir()), 10, "no upload is left in the store")

    def test_an_upload_and_a_download_need_no_memory_for_their_size(self):
        virgad = self.cloud.daemons["virgad"]
        image = self.admin.create_image("large")
        self.admin.upload(self.admin.create_image("first"), b"x" * MIB, MIB).expect(204)
        virgad.reset_peak()
        before = virgad.resident_peak()
        sent = hashlib.sha256()
        self.admin.upload(image, pieces(LARGE // MIB, sent), LARGE).expect(204)
        shown = self.admin.image(image)
        self.assertEqual((shown["status"], shown["size"], shown["os_hash_value"]),
                         ("active", LARGE, sent.hexdigest()))
        self.assertEqual(self.download(image).hexdigest(), sent.hexdigest())
        self.assertLess(virgad.resident_peak() - before, MEMORY)
        self.admin.delete(f"/image/v2/images/{image}").expect(204)

    def download(self, image):
        digest = hashlib.sha256()
        connection = self.admin.connect()
        connection.request("GET", f"/image/v2/images/{image}/file", None, self.admin.headers())
        response = connection.getresponse()
        self.assertEqual((response.status, response.headers["Content-Length"]), (200, str(LARGE)))
        while piece := response.read(MIB):
            digest.update(piece)
        connection.close()
        return digest

    def test_a_chunked_upload_of_unknown_length_works(self):
        image = self.admin.create_image("chunked")
        answer = self.admin.send("PUT", f"/image/v2/images/{image}/file", pieces(3),
                                 {"Content-Type": "application/octet-stream"})
        self.assertEqual(answer.status, 204, answer.text)
        self.assertEqual(self.admin.image(image)["size"], 3 * MIB)

    def test_a_connection_that_ends_early_leaves_the_image_queued(self):
        image = self.admin.create_image("cut")
        upload = HalfUpload(self.admin, image)
        self.wait_for_image(image, "saving")
        upload.close()
        self.wait_for_image(image, "queued")
        self.nothing_incoming()
        self.admin.upload(image, b"x" * 512, 512).expect(204)
        self.assertEqual(self.admin.image(image)["status"], "active")

    def test_two_uploads_of_one_image_do_not_mix(self):
        image = self.admin.create_image("twice")
        upload = HalfUpload(self.admin, image)
        self.wait_for_image(image, "saving")
        self.assertEqual(self.admin.upload(image, b"x" * 512, 512).status, 409)
        self.assertEqual(self.admin.image(image)["status"], "saving")
        upload.close()
        self.wait_for_image(image, "queued")

    def test_an_image_can_be_deleted_while_it_is_uploaded(self):
        image = self.admin.create_image("deleted")
        upload = HalfUpload(self.admin, image, promised=4, sent=2)
        self.wait_for_image(image, "saving")
        self.admin.delete(f"/image/v2/images/{image}").expect(204)
        self.admin.get(f"/image/v2/images/{image}").expect(404)
        for piece in pieces(2):
            upload.socket.sendall(piece)
        self.assertIn(b" 410 ", upload.socket.recv(4096).split(b"\r\n")[0])
        upload.close()
        self.admin.get(f"/image/v2/images/{image}").expect(404)
        self.nothing_incoming()

    def test_a_killed_virgad_has_its_uploads_queued_again(self):
        image = self.admin.create_image("killed")
        upload = HalfUpload(self.admin, image)
        self.wait_for_image(image, "saving")
        self.cloud.kill("virgad")
        self.cloud.start("virgad")
        self.assertEqual(self.admin.image(image)["status"], "queued")
        self.nothing_incoming()
        upload.close()
        self.admin.upload(image, b"x" * 512, 512).expect(204)

    def test_several_uploads_at_once_all_arrive(self):
        images = [self.admin.create_image(f"parallel-{n}") for n in range(4)]
        answers = {}

        def send(image):
            answers[image] = self.admin.upload(image, pieces(8), 8 * MIB).status
        threads = [threading.Thread(target=send, args=(image,)) for image in images]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(answers, dict.fromkeys(images, 204))
        self.assertEqual({self.admin.image(image)["status"] for image in images}, {"active"})
