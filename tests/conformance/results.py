# SPDX-License-Identifier: Apache-2.0
"""From what the test runner reports to what became of each test that was asked for. Pure."""
import collections
import dataclasses
import re

from conformance.selection import class_of, plain

FIXTURE = re.compile(r"(setUpClass|tearDownClass) \((.+)\)$")
SET_UP = "setUpClass: "
REASON_LENGTH = 300


@dataclasses.dataclass
class Report:
    """A test, or the fixture of a class, as the runner saw it."""
    id: str
    status: str  # success, fail, skip, xfail, uxsuccess, inprogress: the words of subunit
    details: dict = dataclasses.field(default_factory=dict)  # name -> text
    seconds: float = 0.0


@dataclasses.dataclass
class Outcome:
    """What became of a test. A fixture that failed on its own is one too."""
    name: str
    state: str  # passed, failed, skipped
    reason: str = ""
    details: dict = dataclasses.field(default_factory=dict)
    seconds: float = 0.0


def exception_of(trace):
    """The exception in one line: what follows the last frame of a traceback."""
    lines = trace.rstrip().splitlines()
    frames = [index for index, line in enumerate(lines) if re.match(r'  File ".*", line \d+', line)]
    rest = lines[frames[-1] + 1:] if frames else lines
    while frames and rest and rest[0].startswith("    "):
        rest = rest[1:]
    return shortened(" ".join(line.strip() for line in rest)) or "no reason was given"


def shortened(text):
    text = " ".join(text.split())
    return text if len(text) <= REASON_LENGTH else text[:REASON_LENGTH] + "..."


def reason_of(report):
    if report.status == "skip":
        return shortened(report.details.get("reason", "")) or "no reason was given"
    if report.status == "uxsuccess":
        return "passed, though the test itself expects a failure"
    if report.status not in ("fail", "success", "xfail"):
        return "began and never ended"
    for name, text in sorted(report.details.items()):
        if name.startswith("traceback") and text.strip():
            return exception_of(text)
    return shortened(" ".join(report.details.values())) or "no reason was given"


def state_of(report):
    return {"success": "passed", "xfail": "passed", "skip": "skipped"}.get(report.status, "failed")


def outcome_of(name, report, prefix=""):
    state = state_of(report)
    reason = "" if state == "passed" else prefix + reason_of(report)
    return Outcome(name, state, reason, report.details, report.seconds)


def outcomes(wanted, reports):
    """One outcome for each wanted test, and one for each other thing that failed.

    A class whose set-up failed or was skipped has no reports of its tests: all of them share its
    fate. A test without any report did not run, and counts as failed."""
    tests, fixtures, extra = {}, collections.defaultdict(list), []
    names = {plain(test_id): None for test_id in wanted}
    for report in reports:
        fixture = FIXTURE.match(report.id)
        if fixture:
            fixtures[fixture[2]].append((fixture[1], report))
        elif plain(report.id) in names:
            tests[plain(report.id)] = report
        elif state_of(report) == "failed":
            extra.append(outcome_of(report.id, report))
    found = [of_test(name, tests.get(name), fixtures[class_of(name)]) for name in names]
    for owner, seen in fixtures.items():
        extra += [outcome_of(f"{kind} ({owner})", report) for kind, report in seen
                  if state_of(report) == "failed" and not explains(kind, owner, names, tests)]
    return found + extra


def explains(kind, owner, names, tests):
    """Whether a failed fixture is already told as the failure of tests that did not run."""
    return kind == "setUpClass" and any(
        class_of(name) == owner and name not in tests for name in names)


def of_test(name, report, fixtures):
    if report is not None:
        return outcome_of(name, report)
    for kind, fixture in fixtures:
        if kind == "setUpClass" and state_of(fixture) != "passed":
            prefix = "" if fixture.status == "skip" else SET_UP
            return outcome_of(name, fixture, prefix)
    return Outcome(name, "failed", "did not run: there is no such test, or its worker ended early")


@dataclasses.dataclass
class Verdict:
    """A whole run, judged by what is known to fail."""
    passed: list
    failed: list    # outcomes; what counts against the run
    excused: list   # (outcome, reason why it is known to fail)
    skipped: list

    @property
    def line(self):
        return f"{len(self.passed)} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"


def judge(found, failures, faults=(), skips=None):
    """@param failures test name -> why it is known to fail
    @param faults what failed besides the tests: (what, sentence)
    @param skips test name -> why it may be skipped; with None, any test may"""
    verdict = Verdict([], [Outcome(what, "failed", fault) for what, fault in faults], [], [])
    for outcome in found:
        why = failures.get(outcome.name)
        # A test whose class could not be set up has not shown the failure that is known, unless
        # just that is known.
        if why and outcome.reason.startswith(SET_UP) and not why.startswith(SET_UP):
            why = None
        wrong = wrong_with(outcome, why, skips)
        if outcome.state == "failed" and why:
            verdict.excused.append((outcome, why))
        elif wrong:
            verdict.failed.append(dataclasses.replace(outcome, state="failed", reason=wrong))
        else:
            getattr(verdict, outcome.state).append(outcome)
    return verdict


def wrong_with(outcome, why_failing, skips):
    """What is wrong with an outcome that is not a failure; empty when nothing is."""
    if outcome.state == "passed" and why_failing:
        return f"passes, but is known to fail ({why_failing}): take it out of known-failures.txt"
    if skips is None or outcome.state == "failed":
        return ""
    if outcome.state == "skipped" and outcome.name not in skips:
        return f"was skipped: {outcome.reason}"
    if outcome.state == "passed" and outcome.name in skips:
        return "passes, but is known to be skipped: take it out of known-skips.txt"
    return ""
