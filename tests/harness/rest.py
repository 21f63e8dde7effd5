# SPDX-License-Identifier: Apache-2.0
"""A small client for the REST APIs that lets tests send what a well-behaved client never would."""
import http.client
import json
import urllib.parse

TIMEOUT = 60


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body

    @property
    def text(self):
        return self.body.decode(errors="replace")

    @property
    def json(self):
        return json.loads(self.body)

    def expect(self, *statuses):
        """Itself when it has one of these statuses."""
        if self.status not in statuses:
            raise AssertionError(f"status {self.status}, not {statuses}: {self.text[:400]}")
        return self


class Rest:
    """Requests to one cloud in the name of one user; without a name, in nobody's."""

    def __init__(self, url):
        self.url = urllib.parse.urlsplit(url)
        self.token = None

    def login(self, user, password, project=None):
        """@return the answer, which holds the token's description"""
        scope = {"project": {"name": project, "domain": {"id": "default"}}}
        body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
            "name": user, "domain": {"id": "default"}, "password": password}}}}}
        if project:
            body["auth"]["scope"] = scope
        answer = self.post("/identity/v3/auth/tokens", body)
        if answer.status == 201:
            self.token = answer.headers["X-Subject-Token"]
        return answer

    def connect(self):
        return http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=TIMEOUT)

    def headers(self, more=None):
        own = {"X-Auth-Token": self.token} if self.token else {}
        return {**own, **(more or {})}

    def send(self, method, path, body=None, headers=None):
        """`body` may be bytes, an iterable of bytes, or anything that JSON can express."""
        more = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            more.setdefault("Content-Type", "application/json")
        connection = self.connect()
        try:
            connection.request(method, path, body, self.headers(more))
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def get(self, path, headers=None):
        return self.send("GET", path, headers=headers)

    def post(self, path, body=None, headers=None):
        return self.send("POST", path, body, headers)

    def put(self, path, body=None):
        return self.send("PUT", path, body)

    def patch(self, path, body=None):
        return self.send("PATCH", path, body)

    def head(self, path):
        return self.send("HEAD", path)

    def delete(self, path):
        return self.send("DELETE", path)

    def upload(self, image_id, pieces, size):
        """Streams an image's bytes with their length told first."""
        return self.send("PUT", f"/image/v2/images/{image_id}/file", pieces,
                         {"Content-Type": "application/octet-stream", "Content-Length": str(size)})

    def server(self, server_id):
        return self.get(f"/compute/v2.1/servers/{server_id}").expect(200).json["server"]

    def servers(self):
        return self.get("/compute/v2.1/servers/detail").expect(200).json["servers"]

    def act(self, server_id, action):
        return self.post(f"/compute/v2.1/servers/{server_id}/action", action)

    def create_server(self, name, image, flavor, **more):
        """@return its id"""
        body = {"server": {"name": name, "imageRef": image, "flavorRef": flavor, **more}}
        return self.post("/compute/v2.1/servers", body).expect(202).json["server"]["id"]

    def create_image(self, name, disk_format="raw", **more):
        """A record without bytes.  @return its id"""
        body = {"name": name, "disk_format": disk_format, "container_format": "bare", **more}
        return self.post("/image/v2/images", body).expect(201).json["id"]

    def image(self, image_id):
        return self.get(f"/image/v2/images/{image_id}").expect(200).json

    def create_flavor(self, name, ram=64, vcpus=1, disk=1):
        """@return its id"""
        body = {"flavor": {"name": name, "ram": ram, "vcpus": vcpus, "disk": disk}}
        return self.post("/compute/v2.1/flavors", body).expect(200).json["flavor"]["id"]

    def create_network(self, name, physical, subnet=None):
        """A flat network, with a subnet when its properties are given.  @return its id"""
        network = {"name": name, "shared": True, "provider:network_type": "flat",
                   "provider:physical_network": physical}
        made = self.post("/networking/v2.0/networks", {"network": network}).expect(201)
        network_id = made.json["network"]["id"]
        if subnet:
            body = {"subnet": {"network_id": network_id, "ip_version": 4, **subnet}}
            self.post("/networking/v2.0/subnets", body).expect(201)
        return network_id
