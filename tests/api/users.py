# SPDX-License-Identifier: Apache-2.0
"""Users and groups, as people type them and as nobody should send them."""
from harness.case import CloudTest
from harness.rest import Rest

USERS, GROUPS = "/identity/v3/users", "/identity/v3/groups"
LONG = "x" * 256


def user(**values):
    return {"user": {"name": "bad", **values}}


def group(**values):
    return {"group": {"name": "bad", **values}}


# What is wrong, method, path, body, status.
TABLE = [
    ("not JSON", "POST", USERS, b"{", 400),
    ("a list", "POST", USERS, [], 400),
    ("no user", "POST", USERS, {}, 400),
    ("no name", "POST", USERS, {"user": {"password": "x"}}, 400),
    ("blank name", "POST", USERS, user(name="  "), 400),
    ("long name", "POST", USERS, user(name=LONG), 400),
    ("NUL in the name", "POST", USERS, user(name="a\0b"), 400),
    ("name is taken", "POST", USERS, user(name="admin"), 409),
    ("password is a number", "POST", USERS, user(password=1), 400),
    ("long password", "POST", USERS, user(password="x" * 4097), 403),
    ("enabled is a number", "POST", USERS, user(enabled=1), 400),
    ("unknown domain", "POST", USERS, user(domain_id="none"), 404),
    ("a domain as project", "POST", USERS, user(default_project_id="default"), 400),
    ("unknown option", "POST", USERS, user(options={"x": 1}), 400),
    ("rules are a text", "POST", USERS, user(options={"multi_factor_auth_rules": "x"}), 400),
    ("unknown user", "PATCH", f"{USERS}/none", user(), 404),
    ("unknown user", "DELETE", f"{USERS}/none", None, 404),
    ("unknown user", "POST", f"{USERS}/none/password",
     {"user": {"original_password": "x", "password": "y"}}, 401),
    ("no passwords", "POST", f"{USERS}/none/password", {"user": {}}, 400),
    ("bad time", "GET", f"{USERS}?password_expires_at=lt:yesterday", None, 400),
    ("bad operator", "GET", f"{USERS}?password_expires_at=xx:2026-11-06T15:32:17Z", None, 400),
    ("no name", "POST", GROUPS, {"group": {}}, 400),
    ("long name", "POST", GROUPS, group(name=LONG), 400),
    ("unknown domain", "POST", GROUPS, group(domain_id="none"), 404),
    ("unknown group", "PUT", f"{GROUPS}/none/users/none", None, 404),
    ("unknown group", "DELETE", f"{GROUPS}/none", None, 404),
]


class UsersTest(CloudTest):
    with_host = False

    def test_bad_input_is_refused_and_changes_nothing(self):
        before = self.cloud.counts()
        for what, method, path, body, status in TABLE:
            with self.subTest(what=what, method=method, path=path):
                answer = self.admin.send(method, path, body)
                self.assertEqual(answer.status, status, answer.text)
                self.assertEqual(answer.json["error"]["code"], status)
        self.assertEqual(self.cloud.counts(), before)

    def test_a_user_lives_by_the_client(self):
        client = self.cloud
        made = client.openstack_json("user", "create", "--password", "s3cret", "--email",
                                     "ann@example.org", "--project", "admin", "ann")
        self.assertEqual((made["name"], made["email"], made["enabled"]),
                         ("ann", "ann@example.org", True))
        self.assertNotIn("s3cret", str(made))
        client.openstack("user", "set", "--name", "anna", "--disable", "ann")
        shown = client.openstack_json("user", "show", "anna")
        self.assertEqual((shown["enabled"], shown["email"]), (False, "ann@example.org"))
        self.assertIn("anna", [row["Name"] for row in client.openstack_json("user", "list")])
        client.openstack("user", "delete", "anna")
        self.assertNotIn("anna", client.openstack("user", "list"))

    def test_a_group_lives_by_the_client(self):
        client = self.cloud
        client.openstack("group", "create", "--description", "of tests", "crew")
        client.openstack("group", "add", "user", "crew", "admin")
        self.assertIn("in group", client.openstack("group", "contains", "user", "crew", "admin"))
        listed = client.openstack_json("user", "list", "--group", "crew")
        self.assertEqual([row["Name"] for row in listed], ["admin"])
        client.openstack("group", "remove", "user", "crew", "admin")
        self.assertEqual(client.openstack_json("user", "list", "--group", "crew"), [])
        client.openstack("group", "delete", "crew")

    def test_a_user_changes_his_password_and_his_tokens_end(self):
        made = self.admin.post(USERS, user(name="pia", password="old")).expect(201)
        own = Rest(self.cloud.url)
        own.login("pia", "old").expect(201)
        own.get(f"{USERS}/{made.json['user']['id']}").expect(200)
        path = f"{USERS}/{made.json['user']['id']}/password"
        wrong = {"user": {"original_password": "x", "password": "new"}}
        self.assertEqual(own.post(path, wrong).expect(401).body,
                         own.post(f"{USERS}/nobody/password", wrong).expect(401).body)
        own.post(path, {"user": {"original_password": "old", "password": "new"}}).expect(204)
        own.get(f"{USERS}/{made.json['user']['id']}").expect(401)
        Rest(self.cloud.url).login("pia", "old").expect(401)
        own.login("pia", "new").expect(201)
        self.admin.send("PATCH", f"{USERS}/{made.json['user']['id']}",
                        {"user": {"enabled": False}}).expect(200)
        own.get(f"{USERS}/{made.json['user']['id']}").expect(401)
