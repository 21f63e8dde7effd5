# SPDX-License-Identifier: Apache-2.0
"""A cloud of several hosts for a test: what tools/lab makes, with clients."""
import os
import pathlib
import re
import subprocess

from harness import host
from harness.rest import Rest

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools/lab"
LIMIT = 120


class Several:
    """One lab in a folder of its own."""

    def __init__(self):
        self.directory = host.folder() / "several"
        self.environment = {**os.environ, "VIRGA_LAB_DIR": str(self.directory),
                            "VIRGA_TEST_CACHE": str(host.CACHE)}
        self.key = self.directory / "id_ed25519"
        self.admin = self.demo = None

    # Life

    def lab(self, *words):
        """Runs tools/lab to its end.  @return what it printed"""
        done = subprocess.run([str(TOOL), *words], text=True, capture_output=True, timeout=LIMIT,
                              stdin=subprocess.DEVNULL, check=False, env=self.environment)
        if done.returncode != 0:
            raise AssertionError(f"tools/lab {' '.join(words)}: {done.stderr[-2000:]}")
        return done.stdout

    def up(self, hosts):
        self.lab("up", str(hosts))
        self.admin, self.demo = (self.log_in(name) for name in ("admin-openrc", "openrc"))

    def up_until(self, hosts, line):
        """Begins to bring it up and is killed in the line-th step.  @return whether it got there"""
        with subprocess.Popen([str(TOOL), "up", str(hosts)], text=True, env=self.environment,
                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
            for _ in range(line):
                said = process.stdout.readline()
                if not said:
                    raise AssertionError(f"tools/lab up ended before its step {line}")
                if " ready" in said:
                    return False
            process.kill()
        return True

    def down(self):
        return self.lab("down")

    # Clients

    def login(self, file):
        """The variables that an openrc file sets."""
        text = (self.directory / file).read_text()
        return dict(re.findall(r"^export (\w+)=(.*)$", text, re.MULTILINE))

    def log_in(self, file):
        login = self.login(file)
        rest = Rest(login["OS_AUTH_URL"])
        rest.login(login["OS_USERNAME"], login["OS_PASSWORD"], login["OS_PROJECT_NAME"]).expect(201)
        return rest

    def openstack(self, *arguments, cloud="lab"):
        """Runs the `openstack` client with the lab's clouds.yaml.  @return what it printed"""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.directory), "LANG": "C.UTF-8",
                       "OS_CLIENT_CONFIG_FILE": str(self.directory / "clouds.yaml"),
                       "OS_CLOUD": cloud}
        done = subprocess.run(["openstack", *arguments], text=True, capture_output=True,
                              timeout=LIMIT, check=False, env=environment)
        if done.returncode != 0:
            raise AssertionError(f"openstack {' '.join(arguments)}: {done.stderr[-2000:]}")
        return done.stdout

    def host_of(self, server_id):
        return self.admin.server(server_id)["OS-EXT-SRV-ATTR:host"]

    def last_words(self):
        logs = sorted(self.directory.glob("*/disk/*.log"))
        return "\n".join(f"    {log.parent.parent.name} {log.stem}| {line}" for log in logs
                         for line in log.read_text(errors="replace").splitlines()[-15:])
