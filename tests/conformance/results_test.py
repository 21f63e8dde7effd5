# SPDX-License-Identifier: Apache-2.0
import unittest

from conformance.results import Outcome, Report, exception_of, judge, outcomes

TRACE = """Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/tempest/api/x.py", line 50, in test_a
    self.client.show(1)
  File "/usr/lib/python3/dist-packages/tempest/lib/rest_client.py", line 774, in _error_checker
    raise exceptions.NotFound(resp_body, resp=resp)
tempest.lib.exceptions.NotFound: Object not found
Details: {'code': 404,
 'message': 'No such thing.'}
"""
WANTED = ["tempest.api.image.A.test_1[id-1]", "tempest.api.image.A.test_2[id-2,smoke]"]


def fixture(kind, status, **details):
    return Report(f"{kind} (tempest.api.image.A)", status, details)


def states(found):
    return [(outcome.name.rpartition(".")[2], outcome.state) for outcome in found]


class ExceptionLineTest(unittest.TestCase):
    def test_what_follows_the_last_frame_is_joined(self):
        self.assertEqual(exception_of(TRACE), "tempest.lib.exceptions.NotFound: Object not found "
                         "Details: {'code': 404, 'message': 'No such thing.'}")

    def test_markers_below_the_code_are_left_out(self):
        marked = TRACE.replace("resp=resp)\n", "resp=resp)\n    ^^^^^^^^^\n")
        self.assertEqual(exception_of(marked), exception_of(TRACE))

    def test_a_text_without_frames_is_taken_whole(self):
        self.assertEqual(exception_of("Exception: it\nended\n"), "Exception: it ended")

    def test_a_long_text_is_cut(self):
        self.assertLess(len(exception_of("x" * 5000)), 400)

    def test_nothing_is_said_to_be_nothing(self):
        self.assertEqual(exception_of(""), "no reason was given")


class OutcomesTest(unittest.TestCase):
    def test_reports_are_found_whatever_their_attributes(self):
        found = outcomes(WANTED, [Report("tempest.api.image.A.test_1[id-1]", "success"),
                                  Report("tempest.api.image.A.test_2", "skip", {"reason": "why"})])
        self.assertEqual(states(found), [("test_1", "passed"), ("test_2", "skipped")])
        self.assertEqual(found[1].reason, "why")

    def test_a_test_without_a_report_has_failed(self):
        found = outcomes(WANTED, [Report(WANTED[0], "success")])
        self.assertEqual(states(found), [("test_1", "passed"), ("test_2", "failed")])
        self.assertIn("did not run", found[1].reason)

    def test_a_test_that_never_ended_has_failed(self):
        found = outcomes(WANTED[:1], [Report(WANTED[0], "inprogress")])
        self.assertEqual((found[0].state, found[0].reason), ("failed", "began and never ended"))

    def test_a_failed_set_up_is_the_failure_of_each_test_and_told_once(self):
        found = outcomes(WANTED, [fixture("setUpClass", "fail", traceback=TRACE)])
        self.assertEqual(states(found), [("test_1", "failed"), ("test_2", "failed")])
        self.assertTrue(found[0].reason.startswith("setUpClass: tempest.lib.exceptions.NotFound"))

    def test_a_skipped_class_skips_each_of_its_tests(self):
        found = outcomes(WANTED, [fixture("setUpClass", "skip", reason="no glance")])
        self.assertEqual(states(found), [("test_1", "skipped"), ("test_2", "skipped")])
        self.assertEqual(found[0].reason, "no glance")

    def test_a_failed_tear_down_counts_beside_the_tests(self):
        found = outcomes(WANTED, [*(Report(wanted, "success") for wanted in WANTED),
                                  fixture("tearDownClass", "fail", traceback=TRACE)])
        self.assertEqual([outcome.state for outcome in found], ["passed", "passed", "failed"])
        self.assertEqual(found[2].name, "tearDownClass (tempest.api.image.A)")

    def test_a_failure_that_nobody_asked_for_counts(self):
        found = outcomes([], [Report("unittest.loader._FailedTest.x", "fail", {"traceback": TRACE}),
                              Report("tempest.other", "success")])
        self.assertEqual([outcome.name for outcome in found], ["unittest.loader._FailedTest.x"])

    def test_an_unexpected_success_has_failed(self):
        self.assertEqual(outcomes(WANTED[:1], [Report(WANTED[0], "uxsuccess")])[0].state, "failed")


class JudgeTest(unittest.TestCase):
    KNOWN = {"a": "It is right to fail."}

    def test_only_failures_that_are_not_known_count(self):
        verdict = judge([Outcome("a", "failed", "x"), Outcome("b", "failed", "y"),
                         Outcome("c", "passed"), Outcome("d", "skipped", "z")], self.KNOWN)
        self.assertEqual(verdict.line, "1 passed, 1 failed, 1 skipped")
        self.assertEqual([outcome.name for outcome in verdict.failed], ["b"])
        self.assertEqual([outcome.name for outcome, _ in verdict.excused], ["a"])

    def test_a_known_failure_that_passes_is_a_failure(self):
        verdict = judge([Outcome("a", "passed")], self.KNOWN)
        self.assertEqual(verdict.line, "0 passed, 1 failed, 0 skipped")
        self.assertIn("take it out", verdict.failed[0].reason)

    def test_a_known_failure_does_not_excuse_its_class(self):
        self.assertEqual(judge([Outcome("a", "failed", "setUpClass: x")], self.KNOWN).line,
                         "0 passed, 1 failed, 0 skipped")

    def test_a_class_may_be_known_not_to_be_set_up(self):
        known = {"a": "setUpClass: there are no floating IPs"}
        self.assertEqual(judge([Outcome("a", "failed", "setUpClass: x")], known).line,
                         "0 passed, 0 failed, 0 skipped")

    def test_known_failures_that_are_not_run_say_nothing(self):
        self.assertEqual(judge([Outcome("c", "passed")], self.KNOWN).line,
                         "1 passed, 0 failed, 0 skipped")

    def test_faults_of_the_list_are_failures(self):
        self.assertEqual(judge([], {}, [("list", "line 1: a has no reason")]).failed[0].reason,
                         "line 1: a has no reason")

    def test_with_a_list_of_skips_others_are_failures(self):
        found = [Outcome("a", "skipped", "x"), Outcome("b", "skipped", "y")]
        self.assertEqual(judge(found, {}, skips={"a": "why"}).line, "0 passed, 1 failed, 1 skipped")
        self.assertEqual(judge(found, {}).line, "0 passed, 0 failed, 2 skipped")

    def test_a_known_skip_that_passes_is_a_failure(self):
        verdict = judge([Outcome("a", "passed")], {}, skips={"a": "why"})
        self.assertIn("take it out of known-skips.txt", verdict.failed[0].reason)


if __name__ == "__main__":
    unittest.main()
