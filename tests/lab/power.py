# SPDX-License-Identifier: Apache-2.0
"""Starting, stopping and losing parts: what the guest notices and what the cloud shows."""
from harness import host
from harness.waiting import wait_for
from lab.place import LabTest


class PowerTest(LabTest):
    def test_stop_is_a_press_of_the_power_button_and_start_boots_again(self):
        boot = self.guest.boot_id()
        self.cloud.openstack("server", "stop", "web-1")
        stopped = self.cloud.wait_for_status(self.guest.id, "SHUTOFF")
        self.assertEqual(stopped["OS-EXT-STS:power_state"], 4)
        self.assertFalse(self.guest.is_running())
        self.assertIn("VIRGA-GUEST: poweroff", self.guest.console())
        self.cloud.openstack("server", "start", "web-1")
        self.cloud.wait_for_status(self.guest.id, "ACTIVE")
        self.guest.wait_for_another_boot(boot)

    def test_a_soft_reboot_asks_the_guest(self):
        boot, asked = self.guest.boot_id(), self.guest.console().count("VIRGA-GUEST: poweroff")
        self.cloud.openstack("server", "reboot", "--soft", "--wait", "web-1")
        self.guest.wait_for_another_boot(boot)
        self.cloud.wait_for_status(self.guest.id, "ACTIVE")
        self.assertEqual(self.guest.console().count("VIRGA-GUEST: poweroff"), asked + 1)

    def test_a_hard_reboot_does_not_ask(self):
        boot, asked = self.guest.boot_id(), self.guest.console().count("VIRGA-GUEST: poweroff")
        self.cloud.openstack("server", "reboot", "--hard", "--wait", "web-1")
        self.guest.wait_for_another_boot(boot)
        self.cloud.wait_for_status(self.guest.id, "ACTIVE")
        self.assertEqual(self.guest.console().count("VIRGA-GUEST: poweroff"), asked)

    def test_a_guest_that_powers_itself_off_is_shown_so_and_stays_off(self):
        self.guest.try_ssh("poweroff -f", 10)
        self.cloud.wait_for_status(self.guest.id, "SHUTOFF")
        self.cloud.restart("virga-agent")  # looks at everything anew
        wait_for(self.cloud.host_is_up, 30, "the host is up")
        self.assertEqual(self.guest.status(), "SHUTOFF")
        self.assertFalse(self.guest.is_running())

    def test_a_guest_lives_on_while_virgad_and_the_agent_are_dead(self):
        boot, pid = self.guest.boot_id(), host.qemu_pid(self.guest.id)
        self.cloud.kill("virgad")
        self.cloud.kill("virga-agent")
        try:
            self.assertEqual(self.guest.boot_id(), boot)
            lease = self.guest.ssh("udhcpc -i eth0 -n -q -t 5 -T 1 -s /bin/true 2>&1")
            self.assertIn(self.guest.address, lease)
            self.assertEqual(self.guest.metadata("/latest/meta-data/hostname").strip(), "web-1")
            self.assertTrue(self.guest.pings())
        finally:
            self.cloud.start("virgad")
            self.cloud.start("virga-agent")
        wait_for(self.cloud.host_is_up, 30, "the host is up")
        self.cloud.wait_for_status(self.guest.id, "ACTIVE")
        self.assertEqual((self.guest.boot_id(), host.qemu_pid(self.guest.id)), (boot, pid))

    def test_killed_helpers_are_there_again_soon(self):
        old = {name: set(host.processes(name)) for name in ("dnsmasq", "virga-metadata")}
        for pid in set().union(*old.values()):
            host.kill_and_wait(pid)
        for name, pids in old.items():
            self.assertTrue(pids, name)
            wait_for(lambda n=name: host.processes(n), 30, f"{name} runs again")
        self.assertEqual(self.guest.metadata("/latest/meta-data/hostname").strip(), "web-1")

    def test_a_guest_whose_qemu_was_killed_is_started_again(self):
        boot = self.guest.boot_id()
        host.kill_and_wait(host.qemu_pid(self.guest.id))
        self.guest.wait_for_another_boot(boot)
        self.cloud.wait_for_status(self.guest.id, "ACTIVE")
