# SPDX-License-Identifier: Apache-2.0
"""Who may come in, and for how long."""
import time

from harness.case import CloudTest
from harness.rest import Rest


class TokensTest(CloudTest):
    with_host = False

    def nobody(self, token=None):
        client = Rest(self.cloud.url)
        client.token = token
        return client

    def assert_refused(self, answer):
        self.assertEqual(answer.status, 401, answer.text)
        self.assertEqual(set(answer.json), {"error"})
        self.assertEqual(answer.json["error"]["code"], 401)
        self.assertIn("Keystone uri", answer.headers["WWW-Authenticate"])

    def test_a_wrong_password_and_an_unknown_user_look_the_same(self):
        answers = [self.nobody().login(name, "wrong", "admin") for name in ("admin", "nobody")]
        answers.append(self.nobody().login("admin", self.cloud.password, "no-such-project"))
        for answer in answers:
            self.assert_refused(answer)
            self.assertIsNone(answer.headers["X-Subject-Token"])
        self.assertEqual(len({answer.body for answer in answers}), 1)

    def test_a_token_describes_its_user_project_roles_and_catalog(self):
        answer = self.nobody().login("admin", self.cloud.password, "admin")
        token = answer.json["token"]
        self.assertEqual((token["user"]["name"], token["project"]["name"], token["methods"]),
                         ("admin", "admin", ["password"]))
        self.assertIn("admin", {role["name"] for role in token["roles"]})
        self.assertEqual(len(token["catalog"]), 5)
        shown = self.admin.get("/identity/v3/auth/tokens",
                               {"X-Subject-Token": answer.headers["X-Subject-Token"]})
        self.assertEqual(shown.expect(200).json["token"]["audit_ids"], token["audit_ids"])

    def test_a_token_that_is_missing_or_garbage_is_refused(self):
        path = "/compute/v2.1/servers"
        self.assert_refused(self.nobody().get(path))
        for token in ("x", "0" * 4000, "' OR 1=1 --", self.admin.token[:-1]):
            self.assert_refused(self.nobody(token).get(path))

    def test_an_expired_token_is_refused(self):
        client = self.nobody()
        client.login("admin", self.cloud.password, "admin")
        self.cloud.sql("UPDATE tokens SET expires_us = ? WHERE issued_us ="
                       " (SELECT max(issued_us) FROM tokens)", int(time.time() * 1e6) - 1)
        self.cloud.restart("virgad")
        self.assert_refused(client.get("/compute/v2.1/servers"))
        self.admin.get("/compute/v2.1/servers").expect(200)

    def test_a_revoked_token_is_refused_at_once(self):
        client = self.nobody()
        client.login("admin", self.cloud.password, "admin")
        revoked = client.send("DELETE", "/identity/v3/auth/tokens", None,
                              {"X-Subject-Token": client.token})
        self.assertEqual(revoked.status, 204)
        self.assert_refused(client.get("/compute/v2.1/servers"))

    def test_a_disabled_user_is_refused_with_his_old_token_too(self):
        client = self.cloud.add_user("dan", "dans")
        client.get("/compute/v2.1/servers").expect(200)
        self.cloud.sql("UPDATE users SET enabled = 0 WHERE name = 'dan'")
        self.cloud.restart("virgad")
        self.assert_refused(client.get("/compute/v2.1/servers"))
        self.assert_refused(self.nobody().login("dan", self.cloud.password, "dans"))

    def test_a_token_makes_another_one_that_ends_no_later(self):
        body = {"auth": {"identity": {"methods": ["token"], "token": {"id": self.admin.token}}}}
        made = self.nobody().post("/identity/v3/auth/tokens", body).expect(201)
        self.assertNotIn("project", made.json["token"], "the user has no default project")
        body["auth"]["scope"] = {"project": {"name": "admin", "domain": {"id": "default"}}}
        made = self.nobody().post("/identity/v3/auth/tokens", body).expect(201)
        own = self.admin.get("/identity/v3/auth/tokens", {"X-Subject-Token": self.admin.token})
        self.assertEqual(made.json["token"]["expires_at"], own.json["token"]["expires_at"])
        self.assertEqual(made.json["token"]["project"]["name"], "admin")

    def test_a_member_may_not_do_what_is_for_administrators(self):
        member = self.cloud.add_user("mike", "mikes")
        for method, path, body in (
                ("GET", "/compute/v2.1/os-hypervisors", None),
                ("GET", "/compute/v2.1/os-services", None),
                ("GET", "/compute/v2.1/servers?all_tenants=1", None),
                ("POST", "/compute/v2.1/flavors", {"flavor": {"name": "f", "ram": 1, "vcpus": 1,
                                                              "disk": 1}}),
                ("POST", "/networking/v2.0/networks", {"network": {"name": "n"}}),
                ("POST", "/image/v2/images", {"name": "i", "visibility": "public"})):
            with self.subTest(path=path):
                self.assertEqual(member.send(method, path, body).status, 403)

    def test_a_reader_may_look_but_not_change(self):
        reader = self.cloud.add_user("rita", "ritas", roles=("reader",))
        reader.get("/compute/v2.1/servers").expect(200)
        reader.post("/image/v2/images", {"name": "i"}).expect(403)
        reader.post("/compute/v2.1/servers", {"server": {}}).expect(403)
