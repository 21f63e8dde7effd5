# SPDX-License-Identifier: Apache-2.0
"""Metadata definitions: loaded by the operator's command while the cloud runs, seen by everybody."""
import json

from harness.case import CloudTest

NAMESPACE = {
    "namespace": "OS::Compute::CPU",
    "visibility": "public",
    "protected": True,
    "resource_type_associations": [{"name": "OS::Nova::Flavor", "prefix": "hw:"}],
    "properties": {"cpu_policy": {"title": "CPU policy", "type": "string",
                                  "enum": ["shared", "dedicated"], "default": "shared"}},
    "tags": [{"name": "cpu"}],
}


class MetadefsTest(CloudTest):
    with_host = False

    def load(self, *options):
        return self.cloud.tool("virgad", "metadefs", "load", str(self.folder), *options).split("\n")

    def setUp(self):
        super().setUp()
        self.folder = self.cloud.directory / "metadefs"
        self.folder.mkdir(exist_ok=True)
        (self.folder / "cpu.json").write_text(json.dumps(NAMESPACE))

    def test_a_directory_is_loaded_into_a_running_cloud_and_may_be_loaded_again(self):
        name = NAMESPACE["namespace"]
        self.assertIn(f"added {name}", self.load())
        self.assertIn(f"kept {name}", self.load())
        self.assertIn(f"replaced {name}", self.load("--replace"))
        path = f"/image/v2/metadefs/namespaces/{name}"
        shown = self.admin.get(path + "?resource_type=OS::Nova::Flavor").expect(200).json
        self.assertEqual(shown["properties"]["hw:cpu_policy"]["enum"], ["shared", "dedicated"])
        self.assertEqual(shown["tags"], NAMESPACE["tags"])
        refused = self.admin.send("DELETE", path)
        self.assertEqual(refused.status, 403, refused.text)
        self.assertIn("text/html", refused.headers["Content-Type"])

    def test_a_file_that_is_not_valid_is_named_and_nothing_is_loaded(self):
        (self.folder / "first.json").write_text('{"namespace": "first"}')
        bad = self.folder / "second.json"
        bad.write_text('{"namespace": "second", "visibility": "shared"}')
        with self.assertRaisesRegex(AssertionError, "second.json: .*'shared' is not one of"):
            self.load()
        bad.unlink()
        self.admin.get("/image/v2/metadefs/namespaces/first").expect(404)
