# SPDX-License-Identifier: Apache-2.0
import pathlib
import unittest

from conformance import configuration, known, report, selection
from conformance.results import Outcome, judge

HERE = pathlib.Path(__file__).resolve().parent


class KnownFailuresTest(unittest.TestCase):
    def test_a_tab_or_a_hash_ends_the_id(self):
        found, wrong = known.parse("# a comment\n\na.B.test_1[id-1]\tFirst.\na.B.test_2  # Second, #2.\n")
        self.assertEqual(found, {"a.B.test_1": "First.", "a.B.test_2": "Second, #2."})
        self.assertEqual(wrong, [])

    def test_a_line_without_a_reason_is_wrong(self):
        for line in ("a.B.test_1", "a.B.test_1\t", "a.B.test_1 #", "a.B.test_1\t# "):
            found, wrong = known.parse(line)
            self.assertEqual((found, wrong), ({}, ["line 1: a.B.test_1 has no reason"]), line)

    def test_an_id_that_is_there_twice_is_wrong(self):
        self.assertEqual(known.parse("a\tx\na[id-1]\ty\n")[1], ["line 2: a is there twice"])

    def test_the_lists_name_tests_of_the_tiers(self):
        for name in ("known-failures.txt", "known-skips.txt"):
            found, wrong = known.parse((HERE / name).read_text())
            self.assertEqual((wrong, set(found) - set(selection.all_ids())), ([], set()), name)


class SelectionTest(unittest.TestCase):
    def test_the_service_is_told_by_the_id(self):
        for test_id, service in (("tempest.api.identity.v3.test_x.A.test_b", "identity"),
                                 ("tempest.scenario.test_x.A.test_b", "scenario"),
                                 ("tempest.api.object_storage.test_x.A.test_b", None),
                                 ("setUpClass (tempest.api.image.A)", None)):
            self.assertEqual(selection.service_of(test_id), service)

    def test_attributes_are_no_part_of_the_name(self):
        self.assertEqual(selection.plain("a.B.test_c[id-1,smoke]"), "a.B.test_c")
        self.assertEqual(selection.plain("a.B.test_c(x[1])[id-1]"), "a.B.test_c(x[1])")
        self.assertEqual(selection.class_of("a.B.test_c[id-1.2]"), "a.B")

    def test_a_service_may_name_its_tiers(self):
        self.assertEqual(selection.wanted_services(["image", "compute:T0,T2"], ["T0", "T1"]),
                         {"image": ["T0", "T1"], "compute": ["T0", "T2a", "T2b"]})

    def test_what_is_not_there_is_refused(self):
        for words in (["swift"], ["image:T9"]):
            with self.assertRaises(selection.Mistake):
                selection.wanted_services(words, ["T0"])

    def test_tiers_are_disjoint_and_all_of_their_tests_belong_to_a_service(self):
        ids = [test_id for tier in selection.TIERS for test_id in selection.tier(tier)]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual([test_id for test_id in ids if selection.service_of(test_id) is None], [])

    def test_services_choose_from_their_tiers_only(self):
        ids = selection.from_tiers({"identity": ["T0"], "image": ["T0", "T1"]})
        count = {service: sum(selection.service_of(test_id) == service for test_id in ids)
                 for service in selection.SERVICES}
        self.assertEqual(count, {"identity": 14, "image": 74, "compute": 0, "network": 0,
                                 "volume": 0, "scenario": 0})


class ConfigurationTest(unittest.TestCase):
    def test_places_are_filled(self):
        self.assertEqual(configuration.fill("a = @A@/x@B@\n", {"A": 1, "B": True}), "a = 1/xtrue\n")

    def test_dollars_stay_dollars(self):
        self.assertEqual(configuration.fill("a = @A@", {"A": "x$y"}), "a = x$$y\n")

    def test_a_line_without_a_value_is_left_out(self):
        self.assertEqual(configuration.fill("a = @A@\nb = 1", {"A": None}), "b = 1\n")

    def test_comments_are_kept(self):
        self.assertEqual(configuration.fill("# @A@", {}), "# @A@\n")

    def test_a_place_that_nobody_knows_is_an_error(self):
        with self.assertRaises(KeyError):
            configuration.fill("a = @A@", {})

    def test_a_cloud_may_fetch_from_the_image_server_and_has_a_place_for_its_folder(self):
        text = configuration.images_of_cloud("http://127.0.0.1:4321/image").format(directory="/x")
        for line in ("directory: /x/second", "hosts: [127.0.0.1, does-not.exist]",
                     "ports: [4321, 80]"):
            self.assertIn(line, text)


class ReportTest(unittest.TestCase):
    def test_skips_are_grouped_by_reason_whatever_their_class(self):
        skipped = [Outcome("x.One.test_a", "skipped", "One skipped as glance is not available"),
                   Outcome("x.Two.test_a", "skipped", "Two skipped as glance is not available"),
                   Outcome("x.Two.test_b", "skipped", "a bug")]
        self.assertEqual(
            list(report.lines(judge(skipped, {}))),
            ["skipped 2: the class skipped as glance is not available [One, Two]",
             "skipped 1: a bug [Two]", "0 passed, 0 failed, 3 skipped"])


if __name__ == "__main__":
    unittest.main()
