# SPDX-License-Identifier: Apache-2.0
"""Finds out what a cloud serves, and makes what the tests expect to find there."""
import contextlib
import dataclasses

from conformance.endpoint import Refused

# service -> (its type in the catalog, requests that Tempest needs whichever class it runs). A service
# that answers one of them with a failure is one that Tempest is told not to use.
NEEDED = {
    "image": ("image", ["/v2/images?limit=1"]),
    "compute": ("compute", ["/v2.1/flavors"]),
    "network": ("network", ["/v2.0/networks?limit=1", "/v2.0/routers?limit=1",
                            "/v2.0/security-groups?limit=1", "/v2.0/extensions"]),
    "volume": ("volumev3", ["/v3/{project}/volumes?limit=1"]),
}
SIZES = ((64, 1), (128, 2))  # MiB of memory, GiB of disk: the second has more of both
DISK = bytes(1 << 20)        # an image for servers that nobody looks into


@dataclasses.dataclass
class Found:
    served: set = dataclasses.field(default_factory=set)
    values: dict = dataclasses.field(default_factory=dict)   # for the template
    notes: list = dataclasses.field(default_factory=list)    # what is not there, and why


class Furnisher:
    """Uses what is there, makes what is not, and takes back what it made.

    @param image_file the disk of the images it makes; None for one that boots nothing"""

    def __init__(self, endpoint, image_file=None):
        self.endpoint = endpoint
        self.image_file = image_file
        self.found = Found()
        self.made = contextlib.ExitStack()

    def furnish(self):
        for service, (kind, paths) in NEEDED.items():
            with self.noting(f"no {service}"):
                for path in paths:
                    self.endpoint.ask(kind, "GET", path)
                self.found.served.add(service)
        values = self.found.values
        for name in ("IMAGE_ID", "IMAGE_ALT_ID", "FLAVOR_ID", "FLAVOR_ALT_ID", "PUBLIC_NETWORK_ID",
                     "PUBLIC_NETWORK_NAME", "COMPUTE_NODES", "NETWORK_EXTENSIONS",
                     "STORAGE_PROTOCOL", "VENDOR_NAME"):
            values[name] = None
        for service, what, furnish in (
                ("image", "images", self.images), ("compute", "flavors", self.flavors),
                ("compute", "count of hosts", self.hosts), ("network", "extensions", self.extensions),
                ("network", "public network", self.public_network), ("volume", "pools", self.pools)):
            if service in self.found.served:
                with self.noting(f"no {what}"):
                    furnish()
        return self.found

    @contextlib.contextmanager
    def noting(self, what):
        try:
            yield
        except Refused as refused:
            self.found.notes.append(f"{what}: {refused}")

    def remove_later(self, kind, path):
        self.made.callback(self.endpoint.send, kind, "DELETE", path)

    def take_back(self):
        with contextlib.suppress(Refused):  # the cloud itself is gone
            self.made.close()

    def images(self):
        there = self.endpoint.ask("image", "GET", "/v2/images?status=active&limit=50")["images"]
        ids = [image["id"] for image in there if image["container_format"] == "bare"][:2]
        while len(ids) < 2:
            ids.append(self.make_image(f"conformance-{len(ids) + 1}"))
        self.found.values["IMAGE_ID"], self.found.values["IMAGE_ALT_ID"] = ids

    def make_image(self, name):
        made = self.endpoint.ask("image", "POST", "/v2/images", {
            "name": name, "container_format": "bare", "visibility": "public",
            "disk_format": "qcow2" if self.image_file else "raw"})
        self.remove_later("image", f"/v2/images/{made['id']}")
        data = self.image_file.read_bytes() if self.image_file else DISK
        self.endpoint.ask("image", "PUT", f"/v2/images/{made['id']}/file", data=data,
                          headers={"Content-Type": "application/octet-stream"})
        return made["id"]

    def flavors(self):
        """The smallest flavor, and the smallest of those that are larger in every way."""
        there = self.endpoint.ask("compute", "GET", "/v2.1/flavors/detail")["flavors"]
        there.sort(key=lambda flavor: (flavor["ram"], flavor["disk"]))
        small = there[0] if there else self.make_flavor(*SIZES[0])
        larger = [flavor for flavor in there
                  if flavor["ram"] > small["ram"] and flavor["disk"] > small["disk"]]
        ram, disk = (max(small["ram"] * 2, SIZES[1][0]), max(small["disk"] * 2, SIZES[1][1]))
        large = larger[0] if larger else self.make_flavor(ram, disk)
        self.found.values.update(FLAVOR_ID=small["id"], FLAVOR_ALT_ID=large["id"])

    def make_flavor(self, ram, disk):
        flavor = {"name": f"conformance-{ram}", "ram": ram, "disk": disk, "vcpus": 1}
        made = self.endpoint.ask("compute", "POST", "/v2.1/flavors", {"flavor": flavor})["flavor"]
        self.remove_later("compute", f"/v2.1/flavors/{made['id']}")
        return made

    def hosts(self):
        there = self.endpoint.ask("compute", "GET", "/v2.1/os-hypervisors/detail")["hypervisors"]
        self.found.values["COMPUTE_NODES"] = sum(host["state"] == "up" for host in there)

    def extensions(self):
        there = self.endpoint.ask("network", "GET", "/v2.0/extensions")["extensions"]
        self.found.values["NETWORK_EXTENSIONS"] = ",".join(sorted(e["alias"] for e in there))

    def public_network(self):
        there = self.endpoint.ask("network", "GET", "/v2.0/networks?router:external=True")["networks"]
        usable = [network for network in there if network.get("router:external")
                  and network.get("subnets")]
        network = usable[0] if usable else self.make_public_network()
        self.found.values.update(PUBLIC_NETWORK_ID=network["id"],
                                 PUBLIC_NETWORK_NAME=network["name"])

    def make_public_network(self):
        network = self.endpoint.ask("network", "POST", "/v2.0/networks", {"network": {
            "name": "conformance-public", "router:external": True,
            "provider:network_type": "flat", "provider:physical_network": "provider"}})["network"]
        self.remove_later("network", f"/v2.0/networks/{network['id']}")
        subnet = {"network_id": network["id"], "ip_version": 4, "cidr": "172.30.0.0/20",
                  "gateway_ip": "172.30.0.1", "enable_dhcp": False}
        self.endpoint.ask("network", "POST", "/v2.0/subnets", {"subnet": subnet})
        return network

    def pools(self):
        pools = self.endpoint.ask("volumev3", "GET",
                                  "/v3/{project}/scheduler-stats/get_pools?detail=true")["pools"]
        if pools:
            able = pools[0]["capabilities"]
            self.found.values.update(STORAGE_PROTOCOL=able.get("storage_protocol"),
                                     VENDOR_NAME=able.get("vendor_name"))
