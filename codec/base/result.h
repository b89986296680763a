#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace pulter {

/// What went wrong, as a stable word: `name(code)` is the `code` of a problem object in the control API
/// (contract, section 7) and must not change once it was released.
enum class ErrorCode : std::uint16_t {
  // the file
  unclosed_quote,
  row_too_long,
  too_many_columns,
  ragged_row,
  not_csv,
  unknown_encoding,
  bad_encoding,
  too_many_rows,
  file_too_large,
  file_read_failed,
  body_too_large,
  bad_compression,
  // what somebody sent us
  bad_json,
  bad_request,
  unknown_field,
  bad_value,
  missing_field,
  not_found,
  conflict,
  unauthorized,
  forbidden,
  method_not_allowed,
  payload_too_large,
  headers_too_large,
  bad_signature,
  bad_secret,
  bad_config,
  usage,
  // where a request may go
  bad_url,
  address_refused,
  name_not_found,
  name_lookup_failed,
  // the connection and the answer
  connect_failed,
  tls_failed,
  send_failed,
  receive_failed,
  connection_closed,
  bad_response,
  response_too_large,
  timed_out,
  cancelled,
  // this machine
  io_failed,
  disk_full,
  store_unavailable,
  store_corrupt,
  fenced,
  limit_reached,
  not_supported,
  gone,
  no_daemon,
};

/// The stable snake_case word of a code, e.g. "unclosed_quote".
[[nodiscard]] std::string_view name(ErrorCode code) noexcept;

/// One failure: a stable code, a position or errno, and a sentence for the user.
struct Error {
  ErrorCode code;
  /// Byte offset in the input where parsing failed, or the errno of a failed call; -1 where neither applies.
  std::int64_t at = -1;
  /// What happened, to what, and what to do: one or two plain sentences, no secret in it.
  std::string detail;
  /// The field, parameter or setting that was wrong, as the user spelled it; empty where none was.
  std::string field{};
};

template <class T = void>
using Result = std::expected<T, Error>;

/// `return fail(ErrorCode::bad_url, offset, "…");` from any function that returns a Result.
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::int64_t at, std::string detail) {
  return std::unexpected(Error{code, at, std::move(detail)});
}
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string detail) {
  return std::unexpected(Error{code, -1, std::move(detail)});
}
/// Hands the error of one Result on as the error of another.
[[nodiscard]] inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

}  // namespace pulter
