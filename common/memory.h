// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace virga {

/// Unmaps the pages of code and constants (of this program and its libraries) from this process;
/// those that are needed again come back from the page cache at once. Loading and start-up touch
/// several times what a settled daemon uses, and without this it would count as resident for ever.
/// Gives free heap back too. Loses no data: only file mappings without a single page of our own are
/// touched. Failures are ignored.
void drop_unused_code() noexcept;

}  // namespace virga
