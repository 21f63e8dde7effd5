# SPDX-License-Identifier: Apache-2.0
"""The cloud's daemons: virgad in `control`, libvirtd and virga-agent on each host."""
import contextlib
import datetime
import time

from harness.rest import Rest

from lab import settings, wires
from lab.settings import LabError

CONFIG = "/run/virga-host/virga.yaml"  # on any host
STATE = "/run/virga-host/state"
START_LIMIT = 60  # seconds

CONTROL_CONFIG = """# Written by tools/lab.
control:
  state_directory: {state}
api: {{address: 0.0.0.0, port: {api_port}}}
agent_link: {{address: {address}, port: {link_port}}}
"""

HOST_CONFIG = """# Written by tools/lab.
agent:
  state_directory: {state}
  control_plane: {control}:{link_port}
  address: {address}
  virt_type: {virt_type}
  physical_networks:
    - {{name: provider, bridge: {bridge}, create: false}}
"""


def wait_for_daemon(space, name, condition):
    """Until the condition holds; early, with the daemon's last words, when it has died."""
    end = time.monotonic() + START_LIMIT
    while not condition():
        if time.monotonic() > end or space.inside("look")[name] == "ended":
            raise LabError(f"{name} on {space.name} does not become ready: " +
                           last_words(space, name))
        time.sleep(0.1)


def last_words(space, name):
    with contextlib.suppress(OSError):
        lines = (space.disk / f"{name}.log").read_text(errors="replace").splitlines()
        return "\n".join(["", *lines[-10:]])
    return "it has no log"


def ensure_control(control, chosen):
    """virgad runs and answers."""
    wires.ensure_switch(control, chosen)
    control.inside("thaw")
    settings.replace(control.disk / "virga.yaml", CONTROL_CONFIG.format(
        state=STATE, address=f"{chosen.underlay}.1", api_port=settings.API_PORT,
        link_port=settings.LINK_PORT))
    bootstrapped = control.disk / "bootstrapped"
    if not bootstrapped.exists():
        settings.replace(control.disk / "password", chosen.admin_password + "\n", 0o600)
        control.run(str(settings.BIN / "virgad"), "--config", CONFIG, "bootstrap",
                    "--password-file", "/run/virga-host/password")
        bootstrapped.touch()
    (control.disk / "password").unlink(missing_ok=True)
    control.inside("start", str(settings.BIN / "virgad"), "--config", CONFIG, "serve")
    wait_for_daemon(control, "virgad", lambda: api_answers(chosen))


def api_answers(chosen):
    with contextlib.suppress(OSError):
        return Rest(chosen.url).get("/healthz").status == 200
    return False


def ensure_host(control, space, chosen):
    """Everything of a host runs and is plugged in.
    @return the time before the agent was looked for, and whether it had to be started"""
    wires.plug(control, space, chosen)
    space.inside("thaw")
    space.inside("libvirt")
    known = wires.addresses(chosen, space.number)
    settings.replace(space.disk / "virga.yaml", HOST_CONFIG.format(
        state=STATE, control=known["control"], link_port=settings.LINK_PORT,
        address=known[space.name], virt_type="auto" if chosen.kvm else "qemu",
        bridge=wires.PROVIDER_BRIDGE))
    (space.disk / "state").mkdir(exist_ok=True)
    enrol(control, space)
    begin = datetime.datetime.now(datetime.timezone.utc)
    return begin, space.inside("start", str(settings.BIN / "virga-agent"), "--config", CONFIG,
                               "run")


def enrol(control, space):
    if (space.disk / "state/agent/identity.json").exists():
        return
    token = control.run(str(settings.BIN / "virgad"), "--config", CONFIG, "enrol-host", space.name)
    settings.replace(space.disk / "token", token, 0o600)
    space.run(str(settings.BIN / "virga-agent"), "--config", CONFIG, "enrol", "--token-file",
              "/run/virga-host/token")
    (space.disk / "token").unlink()


def services(rest):
    """What the control plane knows of its hosts' agents, by the host's name."""
    listed = rest.get("/compute/v2.1/os-services").expect(200).json["services"]
    return {service["host"]: service for service in listed if service["binary"] == "nova-compute"}


def is_up(service, begin, is_new):
    """A host counts as up for some time after its last word: a new agent has to have spoken."""
    if service is None or service["state"] != "up":
        return False
    seen = datetime.datetime.fromisoformat(service["updated_at"] + "+00:00")
    return not is_new or seen >= begin


def wait_until_up(rest, started):
    """@param started what ensure_host() returned, by host"""
    for space, how in started.items():
        wait_for_daemon(space, "virga-agent",
                        lambda s=space, h=how: is_up(services(rest).get(s.name), *h))
