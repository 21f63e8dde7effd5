# SPDX-License-Identifier: Apache-2.0
"""A cloud with real guests on a private host."""
