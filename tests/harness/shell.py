# SPDX-License-Identifier: Apache-2.0
"""The command line program `virga` with a cloud to speak with, and a class for its tests."""
import contextlib
import fcntl
import json
import os
import pathlib
import pty
import struct
import subprocess
import termios
import threading

from harness.case import CloudTest
from harness.daemon import die_with_parent

OK, FAILED, USAGE, NOT_FOUND, REFUSED, CONFLICT, UNREACHABLE = range(7)  # exit codes
LIMIT = 60


class Shell:
    """Runs `virga` with an environment and a home of its own."""

    def __init__(self, cloud):
        self.program = cloud.bin / "virga"
        self.environment = cloud.client_environment()
        self.home = pathlib.Path(self.environment["HOME"])
        self.cache = self.home / ".cache" / "virga"

    def run(self, *arguments, code=OK, stdin=None, environment=None, folder=None):
        """@return what it printed, once it ended with `code`"""
        done = subprocess.run([str(self.program), *arguments], text=True, capture_output=True,
                              timeout=LIMIT, check=False, input=stdin or "", cwd=folder,
                              env={**self.environment, **(environment or {})})
        self.errors = done.stderr
        if done.returncode != code:
            raise AssertionError(f"virga {' '.join(arguments)}: exit code {done.returncode}, not "
                                 f"{code}: {done.stdout[-1000:]}{done.stderr[-1000:]}")
        return done.stdout

    def json(self, *arguments, **more):
        return json.loads(self.run(*arguments, "-o", "json", **more))

    def on_terminal(self, *arguments, columns=80):
        """@return what it printed to a terminal, line ends as they are"""
        ours, theirs = pty.openpty()
        with contextlib.closing(os.fdopen(ours, "rb", buffering=0)) as terminal:
            fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            process = subprocess.Popen([str(self.program), *arguments], stdin=theirs,
                                       stdout=theirs, stderr=theirs,
                                       env={**self.environment, "TERM": "xterm"})
            os.close(theirs)
            text = b""
            with contextlib.suppress(OSError):  # the terminal goes away with its last user
                while piece := terminal.read(4096):
                    text += piece
            if process.wait(LIMIT) != 0:
                raise AssertionError(f"virga {' '.join(arguments)}: {text}")
            return text.decode()


class ShellTest(CloudTest):
    """A cloud with an image, a flavor, a network and a member of a project."""

    @classmethod
    def prepare(cls):
        admin = cls.cloud.admin
        cls.image = admin.create_image("image", visibility="public")
        admin.upload(cls.image, b"\0" * 4096, 4096).expect(204)
        cls.flavor = admin.create_flavor("tiny")
        cls.network = admin.create_network("net", "provider", {"cidr": "172.31.9.0/24"})
        cls.member = cls.cloud.add_user("mona", "shop")
        cls.shell = Shell(cls.cloud)

    def run_virga(self, *arguments, **more):
        return self.shell.run(*arguments, **more)

    def as_member(self):
        """The environment of a user without the administrator's role."""
        return {"OS_CLOUD": "", "OS_AUTH_URL": f"{self.cloud.url}/identity",
                "OS_USERNAME": "mona", "OS_PASSWORD": self.cloud.password,
                "OS_PROJECT_NAME": "shop"}

    def create(self, name, *more, **keywords):
        self.addCleanup(self.remove, name)
        return self.shell.json("server", "create", name, "--image", "image", "--flavor", "tiny",
                               "--wait", *more, **keywords)

    def remove(self, name):
        everybodys = self.admin.get("/compute/v2.1/servers/detail?all_tenants=1").expect(200)
        for server in everybodys.json["servers"]:
            if server["name"] == name:
                self.admin.delete(f"/compute/v2.1/servers/{server['id']}")
                self.cloud.wait_until_gone(server["id"])

    def follow(self, *arguments, environment=None):
        """Starts `virga events -f`; a thread reads its lines.  @return process, lines"""
        process = subprocess.Popen([str(self.shell.program), "events", "-f", *arguments], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   preexec_fn=die_with_parent,
                                   env={**self.shell.environment, **(environment or {})})
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(process.stdout), daemon=True)
        reader.start()

        def end():
            process.terminate()
            process.wait(LIMIT)
            reader.join(LIMIT)
            process.stdout.close()
        self.addCleanup(end)
        return lines

    def doctor_finds(self):
        findings = self.admin.get("/virga/v1/doctor").expect(200).json["findings"]
        return [(f["kind"], f["object"]) for f in findings]
