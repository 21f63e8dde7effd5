# SPDX-License-Identifier: Apache-2.0
"""Runs test cases and prints a line for each: a name from the method, a reason from the failure."""
import itertools
import os
import pathlib
import re
import signal
import sys
import tempfile
import time
import traceback
import unittest

from harness.daemon import die_with_parent


def name_of(test):
    """`ServersTest.test_a_server_is_deleted` becomes "servers: a server is deleted"."""
    method = getattr(test, "_testMethodName", None)
    if method is None:  # a class that could not be set up
        return str(test)
    return f"{type(test).__name__.removesuffix('Test').lower()}: " + \
        method.removeprefix("test_").replace("_", " ")


class Lines(unittest.TestResult):
    """One line a test, with the failure's trace and the daemons' last words below it."""

    def __init__(self):
        super().__init__()
        self.passed = 0
        self.failed = 0
        self.start = 0.0

    def startTest(self, test):
        super().startTest(test)
        self.start = time.monotonic()

    def addSuccess(self, test):
        self.passed += 1
        print(f"ok {name_of(test)} ({time.monotonic() - self.start:.1f})", flush=True)

    def addFailure(self, test, err):
        self.failed += 1
        reason = " ".join(str(err[1]).split())[:300] or err[0].__name__
        print(f"FAIL {name_of(test)}: {reason}", flush=True)
        for line in "".join(traceback.format_exception(*err)).splitlines():
            print(f"    {line}")
        cloud = getattr(test, "cloud", None)
        if cloud is not None:
            print(cloud.last_words(), flush=True)

    addError = addFailure

    def addSubTest(self, test, subtest, err):
        if err is not None:
            sub = " ".join(str(value) for value in subtest.params.values())
            self.addFailure(test, (err[0], err[0](f"[{sub}] {err[1]}"), err[2]))

    def addSkip(self, test, reason):
        self.addFailure(test, (AssertionError, AssertionError(f"was skipped: {reason}"), None))


def limit_time(seconds):
    """Ends the process, and with it all that it started, when the tests take far too long."""
    def give_up(*_):
        print(f"FAIL the whole suite: not done within {seconds} s", flush=True)
        traceback.print_stack()
        os._exit(1)
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)


def chosen(suite, words):
    """The tests whose names contain one of the words."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from chosen(test, words)
        elif not words or any(word in name_of(test) for word in words):
            yield test


def run_here(tests):
    """@return how many passed and failed"""
    result = Lines()
    unittest.TestSuite(tests).run(result)
    return result.passed, result.failed


def begin_class(tests):
    """Starts them in a process of their own. @return its pid and where its output goes"""
    output = tempfile.TemporaryFile("w+")
    pid = os.fork()
    if pid == 0:
        die_with_parent()
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        passed, failed = run_here(tests)
        print(f"{passed} {failed}", flush=True)
        os._exit(0)
    return pid, output


def end_class(tests, status, output):
    """Prints in one piece what they said. @return how many passed and failed"""
    output.seek(0)
    *lines, last = output.read().splitlines() or [""]
    if status == 0 and re.fullmatch(r"\d+ \d+", last):
        print(*lines, sep="\n", flush=True)
        return tuple(int(word) for word in last.split())
    print(*lines, last, f"FAIL {name_of(tests[0])} and its class: ended with {status}", sep="\n",
          flush=True)
    return 0, 1


def run_classes(classes, jobs):
    """@return how many passed and failed in each"""
    counts, running, waiting = [], {}, list(reversed(classes))
    while waiting or running:
        while waiting and len(running) < jobs:
            tests = waiting.pop()
            pid, output = begin_class(tests)
            running[pid] = tests, output
        pid, status = os.wait()
        tests, output = running.pop(pid)
        counts.append(end_class(tests, status, output))
    return counts


def main(modules, seconds, jobs=1):
    """`run BUILD_BIN_DIR [WORD...]`: all tests of the modules, or those with a word in the name.
    `jobs` classes are run at a time, which then must not share anything."""
    if len(sys.argv) < 2 or not pathlib.Path(sys.argv[1], "virgad").is_file():
        sys.exit(f"usage: {sys.argv[0]} BUILD_BIN_DIR [WORD...]")
    os.environ["VIRGA_BIN"] = str(pathlib.Path(sys.argv[1]).resolve())
    limit_time(seconds)
    loader = unittest.TestLoader()
    tests = [test for module in modules
             for test in chosen(loader.loadTestsFromModule(module), sys.argv[2:])]
    if jobs == 1:
        counts = [run_here(tests)]
    else:
        counts = run_classes([list(group) for _, group in itertools.groupby(tests, type)], jobs)
    passed, failed = (sum(numbers) for numbers in zip(*counts, (0, 0)))
    if passed + failed == 0:
        failed = 1
        print("FAIL nothing was run")
    print(f"{passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed else 0)
