# SPDX-License-Identifier: Apache-2.0
"""The lab's cables. In `control` are two bridges: `underlay` joins the hosts, virgad and the
machine, `provider` joins the hosts' provider networks and is their router. A cable is a veth pair
that ends with either end's namespace, so the machine's end goes when `control` does."""
import os
import subprocess

from lab import settings
from lab.settings import LabError

MTU = {"underlay": 1600, "provider": 1500}  # tunnels shall carry whole frames
PROVIDER_BRIDGE = "br-provider"  # on the hosts


def addresses(chosen, hosts):
    """Underlay address by name: the machine has .254."""
    return {"control": f"{chosen.underlay}.1",
            **{f"lab{n}": f"{chosen.underlay}.{10 + n}" for n in range(1, hosts + 1)}}


def ensure_switch(control, chosen):
    """The bridges, and the machine's way to them."""
    links = control.links()
    for name, prefix in (("underlay", chosen.underlay), ("provider", chosen.provider)):
        if name not in links:
            control.ip(f"link add {name} type bridge mcast_snooping 0")
        control.ip(f"address replace {prefix}.1/24 dev {name}",
                   f"link set {name} mtu {MTU[name]} up")
    if not machine_has_link() or "machine" not in links:
        remove_machine_link()
        on_machine("link", "add", settings.LINK, "mtu", str(MTU["underlay"]), "type", "veth",
                   "peer", "name", "machine", "netns", str(control.require_pid()))
    control.ip(f"link set machine mtu {MTU['underlay']} master underlay up")
    on_machine("address", "replace", f"{chosen.underlay}.254/24", "dev", settings.LINK)
    on_machine("link", "set", settings.LINK, "up")
    on_machine("route", "replace", f"{chosen.provider}.0/24", "via", f"{chosen.underlay}.1")


def on_machine(*arguments):
    done = subprocess.run(["ip", *arguments], text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise LabError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def machine_has_link():
    return os.path.exists(f"/sys/class/net/{settings.LINK}")


def remove_machine_link():
    """The kernel may be about to remove it by itself."""
    subprocess.run(["ip", "link", "delete", settings.LINK], stderr=subprocess.DEVNULL, check=False)


def ends(space):
    """Of the host's cables: (bridge and device in `control`, device on the host)."""
    return (("underlay", f"underlay-{space.name}", "underlay0"),
            ("provider", f"provider-{space.name}", "uplink0"))


def plug(control, space, chosen):
    """Both cables of a host, whole and up."""
    there, here = control.links(), space.links()
    for bridge, outer, inner in ends(space):
        if outer not in there or inner not in here:
            if outer in there:  # it leads into the namespace of the host's last life
                control.ip(f"link delete {outer}")
            control.ip(f"link add {outer} type veth peer name {inner} netns {space.require_pid()}")
        control.ip(f"link set {outer} mtu {MTU[bridge]} master {bridge} up")
    if PROVIDER_BRIDGE not in here:
        space.ip(f"link add {PROVIDER_BRIDGE} type bridge mcast_snooping 0")
    address = addresses(chosen, space.number)[space.name]
    space.ip(f"link set underlay0 mtu {MTU['underlay']} up",
             f"address replace {address}/24 dev underlay0",
             f"link set {PROVIDER_BRIDGE} mtu {MTU['provider']} up",
             f"link set uplink0 mtu {MTU['provider']} master {PROVIDER_BRIDGE} up")


def unplug(control, space):
    """Pulls the cables of a host out of the switch."""
    control.ip(*(f"link set {outer} down" for _, outer, _ in ends(space)))


def is_plugged(control, space):
    there = control.links()
    return all("UP" in there.get(outer, {"flags": []})["flags"] for _, outer, _ in ends(space))
