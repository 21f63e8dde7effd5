# SPDX-License-Identifier: Apache-2.0
"""A line for each step. After a failure, later steps are not run."""
import sys
import time
import traceback


class Report:
    def __init__(self, rounds):
        self.rounds = rounds
        self.passed = 0
        self.failed = 0

    def run(self, name, step):
        """Runs a step; it may return what it did, for its line."""
        if self.failed:
            return
        start = time.monotonic()
        try:
            did = step()
        except Exception as failure:  # whatever it is, it is the step's failure
            self.failed += 1
            print(f"FAIL {name}{self.rounds.story()}: {' '.join(str(failure).split())[:300]}")
            print("    " + traceback.format_exc().replace("\n", "\n    "))
            print(self.rounds.cloud.last_words(), flush=True)
            return
        self.passed += 1
        print(f"ok {name}{did or ''} ({time.monotonic() - start:.1f})", flush=True)

    def end(self):
        self.rounds.cloud.stop()
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)
