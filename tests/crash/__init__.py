# SPDX-License-Identifier: Apache-2.0
"""Parts of a cloud are killed while it works; it has to finish what it was asked."""
