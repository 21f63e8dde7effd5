# SPDX-License-Identifier: Apache-2.0
"""Waiting for conditions. Nothing in the tests waits for a duration."""
import time


class TimedOut(AssertionError):
    """A condition did not become true in time."""


def wait_for(condition, timeout, what, every=0.05):
    """The first true value of condition(), which is asked again and again.

    `what` is the condition in words, or a function that says what is the case instead."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimedOut(f"not within {timeout} s: {what() if callable(what) else what}")
        time.sleep(every)
