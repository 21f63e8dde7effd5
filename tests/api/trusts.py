# SPDX-License-Identifier: Apache-2.0
"""Trusts: one user acts with some roles of another."""
from harness.case import CloudTest
from harness.rest import Rest

TRUSTS = "/identity/v3/OS-TRUST/trusts"


class TrustsTest(CloudTest):
    with_host = False

    @classmethod
    def prepare(cls):
        cls.giver = cls.cloud.add_user("tess", "tesss")
        cls.taker = cls.cloud.add_user("theo", "theos")

    def login_of(self, name, project):
        return {"OS_USERNAME": name, "OS_PASSWORD": self.cloud.password,
                "OS_USER_DOMAIN_ID": "default", "OS_PROJECT_ID": f"id-of-{project}"}

    def create(self, **more):
        trust = {"trustor_user_id": "id-of-tess", "trustee_user_id": "id-of-theo",
                 "impersonation": True, "project_id": "id-of-tesss",
                 "roles": [{"name": "reader"}], **more}
        return self.giver.post(TRUSTS, {"trust": trust})

    def use(self, trust_id, client=None):
        client = client or self.taker
        body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
            "id": "id-of-theo", "password": self.cloud.password}}},
            "scope": {"OS-TRUST:trust": {"id": trust_id}}}}
        return client.post("/identity/v3/auth/tokens", body)

    def test_the_client_creates_lists_shows_uses_and_deletes_one(self):
        giver = self.login_of("tess", "tesss")
        roles = self.admin.get("/identity/v3/roles?name=reader").expect(200).json["roles"]
        made = self.cloud.openstack_json(
            "trust", "create", "--project", "id-of-tesss", "--role", roles[0]["id"],
            "--impersonate", "id-of-tess", "id-of-theo", login=giver)
        self.assertTrue(made["is_impersonation"] if "is_impersonation" in made
                        else made["impersonation"])
        taker = {"OS_USERNAME": "theo", "OS_PASSWORD": self.cloud.password,
                 "OS_USER_DOMAIN_ID": "default", "OS_TRUST_ID": made["id"]}
        token = self.cloud.openstack_json("token", "issue", login=taker)
        self.assertEqual((token["user_id"], token["project_id"]), ("id-of-tess", "id-of-tesss"))
        shown = self.cloud.openstack_json("trust", "show", made["id"], login=giver)
        self.assertEqual(shown["trustee_user_id"], "id-of-theo")
        listed = self.cloud.openstack_json("trust", "list")
        self.assertIn(made["id"], {row["ID"] for row in listed})
        self.cloud.openstack("trust", "delete", made["id"], login=giver)
        self.use(made["id"]).expect(401)

    def test_a_trust_gives_no_more_than_it_says_and_ends_with_its_source(self):
        trust = self.create().expect(201).json["trust"]
        answer = self.use(trust["id"]).expect(201)
        client = Rest(self.cloud.url)
        client.token = answer.headers["X-Subject-Token"]
        self.assertEqual([r["name"] for r in answer.json["token"]["roles"]], ["reader"])
        client.get("/compute/v2.1/servers").expect(200)
        client.post("/image/v2/images", {"name": "i"}).expect(403)
        body = {"auth": {"identity": {"methods": ["token"], "token": {"id": client.token}}}}
        client.post("/identity/v3/auth/tokens", body).expect(403)
        client.post(TRUSTS, {"trust": {**{k: trust[k] for k in (
            "trustor_user_id", "trustee_user_id", "impersonation", "project_id")},
            "roles": [{"name": "reader"}]}}).expect(403)
        roles = {r["name"]: r["id"] for r in self.admin.get("/identity/v3/roles").json["roles"]}
        grant = "/identity/v3/projects/id-of-tesss/users/id-of-tess/roles/"
        for name in ("member", "reader"):
            self.admin.delete(grant + roles[name]).expect(204)
        client.get("/compute/v2.1/servers").expect(401)
        for name in ("member", "reader"):
            self.admin.put(grant + roles[name]).expect(204)
        self.giver.login("tess", self.cloud.password, "tesss").expect(201)

    def test_uses_run_out(self):
        trust = self.create(remaining_uses=1).expect(201).json["trust"]
        self.use(trust["id"]).expect(201)
        self.use(trust["id"]).expect(401)

    def test_bad_input_is_refused(self):
        for more, status in (({"expires_at": "bad.123Z"}, 400), ({"remaining_uses": 0}, 400),
                             ({"impersonation": "yes"}, 400), ({"roles": {}}, 400),
                             ({"roles": [{"id": "x", "name": "y"}]}, 400), ({"roles": []}, 403),
                             ({"roles": [{"name": "no such role"}]}, 404),
                             ({"roles": [{"name": "admin"}]}, 404),
                             ({"trustor_user_id": "id-of-theo"}, 403),
                             ({"trustee_user_id": "none"}, 404), ({"project_id": "none"}, 404)):
            with self.subTest(more=more):
                self.create(**more).expect(status)
        self.giver.post(TRUSTS, {"trust": {}}).expect(400, 403)
        self.giver.get(f"{TRUSTS}/none").expect(404)
        self.giver.get(TRUSTS).expect(403)
