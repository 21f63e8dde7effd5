# SPDX-License-Identifier: Apache-2.0
"""A whole cloud on this machine for a test: virgad, one virga-agent, and clients for both ends."""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import tempfile

from harness import host
from harness.daemon import Daemon
from harness.rest import Rest
from harness.waiting import wait_for

COMMAND_LIMIT = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def config(directory, port, link_port, hypervisor, bridge, grace):
    return f"""
control:
  state_directory: {directory}/control
  log_level: debug
  cpu_ratio_percent: 3200
  memory_reserve_mib: 0
api: {{address: 127.0.0.1, port: {port}}}
agent_link: {{address: 127.0.0.1, port: {link_port}}}
agent:
  state_directory: {directory}/agent
  control_plane: 127.0.0.1:{link_port}
  hypervisor: {hypervisor}
  virt_type: qemu
  log_level: debug
  shutdown_grace_s: {grace}
  physical_networks:
    - {bridge}
"""


class Cloud:
    """virgad and virga-agent are real; so is the hypervisor, unless it is "fake".

    @param extra more sections of the configuration; {directory} in it is the cloud's folder"""

    def __init__(self, hypervisor="fake",
                 bridge="{name: provider, bridge: br-virga, create: false}", grace=20, extra=""):
        self.bin = pathlib.Path(os.environ["VIRGA_BIN"])
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="virga-test-", dir=host.folder()))
        self.directory.chmod(0o755)  # QEMU's and the helpers' users pass through
        port, link_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.config = self.directory / "virga.yaml"
        self.config.write_text(config(self.directory, port, link_port, hypervisor, bridge,
                                      grace) + extra.format(directory=self.directory))
        self.daemons = {
            name: Daemon(name, [str(self.bin / name), "--config", str(self.config), verb],
                         self.directory / f"{name}.log")
            for name, verb in (("virgad", "serve"), ("virga-agent", "run"))}
        self.password = None
        self.admin = Rest(self.url)

    # Life

    def start_control(self):
        """virgad alone, with an administrator who is logged in."""
        self.password = self.tool("virgad", "bootstrap").strip()
        self.start("virgad")
        self.admin.login("admin", self.password, "admin").expect(201)
        return self

    def start_all(self):
        self.start_control()
        token = self.directory / "token"
        token.write_text(self.tool("virgad", "enrol-host", "host-1"))
        self.tool("virga-agent", "enrol", "--token-file", str(token))
        self.start("virga-agent")
        wait_for(self.host_is_up, 30, "the host is up")
        return self

    def start(self, name):
        self.daemons[name].start()
        if name == "virgad":
            wait_for(self.answers, 20, "virgad answers")

    def kill(self, name):
        self.daemons[name].kill()

    def restart(self, name):
        self.daemons[name].stop()
        self.start(name)

    def stop(self):
        """Ends the daemons and removes their state."""
        for daemon in reversed(self.daemons.values()):
            daemon.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def answers(self):
        if not self.daemons["virgad"].is_running():
            raise AssertionError("virgad ended: " + self.daemons["virgad"].last_lines(5))
        with contextlib.suppress(OSError):
            return self.admin.get("/identity/v3").status == 200
        return False

    def host_is_up(self):
        if not self.daemons["virga-agent"].is_running():
            raise AssertionError("virga-agent ended: " + self.daemons["virga-agent"].last_lines(5))
        services = self.admin.get("/compute/v2.1/os-services").expect(200).json["services"]
        return any(service["state"] == "up" for service in services
                   if service["binary"] == "nova-compute")

    def last_words(self):
        return "\n".join(daemon.last_lines() for daemon in self.daemons.values())

    # Programs

    def tool(self, program, *arguments):
        """Runs a program of ours to its end.  @return what it printed"""
        done = subprocess.run([str(self.bin / program), "--config", str(self.config), *arguments],
                              text=True, capture_output=True, timeout=COMMAND_LIMIT, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{program} {arguments[0]}: {done.stderr[-2000:]}")
        return done.stdout

    def client_environment(self):
        clouds = {"clouds": {"test": {
            "region_name": "RegionOne", "identity_api_version": 3,
            "auth": {"auth_url": f"{self.url}/identity/v3", "username": "admin",
                     "password": self.password, "project_name": "admin",
                     "user_domain_id": "default", "project_domain_id": "default"}}}}
        file = self.directory / "clouds.yaml"
        file.write_text(json.dumps(clouds))  # JSON is YAML
        return {"PATH": os.environ["PATH"], "HOME": str(self.directory), "LANG": "C.UTF-8",
                "OS_CLIENT_CONFIG_FILE": str(file), "OS_CLOUD": "test"}

    def openstack(self, *arguments, login=None):
        """Runs the `openstack` client, as administrator or with other variables for its login.
        @return what it printed"""
        environment = self.client_environment()
        if login:
            del environment["OS_CLOUD"]
            environment.update({"OS_AUTH_URL": f"{self.url}/identity/v3",
                                "OS_IDENTITY_API_VERSION": "3",
                                "OS_REGION_NAME": "RegionOne", **login})
        done = subprocess.run(["openstack", *arguments], text=True, capture_output=True,
                              timeout=2 * COMMAND_LIMIT, check=False, env=environment)
        if done.returncode != 0:
            raise AssertionError(f"openstack {' '.join(arguments)}: {done.stderr[-2000:]}")
        return done.stdout

    def openstack_json(self, *arguments, login=None):
        return json.loads(self.openstack(*arguments, "-f", "json", login=login))

    # The database

    def sql(self, statement, *values):
        with contextlib.closing(sqlite3.connect(self.directory / "control/virga.db",
                                                timeout=20)) as database, database:
            return database.execute(statement, values).fetchall()

    def counts(self):
        """How many rows each table has; tokens and what hosts happen to have come and go."""
        tables = self.sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name: self.sql(f"SELECT count(*) FROM {name}")[0][0]
                for (name,) in tables if name not in ("tokens", "host_bases", "host_strays")}

    def add_user(self, name, project, roles=("member", "reader")):
        """A user with the administrator's password and roles in a project of that name.
        @return a client that is logged in as him"""
        self.sql("INSERT INTO projects (id, domain_id, name, description, enabled, parent_id)"
                 " SELECT ?, domain_id, ?, '', 1, domain_id FROM projects"
                 " WHERE name = 'admin' ON CONFLICT DO NOTHING", f"id-of-{project}", project)
        self.sql("INSERT INTO users (id, domain_id, name, password_hash, enabled)"
                 " SELECT ?, domain_id, ?, password_hash, 1 FROM users WHERE name = 'admin'",
                 f"id-of-{name}", name)
        for role in roles:
            self.sql("INSERT INTO grants SELECT id, 'user', ?, 'project', ?, 0 FROM roles"
                     " WHERE name = ? AND domain_id = ''", f"id-of-{name}", f"id-of-{project}", role)
        client = Rest(self.url)
        client.login(name, self.password, project).expect(201)
        return client

    # Waiting

    def wait_for_status(self, server_id, status, timeout=60, client=None):
        """Waits for a state in which nothing is going on. @return the server"""
        client = client or self.admin
        seen = {}

        def reached():
            seen.update(client.server(server_id))
            if seen["status"] == "ERROR" != status:
                raise AssertionError(f"the server is in ERROR: {seen.get('fault')}")
            return seen["status"] == status and seen["OS-EXT-STS:task_state"] is None
        wait_for(reached, timeout, lambda: f"{status}, but {seen.get('status')} "
                                           f"{seen.get('OS-EXT-STS:task_state')}")
        return seen

    def wait_until_gone(self, *server_ids, timeout=60):
        def gone():
            everybodys = self.admin.get("/compute/v2.1/servers?all_tenants=1").expect(200)
            return not {server["id"] for server in everybodys.json["servers"]} & set(server_ids)
        wait_for(gone, timeout, f"{len(server_ids)} servers are gone")
