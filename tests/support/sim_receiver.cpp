#include "tests/support/sim_receiver.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "codec/base/check.h"
#include "tests/reference/sha256.h"

namespace pulter::tests {
namespace {

std::string header(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

}  // namespace

SimReceiver::SimReceiver(io::Scope& scope, std::uint16_t port, std::string secret)
    : scope_(scope),
      secret_(std::move(secret)),
      script_([](const Receipt&, std::size_t) { return Reaction{}; }) {
  net::Endpoint endpoint;
  endpoint.address.bytes = {127, 0, 0, 1};
  endpoint.port = port;
  auto listening = scope.io().listen_tcp(endpoint);
  PULTER_CHECK(listening);
  listener_ = *listening;
  scope_.spawn(serve());
}

io::Task<> SimReceiver::serve() {
  while (true) {
    const std::int32_t fd = co_await io::accept(scope_, listener_);
    if (fd < 0) break;
    scope_.spawn(serve_connection(fd));
  }
  scope_.io().close(listener_);
}

io::Task<> SimReceiver::serve_connection(int fd) {
  std::string unread;
  bool go_on = true;
  while (go_on) go_on = co_await serve_one(fd, unread);
  scope_.io().shutdown(fd);
  scope_.io().close(fd);
}

io::Task<bool> SimReceiver::serve_one(int fd, std::string& unread) {
  std::array<char, 16384> buffer;
  std::size_t head_end = std::string::npos;
  std::size_t length = 0;
  while (head_end == std::string::npos || unread.size() < head_end + 4 + length) {
    const std::int32_t received = co_await io::receive(scope_, fd, buffer);
    if (received <= 0) co_return false;
    unread.append(buffer.data(), static_cast<std::size_t>(received));
    if (head_end != std::string::npos) continue;
    head_end = unread.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      length = std::strtoull(header(unread.substr(0, head_end + 2), "Content-Length").c_str(), nullptr, 10);
    }
  }
  Receipt receipt;
  receipt.at = scope_.io().now();
  receipt.head = unread.substr(0, head_end + 2);
  receipt.body = unread.substr(head_end + 4, length);
  unread.erase(0, head_end + 4 + length);
  receipt.webhook_id = header(receipt.head, "webhook-id");
  receipt.timestamp = header(receipt.head, "webhook-timestamp");
  receipt.signature = header(receipt.head, "webhook-signature");
  receipt.attempt = header(receipt.head, "Pulter-Attempt");
  receipt.verified =
      receipt.signature == reference::sign(secret_, receipt.webhook_id, receipt.timestamp, receipt.body);
  history_.push_back(receipt);
  const Reaction reaction = script_(receipt, history_.size());
  in_flight_max_ = std::max(in_flight_max_, ++in_flight_);
  if (reaction.delay.count() > 0) {
    const io::Instant until = scope_.io().now() + reaction.delay;
    co_await io::sleep_until(scope_, until);
  }
  --in_flight_;
  if (!reaction.answer.empty()) {
    const std::int32_t sent = co_await io::send_all(scope_, fd, reaction.answer);
    if (sent < 0) co_return false;
  }
  co_return !reaction.close_after;
}

}  // namespace pulter::tests
