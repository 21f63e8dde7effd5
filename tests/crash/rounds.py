# SPDX-License-Identifier: Apache-2.0
"""One round: requests are made, a part is killed at a random instant, all is waited for."""
import threading
import time

from harness import host
from harness.cloud import Cloud
from harness.waiting import wait_for

BRIDGE = "{name: provider, bridge: br-crash, create: true, host_address: 172.31.0.1/24}"
VICTIMS = ("virgad", "virga-agent", "libvirtd", "QEMU") * 3 + ("everything",)
LIMIT = 45          # seconds for all that a round asked for
LATEST = 0.8        # seconds after the requests; most of them are done by then
MOST_SERVERS = 4
MIB = 1 << 20

# What may be asked of a server in each state, and the state that it leads to. A new action is a line.
ACTIONS = {
    "ACTIVE": [("os-stop", "SHUTOFF"), ("os-stop", "SHUTOFF"), ("pause", "PAUSED"),
               ("suspend", "SUSPENDED"), ("rescue", "RESCUE"), ("rebuild", "ACTIVE"),
               ("resize", "VERIFY_RESIZE"), ("reboot", "ACTIVE")],
    "SHUTOFF": [("os-start", "ACTIVE"), ("os-start", "ACTIVE"), ("rebuild", "SHUTOFF")],
    "PAUSED": [("unpause", "ACTIVE"), ("reboot", "ACTIVE")],
    "SUSPENDED": [("resume", "ACTIVE"), ("reboot", "ACTIVE")],
    "RESCUE": [("unrescue", "ACTIVE")],
    "VERIFY_RESIZE": [("confirmResize", "ACTIVE"), ("revertResize", "ACTIVE")],
}
WITHOUT_A_GUEST = ("SHUTOFF", "SUSPENDED")


