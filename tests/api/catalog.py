# SPDX-License-Identifier: Apache-2.0
"""The catalog, limits, credentials and OAuth, with the unmodified `openstack` client."""
import base64
import hashlib
import hmac
import json
import os
import stat
import subprocess

import oauthlib.oauth1
import yaml
from harness.case import CloudTest
from keystoneclient.contrib.ec2 import utils as ec2

V3 = "/identity/v3"
ODD_NAME = "o'neil \"; touch /tmp/virga-injected; `id` $(id) #: [x]\n- y"


class CatalogTest(CloudTest):
    with_host = False

    @classmethod
    def prepare(cls):
        cls.project = cls.cloud.sql("SELECT id FROM projects WHERE name = 'admin'")[0][0]
        cls.user = cls.cloud.sql("SELECT id FROM users WHERE name = 'admin'")[0][0]

    def run_json(self, *arguments):
        return self.cloud.openstack_json(*arguments)

    def run_text(self, *arguments):
        return self.cloud.openstack(*arguments)

    def urls(self, service_type):
        catalog = self.admin.get(f"{V3}/auth/catalog").expect(200).json["catalog"]
        return {e["interface"]: e["url"] for s in catalog if s["type"] == service_type
                for e in s["endpoints"]}

    def test_own_endpoints_follow_the_clients_address_and_survive_a_restart_as_changed(self):
        self.assertEqual(self.urls("image")["public"], f"{self.cloud.url}/image")
        by_name = self.admin.get(f"{V3}/auth/catalog", {"Host": "cloud.example:80"})
        self.assertIn("http://cloud.example", by_name.text)
        admin = [e for e in self.run_json("endpoint", "list", "--service", "glance")
                 if e["Interface"] == "admin"][0]["ID"]
        self.run_text("endpoint", "set", "--disable", admin)
        self.assertEqual(set(self.urls("image")), {"public", "internal"})
        self.cloud.restart("virgad")
        self.assertEqual(set(self.urls("image")), {"public", "internal"})
        self.run_text("endpoint", "set", "--enable", admin)
        self.assertEqual(len(self.urls("image")), 3)

    def test_service_region_and_endpoint_commands(self):
        region = self.run_json("region", "create", "--description", "north", "north")
        self.assertEqual(region["region"], "north")
        self.run_text("region", "set", "--parent-region", "RegionOne", "north")
        self.assertEqual(self.run_json("region", "show", "north")["parent_region"], "RegionOne")
        service = self.run_json("service", "create", "--name", "swift", "--description", "objects",
                                "object-store")
        made = self.run_json("endpoint", "create", "--region", "north", "swift", "public",
                             "http://swift:8080/v1/AUTH_%(project_id)s")
        self.assertEqual((made["service_id"], made["region"], made["enabled"]),
                         (service["id"], "north", True))
        self.assertEqual(self.urls("object-store"),
                         {"public": f"http://swift:8080/v1/AUTH_{self.project}"})
        listed = self.run_json("endpoint", "list", "--service", "swift", "--interface", "public")
        self.assertEqual([e["ID"] for e in listed], [made["id"]])
        self.run_text("service", "set", "--disable", "swift")
        self.assertEqual(self.urls("object-store"), {})
        self.run_text("endpoint", "delete", made["id"])
        self.run_text("service", "delete", "swift")
        self.run_text("region", "delete", "north")
        self.assertEqual([r["Region"] for r in self.run_json("region", "list")], ["RegionOne"])

    def test_policy_and_endpoint_group_commands(self):
        rules = self.cloud.directory / "rules.json"
        rules.write_text('{"a": "role:admin"}')
        policy = self.run_json("policy", "create", str(rules))
        self.assertEqual(self.run_json("policy", "show", policy["id"])["rules"], rules.read_text())
        self.run_text("policy", "delete", policy["id"])
        filters = self.cloud.directory / "filters.json"
        filters.write_text('{"interface": "public"}')
        group = self.run_json("endpoint", "group", "create", "only-public", str(filters))
        self.assertEqual([g["Name"] for g in self.run_json("endpoint", "group", "list")],
                         ["only-public"])
        path = f"{V3}/OS-EP-FILTER/endpoint_groups/{group['id']}/projects/{self.project}"
        self.admin.send("PUT", path).expect(204)
        self.assertEqual(set(self.urls("compute")), {"public"})
        self.admin.delete(path).expect(204)
        self.run_text("endpoint", "group", "delete", "only-public")
        self.assertEqual(len(self.urls("compute")), 3)

    def test_registered_limit_and_limit_commands(self):
        self.run_json("registered", "limit", "create", "--service", "glance", "--default-limit",
                      "10", "--region", "RegionOne", "image_count_total")
        registered = self.run_json("registered", "limit", "list")
        self.assertEqual([(r["Resource Name"], r["Default Limit"]) for r in registered],
                         [("image_count_total", 10)])
        wanted = {"service_id": registered[0]["Service ID"], "region_id": "RegionOne",
                  "resource_name": "image_count_total", "resource_limit": 3,
                  "project_id": self.project}
        made = self.admin.post(f"{V3}/limits", {"limits": [wanted]}).expect(201)
        limit = made.json["limits"][0]["id"]
        self.admin.post(f"{V3}/limits", {"limits": [wanted]}).expect(409)
        self.assertEqual(self.run_json("limit", "list")[0]["Resource Limit"], 3)
        self.run_text("limit", "set", "--resource-limit", "5", limit)
        self.assertEqual(self.run_json("limit", "show", limit)["resource_limit"], 5)
        self.run_text("limit", "delete", limit)
        self.run_text("registered", "limit", "delete", registered[0]["ID"])

    def test_credentials_are_sealed_at_rest(self):
        body = {"credential": {"user_id": self.user, "type": "cert", "blob": "hidden-words"}}
        made = self.admin.post(f"{V3}/credentials", body).expect(201).json["credential"]
        shown = self.run_json("credential", "show", made["id"])
        self.assertEqual((shown["blob"], shown["type"]), ("hidden-words", "cert"))
        self.cloud.restart("virgad")
        self.assertEqual(self.run_json("credential", "show", made["id"])["blob"], "hidden-words")
        for file in (self.cloud.directory / "control").glob("virga.db*"):
            self.assertNotIn(b"hidden-words", file.read_bytes(), file.name)
        key = self.cloud.directory / "control/sealing.key"
        self.assertEqual(stat.S_IMODE(os.stat(key).st_mode), 0o600)
        self.admin.send("PATCH", f"{V3}/credentials/{made['id']}",
                        {"credential": {"blob": "x", "project_id": self.project}}).expect(400)
        self.run_text("credential", "delete", made["id"])

    def test_ec2_credentials_sign_for_tokens(self):
        pair = self.run_json("ec2", "credentials", "create")
        self.assertEqual(self.run_json("ec2", "credentials", "show", pair["access"])["secret"],
                         pair["secret"])
        described = {"access": pair["access"], "host": "ec2:8773", "verb": "GET",
                     "path": "/services/Cloud", "headers": {}, "body_hash": "",
                     "params": {"SignatureVersion": "2", "Action": "Describe Everything/All~"}}
        described["signature"] = ec2.Ec2Signer(pair["secret"]).generate(
            json.loads(json.dumps(described)))
        answer = self.admin.post(f"{V3}/ec2tokens", {"credentials": described}).expect(200)
        self.assertEqual(answer.json["token"]["methods"], ["ec2credential"])
        token = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
        self.admin.get("/compute/v2.1/servers", token).expect(200)
        self.admin.get(f"{V3}/credentials/{hashlib.sha256(pair['access'].encode()).hexdigest()}",
                       token).expect(403)
        self.admin.post(f"{V3}/ec2tokens",
                        {"credentials": {**described, "path": "/other"}}).expect(401)
        self.check_version_4(pair)
        self.check_s3(pair)
        self.run_text("ec2", "credentials", "delete", pair["access"])
        self.admin.post(f"{V3}/ec2tokens", {"credentials": described}).expect(401)

    def check_version_4(self, pair):
        described = {"access": pair["access"], "host": "ec2", "verb": "POST", "path": "/x",
                     "params": {"b": "2", "a": "1"}, "body_hash": hashlib.sha256(b"x").hexdigest()}
        for date, status in (("20150830T123600Z", 401),):
            described["headers"] = {
                "Host": "ec2", "X-Amz-Date": date,
                "Authorization": f"AWS4-HMAC-SHA256 Credential=K/{date[:8]}/r/ec2/aws4_request,"
                                 "SignedHeaders=host;x-amz-date,Signature=x"}
            described["signature"] = ec2.Ec2Signer(pair["secret"]).generate(
                json.loads(json.dumps(described)))
            answer = self.admin.post(f"{V3}/ec2tokens", {"credentials": described}).expect(status)
            self.assertIn("expired", answer.text)  # the signature itself was right

    def check_s3(self, pair):
        to_sign = b"PUT\n\n\nSat, 21 Nov 2026 10:00:00 GMT\n/bucket/key"
        signature = base64.b64encode(hmac.new(pair["secret"].encode(), to_sign,
                                              hashlib.sha1).digest()).decode()
        described = {"access": pair["access"], "signature": signature,
                     "token": base64.urlsafe_b64encode(to_sign).decode()}
        answer = self.admin.post(f"{V3}/s3tokens", {"credentials": described}).expect(200)
        self.assertNotIn("X-Subject-Token", answer.headers)
        described["signature"] = signature[::-1]
        self.admin.post(f"{V3}/s3tokens", {"credentials": described}).expect(401)

    def signed(self, client, path, method="POST", more=None, body=None):
        """Sends a request signed by the library."""
        _, headers, _ = client.sign(self.cloud.url + path, http_method=method, headers=more or {})
        return self.admin.send(method, path, body, {**headers, "X-Auth-Token": ""})

    def test_oauth_from_consumer_to_token(self):
        consumer = self.run_json("consumer", "create", "--description", "robot")
        keys = {"client_key": consumer["id"], "client_secret": consumer["secret"],
                "signature_method": oauthlib.oauth1.SIGNATURE_HMAC}
        top = f"{V3}/OS-OAUTH1"
        wrong = oauthlib.oauth1.Client(**{**keys, "client_secret": "x"}, callback_uri="oob")
        project = {"Requested-Project-Id": self.project}
        self.signed(wrong, f"{top}/request_token", more=project).expect(401)
        right = oauthlib.oauth1.Client(**keys, callback_uri="oob")
        asked = dict(oauthlib.common.urldecode(
            self.signed(right, f"{top}/request_token", more=project).expect(201).text))
        authorize = f"{top}/authorize/{asked['oauth_token']}"
        self.admin.send("PUT", authorize, {"roles": [{"name": "nothing"}]}).expect(401)
        verifier = self.admin.send("PUT", authorize, {"roles": [{"name": "reader"}]}).expect(
            200).json["token"]["oauth_verifier"]
        exchange = {**keys, "resource_owner_key": asked["oauth_token"],
                    "resource_owner_secret": asked["oauth_token_secret"]}
        for verified, status in (("wrong123", 401), (verifier, 201), (verifier, 404)):
            client = oauthlib.oauth1.Client(**exchange, verifier=verified)
            answer = self.signed(client, f"{top}/access_token").expect(status)
            if status == 201:
                got = dict(oauthlib.common.urldecode(answer.text))
        access = oauthlib.oauth1.Client(**keys, resource_owner_key=got["oauth_token"],
                                        resource_owner_secret=got["oauth_token_secret"])
        login = {"auth": {"identity": {"methods": ["oauth1"], "oauth1": {}}}}
        _, once, _ = access.sign(f"{self.cloud.url}{V3}/auth/tokens", http_method="POST")
        once["X-Auth-Token"] = ""
        answer = self.admin.post(f"{V3}/auth/tokens", login, once).expect(201)
        self.admin.post(f"{V3}/auth/tokens", login, once).expect(401)  # it was seen before
        token = answer.json["token"]
        self.assertEqual(([r["name"] for r in token["roles"]], token["project"]["id"]),
                         (["reader"], self.project))
        reader = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
        self.admin.get("/compute/v2.1/servers", reader).expect(200)
        self.admin.post(f"{V3}/services", {"service": {"type": "x"}}, reader).expect(403)
        self.admin.send("PUT", authorize, {"roles": []}, reader).expect(400, 403)
        tokens = f"{V3}/users/{self.user}/OS-OAUTH1/access_tokens"
        listed = self.admin.get(tokens).expect(200).json["access_tokens"]
        self.assertEqual([t["id"] for t in listed], [got["oauth_token"]])
        roles = self.admin.get(f"{tokens}/{got['oauth_token']}/roles").expect(200).json["roles"]
        self.assertEqual([r["name"] for r in roles], ["reader"])
        self.admin.delete(f"{tokens}/{got['oauth_token']}").expect(204)
        self.admin.get("/compute/v2.1/servers", reader).expect(401)
        self.run_text("consumer", "delete", consumer["id"])

    def test_downloaded_files_make_the_client_work(self):
        for name in ("clouds.yaml", "openrc"):
            self.assertEqual(self.admin.send("GET", f"/virga/v1/{name}", None,
                                             {"X-Auth-Token": "x"}).status, 401)
            answer = self.admin.get(f"/virga/v1/{name}").expect(200)
            self.assertNotIn(self.cloud.password, answer.text)
            (self.cloud.directory / name).write_bytes(answer.body)
        file = self.cloud.directory / "clouds.yaml"
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.cloud.directory),
                       "LANG": "C.UTF-8"}
        project = ["openstack", "token", "issue", "-f", "value", "-c", "project_id"]
        by_cloud = subprocess.run(
            [*project, "--os-password", self.cloud.password], text=True, capture_output=True,
            check=False, timeout=60,
            env={**environment, "OS_CLIENT_CONFIG_FILE": str(file), "OS_CLOUD": "virga"})
        self.assertEqual(by_cloud.stdout.strip(), self.project, by_cloud.stderr)
        for shell in ("sh", "bash"):
            by_rc = subprocess.run(
                [shell, "-c", '. "$0" && exec "$@"', str(self.cloud.directory / "openrc"),
                 *project], text=True, capture_output=True, check=False, timeout=60,
                input=self.cloud.password + "\n", env={**environment, "OS_TOKEN": "left over"})
            self.assertEqual(by_rc.stdout.strip(), self.project, by_rc.stderr)

    def test_names_cannot_break_out_of_downloaded_files(self):
        self.cloud.sql("UPDATE projects SET name = ? WHERE id = ?", ODD_NAME, self.project)
        self.cloud.restart("virgad")  # callers are cached
        try:
            clouds = yaml.safe_load(self.admin.get("/virga/v1/clouds.yaml").expect(200).text)
            self.assertEqual(clouds["clouds"]["virga"]["auth"]["project_name"], ODD_NAME)
            rc = self.cloud.directory / "odd-openrc"
            rc.write_bytes(self.admin.get("/virga/v1/openrc").expect(200).body)
            done = subprocess.run(["sh", "-c", '. "$0"; printf %s "$OS_PROJECT_NAME"', str(rc)],
                                  text=True, capture_output=True, input="x\n", check=True,
                                  timeout=30)
            self.assertEqual(done.stdout, ODD_NAME)
            self.assertFalse(os.path.exists("/tmp/virga-injected"))
        finally:
            self.cloud.sql("UPDATE projects SET name = 'admin' WHERE id = ?", self.project)
            self.cloud.restart("virgad")

    def test_bad_input_is_refused_in_identitys_form(self):
        limit = {"service_id": "x", "resource_name": "r", "default_limit": 1}
        before = self.cloud.counts()
        for what, method, path, body, status in (
                ("body is a list", "POST", "/regions", [], 400),
                ("no member", "POST", "/services", {"region": {}}, 400),
                ("type is missing", "POST", "/services", {"service": {"name": "n"}}, 400),
                ("type is empty", "POST", "/services", {"service": {"type": ""}}, 400),
                ("name is blank", "POST", "/services",
                 {"service": {"type": "t", "name": "  "}}, 400),
                ("enabled is text", "POST", "/services",
                 {"service": {"type": "t", "enabled": "True"}}, 400),
                ("id is too long", "POST", "/regions", {"region": {"id": "r" * 256}}, 400),
                ("text with NUL", "POST", "/regions", {"region": {"id": "a\0b"}}, 400),
                ("unknown service", "POST", "/registered_limits",
                 {"registered_limits": [limit]}, 400),
                ("limit is huge", "POST", "/registered_limits",
                 {"registered_limits": [{**limit, "default_limit": 2 ** 70}]}, 400),
                ("no such consumer", "GET", "/OS-OAUTH1/consumers/x", None, 404),
                ("no signature", "POST", "/OS-OAUTH1/request_token", None, 400),
                ("no filters", "POST", "/OS-EP-FILTER/endpoint_groups",
                 {"endpoint_group": {"name": "g", "filters": {}}}, 400),
                ("no such user", "POST", "/credentials",
                 {"credential": {"user_id": "x", "type": "t", "blob": "b"}}, 404),
                ("no signature", "POST", "/ec2tokens", {"credentials": {"access": "x"}}, 401),
                ("nothing at all", "POST", "/ec2tokens", {}, 400),
                ("no such policy", "GET", "/policies/x/OS-ENDPOINT-POLICY/endpoints", None, 404)):
            with self.subTest(what=what, path=path):
                answer = self.admin.send(method, V3 + path, body).expect(status)
                self.assertEqual(set(answer.json["error"]), {"code", "message", "title"})
        self.assertEqual(self.cloud.counts(), before)
