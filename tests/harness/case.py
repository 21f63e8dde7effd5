# SPDX-License-Identifier: Apache-2.0
"""The base of test classes that have a cloud of their own."""
import unittest

from harness.cloud import Cloud


class CloudTest(unittest.TestCase):
    """One cloud with the fake hypervisor for the tests of a class."""
    with_host = True
    extra = ""  # of the cloud's configuration
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.cloud = Cloud(extra=cls.extra)
        cls.addClassCleanup(cls.cloud.stop)
        try:
            cls.cloud.start_all() if cls.with_host else cls.cloud.start_control()
            cls.prepare()
        except Exception:
            print(cls.cloud.last_words(), flush=True)
            raise

    @classmethod
    def prepare(cls):
        """What the tests of the class find there."""

    @property
    def admin(self):
        return self.cloud.admin
