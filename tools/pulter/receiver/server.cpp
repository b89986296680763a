#include "tools/pulter/receiver/server.h"

#include <algorithm>

#include "io/terminal.h"
#include "tools/pulter/context.h"
#include "tools/pulter/failure.h"

namespace pulter::tool {
namespace {

constexpr std::size_t piece_bytes = 1u << 20;
/// An early answer has this time to be read before the connection ends.
constexpr std::uint64_t early_answer_ms = 300;
/// Between two looks whether a descriptor is free again.
constexpr std::uint64_t accept_pause_ms = 100;
constexpr std::uint64_t reserve_bytes_max = 256u << 20;

http::RequestLimits limits() {
  return {};
}

}  // namespace

std::string Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (http::same_ignoring_case(key, name)) return value;
  }
  return {};
}

struct Server::Connection {
  io::blocking::Descriptor socket;
  std::uint64_t key = 0;
  http::RequestReader reader{limits()};
  Request request;
  std::uint64_t discard_left = 0;  // body bytes to drop without reading them
  bool answering = false;          // a whole request is here and not answered yet
  bool refused = false;            // an early answer was given: nothing more is read
  bool wants_room = false;         // the poller watches for room to write
  std::string busy_path;           // path of the request that is not answered yet
  Response response;
  std::size_t sent = 0;
};

Server::Server(io::blocking::Descriptor listener, bool discard_bodies, Handler handler, Overlap overlap)
    : listener_(std::move(listener)),
      poller_(value_or_throw(io::blocking::Poller::create())),
      discard_bodies_(discard_bodies),
      handler_(std::move(handler)),
      overlap_(std::move(overlap)),
      piece_(piece_bytes) {
  poller_.add(listener_, listener_key);
}

Server::~Server() = default;

Server::Connection* Server::find(std::uint64_t key) {
  const auto found = connections_.find(key);
  return found == connections_.end() ? nullptr : found->second.get();
}

Result<> Server::run(const io::blocking::Descriptor& stop, std::uint64_t tick_ms,
                     const std::function<void()>& tick) {
  poller_.add(stop, stop_key);
  std::uint64_t tick_due = 0;
  while (true) {
    std::uint64_t now_ms = io::steady_ms();
    if (now_ms >= tick_due) {
      tick();
      tick_due = now_ms + tick_ms;
    }
    std::uint64_t until = tick_due;
    if (!due_.empty()) until = std::min(until, due_.top().first);
    if (listen_again_ms_ != 0) until = std::min(until, listen_again_ms_);
    const int timeout = until > now_ms ? static_cast<int>(until - now_ms) : 0;
    for (const io::blocking::Poller::Ready& ready : poller_.wait(timeout)) {
      if (ready.key == stop_key) return {};
      if (ready.key == listener_key) {
        accept_all();
        continue;
      }
      if (ready.writable) writable(ready.key);
      if (ready.readable) readable(ready.key);
    }
    now_ms = io::steady_ms();
    answer_due(now_ms);
    listen_again(now_ms);
  }
}

void Server::accept_all() {
  while (true) {
    Result<std::optional<io::blocking::Descriptor>> socket = io::blocking::accept(listener_);
    if (!socket) return pause_listening(socket.error());
    if (!*socket) return;
    auto connection = std::make_unique<Connection>();
    connection->socket = **std::move(socket);
    connection->key = next_key_++;
    poller_.add(connection->socket, connection->key);
    connections_.emplace(connection->key, std::move(connection));
  }
}

/// The poller would say at once, and for ever, that somebody waits.
void Server::pause_listening(const Error& error) {
  if (!told_of_shortage_) {
    print_error("pulter listen: " + error.detail + " It waits until another one ends; raise `ulimit -n`.\n");
  }
  told_of_shortage_ = true;
  poller_.change(listener_, listener_key, false, false);
  listen_again_ms_ = io::steady_ms() + accept_pause_ms;
}

void Server::listen_again(std::uint64_t now_ms) {
  if (listen_again_ms_ == 0 || now_ms < listen_again_ms_) return;
  listen_again_ms_ = 0;
  poller_.change(listener_, listener_key, true, false);
}

void Server::readable(std::uint64_t key) {
  // A few pieces at a time, so that one fast sender does not starve the others.
  for (int turn = 0; turn < 8; ++turn) {
    Connection* connection = find(key);
    if (connection == nullptr || connection->refused) return;
    const bool dropping = connection->discard_left > 0;
    const std::size_t wanted = std::min<std::uint64_t>(piece_bytes, connection->discard_left);
    const Result<std::optional<std::size_t>> got = dropping
                                                       ? io::blocking::discard(connection->socket, wanted)
                                                       : io::blocking::receive(connection->socket, piece_);
    if (!got || (*got && **got == 0)) return close(key);
    if (!*got) return;
    if (!dropping) {
      feed(*connection, {piece_.data(), **got});
      continue;
    }
    connection->discard_left -= **got;
    if (connection->discard_left > 0) continue;
    connection->reader = http::RequestReader(limits());
    end_request(*connection);
  }
}

