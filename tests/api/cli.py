# SPDX-License-Identifier: Apache-2.0
"""The command line program `virga` against a cloud: what it prints, and its exit codes."""
import csv
import io
import json
import stat
import subprocess

from harness.shell import FAILED, NOT_FOUND, REFUSED, UNREACHABLE, USAGE, ShellTest


class CliTest(ShellTest):
    # Login

    def test_login_says_who_one_is_and_keeps_the_token_private(self):
        who = self.shell.json("login")
        self.assertEqual((who["cloud"], who["user"], who["scope"]),
                         ("test", "admin (domain Default)", "project admin (domain Default)"))
        self.assertIn("admin", who["roles"])
        self.assertNotIn("token", who)
        self.assertEqual(stat.S_IMODE(self.shell.cache.stat().st_mode), 0o700)
        files = list(self.shell.cache.iterdir())
        self.assertTrue(files)
        self.assertEqual({stat.S_IMODE(file.stat().st_mode) for file in files}, {0o600})

    def test_the_kept_token_is_used_and_renewed_when_it_was_ended(self):
        first = self.shell.json("login", "--show-token")["token"]
        tokens = self.cloud.sql("SELECT count(*) FROM tokens")
        self.run_virga("server", "list")
        self.assertEqual(self.cloud.sql("SELECT count(*) FROM tokens"), tokens)
        self.admin.send("DELETE", "/identity/v3/auth/tokens", None,
                        {"X-Subject-Token": first}).expect(204)
        self.run_virga("server", "list")
        self.assertEqual(self.cloud.sql("SELECT count(*) FROM tokens"), tokens)

    def test_a_token_that_others_can_read_is_not_used(self):
        self.run_virga("login")
        for file in self.shell.cache.iterdir():
            file.chmod(0o644)
        before = self.cloud.sql("SELECT count(*) FROM tokens")[0][0]
        self.run_virga("server", "list")
        self.assertEqual(self.cloud.sql("SELECT count(*) FROM tokens")[0][0], before + 1)

    def test_a_wrong_password_is_refused(self):
        self.run_virga("login", code=REFUSED, environment={**self.as_member(), "OS_PASSWORD": "no"})
        self.assertIn("Login failed", self.shell.errors)

    def test_a_missing_password_cannot_be_asked_for_without_a_terminal(self):
        self.run_virga("server", "list", code=USAGE,
                       environment={**self.as_member(), "OS_PASSWORD": ""})
        self.assertIn("has no password", self.shell.errors)

    def test_login_by_application_credential_and_by_token(self):
        made = self.admin.get("/identity/v3/auth/tokens", {"X-Subject-Token": self.admin.token})
        user = made.expect(200).json["token"]["user"]["id"]
        credential = self.admin.post(
            f"/identity/v3/users/{user}/application_credentials",
            {"application_credential": {"name": "cli"}}).expect(201).json["application_credential"]
        base = {"OS_CLOUD": "", "OS_AUTH_URL": f"{self.cloud.url}/identity/v3"}
        by_credential = {**base, "OS_AUTH_TYPE": "v3applicationcredential",
                         "OS_APPLICATION_CREDENTIAL_ID": credential["id"],
                         "OS_APPLICATION_CREDENTIAL_SECRET": credential["secret"]}
        self.assertEqual(self.shell.json("login", environment=by_credential)["scope"],
                         "project admin (domain Default)")
        by_token = {**base, "OS_AUTH_TYPE": "token", "OS_TOKEN": self.admin.token,
                    "OS_PROJECT_NAME": "admin"}
        self.assertEqual(self.shell.json("login", environment=by_token)["user"],
                         "admin (domain Default)")
        of_system = {**self.as_member(), "OS_USERNAME": "admin", "OS_PROJECT_NAME": "",
                     "OS_SYSTEM_SCOPE": "all"}
        self.assertIn(self.shell.json("login", environment=of_system)["scope"], ("the system",))

    # Configuration

    def test_clouds_are_found_where_openstack_clients_find_them(self):
        folder = self.cloud.directory / "elsewhere"
        folder.mkdir()
        text = (self.shell.home / "clouds.yaml").read_text()
        (folder / "clouds.yaml").write_text(text.replace(self.cloud.password, "wrong"))
        (folder / "secure.yaml").write_text(json.dumps(
            {"clouds": {"test": {"auth": {"password": self.cloud.password}}}}))
        self.run_virga("login", folder=folder, environment={"OS_CLIENT_CONFIG_FILE": ""})
        self.run_virga("--os-cloud", "other", "login", code=USAGE)
        self.assertIn("'other' is not in", self.shell.errors)
        self.run_virga("login", code=USAGE,
                       environment={"OS_CLIENT_CONFIG_FILE": "", "OS_CLOUD": ""})
        self.assertIn("No cloud is configured", self.shell.errors)

    # Requests

    def test_api_sends_any_request(self):
        got = json.loads(self.run_virga("api", "GET", "/compute/v2.1/flavors"))
        self.assertIn("tiny", [f["name"] for f in got["flavors"]])
        body = json.dumps({"keypair": {"name": "by-api"}})
        made = json.loads(self.run_virga("api", "post", "/compute/v2.1/os-keypairs", "-d", "-",
                                         stdin=body))
        self.assertEqual(made["keypair"]["name"], "by-api")
        self.run_virga("api", "DELETE", "/compute/v2.1/os-keypairs/by-api")
        self.run_virga("api", "GET", "/compute/v2.1/servers/none", code=NOT_FOUND)
        self.run_virga("api", "GET", "http://127.0.0.1:1/identity/v3", code=USAGE)
        self.assertIn("is not an address of the cloud", self.shell.errors)

    def test_exit_codes_tell_what_went_wrong(self):
        self.run_virga("server", "show", "nobody", code=NOT_FOUND)
        self.run_virga("server", "shwo", code=USAGE)
        self.run_virga("server", "list", "-o", "xml", code=USAGE)
        self.run_virga("server", "list", "-c", "colour", code=USAGE)
        self.run_virga("host", "list", code=REFUSED, environment=self.as_member())
        self.run_virga("server", "list", code=UNREACHABLE,
                       environment={**self.as_member(), "OS_AUTH_URL": "http://127.0.0.1:1/v3"})
        self.assertIn("cannot be reached", self.shell.errors)

    # Servers

    def test_a_server_is_made_listed_shown_and_deleted(self):
        made = self.create("web", "--network", "net", "--property", "tier=front")
        self.assertEqual((made["name"], made["status"], made["image"], made["flavor"]),
                         ("web", "ACTIVE", "image", "tiny"))
        self.assertTrue(made["addresses"]["net"][0].startswith("172.31.9."), made)
        self.assertEqual(made["metadata"], {"tier": "front"})
        self.assertIn("web: active", self.shell.errors)
        listed = self.shell.json("server", "list")
        self.assertEqual([(s["id"], s["status"]) for s in listed], [(made["id"], "ACTIVE")])
        self.assertEqual(self.shell.json("server", "show", made["id"])["name"], "web")
        self.run_virga("server", "delete", "--wait", "web")
        self.assertEqual(self.shell.json("server", "list"), [])

    def test_several_are_made_and_deleted_at_once(self):
        for n in (1, 2, 3):
            self.addCleanup(self.remove, f"many-{n}")
        made = self.shell.json("server", "create", "many", "--image", self.image, "--flavor",
                               self.flavor, "--count", "3", "--wait")
        self.assertEqual([s["name"] for s in made], ["many-1", "many-2", "many-3"])
        self.assertEqual({s["status"] for s in made}, {"ACTIVE"})
        self.run_virga("server", "delete", "many-1", "nobody", "many-2", code=NOT_FOUND)
        self.assertEqual(len(self.shell.json("server", "list")), 3)
        self.run_virga("server", "delete", "--wait", "many-1", made[1]["id"], "many-3")
        self.assertEqual(self.shell.json("server", "list"), [])

    def test_a_server_that_fits_nowhere_fails_and_is_explained(self):
        giant = self.admin.create_flavor("giant", ram=1 << 30)
        self.addCleanup(self.admin.delete, f"/compute/v2.1/flavors/{giant}")
        self.addCleanup(self.remove, "lost")
        self.cloud.openstack("quota", "set", "--ram", "-1", "admin")
        self.run_virga("server", "create", "lost", "--image", "image", "--flavor", "giant",
                       "--wait", code=FAILED)
        self.assertIn("No valid host", self.shell.errors)
        why = self.shell.json("server", "explain", "lost")
        self.assertEqual((why["decision"]["outcome"], why["decision"]["considered"]),
                         ("no valid host", 1))
        self.assertIn({"name": "RamFilter", "refused": 1}, why["filters"])
        self.assertEqual([(m["host"], m["filter"]) for m in why["near_misses"]],
                         [("host-1", "RamFilter")])
        self.assertTrue(any("less memory" in line for line in why["advice"]), why["advice"])

    def test_explain_hides_hosts_from_projects(self):
        self.addCleanup(self.remove, "mine")
        self.run_virga("server", "create", "mine", "--image", "image", "--flavor", "tiny",
                       "--wait", environment=self.as_member())
        why = self.shell.json("server", "explain", "mine", environment=self.as_member())
        self.assertEqual(why["decision"]["outcome"], "placed")
        self.assertNotIn("host", why["decision"])
        self.assertNotIn("host-1", json.dumps(why))

    def test_ambiguous_names_are_refused_with_the_ids(self):
        made = [self.create("twin")["id"] for _ in range(2)]
        self.addCleanup(self.remove, "twin")
        self.run_virga("server", "show", "twin", code=USAGE)
        for server in made:
            self.assertIn(server, self.shell.errors)
        self.assertEqual(self.shell.json("server", "show", made[0])["id"], made[0])

    def test_without_a_terminal_it_waits_only_when_asked(self):
        self.addCleanup(self.remove, "quick")
        made = self.shell.json("server", "create", "quick", "--image", "image", "--flavor", "tiny")
        self.assertIn(made["status"], ("BUILD", "ACTIVE"))
        self.assertEqual(self.shell.errors, "")
        self.cloud.wait_for_status(made["id"], "ACTIVE")

    def test_on_a_terminal_it_waits_and_shows_the_steps(self):
        self.addCleanup(self.remove, "seen")
        shown = self.shell.on_terminal("server", "create", "seen", "--image", "image", "--flavor",
                                       "tiny", "--no-color")
        self.assertRegex(shown, r"\[ +\d+\.\d s\] seen: active")
        self.assertRegex(shown, r"status +ACTIVE")

    def test_others_servers_are_not_there(self):
        made = self.create("private")
        member = self.as_member()
        self.run_virga("server", "show", made["id"], code=NOT_FOUND, environment=member)
        self.run_virga("server", "delete", made["id"], code=NOT_FOUND, environment=member)
        self.run_virga("server", "explain", made["id"], code=NOT_FOUND, environment=member)
        self.assertEqual(self.shell.json("server", "list", environment=member), [])

    # Forms of output

    def test_output_has_the_form_that_was_asked_for(self):
        made = self.create("shape")
        self.assertEqual(self.run_virga("server", "list", "-o", "value", "-c", "id", "-c", "name"),
                         f"{made['id']} shape\n")
        rows = list(csv.reader(io.StringIO(self.run_virga("server", "list", "-o", "csv"))))
        self.assertEqual(rows[0][:3], ["id", "name", "status"])
        self.assertEqual(rows[1][:3], [made["id"], "shape", "ACTIVE"])
        yaml = self.run_virga("server", "show", "shape", "-o", "yaml", "-c", "name,status")
        self.assertEqual(yaml, 'name: "shape"\nstatus: "ACTIVE"\n')
        table = self.run_virga("server", "list").splitlines()
        self.assertEqual(table[0].split()[:3], ["ID", "NAME", "STATUS"])
        self.assertNotIn("\x1b", "".join(table))

    def test_tables_fit_the_terminal_and_names_give_it_no_orders(self):
        name = "a long name " * 6 + "\x1b[31mred"
        self.addCleanup(self.remove, name)
        body = {"server": {"name": name, "imageRef": self.image, "flavorRef": self.flavor}}
        made = self.admin.post("/compute/v2.1/servers", body).expect(202).json["server"]["id"]
        shown = self.shell.on_terminal("server", "list", "--no-color", columns=100)
        lines = shown.replace("\r", "").splitlines()
        self.assertTrue(all(len(line) <= 100 for line in lines), lines)
        self.assertTrue(lines[1].startswith(made), lines)
        self.assertIn("…", lines[1])
        self.assertNotIn("\x1b", shown)
        self.assertIn("\x1b[1m", self.shell.on_terminal("server", "list"))

    # Completion

    def test_completion_offers_commands_options_and_names(self):
        self.create("vienna")
        complete = lambda *words: self.run_virga("__complete", *words).split()  # noqa: E731
        self.assertIn("server", complete("s"))
        self.assertEqual(complete("server", "cr"), ["create"])
        self.assertIn("--image", complete("server", "create", "--i"))
        self.assertEqual(complete("server", "show", "vi"), ["vienna"])
        self.assertEqual(complete("server", "create", "x", "--flavor", ""), ["tiny"])
        self.assertEqual(complete("--os-cloud", ""), ["test"])
        self.assertEqual(complete("--os-cloud", "none", "server", "show", ""), [])
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("virga __complete", self.run_virga("completion", shell))
        subprocess.run(["bash", "-n"], input=self.run_virga("completion", "bash"), text=True,
                       check=True)
