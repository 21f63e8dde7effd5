# SPDX-License-Identifier: Apache-2.0
"""Pause, suspend, rescue, rebuild and resize of a real guest: what it keeps and what it loses."""
from lab.place import LabTest

FAR = 2_000_000  # a sector behind the image's file system, on a disk of 1 GiB


class ActionsTest(LabTest):
    guest_name = "actor-1"

    def act(self, action, status, argument=None):
        self.cloud.admin.act(self.guest.id, {action: argument}).expect(200, 202, 204)
        return self.cloud.wait_for_status(self.guest.id, status)

    def mark(self, text, disk="vda"):
        self.guest.ssh(f"printf '%-512s' {text} | dd of=/dev/{disk} bs=512 seek={FAR} conv=fsync"
                       " 2>/dev/null; sync")

    def read_mark(self, disk="vda"):
        return self.guest.ssh(f"dd if=/dev/{disk} bs=512 skip={FAR} count=1 2>/dev/null"
                              " | tr -d '\\0'").strip()

    def root_disks(self):
        home = self.cloud.directory / "agent" / "instances" / self.guest.id
        return sorted(path.name for path in home.glob("root*"))

    def sectors(self):
        return int(self.guest.ssh("cat /sys/class/block/vda/size"))

    def test_a_paused_guest_does_nothing_until_it_goes_on(self):
        boot = self.guest.boot_id()
        self.act("pause", "PAUSED")
        self.assertIsNone(self.guest.try_ssh("true", 3))
        self.act("unpause", "ACTIVE")
        self.assertEqual(self.guest.boot_id(), boot)

    def test_a_suspended_guest_goes_on_where_it_was(self):
        boot = self.guest.boot_id()
        self.guest.ssh("echo here > /run/place")
        self.act("suspend", "SUSPENDED")
        self.assertFalse(self.guest.is_running())
        self.cloud.restart("virga-agent")
        self.act("resume", "ACTIVE")
        self.guest.wait_for_ssh()
        self.assertEqual((self.guest.boot_id(), self.guest.ssh("cat /run/place")), (boot, "here\n"))

    def test_a_rescued_guest_has_its_own_disk_beside_another(self):
        self.mark("precious")
        boot = self.guest.boot_id()
        self.act("rescue", "RESCUE")
        self.guest.wait_for_another_boot(boot)
        self.assertEqual(self.read_mark("vdb"), "precious")
        boot = self.guest.boot_id()
        self.act("unrescue", "ACTIVE")
        self.guest.wait_for_another_boot(boot)
        self.assertEqual(self.read_mark(), "precious")
        self.assertEqual(len(self.root_disks()), 1)

    def test_a_rebuilt_guest_is_as_new_at_the_same_address(self):
        self.mark("forgotten")
        boot = self.guest.boot_id()
        image = self.cloud.admin.server(self.guest.id)["image"]["id"]
        self.act("rebuild", "ACTIVE", {"imageRef": image})
        self.guest.wait_for_another_boot(boot)
        self.assertEqual(self.read_mark(), "")
        self.assertEqual(len(self.root_disks()), 1)

    def test_a_resize_takes_a_copy_and_a_revert_goes_back_to_before_it(self):
        flavor = self.cloud.admin.create_flavor("larger", ram=192, disk=2)
        self.mark("before")
        boot, sectors = self.guest.boot_id(), self.sectors()
        self.act("resize", "VERIFY_RESIZE", {"flavorRef": flavor})
        self.guest.wait_for_another_boot(boot)
        self.assertEqual((self.sectors(), self.read_mark()), (2 * sectors, "before"))
        self.mark("after")
        boot = self.guest.boot_id()
        self.act("revertResize", "ACTIVE")
        self.guest.wait_for_another_boot(boot)
        self.assertEqual((self.sectors(), self.read_mark()), (sectors, "before"))
        boot = self.guest.boot_id()
        self.act("resize", "VERIFY_RESIZE", {"flavorRef": flavor})
        self.guest.wait_for_another_boot(boot)
        self.act("confirmResize", "ACTIVE")
        self.assertEqual(self.sectors(), 2 * sectors)
        self.assertEqual(len(self.root_disks()), 1)
