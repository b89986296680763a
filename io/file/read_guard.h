#pragma once

#include <cstddef>
#include <optional>

namespace pulter::io {

// The SIGBUS guard under MappedFile: a fixed table of address ranges that the signal handler can read at any
// moment.

/// Watches `size` bytes from `begin`, both multiples of a page; installs the handler with the first call. The
/// place to give to the other two functions; nothing when the table is full. Any thread.
[[nodiscard]] std::optional<std::size_t> watch_reads(const void* begin, std::size_t size);
/// Before the range is unmapped.
void unwatch_reads(std::size_t place) noexcept;
[[nodiscard]] bool reads_failed(std::size_t place) noexcept;

}  // namespace pulter::io
