# SPDX-License-Identifier: Apache-2.0
"""tools/lab status: what runs, and what the control plane thinks of it."""
from lab import contents, daemons, space, wires


def table(rows):
    widths = [max(len(str(row[at])) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())


def ask_cloud(chosen):
    """(state by host, all servers); None for both when virgad does not answer."""
    try:
        admin = contents.log_in(chosen)
        servers = admin.get("/compute/v2.1/servers/detail?all_tenants=1").expect(200)
        states = {name: service["state"] for name, service in daemons.services(admin).items()}
        return states, servers.json["servers"]
    except (OSError, AssertionError):
        return None, None


def host_row(host, control, address, state):
    """One line; what only a running host can tell is a dash where it is off."""
    if host.pid() is None:
        return (host.name, "off", address, "-", "-", "-", state, "-")
    seen = host.inside("look")
    cable = "plugged" if control.pid() and wires.is_plugged(control, host) else "pulled"
    return (host.name, "on", address, cable, seen["libvirtd"], seen["virga-agent"], state,
            len(seen["guests"]))


def show(chosen):
    control, hosts = space.control(), space.hosts()
    states, servers = ask_cloud(chosen)
    virgad = control.inside("look")["virgad"] if control.pid() else "off"
    print(f"control: virgad {virgad}, {chosen.url}/identity/v3")
    print()
    known = wires.addresses(chosen, max([host.number for host in hosts], default=0))
    table([("HOST", "POWER", "ADDRESS", "CABLES", "LIBVIRTD", "AGENT", "CLOUD SAYS", "GUESTS"),
           *(host_row(host, control, known[host.name], (states or {}).get(host.name, "?"))
             for host in hosts)])
    print()
    if servers is None:
        print("virgad does not answer: its servers are not known")
    elif not servers:
        print("no servers")
    else:
        table([("SERVER", "STATUS", "HOST", "ADDRESSES", "ID"), *map(server_row, servers)])


def server_row(server):
    addresses = [ip["addr"] for ips in server["addresses"].values() for ip in ips]
    return (server["name"], server["status"], server.get("OS-EXT-SRV-ATTR:host") or "-",
            ",".join(addresses) or "-", server["id"])