class Rounds:
    """Knows which state each server has to reach. The guests have no operating system: to the
    cloud, a boot sector that halts is all the same."""

    def __init__(self, rng):
        self.rng = rng
        self.cloud = Cloud("libvirt", BRIDGE, grace=1)
        self.client = self.cloud.admin
        self.wanted = {}  # id -> a state of ACTIONS
        self.gone = set()
        self.made = 0
        self.did = ""
        self.busy = 0  # rounds in which something was under way at the instant of the kill

    def start(self):
        self.cloud.start_all()
        self.new_image()
        self.flavor = self.client.create_flavor("tiny", ram=32, disk=1)
        self.other_flavor = self.client.create_flavor("less-tiny", ram=48, disk=1)
        self.client.create_network("net", "provider", {"cidr": "172.31.0.0/24",
                                                       "gateway_ip": "172.31.0.1"})

    def new_image(self):
        """One that the host has not fetched yet."""
        self.image = self.client.create_image("halt")
        halt = b"\xfa\xf4\xeb\xfd".ljust(510, b"\0") + b"\x55\xaa"  # cli; hlt; jmp to hlt
        data = (halt + str(self.made).encode()).ljust(16 * MIB, b"\0")
        self.client.upload(self.image, data, len(data)).expect(204)

    def story(self):
        return f" ({self.did})" if self.did else ""

    # Requests

    def create(self):
        self.made += 1
        if self.made % 4 == 0:
            self.new_image()
        options = {"config_drive": True} if self.made % 5 == 0 else {}
        server = self.client.create_server(f"s-{self.made}", self.image, self.flavor, **options)
        self.wanted[server] = "ACTIVE"

    def argument(self, action, server):
        if action == "resize":
            small = self.client.server(server)["flavor"]["id"] == self.flavor
            return {"flavorRef": self.other_flavor if small else self.flavor}
        return {"rebuild": {"imageRef": self.image}, "reboot": {"type": "HARD"}}.get(action)

    def act(self, server):
        action, leads_to = self.rng.choice(ACTIONS[self.wanted[server]])
        body = {action: self.argument(action, server)}
        # 409: the cloud learns just now that the server was killed, and is starting it again.
        wait_for(lambda: self.client.act(server, body).expect(200, 202, 204, 409).status != 409,
                 LIMIT, f"{action} of {server} is accepted")
        self.wanted[server] = leads_to
        return action.removeprefix("os-")

    def delete(self, server):
        self.client.delete(f"/compute/v2.1/servers/{server}").expect(204)
        del self.wanted[server]
        self.gone.add(server)

    def ask(self):
        """One to three requests. @return what they were"""
        asked = []
        touched = set()
        for _ in range(self.rng.randint(1, 3)):
            free = sorted(set(self.wanted) - touched)
            kinds = ["create"] * (MOST_SERVERS - len(self.wanted))
            kinds += ["act"] * 2 * len(free) + ["delete"] * len(self.wanted)
            kind = self.rng.choice(kinds)
            if kind == "create":
                self.create()
            elif kind == "act":
                server = self.rng.choice(free)
                kind = self.act(server)
                touched.add(server)
            else:  # also in the middle of something else
                self.delete(self.rng.choice(sorted(self.wanted)))
            touched |= set(self.wanted) - set(free)  # a new one is busy
            asked.append(kind)
        return asked

    def create_under_fire(self):
        """virgad is killed while it handles a request. What it acknowledged must not be lost."""
        self.made += 1
        name, answers = f"s-{self.made}", []

        def send():
            try:
                answers.append(self.client.create_server(name, self.image, self.flavor))
            except OSError:
                pass  # no answer: it may have happened or not
        sender = threading.Thread(target=send)
        sender.start()
        time.sleep(self.rng.uniform(0, 0.02))  # the random instant
        self.kill("virgad")
        sender.join()
        self.revive("virgad")
        there = [s["id"] for s in self.client.servers() if s["name"] == name]
        assert not answers or there == answers, f"{name} was acknowledged and is lost"
        for server in there:
            self.wanted[server] = "ACTIVE"
        self.did = f"virgad while it took a create, {'answered' if answers else 'not answered'}"
        self.busy += 1

    # Harm

    def kill(self, victim):
        """@return what was killed"""
        if victim == "everything":
            for part in ("virga-agent", "virgad", "libvirtd"):
                self.kill(part)
            for pid in host.processes("qemu-system"):
                host.kill_and_wait(pid)
        elif victim == "libvirtd":
            host.kill_libvirtd()
        elif victim == "QEMU":
            running = host.processes("qemu-system")
            if not running:
                return self.kill("virga-agent")
            host.kill_and_wait(self.rng.choice(sorted(running)))
        else:
            self.cloud.kill(victim)
        return victim

    def revive(self, victim):
        if victim == "everything":
            for part in ("virga-agent", "virgad", "libvirtd"):
                self.revive(part)
        elif victim == "libvirtd":
            host.start_libvirtd()
        elif victim != "QEMU":  # its domain is the agent's business
            self.cloud.start(victim)

    # Outcome

    def all_as_wanted(self):
        seen = {server["id"]: server for server in self.client.servers()}
        if set(seen) & self.gone:
            return False
        for server, status in self.wanted.items():
            shown = seen[server]
            if shown["status"] == "ERROR":
                raise AssertionError(f"server {server} is in ERROR: {shown.get('fault')}")
            if shown["status"] != status or shown["OS-EXT-STS:task_state"] is not None:
                return False
        return True

    def difference(self):
        seen = {s["id"]: f"{s['status']}/{s['OS-EXT-STS:task_state']}"
                for s in self.client.servers()}
        return f"wanted {self.wanted}, seen {seen}"

    def round(self):
        if len(self.wanted) < MOST_SERVERS and self.rng.random() < 0.15:
            self.create_under_fire()
        else:
            self.ask_and_kill()
        wait_for(self.all_as_wanted, LIMIT, self.difference)
        self.check_against_host()
        return self.story()

    def ask_and_kill(self):
        asked = self.ask()
        delay = self.rng.uniform(0, LATEST) ** 2 / LATEST  # rather soon than late
        victim = self.rng.choice(VICTIMS)
        self.did = f"{victim} after {delay:.3f} s of {', '.join(asked)}"
        time.sleep(delay)  # the random instant; nothing relies on it
        if not self.all_as_wanted():
            self.busy += 1
            self.did += ", under way"
        self.revive(self.kill(victim))

    def check_against_host(self):
        """What the API shows is what runs."""
        def agrees():
            running = set((host.virsh("list", "--uuid") or "").split())
            return running == {s for s, status in self.wanted.items()
                               if status not in WITHOUT_A_GUEST}
        wait_for(agrees, LIMIT, lambda: f"{self.difference()}, running {host.virsh('list')}")

    def delete_all(self):
        self.did = f"{self.busy} rounds hit something that was under way"
        for server in list(self.wanted):
            self.delete(server)
        self.cloud.wait_until_gone(*self.gone)
        return self.story()

    def check_nothing_is_left(self):
        self.did = ""
        agent = self.cloud.directory / "agent"
        wait_for(lambda: not host.leftovers(agent), 30, lambda: str(host.leftovers(agent)))
        for table in ("ports", "ip_allocations", "allocations"):
            rows = self.cloud.sql(f"SELECT * FROM {table}")
            assert not rows, f"{table}: {rows}"
        rows = self.cloud.sql("SELECT id FROM instances WHERE deleted_us = 0")
        assert not rows, f"instances: {rows}"

    def check_uninstall(self):
        self.cloud.daemons["virga-agent"].stop()
        self.cloud.tool("virga-agent", "uninstall")
        assert host.rules() == "", host.rules()
        assert "br-crash" not in host.links(), host.links()
        assert set(host.links()) == {"lo"}, host.links()
