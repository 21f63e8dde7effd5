# SPDX-License-Identifier: Apache-2.0
"""The image cache: what a host's agent fetches ahead and drops, by the Image API."""
import os
import subprocess

from harness.case import CloudTest
from harness.waiting import wait_for

UUID = "00000000-1111-2222-3333-444455556666"
TARGET = "x-image-cache-clear-target"


class ImageCacheTest(CloudTest):
    extra = "images: {{hash_algorithm: sha512}}"  # hosts know bytes by another hash

    @classmethod
    def prepare(cls):
        admin = cls.cloud.admin
        cls.flavor = admin.create_flavor("tiny")
        cls.network = admin.create_network("lan", "provider", {
            "cidr": "10.9.0.0/24", "gateway_ip": "10.9.0.1"})

    def setUp(self):
        self.admin.delete("/image/v2/cache").expect(204)
        wait_for(lambda: self.state() == ({}, []), 20, "the cache is empty")

    def active(self, data=None):
        data = data or os.urandom(4096)
        image = self.admin.create_image("image")
        self.admin.upload(image, data, len(data)).expect(204)
        return image

    def state(self):
        """@return what is cached, by image, and the queue"""
        answer = self.admin.get("/image/v2/cache").expect(200).json
        return {one["image_id"]: one for one in answer["cached_images"]}, answer["queued_images"]

    def queue(self, image):
        self.admin.put(f"/image/v2/cache/{image}").expect(202)

    def wait_for_cached(self, *images):
        wait_for(lambda: set(self.state()[0]) == set(images), 20,
                 lambda: f"{images} are cached, but {self.state()}")

    def test_a_queued_image_is_fetched_and_a_deleted_one_dropped(self):
        image = self.active()
        self.queue(image)
        self.wait_for_cached(image)
        cached, queued = self.state()
        one = cached[image]
        self.assertEqual((queued, one["hits"], one["size"]), ([], 0, 4096))
        now = self.cloud.sql("SELECT max(last_seen_us) / 1000000 FROM hosts")[0][0]
        for when in ("last_accessed", "last_modified"):
            self.assertAlmostEqual(one[when], now, delta=60)
        self.queue(image)
        self.wait_for_cached(image)
        self.admin.delete(f"/image/v2/cache/{image}").expect(204)
        self.assertEqual(self.state(), ({}, []))
        wait_for(lambda: not self.cloud.sql("SELECT 1 FROM host_bases"), 20, "the host dropped it")
        self.assertEqual(self.cloud.sql("SELECT 1 FROM image_cache_drops"), [])

    def test_a_server_finds_what_was_fetched_and_keeps_it(self):
        image = self.active()
        self.queue(image)
        self.wait_for_cached(image)
        server = self.admin.create_server("user", image, self.flavor)
        self.cloud.wait_for_status(server, "ACTIVE")
        wait_for(lambda: self.state()[0][image]["hits"] == 1, 20, "one disk stands on it")
        self.admin.delete(f"/image/v2/cache/{image}").expect(204)
        wait_for(lambda: not self.cloud.sql("SELECT 1 FROM image_cache_drops"), 20,
                 "the host answered")
        self.assertEqual(self.state()[0][image]["hits"], 1)
        self.admin.delete(f"/compute/v2.1/servers/{server}").expect(204)
        wait_for(lambda: self.state()[0][image]["hits"] == 0, 20, "no disk stands on it")

    def test_images_with_the_same_bytes_are_cached_together(self):
        data = os.urandom(4096)
        first, second = self.active(data), self.active(data)
        self.queue(second)
        self.wait_for_cached(first, second)
        self.admin.delete(f"/image/v2/images/{second}").expect(204)
        self.wait_for_cached(first)

    def test_one_or_the_other_is_cleared(self):
        cached, queued = self.active(), self.active()
        self.queue(cached)
        self.wait_for_cached(cached)
        self.cloud.daemons["virga-agent"].stop()
        try:
            self.queue(queued)
            self.assertEqual((set(self.state()[0]), self.state()[1]), ({cached}, [queued]))
            self.admin.send("DELETE", "/image/v2/cache", headers={TARGET: "cache"}).expect(204)
            self.assertEqual(self.state(), ({}, [queued]))
            self.admin.send("DELETE", "/image/v2/cache", headers={TARGET: "queue"}).expect(204)
            self.assertEqual(self.state(), ({}, []))
            self.queue(queued)
            self.admin.delete(f"/image/v2/images/{queued}").expect(204)
            self.assertEqual(self.state(), ({}, []))
        finally:
            self.cloud.start("virga-agent")

    def test_killed_daemons_complete_what_was_asked(self):
        images = [self.active(os.urandom(1 << 20)) for _ in range(4)]
        for n, image in enumerate(images):
            self.queue(image)
            self.cloud.kill(("virga-agent", "virgad")[n % 2])
            self.cloud.start(("virga-agent", "virgad")[n % 2])
        self.wait_for_cached_after_restart(images)

    def wait_for_cached_after_restart(self, images):
        """The fake host's cache is gone with its agent: what it was told before is not there."""
        wait_for(lambda: self.state()[1] == [], 40,
                 lambda: f"the queue empties, but {self.state()}")
        self.assertIn(images[-1], self.state()[0])

    def test_wrong_requests_get_the_services_status(self):
        record = self.admin.create_image("without bytes")
        for method, path, headers, status in (
                ("PUT", f"/{UUID}", {}, 404), ("PUT", "/non-existing-image-id", {}, 404),
                ("PUT", f"/{record}", {}, 400), ("DELETE", f"/{UUID}", {}, 404),
                ("DELETE", "", {TARGET: "both"}, 400), ("POST", "", {}, 405)):
            answer = self.admin.send(method, "/image/v2/cache" + path, None, headers)
            self.assertEqual(answer.status, status, (method, path, answer.text))
        member = self.cloud.add_user("mona", "shop")
        for method, path in (("GET", ""), ("DELETE", ""), ("PUT", f"/{record}")):
            self.assertEqual(member.send(method, "/image/v2/cache" + path).status, 403)

    def glance(self, *arguments):
        """Runs the service's own client.  @return what it printed"""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.cloud.directory),
                       "LANG": "C.UTF-8", "OS_AUTH_URL": f"{self.cloud.url}/identity/v3",
                       "OS_USERNAME": "admin", "OS_PASSWORD": self.cloud.password,
                       "OS_PROJECT_NAME": "admin", "OS_USER_DOMAIN_ID": "default",
                       "OS_PROJECT_DOMAIN_ID": "default", "OS_REGION_NAME": "RegionOne"}
        done = subprocess.run(["glance", *arguments], text=True, capture_output=True, timeout=60,
                              check=False, env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_services_own_client_drives_it(self):
        image, other = self.active(), self.active()
        self.glance("cache-queue", image, other)
        self.wait_for_cached(image, other)
        listed = self.glance("cache-list")
        self.assertRegex(listed, rf"{image} +\| +cached")
        self.glance("cache-delete", image)
        self.wait_for_cached(other)
        self.glance("cache-clear", "--target", "cache")
        self.assertEqual(self.state(), ({}, []))
        self.assertNotIn(other, self.glance("cache-list"))
