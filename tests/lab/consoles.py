# SPDX-License-Identifier: Apache-2.0
"""The screen and the serial line of a real guest, through the control plane."""
from harness.console import Console
from lab.place import LabTest


class ConsolesTest(LabTest):
    def address(self, option):
        return self.cloud.openstack_json("console", "url", "show", option, "web-1")["url"]

    def test_a_serial_line_prints_and_takes_a_line(self):
        with Console(self.address("--serial")) as console:
            console.write(b"\recho virga-$((40 + 2)); tty\r")
            console.read_until(b"virga-42")
            console.read_until(b"/dev/ttyS0")

    def test_the_next_user_of_a_serial_line_takes_it_over(self):
        with Console(self.address("--serial")) as first:
            first.write(b"\recho first-$((1 + 1))\r")
            first.read_until(b"first-2")
            with Console(self.address("--serial")) as second:
                self.assertTrue(first.ended())
                second.write(b"\recho second-$((1 + 1))\r")
                second.read_until(b"second-2")

    def test_a_screen_speaks_rfb(self):
        with Console(self.address("--novnc")) as console:
            width, height, name = console.shake_hands()
            self.assertGreater(width * height, 0)
            self.assertIn("QEMU", name)
            # The whole screen, raw.  Source: RFC 6143, 7.5.3 and 7.6.1.
            console.write(b"\x03\0\0\0\0\0" + width.to_bytes(2, "big") + height.to_bytes(2, "big"))
            self.assertEqual(console.read(1), b"\0")

    def test_two_may_look_at_a_screen(self):
        with Console(self.address("--novnc")) as first, Console(self.address("--novnc")) as second:
            self.assertEqual(first.shake_hands(), second.shake_hands())

    def test_a_console_ends_with_the_run_of_the_guest(self):
        boot = self.guest.boot_id()
        with Console(self.address("--novnc")) as screen, \
                Console(self.address("--serial")) as serial:
            screen.shake_hands()
            self.cloud.openstack("server", "reboot", "--hard", "web-1")
            self.assertTrue(screen.ended())
            self.assertTrue(serial.ended())
        self.guest.wait_for_another_boot(boot)
        self.cloud.wait_for_status(self.guest.id, "ACTIVE")
