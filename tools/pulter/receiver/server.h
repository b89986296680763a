#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codec/http/request_reader.h"
#include "io/net/blocking_poller.h"

namespace pulter::tool {

/// A whole request.
struct Request {
  std::string method;
  std::string path;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  ///< empty when the server discards bodies
  std::uint64_t body_bytes = 0;

  [[nodiscard]] std::string header(std::string_view name) const;
};

/// What to send back, and how.
struct Response {
  std::string bytes;  ///< empty: nothing is sent
  std::uint64_t delay_ms = 0;
  std::uint64_t dribble_ms = 0;
  std::string_view again = {};  ///< sent after `bytes` until the connection breaks
  bool close = false;
  bool reset = false;
};

/// An HTTP/1.1 server for one thread: keep-alive, any number of connections, epoll. Bodies are kept whole, or
/// dropped inside the kernel when only the sender is measured.
class Server {
 public:
  using Handler = std::function<Response(Request&&)>;
  /// Asked when only the head of a request is there: an answer to give without reading the rest.
  using Early = std::function<std::optional<Response>(const Request&)>;
  /// Called when a request begins on `path` while another one on it is unanswered.
  using Overlap = std::function<void(const std::string& path)>;

  Server(io::blocking::Descriptor listener, bool discard_bodies, Handler handler, Overlap overlap);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void set_early(Early early) { early_ = std::move(early); }
  /// Serves until `stop` becomes readable; `tick` is called at least every `tick_ms`.
  [[nodiscard]] Result<> run(const io::blocking::Descriptor& stop, std::uint64_t tick_ms,
                             const std::function<void()>& tick);

  [[nodiscard]] std::uint64_t connections() const { return next_key_ - first_key; }

 private:
  static constexpr std::uint64_t listener_key = 0;
  static constexpr std::uint64_t stop_key = 1;
  static constexpr std::uint64_t first_key = 2;

  struct Connection;
  using Due = std::pair<std::uint64_t, std::uint64_t>;  // steady ms, connection key

  void accept_all();
  void pause_listening(const Error& error);
  void listen_again(std::uint64_t now_ms);
  void readable(std::uint64_t key);
  void feed(Connection& connection, std::string_view bytes);
  void begin_request(Connection& connection);
  [[nodiscard]] bool refuse_early(Connection& connection);
  void end_request(Connection& connection);
  void writable(std::uint64_t key);
  void answer_due(std::uint64_t now_ms);
  void close(std::uint64_t key);
  void free_path(Connection& connection);
  void bad_request(Connection& connection, const std::string& why);
  [[nodiscard]] Connection* find(std::uint64_t key);

  io::blocking::Descriptor listener_;
  io::blocking::Poller poller_;
  bool discard_bodies_;
  Handler handler_;
  Early early_;
  Overlap overlap_;
  std::vector<char> piece_;
  std::uint64_t next_key_ = first_key;
  std::uint64_t listen_again_ms_ = 0;  ///< 0: it listens
  bool told_of_shortage_ = false;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::unordered_map<std::string, std::uint64_t> busy_paths_;  // path → connection with an unanswered request
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
};

}  // namespace pulter::tool
