# SPDX-License-Identifier: Apache-2.0
import itertools
import unittest

from conformance.endpoint import Refused
from conformance.furnish import Furnisher


class Cloud:
    """An endpoint with flavors and networks in memory, and a service that fails when asked to."""

    def __init__(self, flavors=(), networks=(), missing=()):
        self.flavors = {flavor["id"]: flavor for flavor in flavors}
        self.networks = {network["id"]: network for network in networks}
        self.missing = missing
        self.ids = itertools.count(1)

    def ask(self, kind, method, path, body=None, **_):
        if kind not in ("compute", "network") or any(path.startswith(p) for p in self.missing):
            raise Refused(f"{method} {path} answers 404")
        noun = path.split("?")[0].split("/")[2]
        return getattr(self, f"{method}_{noun.replace('-', '_')}".lower())(body)

    def send(self, kind, method, path):
        assert method == "DELETE", method
        del getattr(self, path.split("/")[2])[path.split("/")[3]]

    def add(self, table, what):
        what["id"] = f"made-{next(self.ids)}"
        table[what["id"]] = what
        return what

    def get_flavors(self, _):
        return {"flavors": list(self.flavors.values())}

    def post_flavors(self, body):
        return {"flavor": self.add(self.flavors, body["flavor"])}

    def get_os_hypervisors(self, _):
        return {"hypervisors": [{"state": "up"}, {"state": "down"}]}

    def get_networks(self, _):
        return {"networks": list(self.networks.values())}

    def post_networks(self, body):
        return {"network": self.add(self.networks, body["network"])}

    def post_subnets(self, body):
        self.networks[body["subnet"]["network_id"]]["subnets"] = ["s"]

    get_routers = get_security_groups = lambda self, _: {}

    def get_extensions(self, _):
        return {"extensions": [{"alias": "router"}, {"alias": "agent"}]}


def flavor(name, ram, disk):
    return {"id": name, "ram": ram, "disk": disk}


class FurnisherTest(unittest.TestCase):
    def furnished(self, **there):
        self.cloud = Cloud(**there)
        self.furnisher = Furnisher(self.cloud)
        return self.furnisher.furnish()

    def test_services_that_answer_are_served_and_others_are_told(self):
        found = self.furnished()
        self.assertEqual(found.served, {"compute", "network"})
        self.assertEqual([note.split(":")[0] for note in found.notes], ["no image", "no volume"])
        self.assertEqual(found.values["COMPUTE_NODES"], 1)
        self.assertEqual(found.values["NETWORK_EXTENSIONS"], "agent,router")

    def test_a_service_without_a_needed_resource_is_not_served(self):
        found = self.furnished(missing=["/v2.0/routers"])
        self.assertEqual(found.served, {"compute"})
        self.assertIsNone(found.values["PUBLIC_NETWORK_ID"])

    def test_what_was_made_is_taken_back(self):
        found = self.furnished()
        self.assertEqual(len(self.cloud.flavors), 2)
        self.assertIn(found.values["PUBLIC_NETWORK_ID"], self.cloud.networks)
        self.furnisher.take_back()
        self.assertEqual((self.cloud.flavors, self.cloud.networks), ({}, {}))

    def test_what_is_there_is_used_and_stays(self):
        network = {"id": "n", "name": "out", "router:external": True, "subnets": ["s"]}
        found = self.furnished(flavors=[flavor("b", 512, 2), flavor("a", 64, 1), flavor("c", 96, 1)],
                               networks=[network])
        self.assertEqual([found.values[name] for name in ("FLAVOR_ID", "FLAVOR_ALT_ID")], ["a", "b"])
        self.assertEqual(found.values["PUBLIC_NETWORK_NAME"], "out")
        self.furnisher.take_back()
        self.assertEqual((len(self.cloud.flavors), len(self.cloud.networks)), (3, 1))

    def test_the_second_flavor_is_larger_in_every_way(self):
        found = self.furnished(flavors=[flavor("a", 512, 20)])
        made = self.cloud.flavors[found.values["FLAVOR_ALT_ID"]]
        self.assertGreater(made["ram"], 512)
        self.assertGreater(made["disk"], 20)


if __name__ == "__main__":
    unittest.main()
