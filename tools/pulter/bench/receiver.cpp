#include "tools/pulter/bench/receiver.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "codec/http/headers.h"
#include "codec/sign/signature.h"
#include "io/terminal.h"
#include "tools/pulter/failure.h"
#include "tools/pulter/receiver/receipt.h"

namespace pulter::tool::bench {
namespace {

constexpr std::size_t head_bytes_max = 16u << 10;
constexpr std::size_t piece_bytes = 1u << 20;
constexpr std::uint64_t listener_key = 0;
constexpr int stop_poll_ms = 20;
constexpr std::string_view good_answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
constexpr std::int64_t ns_per_ms = 1'000'000;

/// The value of a header, whatever the case of its name; "" when there is none.
std::string_view header_value(std::string_view head, std::string_view name) {
  for (std::size_t line = head.find("\r\n"); line + 2 < head.size(); line = head.find("\r\n", line + 2)) {
    const std::string_view rest = head.substr(line + 2);
    if (rest.size() <= name.size() || rest[name.size()] != ':') continue;
    if (!http::same_ignoring_case(rest.substr(0, name.size()), name)) continue;
    std::string_view value = rest.substr(name.size() + 1, rest.find("\r\n") - name.size() - 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    return value;
  }
  return {};
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct Receiver::Connection {
  io::blocking::Descriptor socket;
  std::uint64_t key = 0;
  std::string buffer;           // the head, and with `verify` the body
  std::size_t head_bytes = 0;   // 0 while the head is read
  std::uint64_t body_left = 0;  // bytes that have not been read
  std::size_t lane = 0;
  std::uint64_t body_bytes = 0;
  std::uint64_t next_index = 1;
  std::int64_t whole_ns = 0;     // when the last byte of the request was here
  std::int64_t answered_ns = 0;  // when the answer before was handed over
};

Receiver::Receiver(ReceiverOptions options)
    : options_(options),
      listener_(value_or_throw(io::blocking::listen_loopback_hosts(0))),
      port_(io::blocking::local_port(listener_)),
      poller_(value_or_throw(io::blocking::Poller::create())) {
  secrets_.push_back(value_or_throw(sign::Secret::parse(secret_text)));
  poller_.add(listener_, listener_key);
  reset();
  thread_ = std::thread([this] { run(); });
}

Receiver::~Receiver() {
  stop_ = true;
  thread_.join();
}

std::string Receiver::url(std::size_t lane) const {
  constexpr std::size_t hosts_per_net = 250;
  return fmt::format("http://127.0.{}.{}:{}/h/{}", lane / hosts_per_net, 1 + lane % hosts_per_net, port_,
                     lane);
}

void Receiver::reset() {
  const std::lock_guard lock(mutex_);
  seen_ = Seen{};
  seen_.lanes.resize(options_.lanes);
  digest_ = Digest();
  finished_.store(0, std::memory_order_release);
  failed_ = false;
}

Seen Receiver::seen() const {
  const std::lock_guard lock(mutex_);
  Seen out = seen_;
  out.digest = digest_.text();
  return out;
}

void Receiver::note_problem(const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (seen_.problem.empty()) seen_.problem = text;
  failed_.store(true, std::memory_order_release);
}

void Receiver::run() {
  while (!stop_.load(std::memory_order_relaxed)) {
    int timeout = options_.spin ? 0 : stop_poll_ms;
    if (!due_.empty()) {
      const std::int64_t left = due_.top().first - now_ns();
      timeout = left <= 0 ? 0 : std::min<int>(timeout, static_cast<int>((left + ns_per_ms - 1) / ns_per_ms));
    }
    for (const io::blocking::Poller::Ready& ready : poller_.wait(timeout)) {
      if (ready.key == listener_key) {
        accept_all();
      } else {
        readable(ready.key);
      }
    }
    while (!due_.empty() && due_.top().first <= now_ns()) {
      const auto found = connections_.find(due_.top().second);
      due_.pop();
      if (found != connections_.end()) answer(*found->second);
    }
  }
}

void Receiver::accept_all() {
  while (true) {
    Result<std::optional<io::blocking::Descriptor>> socket = io::blocking::accept(listener_);
    if (!socket) return note_problem(socket.error().detail);
    if (!*socket) return;
    auto connection = std::make_unique<Connection>();
    connection->socket = **std::move(socket);
    connection->key = next_key_++;
    poller_.add(connection->socket, connection->key);
    const std::uint64_t key = connection->key;
    connections_.emplace(key, std::move(connection));
    readable(key);  // its request has often come with it
  }
}

void Receiver::readable(std::uint64_t key) {
  const auto found = connections_.find(key);
  if (found == connections_.end()) return;
  Connection& connection = *found->second;
  for (int turn = 0; turn < 8; ++turn) {  // a few pieces, so that one fast sender does not starve the others
    const bool more = connection.head_bytes == 0 ? read_head(connection) : read_body(connection);
    if (!connection.socket) {
      connections_.erase(key);
      return;
    }
    if (!more) return;
  }
}

bool Receiver::read_head(Connection& connection) {
  const std::size_t had = connection.buffer.size();
  connection.buffer.resize(head_bytes_max);
  const auto got = io::blocking::receive(connection.socket, std::span(connection.buffer).subspan(had));
  const bool ended = !got || (*got && **got == 0);
  connection.buffer.resize(had + (ended ? 0 : got->value_or(0)));
  if (ended) {
    connection.socket.close();
    return false;
  }
  if (!*got) return false;
  if (had == 0) {
    const std::int64_t now = now_ns();
    const std::lock_guard lock(mutex_);
    if (seen_.first_byte_ns == 0) seen_.first_byte_ns = now;
    if (connection.answered_ns != 0) seen_.gaps_ns.push_back(now - connection.answered_ns);
  }
  const std::size_t end = connection.buffer.find("\r\n\r\n", had > 3 ? had - 3 : 0);
  if (end != std::string::npos) return begin_request(connection, end + 4);
  if (connection.buffer.size() == head_bytes_max) {
    note_problem("a request's head is longer than 16 KiB");
    connection.socket.close();
  }
  return true;
}

bool Receiver::begin_request(Connection& connection, std::size_t head_bytes) {
  const std::string_view head = std::string_view(connection.buffer).substr(0, head_bytes);
  const std::string_view length = header_value(head, "content-length");
  const std::size_t path = head.find("/h/");
  const std::size_t lane = path == std::string_view::npos ? SIZE_MAX : number(head.substr(path + 3));
  if (length.empty() || lane >= options_.lanes) {
    note_problem("a request came that is none of the bench's: " +
                 std::string(head.substr(0, head.find("\r\n"))));
    connection.socket.close();
    return false;
  }
  connection.head_bytes = head_bytes;
  connection.lane = lane;
  connection.body_bytes = number(length);
  const std::uint64_t here = connection.buffer.size() - head_bytes;
  connection.body_left = connection.body_bytes - std::min(connection.body_bytes, here);
  if (options_.verify) connection.buffer.reserve(head_bytes + connection.body_bytes);
  if (connection.body_left == 0) {
    end_request(connection);
    return false;
  }
  return true;
}

bool Receiver::read_body(Connection& connection) {
  const std::size_t wanted = std::min<std::uint64_t>(piece_bytes, connection.body_left);
  if (wanted == 0) {  // the peer hung up while it waited for its answer
    connection.socket.close();
    return false;
  }
  Result<std::optional<std::size_t>> got = std::nullopt;
  if (options_.verify) {
    const std::size_t had = connection.buffer.size();
    connection.buffer.resize(had + wanted);
    got = io::blocking::receive(connection.socket, std::span(connection.buffer).subspan(had));
    connection.buffer.resize(had + (got ? got->value_or(0) : 0));
  } else {
    got = io::blocking::discard(connection.socket, wanted);
  }
  if (!got || (*got && **got == 0)) {
    connection.socket.close();
    return false;
  }
  if (!*got) return false;
  connection.body_left -= **got;
  if (connection.body_left > 0) return true;
  end_request(connection);
  return false;
}

void Receiver::end_request(Connection& connection) {
  connection.whole_ns = now_ns();
  if (options_.verify) check_body(connection);
  if (options_.silent) {
    finished_.fetch_add(1, std::memory_order_release);
    return;
  }
  if (options_.hold_ms == 0) return answer(connection);
  due_.emplace(connection.whole_ns + static_cast<std::int64_t>(options_.hold_ms) * ns_per_ms, connection.key);
}

void Receiver::answer(Connection& connection) {
  const std::int64_t now = now_ns();  // before the call: the sender may go on while it still runs
  const Result<std::size_t> sent = io::blocking::send_some(connection.socket, good_answer);
  if (!sent || *sent != good_answer.size()) note_problem("an answer could not be sent");
  connection.answered_ns = now;
  connection.buffer.clear();
  connection.head_bytes = 0;
  {
    const std::lock_guard lock(mutex_);
    LaneSeen& lane = seen_.lanes[connection.lane];
    ++lane.requests;
    if (lane.first_request_ns == 0) lane.first_request_ns = connection.whole_ns;
    lane.last_answer_ns = now;
    lane.held_ns += now - connection.whole_ns;
    ++seen_.requests;
    seen_.bytes += connection.body_bytes;
  }
  finished_.fetch_add(1, std::memory_order_release);
}

void Receiver::check_body(Connection& connection) {
  const std::string_view all(connection.buffer);
  const std::string_view head = all.substr(0, connection.head_bytes);
  const std::string_view body = all.substr(connection.head_bytes);
  const Result<> verdict =
      sign::verify(secrets_, header_value(head, "webhook-id"), header_value(head, "webhook-timestamp"), body,
                   header_value(head, "webhook-signature"), io::wall_ns() / 1'000'000'000);
  if (!verdict) note_problem(verdict.error().detail);
  const std::optional<BodyHead> begin = read_body_head(body);
  if (!begin) return note_problem("a body does not begin as the contract says");
  if (begin->index != connection.next_index) {
    note_problem(fmt::format("batch {} came where {} was due", begin->index, connection.next_index));
  }
  connection.next_index = begin->index == begin->count ? 1 : begin->index + 1;
  const std::lock_guard lock(mutex_);
  // Everything but the import's id and the ids of the rows, which are each sender's own.
  std::size_t at = body.find("\"templateId\"");
  seen_.rows += each_row_id(body, *begin, [&](std::string_view row_id) {
    const auto row_at = static_cast<std::size_t>(row_id.data() - body.data());
    digest_.update(body.substr(at, row_at - at));
    at = row_at + row_id.size();
  });
  digest_.update(body.substr(at));
}

}  // namespace pulter::tool::bench
