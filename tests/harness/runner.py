# SPDX-License-Identifier: Apache-2.0
"""Runs test cases and prints a line for each: a name from the method, a reason from the failure."""
import os
import pathlib
import signal
import sys
import time
import traceback
import unittest


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


def main(modules, seconds):
    """`run BUILD_BIN_DIR [WORD...]`: all tests of the modules, or those with a word in the name."""
    if len(sys.argv) < 2 or not pathlib.Path(sys.argv[1], "virgad").is_file():
        sys.exit(f"usage: {sys.argv[0]} BUILD_BIN_DIR [WORD...]")
    os.environ["VIRGA_BIN"] = str(pathlib.Path(sys.argv[1]).resolve())
    limit_time(seconds)
    loader = unittest.TestLoader()
    tests = unittest.TestSuite()
    for module in modules:
        tests.addTests(chosen(loader.loadTestsFromModule(module), sys.argv[2:]))
    result = Lines()
    tests.run(result)
    if result.passed + result.failed == 0:
        result.failed = 1
        print("FAIL nothing was run")
    print(f"{result.passed} passed, {result.failed} failed", flush=True)
    sys.exit(1 if result.failed else 0)
