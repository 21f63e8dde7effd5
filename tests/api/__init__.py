# SPDX-License-Identifier: Apache-2.0
"""The APIs of a cloud with the fake hypervisor, over HTTP."""
