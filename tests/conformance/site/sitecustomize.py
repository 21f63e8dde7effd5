# SPDX-License-Identifier: Apache-2.0
"""Python imports this first in every process of a run (its folder is on PYTHONPATH there).

Debian's Tempest waits ten seconds before it deletes a subnet, which every class with networks does
up to three times. The module is loaded from its installed source without that line."""
import importlib.machinery
import sys

MODULE = "tempest.lib.services.network.subnets_client"
WAIT = "        time.sleep(10)\n"


class Unwaiting(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname):
        source = self.get_source(fullname)
        if source.count(WAIT) != 1:
            raise ImportError(f"{self.path} is not what is known of Debian's Tempest 33")
        return compile(source.replace(WAIT, "        pass\n"), self.path, "exec", dont_inherit=True)


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != MODULE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None:
            spec.loader = Unwaiting(name, spec.origin)
        return spec


sys.meta_path.insert(0, Finder)
