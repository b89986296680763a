#pragma once

#include <stdexcept>
#include <string>

#include "codec/base/result.h"

namespace pulter::tool {

/// Exit codes of `pulter` (contract, section 9).
enum class ExitCode : int { delivered = 0, failed = 1, usage = 2, no_daemon = 3 };

/// Ends a command: main() prints the text after "pulter: " and exits with the code.
class Failure : public std::runtime_error {
 public:
  Failure(ExitCode exit_code, const std::string& text) : std::runtime_error(text), code_(exit_code) {}
  /// Of an error below: no_daemon exits 3, everything else 1.
  explicit Failure(const Error& error)
      : Failure(error.code == ErrorCode::no_daemon ? ExitCode::no_daemon : ExitCode::failed, error.detail) {}
  [[nodiscard]] ExitCode exit_code() const { return code_; }

 private:
  ExitCode code_;
};

/// The value of a Result, or a Failure with its sentence.
template <class T>
[[nodiscard]] T value_or_throw(Result<T> result) {
  if (!result) throw Failure(result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
inline void check(const Result<>& result) {
  if (!result) throw Failure(result.error());
}

}  // namespace pulter::tool
