# SPDX-License-Identifier: Apache-2.0
"""From POST /servers to the domain's start, against virDomainCreateXML of the same XML alone."""
import os
import statistics
import subprocess
import time
import xml.etree.ElementTree as ElementTree

from figures import figure

from harness import host
from harness.cloud import Cloud

ROUNDS = 10
PROGRAM = f"{os.environ['VIRGA_BIN']}/boot_limit"
URI = "qemu:///system"


def prepare(cloud):
    admin = cloud.admin
    image = admin.create_image("bench")
    admin.upload(image, bytes(1 << 20), 1 << 20).expect(204)
    flavor = admin.create_flavor("bench", ram=128)
    admin.create_network("bench", "provider", {"cidr": "10.9.0.0/24"})
    return image, flavor


def boot(cloud, starts, image, flavor):
    """@return the server, and milliseconds from the request to the start of its domain"""
    sent = time.time()
    server = cloud.admin.create_server("bench", image, flavor)
    while True:
        uuid, micros = starts.readline().split()
        if uuid == server:
            return server, int(micros) / 1000 - sent * 1000


def plain_xml(server):
    """The XML of the domain as Virga rendered it, for a domain that libvirt does not know yet."""
    root = ElementTree.fromstring(host.virsh("dumpxml", "--inactive", server))
    return ElementTree.tostring(root, encoding="unicode")


def limit_of(cloud, server):
    """Milliseconds of virDomainCreateXML alone, with the agent away and the same tap and disk."""
    xml = cloud.directory / "bench.xml"
    xml.write_text(plain_xml(server))
    cloud.daemons["virga-agent"].stop()
    host.virsh("destroy", server)
    host.virsh("undefine", server)
    shown = subprocess.run([PROGRAM, "create", URI, str(xml), str(ROUNDS)], check=True, text=True,
                           capture_output=True).stdout
    cloud.start("virga-agent")
    return [float(line) for line in shown.split()]


def main():
    host.require_inside()
    cloud = Cloud("libvirt", "{name: provider, bridge: br-virga, create: true}").start_all()
    watch = subprocess.Popen([PROGRAM, "watch", URI], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True)
    try:
        watch.stdout.readline()
        image, flavor = prepare(cloud)
        first, _ = boot(cloud, watch.stdout, image, flavor)  # fetches the image
        cloud.wait_for_status(first, "ACTIVE")
        times = []
        for _ in range(ROUNDS):
            server, took = boot(cloud, watch.stdout, image, flavor)
            cloud.wait_for_status(server, "ACTIVE")
            times.append(took)
            cloud.admin.delete(f"/compute/v2.1/servers/{server}").expect(204)
            cloud.wait_until_gone(server)
        limits = limit_of(cloud, first)
        ours, bare = statistics.median(times), statistics.median(limits)
        figure("boot", ours, "ms", 1.15 * bare + 100, create_xml_ms=round(bare, 1),
               ratio_to_create_xml=round(ours / bare, 3))
    finally:
        watch.kill()
        cloud.stop()


main()
