#include "tools/pulter/bench/tls_receiver.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "tools/pulter/failure.h"

namespace pulter::tool::bench {
namespace {

constexpr int stop_poll_ms = 20;
constexpr std::size_t piece_bytes = 64u << 10;
constexpr std::string_view good_answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// The length that a head of Pulter's names.
std::uint64_t content_length(std::string_view head) {
  constexpr std::string_view name = "\r\nContent-Length: ";
  const std::size_t at = head.find(name);
  std::uint64_t length = 0;
  if (at != std::string_view::npos) {
    std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
  }
  return length;
}

}  // namespace

TlsReceiver::TlsReceiver()
    : listener_(value_or_throw(io::blocking::listen_loopback(0))), thread_([this] { run(); }) {}

TlsReceiver::~TlsReceiver() {
  stop_ = true;
  thread_.join();
}

std::string TlsReceiver::url() const {
  return fmt::format("https://127.0.0.1:{}/h/0", io::blocking::local_port(listener_));
}

void TlsReceiver::run() {
  auto poller = io::blocking::Poller::create();
  if (!poller) return;
  poller->add(listener_, 0);
  while (!stop_) {
    if (poller->wait(stop_poll_ms).empty()) continue;
    Result<std::optional<io::blocking::Descriptor>> socket = io::blocking::accept(listener_);
    if (!socket) return;  // no descriptor is free: the scenario's time-out tells
    if (*socket) serve(io::blocking::TlsConnection(server_, **std::move(socket)));
  }
}

void TlsReceiver::serve(io::blocking::TlsConnection connection) {
  auto poller = io::blocking::Poller::create();
  if (!poller) return;
  poller->add(connection.socket(), 0);
  std::vector<char> piece(piece_bytes);
  std::string head;
  std::uint64_t body_left = 0;
  while (!stop_) {
    const auto got = connection.receive(piece);
    if (!got || (*got && **got == 0)) return;
    if (!*got) {
      (void)poller->wait(stop_poll_ms);
      continue;
    }
    std::size_t count = **got;
    if (body_left == 0) {
      head.append(piece.data(), count);
      const std::size_t end = head.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      body_left = content_length(head);
      count = head.size() - end - 4;
      head.clear();
    }
    body_left -= std::min<std::uint64_t>(body_left, count);
    if (body_left > 0) continue;
    if (!connection.send(good_answer)) return;
    requests_.fetch_add(1, std::memory_order_release);
  }
}

}  // namespace pulter::tool::bench
