#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/json/reader.h"
#include "io/net/blocking.h"

namespace pulter::tool {

/// What the daemon answered, whole.
struct Answer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

/// One request to the daemon.
struct Call {
  std::string method = "GET";
  std::string target;  ///< "/v1/imports?limit=20", escaped already
  std::string body = {};
  std::string content_type = "application/json";
  std::string idempotency_key = {};           ///< empty: none
  std::optional<int> passed_descriptor = {};  ///< goes beside the request by SCM_RIGHTS
};

/// Talks HTTP/1.1 to the daemon over its Unix socket: one connection, kept alive, one request at a time.
/// Every failure is a Failure exception that names the socket and says what to do.
class HttpClient {
 public:
  explicit HttpClient(std::string socket_path) : socket_path_(std::move(socket_path)) {}

  /// Sends the request and reads the whole answer (at most 256 MiB of it).
  [[nodiscard]] Answer send(const Call& call);

  /// Sends what can be read from `source` as the body, in chunks; its length need not be known.
  [[nodiscard]] Answer upload(const Call& call, int source);

  /// Hands the answer's body on as it comes, whatever its length; an answer that is no 2xx is returned whole
  /// instead.
  Answer download(const Call& call, const std::function<void(std::string_view)>& take);

  /// send(), and the 2xx answer as JSON; anything else is a Failure with the problem's sentence.
  [[nodiscard]] json::Value send_json(const Call& call);

  [[nodiscard]] const std::string& socket_path() const { return socket_path_; }

 private:
  void connect();
  [[nodiscard]] Answer read_answer();

  std::string socket_path_;
  io::blocking::Descriptor socket_;
  std::vector<char> piece_;  // kept from answer to answer: clearing it anew costs more than a short answer
};

/// The Failure of an answer that is no 2xx: the problem object's `detail`, or what can be said of the status.
[[nodiscard]] std::string problem_text(const Answer& answer);

/// Escapes a path segment or query value: everything but unreserved characters (RFC 3986, 2.3).
[[nodiscard]] std::string percent_encode(std::string_view text);

/// "?a=1&b=x%20y" of the pairs whose value is not empty; "" when none is left.
[[nodiscard]] std::string query_text(const std::vector<std::pair<std::string, std::string>>& parameters);

}  // namespace pulter::tool
