# SPDX-License-Identifier: Apache-2.0
"""Roles, implied roles, grants and assignments, as the unmodified `openstack` client uses them."""
from harness.case import CloudTest

V3 = "/identity/v3"


class RolesTest(CloudTest):
    with_host = False

    @classmethod
    def prepare(cls):
        cls.member = cls.cloud.add_user("rob", "robs")

    def run_json(self, *arguments, login=None):
        return self.cloud.openstack_json(*arguments, login=login)

    def run_text(self, *arguments):
        return self.cloud.openstack(*arguments)

    def test_role_create_list_show_set_delete(self):
        made = self.run_json("role", "create", "--description", "looks after it", "keeper")
        self.assertEqual((made["name"], made["description"], made["domain_id"]),
                         ("keeper", "looks after it", None))
        self.assertIn("keeper", {role["Name"] for role in self.run_json("role", "list")})
        self.run_text("role", "set", "--name", "warden", "keeper")
        self.assertEqual(self.run_json("role", "show", "warden")["id"], made["id"])
        self.run_text("role", "delete", "warden")
        self.assertNotIn("warden", {role["Name"] for role in self.run_json("role", "list")})

    def test_role_add_and_remove_count_at_once(self):
        self.run_text("role", "create", "guest")
        self.run_text("role", "add", "--user", "id-of-rob", "--project", "admin", "guest")
        scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
        body = {"auth": {"identity": {"methods": ["token"], "token": {"id": self.member.token}},
                         "scope": scope}}
        token = self.member.post(f"{V3}/auth/tokens", body).expect(201)
        self.assertEqual([role["name"] for role in token.json["token"]["roles"]], ["guest"])
        listed = self.run_json("role", "assignment", "list", "--user", "id-of-rob", "--names")
        self.assertIn(("guest", "rob@Default", "admin@Default"),
                      {(row["Role"], row["User"], row["Project"]) for row in listed})
        self.run_text("role", "remove", "--user", "id-of-rob", "--project", "admin", "guest")
        self.member.send("GET", f"{V3}/auth/projects", None,
                         {"X-Auth-Token": token.headers["X-Subject-Token"]}).expect(401)
        self.run_text("role", "delete", "guest")

    def test_implied_roles_show_in_effective_assignments(self):
        for name in ("prior", "implied"):
            self.run_text("role", "create", name)
        self.run_text("implied", "role", "create", "prior", "--implied-role", "implied")
        self.assertIn(("prior", "implied"), {(row["Prior Role Name"], row["Implied Role Name"])
                                             for row in self.run_json("implied", "role", "list")})
        self.run_text("role", "add", "--user", "id-of-rob", "--project", "id-of-robs", "prior")
        wanted = ("role", "assignment", "list", "--names", "--user", "id-of-rob", "--project",
                  "id-of-robs")
        self.assertNotIn("implied", {row["Role"] for row in self.run_json(*wanted)})
        self.assertIn("implied", {row["Role"] for row in self.run_json(*wanted, "--effective")})
        self.run_text("implied", "role", "delete", "prior", "--implied-role", "implied")
        for name in ("prior", "implied"):
            self.run_text("role", "delete", name)

    def test_a_system_scope_serves_who_has_a_role_there(self):
        admin = {"OS_USERNAME": "admin", "OS_PASSWORD": self.cloud.password,
                 "OS_USER_DOMAIN_ID": "default", "OS_SYSTEM_SCOPE": "all"}
        self.assertIn("admin", {role["Name"] for role in self.run_json("role", "list",
                                                                       login=admin)})
        self.run_text("role", "add", "--user", "id-of-rob", "--system", "all", "reader")
        login = {**admin, "OS_USERNAME": "rob"}
        self.assertIn("admin", {role["Name"] for role in self.run_json("role", "list",
                                                                       login=login)})
        self.run_text("role", "remove", "--user", "id-of-rob", "--system", "all", "reader")

    def test_inherited_roles_hold_on_the_projects_of_the_domain(self):
        self.run_text("role", "add", "--user", "id-of-rob", "--domain", "default", "--inherited",
                      "reader")
        projects = self.member.get(f"{V3}/auth/projects").expect(200).json["projects"]
        self.assertIn("admin", {project["name"] for project in projects})
        self.run_text("role", "remove", "--user", "id-of-rob", "--domain", "default",
                      "--inherited", "reader")
        projects = self.member.get(f"{V3}/auth/projects").expect(200).json["projects"]
        self.assertEqual({project["name"] for project in projects}, {"robs"})

    def test_token_issue_and_revoke(self):
        token = self.run_json("token", "issue")
        client = self.member
        headers = {"X-Auth-Token": token["id"]}
        client.send("GET", f"{V3}/auth/projects", None, headers).expect(200)
        self.run_text("token", "revoke", token["id"])
        client.send("GET", f"{V3}/auth/projects", None, headers).expect(401)

    def test_bad_input_is_refused(self):
        for body in ({}, {"role": {}}, {"role": {"name": ""}}, {"role": {"name": None}},
                     {"role": {"name": "x" * 256}}, {"role": {"name": "x", "options": 5}},
                     {"role": {"name": "x", "options": {"unknown": True}}}, {"role": []}, []):
            with self.subTest(body=body):
                answer = self.admin.post(f"{V3}/roles", body).expect(400)
                self.assertEqual(answer.json["error"]["code"], 400)
        self.admin.post(f"{V3}/roles", {"role": {"name": "member"}}).expect(409)
        for path in ("roles/none", "roles/none/implies", "role_assignments/none",
                     "projects/none/users/none/roles/none"):
            with self.subTest(path=path):
                self.admin.get(f"{V3}/{path}").expect(404)
        self.member.get(f"{V3}/roles").expect(403)
        self.member.put(f"{V3}/projects/id-of-robs/users/id-of-rob/roles/any").expect(403)
