# SPDX-License-Identifier: Apache-2.0
"""What people type about flavors, key pairs, quotas and usage: the unmodified `openstack` client."""
import subprocess

from api.commands import row
from harness.case import CloudTest
from harness.rest import Rest

V2_1 = "/compute/v2.1"


class ComputeClientTest(CloudTest):
    """Each test cleans up what it made, so that their order does not matter."""
    @classmethod
    def prepare(cls):
        cls.member = cls.cloud.add_user("mona", "shop")
        cls.as_member = {"OS_USERNAME": "mona", "OS_PASSWORD": cls.cloud.password,
                         "OS_PROJECT_NAME": "shop", "OS_USER_DOMAIN_ID": "default",
                         "OS_PROJECT_DOMAIN_ID": "default"}

    def run_json(self, *arguments, login=None):
        return self.cloud.openstack_json(*arguments, login=login)

    def run_text(self, *arguments, login=None):
        return self.cloud.openstack(*arguments, login=login)

    def test_flavor_properties_and_description(self):
        self.run_text("flavor", "create", "--ram", "64", "--vcpus", "1", "--swap", "256",
                      "--ephemeral", "2", "--rxtx-factor", "1.5", "--property", "hw:boot_menu=true",
                      "--description", "for tests", "described")
        self.addCleanup(self.run_text, "flavor", "delete", "described")
        self.run_text("flavor", "set", "--property", "hw:cpu_policy=dedicated", "described")
        self.run_text("flavor", "unset", "--property", "hw:boot_menu", "described")
        shown = self.run_json("flavor", "show", "described")
        self.assertEqual(shown["properties"], {"hw:cpu_policy": "dedicated"})
        self.assertEqual((shown["swap"], shown["OS-FLV-EXT-DATA:ephemeral"], shown["rxtx_factor"],
                          shown["description"]), (256, 2, 1.5, "for tests"))
        self.run_text("--os-compute-api-version", "2.55", "flavor", "set", "--description", "new",
                      "described")
        self.assertEqual(self.run_json("flavor", "show", "described")["description"], "new")
        listed = row(self.run_json("flavor", "list", "--long"), "described")
        self.assertEqual(listed["Properties"], {"hw:cpu_policy": "dedicated"})

    def test_a_private_flavor_is_given_to_a_project(self):
        self.run_text("flavor", "create", "--private", "--project", "shop", "--ram", "64",
                      "--vcpus", "1", "--disk", "1", "hidden")
        self.addCleanup(self.run_text, "flavor", "delete", "hidden")
        shown = self.run_json("flavor", "show", "hidden")
        self.assertEqual(shown["access_project_ids"], ["id-of-shop"])
        self.assertEqual(self.run_json("flavor", "list"), [])
        self.assertEqual(row(self.run_json("flavor", "list", "--all"), "hidden")["Is Public"], False)
        row(self.run_json("flavor", "list", login=self.as_member), "hidden")
        self.run_text("flavor", "unset", "--project", "shop", "hidden")
        self.assertEqual(self.run_json("flavor", "list", login=self.as_member), [])

    def test_keypairs_of_others_and_certificates(self):
        # This client takes --type and does not send it.
        self.admin.post(f"{V2_1}/os-keypairs", {"keypair": {"name": "windows", "type": "x509"}},
                        {"OpenStack-API-Version": "compute 2.2"}).expect(201)
        self.assertEqual(self.run_json("keypair", "show", "windows")["type"], "x509")
        self.run_text("keypair", "delete", "windows")
        file = self.cloud.directory / "given"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)
        options = ("--os-compute-api-version", "2.92")
        self.run_text(*options, "keypair", "create", "--public-key", f"{file}.pub", "--user",
                      "mona", "monas@home")
        listed = self.run_json(*options, "keypair", "list", "--user", "mona")
        self.assertEqual([(k["Name"], k["Type"]) for k in listed], [("monas@home", "ssh")])
        self.assertEqual(self.run_json("keypair", "list"), [])
        # This client does not send whose key pair is to be deleted.
        path = f"{V2_1}/os-keypairs/monas@home?user_id=id-of-mona"
        version = {"OpenStack-API-Version": "compute 2.92"}
        self.admin.send("DELETE", path, None, version).expect(204)
        self.member.get(f"{V2_1}/os-keypairs/monas@home").expect(404)

    def test_quota_set_and_limits_show(self):
        self.run_text("quota", "set", "--cores", "7", "--key-pairs", "3", "shop")
        self.addCleanup(self.admin.delete, f"{V2_1}/os-quota-sets/id-of-shop")
        answer = self.member.get(f"{V2_1}/os-quota-sets/id-of-shop").expect(200)
        self.assertEqual((answer.json["quota_set"]["cores"], answer.json["quota_set"]["key_pairs"]),
                         (7, 3))
        limits = {line["Name"]: line["Value"]
                  for line in self.run_json("limits", "show", "--absolute", login=self.as_member)}
        self.assertEqual((limits["maxTotalCores"], limits["totalCoresUsed"]), (7, 0))
        self.run_text("quota", "set", "--class", "--cores", "30", "default")
        self.addCleanup(self.admin.put, f"{V2_1}/os-quota-class-sets/default",
                        {"quota_class_set": {"cores": 20}})
        defaults = self.member.get(f"{V2_1}/os-quota-sets/id-of-shop/defaults").expect(200)
        self.assertEqual(defaults.json["quota_set"]["cores"], 30)

    def test_a_quota_stops_servers_before_anything_is_made(self):
        self.admin.put(f"{V2_1}/os-quota-sets/id-of-shop", {"quota_set": {"instances": 0}}).expect(200)
        self.addCleanup(self.admin.delete, f"{V2_1}/os-quota-sets/id-of-shop")
        image = self.admin.create_image("bootable", visibility="public")
        self.admin.upload(image, b"\0" * 4096, 4096).expect(204)
        flavor = self.admin.create_flavor("small")
        self.addCleanup(self.admin.delete, f"{V2_1}/flavors/{flavor}")
        before = self.cloud.counts()
        refused = self.member.post(f"{V2_1}/servers", {"server": {
            "name": "s", "imageRef": image, "flavorRef": flavor}}).expect(403)
        self.assertIn("Quota exceeded for instances: Requested 1, but already used 0 of 0 instances",
                      refused.text)
        self.assertEqual(self.cloud.counts(), before)

    def test_extension_list(self):
        aliases = [e["Alias"] for e in self.run_json("extension", "list", "--compute")]
        self.assertIn("os-quota-sets", aliases)

    def test_usage_list_and_show(self):
        """With a server: this client cannot show that there is nothing to show."""
        image = self.admin.create_image("used")
        self.admin.upload(image, b"\0" * 4096, 4096).expect(204)
        flavor = self.admin.create_flavor("used")
        self.addCleanup(self.admin.delete, f"{V2_1}/flavors/{flavor}")
        server = self.admin.create_server("used", image, flavor)
        self.addCleanup(self.admin.delete, f"{V2_1}/servers/{server}")
        self.cloud.wait_for_status(server, "ACTIVE")
        shown = self.run_json("usage", "show", "--project", "admin")["Servers"]
        self.assertEqual([usage["instance_id"] for usage in shown], [server])
        self.assertEqual([len(usage["Servers"]) for usage in self.run_json("usage", "list")], [1])

    def test_images_by_the_old_way(self):
        image = self.member.create_image("old")
        self.member.upload(image, b"\0" * 4096, 4096).expect(204)
        shown = self.member.get(f"{V2_1}/images/{image}").expect(200).json["image"]
        self.assertEqual((shown["status"], shown["OS-EXT-IMG-SIZE:size"]), ("ACTIVE", 4096))
        body = {"metadata": {"os_distro": "debian"}}
        self.member.put(f"{V2_1}/images/{image}/metadata", body).expect(200)
        self.assertEqual(self.member.image(image)["os_distro"], "debian")
        self.member.delete(f"{V2_1}/images/{image}").expect(204)
        self.member.get(f"/image/v2/images/{image}").expect(404)

    def test_what_is_gone(self):
        other = Rest(self.cloud.url)
        other.get(f"{V2_1}/os-cells").expect(401)
        self.member.get(f"{V2_1}/os-cells").expect(410)
