# SPDX-License-Identifier: Apache-2.0
"""Application credentials and their access rules: logins of programs."""
import json

from harness.case import CloudTest
from harness.rest import Rest

V3 = "/identity/v3"


class ApplicationCredentialsTest(CloudTest):
    with_host = False

    @classmethod
    def prepare(cls):
        cls.user = cls.cloud.add_user("pia", "pias")
        cls.login = {"OS_USERNAME": "pia", "OS_PASSWORD": cls.cloud.password,
                     "OS_USER_DOMAIN_ID": "default", "OS_PROJECT_ID": "id-of-pias"}
        cls.base = f"{V3}/users/id-of-pia/application_credentials"

    def create(self, name, client=None, **more):
        body = {"application_credential": {"name": name, **more}}
        return (client or self.user).post(self.base, body)

    def log_in(self, credential):
        client = Rest(self.cloud.url)
        body = {"auth": {"identity": {
            "methods": ["application_credential"],
            "application_credential": {k: credential[k] for k in ("id", "secret")}}}}
        answer = client.post(f"{V3}/auth/tokens", body)
        client.token = answer.headers["X-Subject-Token"]
        return client, answer

    def test_the_client_creates_one_and_logs_in_with_it(self):
        made = self.cloud.openstack_json("application", "credential", "create", "--role", "reader",
                                         "robot", login=self.login)
        robot = {"OS_AUTH_TYPE": "v3applicationcredential",
                 "OS_APPLICATION_CREDENTIAL_ID": made["id"],
                 "OS_APPLICATION_CREDENTIAL_SECRET": made["secret"]}
        token = self.cloud.openstack_json("token", "issue", login=robot)
        self.assertEqual((token["user_id"], token["project_id"]), ("id-of-pia", "id-of-pias"))
        listed = self.cloud.openstack_json("application", "credential", "list", login=self.login)
        self.assertIn("robot", {row["Name"] for row in listed})
        shown = self.cloud.openstack_json("application", "credential", "show", "robot",
                                          login=self.login)
        self.assertNotIn("secret", shown)
        self.cloud.openstack("application", "credential", "delete", "robot", login=self.login)
        self.log_in(made)[1].expect(401)

    def test_it_is_limited_to_its_roles_and_cannot_make_more(self):
        made = self.create("small", roles=[{"name": "reader"}]).expect(201)
        client, answer = self.log_in(made.json["application_credential"])
        answer.expect(201)
        client.get("/compute/v2.1/servers").expect(200)
        client.post("/image/v2/images", {"name": "i"}).expect(403)
        self.create("more", client).expect(403)
        body = {"auth": {"identity": {"methods": ["token"], "token": {"id": client.token}}}}
        client.post(f"{V3}/auth/tokens", body).expect(403)
        self.create("large", roles=[{"name": "admin"}]).expect(400)

    def test_access_rules_are_enforced(self):
        rules = [{"service": "compute", "method": "GET", "path": "/v2.1/flavors/**"},
                 {"service": "compute", "method": "GET", "path": "/v2.1/servers"}]
        made = self.create("narrow", access_rules=rules).expect(201).json["application_credential"]
        client, answer = self.log_in(made)
        answer.expect(201)
        client.get("/compute/v2.1/servers").expect(200)
        client.get("/compute/v2.1/flavors/none").expect(404)
        for path in ("/compute/v2.1/servers/detail", "/compute/v2.1/os-keypairs",
                     "/image/v2/images", f"{V3}/auth/projects"):
            with self.subTest(path=path):
                client.get(path).expect(401)
        client.post("/compute/v2.1/servers", {"server": {}}).expect(401)
        listed = self.user.get(f"{V3}/users/id-of-pia/access_rules").expect(200).json
        self.assertEqual(len(listed["access_rules"]), 2)
        rule = f"{V3}/users/id-of-pia/access_rules/{listed['access_rules'][0]['id']}"
        self.user.delete(rule).expect(403)
        self.user.delete(f"{self.base}/{made['id']}").expect(204)
        self.user.delete(rule).expect(204)
        client.get("/compute/v2.1/servers").expect(401)

    def test_bad_input_is_refused(self):
        for more in ({"expires_at": "tomorrow"}, {"unrestricted": 3}, {"secret": []},
                     {"roles": [{}]}, {"access_rules": [{"path": "/"}]},
                     {"access_rules": [{"path": "x", "method": "GET", "service": "compute"}]},
                     {"access_rules": [{"path": "/", "method": "get", "service": "compute"}]}):
            with self.subTest(more=more):
                self.create("bad", **more).expect(400)
        self.create("").expect(400)
        self.user.post(self.base, {}).expect(400)
        self.user.get(f"{self.base}/none").expect(404)
        self.create("mine", self.admin).expect(403)
        self.assertNotIn("bad", json.dumps(self.user.get(self.base).json))
