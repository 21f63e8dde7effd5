# SPDX-License-Identifier: Apache-2.0
"""The parts of tools/lab: several hosts with a cloud on one machine."""
from lab import settings  # noqa: F401  first of all: it tells harness where the cache is
