# SPDX-License-Identifier: Apache-2.0
"""Requests that no good client sends: the right status, the service's own form, and no effect."""
import json
import socket
import uuid

from harness.case import CloudTest

SERVERS = "/compute/v2.1/servers"
FLAVORS = "/compute/v2.1/flavors"
KEYPAIRS = "/compute/v2.1/os-keypairs"
IMAGES = "/image/v2/images"
NETWORKS = "/networking/v2.0/networks"
SUBNETS = "/networking/v2.0/subnets"
TOKENS = "/identity/v3/auth/tokens"
NONE = str(uuid.UUID(int=1))

FLAVOR = {"name": "f", "ram": 64, "vcpus": 1, "disk": 1}
NETWORK = {"name": "n", "provider:physical_network": "other"}
WITH_NUL = "x\0y"
DEEP = b"[" * 100_000 + b"]" * 100_000


def with_server(**changes):
    return {"server": {"name": "s", "imageRef": NONE, "flavorRef": "1", **changes}}


# What is wrong, method, path, body (bytes are sent as they are), status.
TABLE = [
    ("not JSON", "POST", SERVERS, b"{\"server\": ", 400),
    ("not JSON", "POST", NETWORKS, b"}", 400),
    ("not JSON", "POST", IMAGES, b"name=x", 400),
    ("not JSON", "POST", TOKENS, b"\xff\xfe", 400),
    ("empty body", "POST", SERVERS, b"", 400),
    ("deep JSON", "POST", SERVERS, DEEP, 400),
    ("a list", "POST", SERVERS, b"[]", 400),
    ("a list", "POST", IMAGES, b"[]", 400),
    ("a number", "POST", TOKENS, b"1", 400),
    ("no auth", "POST", TOKENS, {}, 400),
    ("wrong type", "POST", TOKENS, {"auth": "me"}, 400),
    ("wrong type", "POST", TOKENS, {"auth": {"identity": {"methods": "password"}}}, 400),
    ("method without part", "POST", TOKENS, {"auth": {"identity": {"methods": ["magic"]}}}, 400),
    ("unknown method", "POST", TOKENS,
     {"auth": {"identity": {"methods": ["magic"], "magic": {}}}}, 401),
    ("unknown key beside", "POST", SERVERS, {**with_server(), "x": 1}, 400),
    ("unknown key", "POST", SERVERS, with_server(nmae="y"), 400),
    ("unknown key", "POST", FLAVORS, {"flavor": {**FLAVOR, "cores": 1}}, 400),
    ("unknown key", "POST", KEYPAIRS, {"keypair": {"name": "k", "key": "x"}}, 400),
    ("unknown key", "POST", NETWORKS, {"network": {**NETWORK, "colour": "red"}}, 400),
    ("no name", "POST", SERVERS, {"server": {"imageRef": NONE, "flavorRef": "1"}}, 400),
    ("empty name", "POST", SERVERS, with_server(name=""), 400),
    ("long name", "POST", SERVERS, with_server(name="n" * 256), 400),
    ("NUL in the name", "POST", SERVERS, with_server(name=WITH_NUL), 400),
    ("number as name", "POST", SERVERS, with_server(name=7), 400),
    ("no image", "POST", SERVERS, with_server(imageRef=""), 400),
    ("unknown image", "POST", SERVERS, with_server(), 400),
    ("networks is a number", "POST", SERVERS, with_server(networks=7), 400),
    ("network is no uuid", "POST", SERVERS, with_server(networks=[{"uuid": "x"}]), 400),
    ("user data is no base64", "POST", SERVERS, with_server(user_data="*"), 400),
    ("long user data", "POST", SERVERS, with_server(user_data="A" * 70_000), 400),
    ("metadata is a list", "POST", SERVERS, with_server(metadata=[]), 400),
    ("count is negative", "POST", SERVERS, with_server(min_count=-1), 400),
    ("count is upside down", "POST", SERVERS, with_server(min_count=3, max_count=2), 400),
    ("config_drive is a list", "POST", SERVERS, with_server(config_drive=[]), 400),
    ("no memory", "POST", FLAVORS, {"flavor": {**FLAVOR, "ram": 0}}, 400),
    ("memory is text", "POST", FLAVORS, {"flavor": {**FLAVOR, "ram": "much"}}, 400),
    ("memory is a fraction", "POST", FLAVORS, {"flavor": {**FLAVOR, "ram": 1.5}}, 400),
    ("memory is huge", "POST", FLAVORS, {"flavor": {**FLAVOR, "ram": 2 ** 64}}, 400),
    ("key is no key", "POST", KEYPAIRS, {"keypair": {"name": "k", "public_key": "x"}}, 400),
    ("key is garbage", "POST", KEYPAIRS,
     {"keypair": {"name": "k", "public_key": "ssh-ed25519 AAAA"}}, 400),
    ("unknown format", "POST", IMAGES, {"name": "i", "disk_format": "exe"}, 400),
    ("unknown visibility", "POST", IMAGES, {"name": "i", "visibility": "secret"}, 400),
    ("read-only property", "POST", IMAGES, {"name": "i", "status": "active"}, 403),
    ("id is no uuid", "POST", IMAGES, {"id": "../../etc/passwd"}, 400),
    ("min_disk is negative", "POST", IMAGES, {"name": "i", "min_disk": -1}, 400),
    ("tags is a text", "POST", IMAGES, {"name": "i", "tags": "a"}, 400),
    ("no physical network", "POST", NETWORKS, {"network": {"name": "n"}}, 400),
    ("unknown type", "POST", NETWORKS,
     {"network": {**NETWORK, "provider:network_type": "carrier-pigeon"}}, 400),
    ("cidr is none", "POST", SUBNETS,
     {"subnet": {"network_id": NONE, "ip_version": 4, "cidr": "10.0.0.0/33"}}, 400),
    ("unknown network", "POST", SUBNETS,
     {"subnet": {"network_id": NONE, "ip_version": 4, "cidr": "10.0.0.0/24"}}, 404),
    ("unknown server", "GET", f"{SERVERS}/{NONE}", None, 404),
    ("unknown server", "DELETE", f"{SERVERS}/{NONE}", None, 404),
    ("unknown server", "POST", f"{SERVERS}/{NONE}/action", {"os-stop": None}, 404),
    ("id with a quote", "GET", f"{SERVERS}/'%20OR%201=1%20--", None, 404),
    ("unknown flavor", "GET", f"{FLAVORS}/none", None, 404),
    ("unknown flavor", "DELETE", f"{FLAVORS}/none", None, 404),
    ("unknown key pair", "DELETE", f"{KEYPAIRS}/none", None, 404),
    ("unknown image", "GET", f"{IMAGES}/{NONE}", None, 404),
    ("unknown image", "DELETE", f"{IMAGES}/{NONE}", None, 404),
    ("unknown image", "GET", f"{IMAGES}/{NONE}/file", None, 404),
    ("path climbs", "GET", f"{IMAGES}/..%2F..%2Fetc%2Fpasswd/file", None, 404),
    ("unknown network", "GET", f"{NETWORKS}/{NONE}", None, 404),
    ("unknown network", "DELETE", f"{NETWORKS}/{NONE}", None, 404),
    ("unknown path", "GET", "/compute/v2.1/nothing", None, 404),
    ("unknown path", "GET", "/networking/v2.0/nothing", None, 404),
    ("bad limit", "GET", f"{SERVERS}?limit=-1", None, 400),
    ("bad limit", "GET", f"{IMAGES}?limit=many", None, 400),
    ("unknown marker", "GET", f"{SERVERS}?marker={NONE}", None, 400),
    ("for administrators", "GET", f"{SERVERS}/detail?all_tenants=1", None, 403),
]

