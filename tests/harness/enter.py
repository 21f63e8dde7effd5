# SPDX-License-Identifier: Apache-2.0
"""For suites that run on a private host: goes there."""
import os
import pathlib
import sys

from harness import guest_image, host


def private_host():
    """Returns on the private host; elsewhere the process becomes the one that makes it."""
    if host.folder() is not None:
        return
    guest_image.path()
    in_host = pathlib.Path(__file__).resolve().parent / "in_host"
    sys.stdout.flush()
    os.execv(in_host, [str(in_host), sys.executable, os.path.abspath(sys.argv[0]), *sys.argv[1:]])
