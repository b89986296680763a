#pragma once

// CHECK is for bugs, never for bad input: it is always on, says where and what, and stops the program.
// Bad input, a full disk or a dead receiver are `Result` errors (codec/base/result.h).

namespace pulter {

/// Prints `file:line: check failed: what` to standard error and aborts. Never returns. Any thread.
[[noreturn]] void check_failed(const char* file, int line, const char* what) noexcept;

}  // namespace pulter

/// Stops the program when `condition` does not hold; the text is the condition itself.
#define PULTER_CHECK(condition) \
  (static_cast<bool>(condition) ? static_cast<void>(0) : ::pulter::check_failed(__FILE__, __LINE__, #condition))
