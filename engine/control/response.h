#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/base/result.h"
#include "engine/store/store.h"
#include "io/scope.h"

namespace pulter::control {

/// A body that is made while it is sent: a file, rows, the live stream.
class ResponseStream {
 public:
  virtual ~ResponseStream() = default;
  /// The whole length in bytes, where it is known before: then Content-Length, otherwise chunks.
  [[nodiscard]] virtual std::optional<std::uint64_t> length() const { return std::nullopt; }
  /// Writes some bytes into `out`, which holds at least limits::answer_piece_bytes; 0: the end. After an
  /// error the connection is cut, so that the client cannot take a part for the whole.
  virtual io::Task<Result<std::size_t>> fill(io::Scope& scope, std::span<char> out) = 0;
};

/// What a handler answers.
struct Response {
  int status = 200;
  std::string_view content_type = "application/json";             ///< a literal
  std::string_view cache_control = "no-store";                    ///< a literal
  std::vector<std::pair<std::string_view, std::string>> headers;  ///< names are literals
  std::string body;
  std::unique_ptr<ResponseStream> stream;  ///< instead of `body` where set
};

/// The words of a status: "Not Found".
[[nodiscard]] std::string_view status_title(int status) noexcept;
/// The status that an error code is answered with.
[[nodiscard]] int status_of(ErrorCode code) noexcept;

[[nodiscard]] Response json_response(int status, std::string body);
[[nodiscard]] Response no_content();

/// A problem (RFC 9457): `code` is the stable word; `field` is left out where empty.
[[nodiscard]] Response problem(int status, std::string_view code, std::string_view detail,
                               std::string_view field = {});
[[nodiscard]] Response problem(const Error& error);

/// Why the store did not do it. `what` names the thing: "import imp_…".
[[nodiscard]] Response store_problem(store::Status status, const std::string& detail, std::string_view what);

/// The members of a problem object alone, as they stand in an import's `error`.
void append_problem(std::string& out, int status, std::string_view code, std::string_view detail,
                    std::string_view field = {});

}  // namespace pulter::control
