#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/http/request_reader.h"
#include "engine/control/http_server.h"
#include "engine/control/request.h"
#include "engine/control/response.h"
#include "engine/control/services.h"

namespace pulter::control {

/// One connection to the control API: its requests, one after the other.
///
/// Owns the descriptor and one receive buffer. A descriptor that came beside a request is closed when that
/// request was answered, whatever happened to it.
class Connection final : private RequestBody {
 public:
  /// `idle` is cancelled first, to end what only waits: for a next request, or for changes to stream.
  Connection(io::Scope& scope, io::Scope& idle, Services& services, ServerCounters& counters, int fd,
             Door door);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override;

  /// Serves until either end has enough.
  io::Task<> run();

 private:
  enum class Head : std::uint8_t { complete, ended, refused };

  io::Task<Head> read_head();
  io::Task<bool> serve_one();
  io::Task<Result<std::string_view>> read() override;
  io::Task<std::int32_t> receive_more(io::Scope& scope, io::Instant deadline);
  io::Task<Result<>> allow_body();
  Result<bool> take_step();
  [[nodiscard]] bool worth_draining() const;
  /// Reads what is left of a request's body and throws it away. False: not worth it, close.
  io::Task<bool> drain();

  io::Task<bool> send(Response& response, bool keep);
  io::Task<bool> send_stream(ResponseStream& stream, bool chunked);
  void log_request(const Response& response, io::Instant begun) const;

  [[nodiscard]] io::Instant in(io::Duration time) { return services_.io.now() + time; }

  io::Scope& scope_;
  io::Scope& idle_;
  Services& services_;
  ServerCounters& counters_;
  int fd_;
  Door door_;
  io::PeerCredentials peer_;
  http::RequestReader reader_;
  PassedFd passed_fd_;
  std::vector<char> buffer_;
  std::string_view unread_;  ///< of buffer_: received and not yet given to reader_
  std::string_view piece_;   ///< body bytes that reader_ found and nobody took yet
  bool body_ended_ = true;
  bool continue_sent_ = false;
  bool broken_ = false;  ///< reader_ gave an error: it may not be asked again
  std::string method_;   ///< copies: they outlive an error of reader_
  std::string path_;
  Error head_error_{};
};

/// The head of an answer, up to the empty line.
[[nodiscard]] std::string response_head(const Response& response, bool keep, std::int64_t unix_s);

}  // namespace pulter::control
