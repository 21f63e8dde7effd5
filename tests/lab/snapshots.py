# SPDX-License-Identifier: Apache-2.0
"""Images of a real guest, which goes on meanwhile, and its way to the shelf and back."""
from harness.waiting import wait_for
from lab.actions import FAR
from lab.place import LabTest


class SnapshotsTest(LabTest):
    guest_name = "model-1"

    def mark(self, text):
        self.guest.ssh(f"printf '%-512s' {text} | dd of=/dev/vda bs=512 seek={FAR} conv=fsync"
                       " 2>/dev/null; sync")

    def read_mark(self, guest):
        return guest.ssh(f"dd if=/dev/vda bs=512 skip={FAR} count=1 2>/dev/null"
                         " | tr -d '\\0'").strip()

    def files(self):
        home = self.cloud.directory / "agent" / "instances" / self.guest.id
        return sorted(path.name for path in home.glob("snapshot*"))

    def make_image(self, name):
        admin = self.cloud.admin
        answer = admin.act(self.guest.id, {"createImage": {"name": name}}).expect(202)
        image = answer.headers["Location"].rsplit("/", 1)[1]
        wait_for(lambda: admin.image(image)["status"] == "active", 300, "the image is active")
        wait_for(lambda: not self.files(), 30, "the copy is removed")
        return image

    def boot_from(self, image, name):
        """A guest made of the image; removed at the end of the test."""
        guest = self.place.boot(name, "--image", image)
        self.addCleanup(self.place.guests.pop, name)
        self.addCleanup(self.cloud.wait_until_gone, guest.id)
        self.addCleanup(self.cloud.admin.delete, f"/compute/v2.1/servers/{guest.id}")
        guest.wait_for_ssh()
        return guest

    def test_an_image_of_a_running_guest_has_its_bytes(self):
        self.mark("running")
        boot = self.guest.boot_id()
        image = self.make_image("while-it-runs")
        self.assertEqual(self.guest.boot_id(), boot)
        self.assertEqual(self.read_mark(self.boot_from(image, "copy-1")), "running")

    def test_an_image_of_a_stopped_guest_has_its_bytes(self):
        self.mark("stopped")
        self.cloud.openstack("server", "stop", self.guest_name)
        self.cloud.wait_for_status(self.guest.id, "SHUTOFF")
        image = self.make_image("while-it-is-off")
        self.assertEqual(self.read_mark(self.boot_from(image, "copy-2")), "stopped")

    def test_a_shelved_guest_comes_back_with_its_bytes(self):
        self.mark("shelved")
        boot = self.guest.boot_id()
        admin = self.cloud.admin
        admin.act(self.guest.id, {"shelve": None}).expect(202)
        self.cloud.wait_for_status(self.guest.id, "SHELVED_OFFLOADED", 300)
        self.assertFalse(self.guest.is_running())
        home = self.cloud.directory / "agent" / "instances" / self.guest.id
        self.assertFalse(home.exists())
        admin.act(self.guest.id, {"unshelve": None}).expect(202)
        self.cloud.wait_for_status(self.guest.id, "ACTIVE", 120)
        self.guest.wait_for_another_boot(boot)
        self.assertEqual(self.read_mark(self.guest), "shelved")
