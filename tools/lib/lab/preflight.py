# SPDX-License-Identifier: Apache-2.0
"""What has to hold before the first change."""
import os
import shutil

from harness import host_init

from lab import settings
from lab.settings import LabError

PROGRAMS = ("virgad", "virga-agent", "virga-metadata")
NEEDED = ("unshare", "nsenter", "ip", "nft", "libvirtd", "virtlogd", "virsh", "qemu-img",
          "qemu-system-x86_64", "dnsmasq", "genisoimage", "ssh-keygen")
PATH = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"


def check_user():
    if os.geteuid() != 0:
        raise LabError("this must run as root: it makes namespaces and network devices")


def check():
    check_user()
    os.environ["PATH"] = PATH
    missing = [name for name in PROGRAMS if not os.access(settings.BIN / name, os.X_OK)]
    if missing:
        raise LabError(f"{settings.BIN} has no {', '.join(missing)}:"
                       " run 'tools/build release' first")
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        raise LabError(f"there is no {', '.join(missing)}: run 'tools/deps run test' first")
    for place in (settings.TOP, settings.DIRECTORY, settings.BIN):
        for private in host_init.PRIVATE:
            if place.is_relative_to(private):
                raise LabError(f"{place} cannot be seen on the hosts, which have {private} to "
                               "themselves: move the clone, or set VIRGA_LAB_DIR or VIRGA_BIN")
