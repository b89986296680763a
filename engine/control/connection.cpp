#include "engine/control/connection.h"

#include <cerrno>
#include <cstring>

#include "codec/base/time_text.h"
#include "engine/control/router.h"
#include "engine/limits.h"
#include "io/log.h"

namespace pulter::control {

Connection::Connection(io::Scope& scope, io::Scope& idle, Services& services, ServerCounters& counters,
                       int fd, Door door)
    : scope_(scope),
      idle_(idle),
      services_(services),
      counters_(counters),
      fd_(fd),
      door_(door),
      passed_fd_(services.io),
      buffer_(limits::control_buffer_bytes) {
  if (door == Door::unix_socket) peer_ = services.io.peer_credentials(fd);
}

Connection::~Connection() {
  services_.io.close(fd_);
}

io::Task<> Connection::run() {
  bool more = true;
  while (more && !idle_.cancelled()) {
    more = co_await serve_one();
    passed_fd_.reset(-1);
  }
  services_.io.shutdown(fd_);
}

io::Task<bool> Connection::serve_one() {
  const Head head = co_await read_head();
  if (head == Head::ended) co_return false;
  const io::Instant begun = services_.io.now();
  ++counters_.requests;
  if (head == Head::refused) {
    Response refusal = problem(head_error_);
    co_await send(refusal, false);
    log_request(refusal, begun);
    co_return false;
  }
  Request request{.method = method_,
                  .path = path_,
                  .query = {},
                  .id = {},
                  .head = reader_,
                  .door = door_,
                  .peer = peer_,
                  .body = *this,
                  .passed_fd = passed_fd_};
  Context context{scope_, services_, request};
  Response response = co_await dispatch(context);
  // A client that was told to wait for "100 Continue" and gets the answer instead may or may not send its
  // body: only closing tells both sides where the next request would begin.
  const bool body_unasked = !broken_ && !body_ended_ && reader_.expects_continue() && !continue_sent_;
  const bool keep =
      !broken_ && reader_.keep_alive() && !body_unasked && worth_draining() && !idle_.cancelled();
  bool usable = co_await send(response, keep);
  log_request(response, begun);
  if (!usable || broken_ || body_unasked) co_return false;
  if (!body_ended_) usable = co_await drain();
  // Bytes behind the request are a pipelined one: its order and limits would be unclear, so the connection
  // ends.
  if (!usable || !keep || !unread_.empty()) co_return false;
  reader_.next();
  co_return true;
}

io::Task<std::int32_t> Connection::receive_more(io::Scope& scope, io::Instant deadline) {
  const std::span<char> into(buffer_);
  std::int32_t received = 0;
  if (door_ == Door::unix_socket) {
    int fd = -1;
    received = co_await io::receive_with_fd(scope, fd_, into, &fd, deadline);
    if (fd >= 0) passed_fd_.reset(fd);
  } else {
    received = co_await io::receive(scope, fd_, into, deadline);
  }
  if (received > 0) unread_ = std::string_view(buffer_.data(), static_cast<std::size_t>(received));
  co_return received;
}

io::Task<Connection::Head> Connection::read_head() {
  unread_ = {};
  piece_ = {};
  continue_sent_ = false;
  body_ended_ = false;
  method_.clear();
  path_.clear();
  io::Instant deadline = in(limits::keep_alive_max);
  bool begun = false;
  while (true) {
    const std::int32_t received = co_await receive_more(idle_, deadline);
    if (received == -ETIMEDOUT && begun) {
      head_error_ = Error{ErrorCode::timed_out, -1, "the request's head did not come to its end within 10 s"};
      co_return Head::refused;
    }
    if (received <= 0) co_return Head::ended;
    if (!begun) deadline = in(limits::head_time_max);
    begun = true;
    auto step = reader_.feed(unread_);
    if (!step) {
      broken_ = true;
      head_error_ = std::move(step.error());
      co_return Head::refused;
    }
    unread_.remove_prefix(step->consumed);
    if (step->event == http::RequestEvent::head) break;
  }
  method_ = reader_.method();
  path_ = reader_.path();
  co_return Head::complete;
}

/// Gives the reader what was received. True: a piece of the body or its end was found.
Result<bool> Connection::take_step() {
  auto step = reader_.feed(unread_);
  if (!step) {
    broken_ = true;
    return std::unexpected(std::move(step.error()));
  }
  unread_.remove_prefix(step->consumed);
  piece_ = step->body;
  body_ended_ = step->event == http::RequestEvent::complete;
  return body_ended_ || !piece_.empty();
}

io::Task<Result<>> Connection::allow_body() {
  if (continue_sent_ || !reader_.expects_continue()) co_return Result<>();
  continue_sent_ = true;
  const std::int32_t sent =
      co_await io::send_all(scope_, fd_, "HTTP/1.1 100 Continue\r\n\r\n", in(limits::body_idle_max));
  if (sent < 0)
    co_return fail(ErrorCode::connection_closed, -sent, "the client closed before its body was read");
  co_return Result<>();
}

io::Task<Result<std::string_view>> Connection::read() {
  if (broken_) co_return fail(ErrorCode::bad_request, "the request's body could not be read");
  while (!body_ended_) {
    auto found = take_step();
    if (!found) co_return std::unexpected(std::move(found.error()));
    if (!piece_.empty()) co_return std::exchange(piece_, {});
    if (body_ended_) break;
    if (!unread_.empty()) continue;
    Result<> allowed = co_await allow_body();
    if (!allowed) co_return std::unexpected(std::move(allowed.error()));
    const std::int32_t received = co_await receive_more(scope_, in(limits::body_idle_max));
    if (received == -ETIMEDOUT) {
      co_return fail(ErrorCode::timed_out, "the request's body did not go on within 60 s");
    }
    if (received == -ECANCELED) co_return fail(ErrorCode::cancelled, "the daemon is stopping; send it again");
    if (received <= 0) {
      co_return fail(ErrorCode::connection_closed, -received,
                     "the connection ended inside the request's body");
    }
  }
  co_return std::string_view();
}

/// Whether the rest of the body is known to be short enough to be read for the sake of the connection.
bool Connection::worth_draining() const {
  if (body_ended_) return true;
  const std::optional<std::uint64_t> length = reader_.content_length();
  return length && *length <= limits::drained_bytes_max;
}

io::Task<bool> Connection::drain() {
  std::uint64_t drained = 0;
  const io::Instant until = in(limits::drain_time_max);
  while (!body_ended_ && drained < limits::drained_bytes_max && services_.io.now() < until) {
    auto found = take_step();
    if (!found) co_return false;
    drained += piece_.size();
    piece_ = {};
    if (body_ended_ || !unread_.empty()) continue;
    const std::int32_t received = co_await receive_more(scope_, until);
    if (received <= 0) co_return false;
  }
  co_return body_ended_;
}

void Connection::log_request(const Response& response, io::Instant begun) const {
  counters_.answers_4xx += response.status / 100 == 4 ? 1u : 0u;
  counters_.answers_5xx += response.status / 100 == 5 ? 1u : 0u;
  const bool reads = method_ == "GET" || method_ == "HEAD";
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(services_.io.now() - begun);
  io::log(reads ? io::LogLevel::debug : io::LogLevel::info, "request",
          {{"method", method_},
           {"path", path_},
           {"status", std::to_string(response.status)},
           {"us", std::to_string(took.count())},
           {"uid", std::to_string(peer_.uid)},
           {"pid", std::to_string(peer_.pid)}});
}

std::string response_head(const Response& response, bool keep, std::int64_t unix_s) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(status_title(response.status))
      .append("\r\nServer: Pulter\r\nDate: ")
      .append(http_date_text(unix_s));
  head.append("\r\nCache-Control: ").append(response.cache_control);
  head.append("\r\nX-Content-Type-Options: nosniff\r\n");
  const bool bodyless = response.status == 204 || response.status == 304;
  if (!bodyless) head.append("Content-Type: ").append(response.content_type).append("\r\n");
  for (const auto& [name, value] : response.headers)
    head.append(name).append(": ").append(value).append("\r\n");
  const std::optional<std::uint64_t> length =
      response.stream ? response.stream->length() : std::optional<std::uint64_t>(response.body.size());
  if (!length) {
    head.append("Transfer-Encoding: chunked\r\n");
  } else if (!bodyless) {
    head.append("Content-Length: ").append(std::to_string(*length)).append("\r\n");
  }
  head.append(keep ? "\r\n" : "Connection: close\r\n\r\n");
  return head;
}

