#include "tests/sim/receiver.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "codec/base/check.h"
#include "tests/reference/sha256.h"
#include "tests/sim/answers.h"

namespace pulter::sim {
namespace {

using namespace std::chrono_literals;

/// On the way, and late in the sender's hands; and what it sent until then is on its way, and late here, for as
/// long.
constexpr io::Duration uncalled_arrives_within = 50ms;

net::Endpoint loopback(std::uint16_t port) {
  net::Endpoint endpoint;
  endpoint.address.bytes = {127, 0, 0, 1};
  endpoint.port = port;
  return endpoint;
}

std::string header(const std::string& head, std::string_view name) {
  const std::size_t at = head.find("\r\n" + std::string(name) + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

std::int64_t seconds(io::SimIo& io) {
  return std::chrono::floor<std::chrono::seconds>(io.wall_now()).time_since_epoch().count();
}

}  // namespace

Receiver::Receiver(io::SimIo& io, io::Scope& scope, Judge& judge, const WebhookPlan& plan, std::size_t index,
                   std::string secret)
    : io_(io),
      scope_(scope),
      judge_(judge),
      plan_(plan),
      index_(index),
      secret_(std::move(secret)),
      chance_(io.chance().next()) {
  auto listening = io.listen_tcp(loopback(plan.port));
  PULTER_CHECK(listening);
  listener_ = *listening;
  scope_.spawn(serve());
}

io::Task<> Receiver::serve() {
  while (!scope_.cancelled()) {
    const std::int32_t fd = co_await io::accept(scope_, listener_);
    if (fd >= 0) {
      scope_.spawn(serve_connection(fd));
    } else {
      co_await sleep(1ms);
    }
  }
  io_.close(listener_);
}

io::Task<> Receiver::sleep(io::Duration duration) {
  const io::Instant until = io_.now() + duration;
  co_await io::sleep_until(scope_, until);
}

io::Task<> Receiver::think() {
  if (plan_.think_us_max == 0 || is_calm_) co_return;
  const auto spent = std::chrono::microseconds(chance_.below(plan_.think_us_max));
  co_await sleep(spent);
}

Kind Receiver::draw() {
  if (is_calm_) return Kind::ok;
  std::uint64_t total = 0;
  for (const std::uint32_t weight : plan_.weights) total += weight;
  std::uint64_t at = chance_.below(total);
  for (std::size_t kind = 0; kind < kind_count; ++kind) {
    if (at < plan_.weights[kind]) return static_cast<Kind>(kind);
    at -= plan_.weights[kind];
  }
  return Kind::ok;
}

io::Task<> Receiver::serve_connection(int fd) {
  Peer peer;
  peer.fd = fd;
  peer.life = fd >= boundary_ ? judge_.life() : judge_.life() - 1;
  bool go_on = true;
  while (go_on) {
    Request request;
    Kind kind = draw();
    const bool whole = co_await read_request(peer, request, kind);
    if (!whole) break;
    if (is_calm_) kind = Kind::ok;
    Receipt receipt;
    receipt.at = io_.now();
    receipt.webhook = index_;
    receipt.life = peer.life;
    receipt.event_id = header(request.head, "webhook-id");
    receipt.attempt =
        static_cast<std::uint32_t>(std::strtoul(header(request.head, "Pulter-Attempt").c_str(), nullptr, 10));
    receipt.kind = kind;
    receipt.may_count = may_count(kind) || peer.confused;
    receipt.answered = peer.confused;
    check_request(request, request.head);
    receipt.body = std::move(request.body);
    const std::size_t number = judge_.received(std::move(receipt));
    if (peer.confused) break;
    go_on = co_await react(peer, kind, number);
  }
  io_.shutdown(fd);
  io_.close(fd);
}

/// Reads one request whole. False: the connection ended before, or was ended here because of the kind.
io::Task<bool> Receiver::read_request(Peer& peer, Request& request, Kind& kind) {
  std::array<char, 16384> buffer;
  std::size_t head_end = std::string::npos;
  std::size_t length = 0;
  while (head_end == std::string::npos || peer.unread.size() < head_end + 4 + length) {
    const std::int32_t received = co_await io::receive(scope_, peer.fd, buffer);
    if (received <= 0) {
      if (head_end != std::string::npos && !peer.confused)
        note_part(peer, peer.unread.substr(0, head_end + 2));
      co_return false;
    }
    if (request.first_byte_s == 0) request.first_byte_s = seconds(io_);
    if (io_.now() < peer.uncalled_until) peer.confused = true;
    peer.unread.append(buffer.data(), static_cast<std::size_t>(received));
    if (head_end != std::string::npos) continue;
    head_end = peer.unread.find("\r\n\r\n");
    if (head_end == std::string::npos) continue;
    const std::string head = peer.unread.substr(0, head_end + 2);
    length = std::strtoull(header(head, "Content-Length").c_str(), nullptr, 10);
    if (kind != Kind::early || is_calm_) continue;
    const std::string refusal = plain_answer(413, "", "too large");
    const std::int32_t sent = co_await io::send_all(scope_, peer.fd, refusal);
    if (sent == 0) co_await sleep(10ms);
    co_return false;
  }
  request.head = peer.unread.substr(0, head_end + 2);
  request.body = peer.unread.substr(head_end + 4, length);
  peer.unread.erase(0, head_end + 4 + length);
  if (!peer.unread.empty() && !peer.confused)
    judge_.fault("bytes of a request before the one before it was answered");
  if (kind == Kind::early) kind = Kind::too_large;
  co_return true;
}

/// The sender ended the connection inside of a body.
void Receiver::note_part(const Peer& peer, const std::string& head) {
  const std::string attempt = header(head, "Pulter-Attempt");
  judge_.received_part(peer.life, header(head, "webhook-id"),
                       static_cast<std::uint32_t>(std::strtoul(attempt.c_str(), nullptr, 10)));
}

/// What every request must have (contract, section 2), whatever the receiver makes of it.
void Receiver::check_request(const Request& request, const std::string& head) {
  const std::string event_id = header(head, "webhook-id");
  const std::string timestamp = header(head, "webhook-timestamp");
  const std::string signature = header(head, "webhook-signature");
  if (!head.starts_with("POST /hook HTTP/1.1\r\n"))
    judge_.fault("a wrong request line: " + head.substr(0, 60));
  if (header(head, "Content-Type") != "application/json") judge_.fault("a wrong Content-Type");
  if (!header(head, "User-Agent").starts_with("Pulter/")) judge_.fault("a wrong User-Agent");
  if (signature != reference::sign(secret_, event_id, timestamp, request.body)) {
    judge_.fault("a wrong signature: " + event_id);
  }
  if (wall_jumped_) return;
  // Signed at most 30 s before the sending begins, and then up to 15 s of looking up and connecting.
  const std::int64_t age_s = request.first_byte_s - std::strtoll(timestamp.c_str(), nullptr, 10);
  if (age_s < -1 || age_s > 60)
    judge_.fault("a timestamp of " + std::to_string(age_s) + " s ago: " + event_id);
}

std::string Receiver::retry_after(io::Instant& not_before) {
  const std::uint64_t wait_s = chance_.below(5) == 0 ? 100 + chance_.below(3000) : chance_.below(60);
  not_before = io_.now() + std::chrono::seconds(wait_s);
  if (chance_.below(3) != 0) return "Retry-After: " + std::to_string(wait_s) + "\r\n";
  return "Retry-After: " + http_date(seconds(io_) + static_cast<std::int64_t>(wait_s)) + "\r\n";
}

io::Task<bool> Receiver::answer(Peer& peer, std::size_t receipt, std::string bytes, bool keep_open) {
  judge_.answering(receipt);
  const std::int32_t sent = co_await io::send_all(scope_, peer.fd, bytes);
  co_return sent == 0 && keep_open;
}

io::Task<bool> Receiver::drip(Peer& peer, std::size_t receipt) {
  const std::string bytes = plain_answer(200, "", "all of it");
  judge_.answering(receipt);
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t part = std::min<std::size_t>(1 + chance_.below(20), bytes.size() - at);
    const std::int32_t sent =
        co_await io::send_all(scope_, peer.fd, std::string_view(bytes).substr(at, part));
    if (sent != 0) co_return false;
    at += part;
    co_await sleep(std::chrono::milliseconds(chance_.below(400)));
  }
  co_return true;
}

void Receiver::answered_uncalled(Peer& peer) {
  peer.uncalled_until = io_.now() + uncalled_arrives_within;
  judge_.answered_uncalled(index_, peer.uncalled_until);
}

io::Task<bool> Receiver::react(Peer& peer, Kind kind, std::size_t receipt) {
  co_await think();
  switch (kind) {
    case Kind::slow: {
      const auto spent = std::chrono::milliseconds(chance_.below(plan_.timeout_ms / 2));
      co_await sleep(spent);
      break;
    }
    case Kind::drip: {
      const bool open = co_await drip(peer, receipt);
      co_return open;
    }
    case Kind::hang: {
      const io::Instant until = io_.now() + 2h;
      co_await io::readable(scope_, peer.fd, until);
      co_return false;
    }
    case Kind::late:
      co_await sleep(std::chrono::milliseconds(plan_.timeout_ms) + 5s);
      break;
    case Kind::close:
      co_return false;
    case Kind::reset:
      io_.reset(peer.fd);
      co_return false;
    default:
      break;
  }
  io::Instant not_before{};
  std::string extra = kind == Kind::busy ? retry_after(not_before) : std::string();
  std::string bytes = make_answer(kind, chance_, judge_.receipts()[receipt], extra);
  const bool open = co_await answer(peer, receipt, std::move(bytes), stays_open(kind));
  if (kind == Kind::busy && open) judge_.asked_to_wait(receipt, not_before);
  if (kind == Kind::stray) answered_uncalled(peer);
  if (!open || kind != Kind::late_stray) co_return open;
  co_await sleep(std::chrono::microseconds(chance_.below(3000)));
  answered_uncalled(peer);
  const std::string uncalled = plain_answer(200, "", "uncalled for");
  const std::int32_t sent = co_await io::send_all(scope_, peer.fd, uncalled);
  co_return sent == 0;
}

Trap::Trap(io::Scope& scope, Judge& judge, const net::Endpoint& endpoint)
    : scope_(scope), judge_(judge), endpoint_(endpoint) {
  auto listening = scope.io().listen_tcp(endpoint);
  PULTER_CHECK(listening);
  listener_ = *listening;
  scope_.spawn(watch());
}

io::Task<> Trap::watch() {
  while (!scope_.cancelled()) {
    const std::int32_t fd = co_await io::accept(scope_, listener_);
    if (fd < 0) continue;
    judge_.fault("I7: a connection to " + net::to_string(endpoint_) + ", where nothing may go");
    scope_.io().close(fd);
  }
  scope_.io().close(listener_);
}

}  // namespace pulter::sim
