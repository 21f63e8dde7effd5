# SPDX-License-Identifier: Apache-2.0
"""The API with a certificate."""
import http.client
import json
import ssl
import subprocess
import unittest

from harness.cloud import Cloud
from harness.shell import UNREACHABLE, USAGE, Shell
from harness.waiting import wait_for


class TlsTest(unittest.TestCase):
    def setUp(self):
        self.cloud = Cloud()
        self.addCleanup(self.cloud.stop)
        self.key, self.certificate = (self.cloud.directory / name for name in ("key", "crt"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "1",
                        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", str(self.key), "-out", str(self.certificate)],
                       check=True, stderr=subprocess.DEVNULL)
        text = self.cloud.config.read_text()
        self.cloud.config.write_text(text.replace("api: {", (
            f"api: {{tls: {{certificate: {self.certificate}, private_key: {self.key}}}, ")))
        self.cloud.password = self.cloud.tool("virgad", "bootstrap").strip()
        self.cloud.daemons["virgad"].start()
        wait_for(self.answers, 20, "virgad answers")

    def get(self, path):
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        connection = http.client.HTTPSConnection("127.0.0.1", self.cloud.admin.url.port,
                                                 context=trusted, timeout=20)
        try:
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def answers(self):
        try:
            return self.get("/identity/v3")
        except ConnectionRefusedError:
            return None

    def test_requests_are_served_and_links_say_https(self):
        version = self.get("/identity/v3")["version"]
        self.assertTrue(version["links"][0]["href"].startswith("https://127.0.0.1:"), version)

    def test_the_openstack_client_works_with_the_certificate(self):
        self.cloud.url = self.cloud.url.replace("http:", "https:")
        services = self.cloud.openstack_json("--os-cacert", str(self.certificate), "catalog",
                                             "list")
        self.assertEqual(len(services), 5)

    def test_our_command_line_trusts_who_is_to_be_trusted(self):
        self.cloud.url = self.cloud.url.replace("http:", "https:")
        shell = Shell(self.cloud)
        self.assertEqual(shell.json("login", environment=self.trusting(self.certificate))["scope"],
                         "project admin (domain Default)")
        shell.run("login", code=UNREACHABLE)
        self.assertIn("is not trusted", shell.errors)
        shell.run("login", environment=self.trusting("", insecure="true"))
        shell.run("login", code=USAGE, environment=self.trusting("/dev/null/none"))

    def trusting(self, authorities, insecure=""):
        return {"OS_CLOUD": "", "OS_AUTH_URL": f"{self.cloud.url}/identity/v3",
                "OS_USERNAME": "admin", "OS_PASSWORD": self.cloud.password,
                "OS_PROJECT_NAME": "admin", "OS_CACERT": str(authorities),
                "OS_INSECURE": insecure}

    def test_plain_http_gets_nothing(self):
        with self.assertRaises((OSError, http.client.HTTPException)):
            self.cloud.admin.get("/identity/v3")
        self.assertTrue(self.get("/identity/v3"))
