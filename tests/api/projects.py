# SPDX-License-Identifier: Apache-2.0
"""Domains and projects, as people type them and as nobody should send them."""
from harness.case import CloudTest

V3 = "/identity/v3"
LONG = "x" * 65
PROJECTS, DOMAINS = f"{V3}/projects", f"{V3}/domains"


def project(**values):
    return {"project": {"name": "bad", **values}}


def domain(**values):
    return {"domain": {"name": "bad", **values}}


# What is wrong, method, path, body, status.
TABLE = [
    ("not JSON", "POST", PROJECTS, b"{\"project\": ", 400),
    ("a list", "POST", PROJECTS, [], 400),
    ("no project", "POST", PROJECTS, {}, 400),
    ("a text", "POST", PROJECTS, {"project": "x"}, 400),
    ("no name", "POST", PROJECTS, {"project": {"enabled": True}}, 400),
    ("empty name", "POST", PROJECTS, project(name=""), 400),
    ("blank name", "POST", PROJECTS, project(name=" \t"), 400),
    ("long name", "POST", PROJECTS, project(name=LONG), 400),
    ("NUL in the name", "POST", PROJECTS, project(name="a\0b"), 400),
    ("name is a number", "POST", PROJECTS, project(name=1), 400),
    ("name is taken", "POST", PROJECTS, project(name="admin"), 409),
    ("enabled is a text", "POST", PROJECTS, project(enabled="true"), 400),
    ("unknown domain", "POST", PROJECTS, project(domain_id="none"), 400),
    ("unknown parent", "POST", PROJECTS, project(parent_id="none"), 400),
    ("parent is a list", "POST", PROJECTS, project(parent_id=[]), 400),
    ("tag with a comma", "POST", PROJECTS, project(tags=["a,b"]), 400),
    ("tag twice", "POST", PROJECTS, project(tags=["a", "a"]), 400),
    ("too many tags", "POST", PROJECTS, project(tags=[str(i) for i in range(81)]), 400),
    ("unknown option", "POST", PROJECTS, project(options={"x": True}), 400),
    ("unknown project", "PATCH", f"{PROJECTS}/none", project(), 404),
    ("unknown project", "DELETE", f"{PROJECTS}/none", None, 404),
    ("unknown project", "PUT", f"{PROJECTS}/none/tags/x", None, 404),
    ("no name", "POST", DOMAINS, {"domain": {}}, 400),
    ("long name", "POST", DOMAINS, domain(name=LONG), 400),
    ("name is taken", "POST", DOMAINS, domain(name="Default"), 409),
    ("id is no uuid", "POST", DOMAINS, domain(explicit_domain_id="x"), 400),
    ("empty change", "PATCH", f"{DOMAINS}/default", {"domain": {}}, 400),
    ("enabled domain", "DELETE", f"{DOMAINS}/default", None, 403),
    ("unknown domain", "DELETE", f"{DOMAINS}/none", None, 404),
    ("unknown group", "PUT", f"{DOMAINS}/default/config", {"config": {"x": {"y": 1}}}, 403),
    ("no options", "PUT", f"{DOMAINS}/default/config", {"config": {}}, 403),
    ("method", "PUT", PROJECTS, {}, 405),
]


class ProjectsTest(CloudTest):
    with_host = False

    def test_bad_input_is_refused_and_changes_nothing(self):
        before = self.cloud.counts()
        for what, method, path, body, status in TABLE:
            with self.subTest(what=what, method=method, path=path):
                answer = self.admin.send(method, path, body)
                self.assertEqual(answer.status, status, answer.text)
                self.assertEqual(answer.json["error"]["code"], status)
        self.assertEqual(self.cloud.counts(), before)

    def test_a_project_lives_by_the_client(self):
        client = self.cloud
        made = client.openstack_json("project", "create", "--description", "of the web",
                                     "--tag", "blue", "--property", "cost=7", "web")
        self.assertEqual((made["name"], made["tags"], made["cost"], made["domain_id"]),
                         ("web", ["blue"], "7", "default"))
        child = client.openstack_json("project", "create", "--parent", "web", "web-tests")
        self.assertEqual(child["parent_id"], made["id"])
        client.openstack("project", "set", "--name", "web-2", "--tag", "red", "--disable",
                         "web-tests")
        shown = client.openstack_json("project", "show", "--parents", "web-2")
        self.assertEqual((shown["enabled"], shown["tags"]), (False, ["red"]))
        self.assertEqual(list(shown["parents"]), [made["id"]])
        listed = client.openstack_json("project", "list", "--tags", "blue")
        self.assertEqual([row["Name"] for row in listed], ["web"])
        client.openstack("project", "delete", "web-2", "web")
        self.assertNotIn("web", client.openstack("project", "list"))

    def test_a_domain_goes_with_what_is_in_it(self):
        client = self.cloud
        before = client.counts()
        made = client.openstack_json("domain", "create", "--description", "for tests", "lab")
        client.openstack("project", "create", "--domain", "lab", "inside")
        client.openstack("user", "create", "--domain", "lab", "--password", "s3cret", "ines")
        client.openstack("group", "create", "--domain", "lab", "crew")
        self.admin.delete(f"{DOMAINS}/{made['id']}").expect(403)
        client.openstack("domain", "set", "--disable", "lab")
        self.assertFalse(client.openstack_json("domain", "show", "lab")["enabled"])
        client.openstack("domain", "delete", "lab")
        self.assertEqual(client.counts(), before)