io::Task<bool> Connection::send(Response& response, bool keep) {
  const auto wall = services_.io.wall_now().time_since_epoch();
  std::string bytes =
      response_head(response, keep, std::chrono::duration_cast<std::chrono::seconds>(wall).count());
  const bool with_body = method_ != "HEAD";
  if (with_body && !response.stream) bytes.append(response.body);
  const std::int32_t sent = co_await io::send_all(scope_, fd_, bytes, in(limits::body_idle_max));
  if (sent < 0) co_return false;
  if (!with_body || !response.stream) co_return true;
  const bool chunked = !response.stream->length().has_value();
  co_return co_await send_stream(*response.stream, chunked);
}

io::Task<bool> Connection::send_stream(ResponseStream& stream, bool chunked) {
  constexpr std::size_t headroom = 16;  // a chunk's size line is at most 10 bytes
  std::vector<char> piece(headroom + limits::answer_piece_bytes + 2);
  while (true) {
    const std::span<char> room(piece.data() + headroom, limits::answer_piece_bytes);
    Result<std::size_t> made = co_await stream.fill(idle_, room);
    if (!made) {
      io::log(io::LogLevel::warning, "an answer was cut off", {{"why", made.error().detail}});
      co_return false;
    }
    if (*made == 0) break;
    std::string_view bytes(room.data(), *made);
    if (chunked) {
      static constexpr char digits[] = "0123456789abcdef";
      char* begin = room.data();
      *--begin = '\n';
      *--begin = '\r';
      for (std::size_t rest = *made; rest != 0; rest /= 16) *--begin = digits[rest % 16];
      std::memcpy(room.data() + *made, "\r\n", 2);
      bytes = std::string_view(begin, static_cast<std::size_t>(room.data() + *made + 2 - begin));
    }
    const std::int32_t sent = co_await io::send_all(scope_, fd_, bytes, in(limits::body_idle_max));
    if (sent < 0) co_return false;
  }
  if (!chunked) co_return true;
  const std::int32_t ended = co_await io::send_all(scope_, fd_, "0\r\n\r\n", in(limits::body_idle_max));
  co_return ended == 0;
}

}  // namespace pulter::control
