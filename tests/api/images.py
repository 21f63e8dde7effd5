# SPDX-License-Identifier: Apache-2.0
"""What an image may be: the bytes are looked at before it becomes active."""
import os
import struct
import subprocess

from harness.case import CloudTest

MIB = 1 << 20


class ImagesTest(CloudTest):
    with_host = False

    def file(self, name):
        return self.cloud.directory / name

    def qcow2(self, name, *arguments, size="8M"):
        path = self.file(name)
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", *arguments, str(path), size],
                       check=True)
        return path.read_bytes()

    def upload(self, disk_format, data):
        """@return the image after its upload, and the answer to it"""
        image = self.admin.create_image("image", disk_format)
        answer = self.admin.upload(image, data, len(data))
        return self.admin.image(image), answer

    def assert_refused(self, disk_format, data, reason):
        image, answer = self.upload(disk_format, data)
        self.assertEqual(answer.status, 400, answer.text)
        self.assertIn(reason, answer.text)
        self.assertEqual((image["status"], image["size"], image["os_hash_value"]),
                         ("killed", None, None))
        self.assertIn(reason, image["virga_refusal"])
        self.admin.delete(f"/image/v2/images/{image['id']}").expect(204)
        self.assertEqual(list(self.file("control/images").glob("incoming/*")), [])

    def test_a_sound_qcow2_image_is_active_with_its_virtual_size(self):
        image, answer = self.upload("qcow2", self.qcow2("sound.qcow2"))
        self.assertEqual(answer.status, 204)
        self.assertEqual((image["status"], image["virtual_size"]), ("active", 8 * MIB))

    def test_a_qcow2_image_with_a_backing_file_is_refused(self):
        self.qcow2("base.qcow2")
        data = self.qcow2("overlay.qcow2", "-F", "qcow2", "-b", str(self.file("base.qcow2")))
        self.assert_refused("qcow2", data, "backing file")
        host_file = self.qcow2("thief.qcow2", "-u", "-F", "raw", "-b", "/etc/shadow")
        self.assert_refused("qcow2", host_file, "backing file")

    def test_a_qcow2_image_with_a_data_file_is_refused(self):
        data = self.qcow2("outside.qcow2", "-o", f"data_file={self.file('data.raw')}")
        self.assert_refused("qcow2", data, "data in another file")

    def test_a_qcow2_image_with_an_unknown_feature_is_refused(self):
        data = bytearray(self.qcow2("feature.qcow2"))
        data[72:80] = struct.pack(">Q", 1 << 20)  # incompatible features
        self.assert_refused("qcow2", bytes(data), "feature")

    def test_an_encrypted_qcow2_image_is_refused(self):
        data = bytearray(self.qcow2("encrypted.qcow2"))
        data[32:36] = struct.pack(">I", 1)
        self.assert_refused("qcow2", bytes(data), "encrypted")

    def test_a_truncated_qcow2_image_is_refused(self):
        self.assert_refused("qcow2", self.qcow2("cut.qcow2")[:70_000], "refused")

    def test_bytes_that_are_not_the_declared_format_are_refused(self):
        image, answer = self.upload("qcow2", os.urandom(MIB))
        self.assertEqual((answer.status, image["status"]), (204, "active"))
        self.assertIn("signature of 'qcow2'", image["virga_unbootable"])
        self.assert_refused("raw", self.qcow2("as-raw.qcow2"), "declared as")
        self.assert_refused("raw", b"KDMV" + struct.pack("<I", 1) + b"\0" * MIB, "declared as")

    def test_an_empty_image_is_refused(self):
        image = self.admin.create_image("empty")
        self.assertEqual(self.admin.upload(image, b"", 0).status, 400)
        self.assertNotEqual(self.admin.image(image)["status"], "active")

    def test_an_image_without_a_format_takes_no_bytes(self):
        image = self.admin.post("/image/v2/images", {"name": "bare"}).expect(201).json["id"]
        self.assertEqual(self.admin.upload(image, b"x" * 512, 512).status, 400)
        self.assertEqual(self.admin.image(image)["status"], "queued")

    def test_an_active_image_takes_no_other_bytes(self):
        image, _ = self.upload("raw", b"a" * 512)
        answer = self.admin.upload(image["id"], b"b" * 512, 512)
        self.assertEqual(answer.status, 409)
        self.assertEqual(self.admin.image(image["id"])["checksum"], image["checksum"])
        data = self.admin.get(f"/image/v2/images/{image['id']}/file").expect(200).body
        self.assertEqual(data, b"a" * 512)

    def test_the_same_bytes_are_stored_once(self):
        data = os.urandom(4096)
        first, _ = self.upload("raw", data)
        second, _ = self.upload("raw", data)
        self.assertEqual(first["os_hash_value"], second["os_hash_value"])
        digest = first["os_hash_value"]
        stored = list(self.file("control/images").rglob(digest))
        self.assertEqual(len(stored), 1)
        self.admin.delete(f"/image/v2/images/{first['id']}").expect(204)
        again = self.admin.get(f"/image/v2/images/{second['id']}/file").expect(200)
        self.assertEqual(again.body, data)

    def test_a_protected_image_stays(self):
        image = self.admin.create_image("protected", protected=True)
        self.admin.delete(f"/image/v2/images/{image}").expect(403)
        self.assertEqual(self.admin.image(image)["name"], "protected")

    def test_another_projects_public_image_can_be_read_but_not_changed(self):
        member = self.cloud.add_user("mona", "shop")
        image = self.admin.create_image("public", visibility="public")
        self.admin.upload(image, b"p" * 512, 512).expect(204)
        self.assertEqual(member.get(f"/image/v2/images/{image}/file").expect(200).body, b"p" * 512)
        self.assertEqual(member.delete(f"/image/v2/images/{image}").status, 403)
        self.assertEqual(member.upload(image, b"q" * 512, 512).status, 403)