FAULTS = {400: "badRequest", 401: "error", 403: "forbidden", 404: "itemNotFound",
          405: "badMethod", 409: "conflictingRequest"}


class BadInputTest(CloudTest):
    """All rows are sent by the administrator, but for those that he may do."""

    @classmethod
    def prepare(cls):
        cls.member = cls.cloud.add_user("mona", "shop")

    def assert_form(self, path, answer):
        """The body of an error has the form of its service, and a request id goes with it."""
        self.assertRegex(answer.headers["X-Openstack-Request-Id"], "^req-[0-9a-f-]{36}$")
        if path.startswith("/compute"):
            self.assertEqual(list(answer.json), [FAULTS[answer.status]])
            self.assertEqual(answer.json[FAULTS[answer.status]]["code"], answer.status)
        elif path.startswith("/networking"):
            self.assertEqual(set(answer.json["NeutronError"]), {"type", "message", "detail"})
        elif path.startswith("/identity"):
            self.assertEqual(set(answer.json["error"]), {"code", "message", "title"})
        elif path.startswith("/image"):
            self.assertTrue(answer.headers["Content-Type"].startswith("text/html"))
            self.assertIn(f"<title>{answer.status} ", answer.text.replace("\n", ""))

    def test_each_is_refused_in_its_services_form_and_changes_nothing(self):
        before = self.cloud.counts()
        for what, method, path, body, status in TABLE:
            with self.subTest(what=what, method=method, path=path):
                client = self.member if what == "for administrators" else self.admin
                answer = client.send(method, path, body, {"Content-Type": "application/json"})
                self.assertEqual(answer.status, status, answer.text[:300])
                self.assert_form(path, answer)
        self.assertEqual(self.cloud.counts(), before)

    def test_what_is_another_projects_is_not_there(self):
        image = self.admin.create_image("private")
        self.admin.upload(image, b"\0" * 512, 512).expect(204)
        flavor = self.admin.create_flavor("tiny-1")
        self.admin.create_network("net", "provider", {"cidr": "172.31.9.0/24"})
        server = self.admin.create_server("theirs", image, flavor)
        before = self.cloud.counts()
        for method, path, body, status in (
                ("GET", f"{SERVERS}/{server}", None, 404),
                ("DELETE", f"{SERVERS}/{server}", None, 404),
                ("POST", f"{SERVERS}/{server}/action", {"os-stop": None}, 404),
                ("POST", f"{SERVERS}/{server}/action", {"os-getConsoleOutput": {}}, 404),
                ("GET", f"{IMAGES}/{image}", None, 404),
                ("GET", f"{IMAGES}/{image}/file", None, 404),
                ("DELETE", f"{IMAGES}/{image}", None, 404),
                ("POST", SERVERS, with_server(imageRef=image, flavorRef=flavor), 400)):
            with self.subTest(method=method, path=path):
                answer = self.member.send(method, path, body)
                self.assertEqual(answer.status, status, answer.text)
                self.assert_form(path, answer)
                same = self.member.send(method, path.replace(server, NONE).replace(image, NONE),
                                        json.loads(json.dumps(body).replace(image, NONE)))
                self.assertEqual(same.text.replace(NONE, "ID"),
                                 answer.text.replace(server, "ID").replace(image, "ID"))
        self.assertEqual(self.member.servers(), [])
        self.assertEqual(self.member.get(IMAGES).json["images"], [])
        self.assertEqual(self.cloud.counts(), before)
        self.assertEqual(self.cloud.wait_for_status(server, "ACTIVE")["name"], "theirs")

    def test_a_wrong_method_is_answered_with_the_allowed_ones(self):
        for path, allowed in ((SERVERS, {"GET", "POST"}), (FLAVORS, {"GET", "POST"}),
                              (f"{IMAGES}/{NONE}/file", {"GET", "PUT"}),
                              (TOKENS, {"GET", "POST", "DELETE"})):
            with self.subTest(path=path):
                answer = self.admin.send("PATCH", path, {})
                self.assertEqual(answer.status, 405)
                named = {word.strip() for word in answer.headers["Allow"].split(",")}
                self.assertEqual(named - {"HEAD"}, allowed)

    def test_a_body_that_is_too_large_is_refused(self):
        before = self.cloud.counts()
        body = json.dumps(with_server(name="n" * (2 << 20))).encode()
        for path in (SERVERS, TOKENS):
            self.assertEqual(self.admin.post(path, body).status, 413)
        self.assertEqual(self.cloud.counts(), before)

    def test_headers_that_are_too_large_are_refused(self):
        for header in ({"X-Big": "x" * 40_000}, {f"X-{n}": "x" * 100 for n in range(90)} |
                       {"X-Last": "x" * 20_000}):
            self.assertEqual(self.admin.get(SERVERS, header).status, 431)

    def test_a_wrong_content_type_is_refused_for_an_upload(self):
        image = self.admin.create_image("typed")
        answer = self.admin.send("PUT", f"{IMAGES}/{image}/file", b"x",
                                 {"Content-Type": "text/plain"})
        self.assertIn(answer.status, (400, 415))
        self.assertEqual(self.admin.image(image)["status"], "queued")
        self.admin.delete(f"{IMAGES}/{image}").expect(204)

    def raw(self, request):
        """The first line of the answer to bytes that are sent as they are."""
        with socket.create_connection(("127.0.0.1", self.admin.url.port), timeout=30) as peer:
            peer.sendall(request)
            peer.shutdown(socket.SHUT_WR)
            answer = b""
            while more := peer.recv(65536):
                answer += more
            return answer.split(b"\r\n")[0].decode()

    def test_what_is_not_http_does_no_harm(self):
        for request in (b"\0" * 100, b"GET / HTTP/1.1\r\nbroken\r\n\r\n", b"HELLO\r\n\r\n",
                        b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
                        b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
                        b"POST /compute/v2.1/servers HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"):
            with self.subTest(request=request[:40]):
                self.assertRegex(self.raw(request), r"^$|^HTTP/1\.1 4")
        self.admin.get(SERVERS).expect(200)

    def test_two_requests_in_one_are_told_apart_by_one_rule_only(self):
        smuggled = (b"POST /compute/v2.1/servers HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
                    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n")
        self.assertRegex(self.raw(smuggled), r"^$|^HTTP/1\.1 4")
