// SPDX-License-Identifier: Apache-2.0
// How the kernel shares processors among the threads of a process.
#pragma once

namespace virga {

/// For the calling thread and those that it makes: they work for microseconds at a time and shall
/// run as soon as they wake up, though threads that work for long keep all processors busy. They
/// take no larger share for that. Kernels before 6.12 do not know the request and ignore it. Needs
/// no privilege.
void prefer_promptness();

/// For the calling thread: it works for long. It gets a tenth of the share of others, and never
/// interrupts another one when it wakes up. Needs no privilege.
void prefer_others();

}  // namespace virga
