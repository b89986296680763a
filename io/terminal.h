#pragma once

#include <cstdint>

namespace pulter::io {

/// Whether descriptor `number` (1 output, 2 errors) is a terminal that a person looks at; false where TERM
/// is "dumb".
[[nodiscard]] bool is_terminal(int number);

/// Columns of the terminal behind `number`; 80 where it cannot be asked.
[[nodiscard]] std::uint32_t terminal_columns(int number);

/// Milliseconds of a clock that only goes forward; its start means nothing.
[[nodiscard]] std::uint64_t steady_ms();

/// Nanoseconds since 1970, as the machine believes.
[[nodiscard]] std::int64_t wall_ns();

/// Blocks the calling thread.
void sleep_ms(std::uint64_t milliseconds);

}  // namespace pulter::io
