# SPDX-License-Identifier: Apache-2.0
"""Tempest as the measure of how well the APIs are answered."""