void Server::feed(Connection& connection, std::string_view bytes) {
  const std::uint64_t key = connection.key;
  while (true) {
    if (connection.answering) {
      return bad_request(connection, "a second request came before the first was answered");
    }
    const Result<http::RequestStep> step = connection.reader.feed(bytes);
    if (!step) return bad_request(connection, step.error().detail);
    bytes.remove_prefix(step->consumed);
    switch (step->event) {
      case http::RequestEvent::need_more:
        return;
      case http::RequestEvent::head:
        begin_request(connection);
        if (refuse_early(connection)) return;
        if (discard_bodies_ && connection.request.body_bytes > bytes.size()) {
          connection.discard_left = connection.request.body_bytes - bytes.size();
          return;
        }
        break;
      case http::RequestEvent::body:
        if (!discard_bodies_) connection.request.body += step->body;
        break;
      case http::RequestEvent::complete:
        connection.reader.next();
        end_request(connection);
        if (bytes.empty() || find(key) == nullptr) return;
        break;
    }
  }
}

void Server::begin_request(Connection& connection) {
  const http::RequestReader& reader = connection.reader;
  connection.request = Request{};
  connection.request.method = reader.method();
  connection.request.path = reader.path();
  for (const http::HeaderField& field : reader.headers()) {
    connection.request.headers.emplace_back(field.name, field.value);
  }
  connection.request.body_bytes = reader.content_length().value_or(0);
  if (!discard_bodies_) {
    connection.request.body.reserve(std::min(connection.request.body_bytes, reserve_bytes_max));
  }
  if (reader.expects_continue())
    (void)io::blocking::send_some(connection.socket, "HTTP/1.1 100 Continue\r\n\r\n");
  connection.busy_path = connection.request.path;
  const auto [busy, free] = busy_paths_.try_emplace(connection.busy_path, connection.key);
  if (free || busy->second == connection.key) return;
  // A sender that died leaves its connection behind for a moment: that is no overlap.
  if (Connection* other = find(busy->second); other != nullptr) {
    if (!io::blocking::peer_gone(other->socket)) overlap_(connection.busy_path);
  }
  busy_paths_[connection.busy_path] = connection.key;
}

/// Answers before the body was read, where that is asked for; the rest stays unread until the end.
bool Server::refuse_early(Connection& connection) {
  std::optional<Response> early = early_ ? early_(connection.request) : std::nullopt;
  if (!early) return false;
  (void)io::blocking::send_some(connection.socket, early->bytes);
  connection.refused = true;
  poller_.change(connection.socket, connection.key, false, false);
  free_path(connection);
  due_.emplace(io::steady_ms() + early_answer_ms, connection.key);
  return true;
}

void Server::end_request(Connection& connection) {
  if (!discard_bodies_) connection.request.body_bytes = connection.request.body.size();
  connection.answering = true;
  connection.response = handler_(std::move(connection.request));
  connection.request = Request{};
  connection.sent = 0;
  const std::uint64_t delay_ms = connection.response.delay_ms;
  if (delay_ms > 0) {
    due_.emplace(io::steady_ms() + delay_ms, connection.key);
    return;
  }
  writable(connection.key);
}

void Server::writable(std::uint64_t key) {
  Connection* connection = find(key);
  if (connection != nullptr && connection->refused) return close(key);
  if (connection == nullptr || !connection->answering) return;
  Response& response = connection->response;
  std::string_view rest = std::string_view(response.bytes).substr(connection->sent);
  if (response.dribble_ms > 0) rest = rest.substr(0, 1);
  const Result<std::size_t> sent =
      rest.empty() ? Result<std::size_t>(0) : io::blocking::send_some(connection->socket, rest);
  if (!sent) return close(key);
  connection->sent += *sent;
  if (connection->sent < response.bytes.size()) {
    if (response.dribble_ms > 0) {
      due_.emplace(io::steady_ms() + response.dribble_ms, key);
    } else if (!connection->wants_room) {
      poller_.change(connection->socket, key, true, true);
      connection->wants_room = true;
    }
    return;
  }
  if (!response.again.empty()) {
    // By the poller's next turn: the sender must get to end it.
    response.bytes.clear();
    while (response.bytes.size() < 16 * 1024) response.bytes += response.again;
    connection->sent = 0;
    if (!connection->wants_room) poller_.change(connection->socket, key, true, true);
    connection->wants_room = true;
    return;
  }
  if (response.reset) io::blocking::reset_on_close(connection->socket);
  if (response.close || response.reset) return close(key);
  if (connection->wants_room) poller_.change(connection->socket, key, true, false);
  connection->wants_room = false;
  connection->answering = false;
  free_path(*connection);
}

void Server::answer_due(std::uint64_t now_ms) {
  while (!due_.empty() && due_.top().first <= now_ms) {
    const std::uint64_t key = due_.top().second;
    due_.pop();
    writable(key);
  }
}

void Server::bad_request(Connection& connection, const std::string& why) {
  const std::string body = "pulter listen: " + why + "\n";
  (void)io::blocking::send_some(connection.socket,
                                "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: " +
                                    std::to_string(body.size()) + "\r\n\r\n" + body);
  close(connection.key);
}

void Server::free_path(Connection& connection) {
  const auto busy = busy_paths_.find(connection.busy_path);
  if (busy != busy_paths_.end() && busy->second == connection.key) busy_paths_.erase(busy);
}

void Server::close(std::uint64_t key) {
  if (Connection* connection = find(key); connection != nullptr) free_path(*connection);
  connections_.erase(key);
}

}  // namespace pulter::tool
