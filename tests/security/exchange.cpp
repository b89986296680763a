#include "tests/security/exchange.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "codec/base/check.h"
#include "codec/http/request_head.h"
#include "codec/sign/secret.h"
#include "engine/delivery/body_source.h"
#include "engine/delivery/outgoing.h"
#include "io/log.h"

namespace pulter::security {

io::Task<bool> Peer::read_request() {
  std::array<char, 4096> buffer;
  while (true) {
    const std::size_t head_end = unread_.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      const std::size_t at = unread_.find("Content-Length: ");
      const std::size_t length = std::strtoull(unread_.c_str() + at + 16, nullptr, 10);
      if (unread_.size() >= head_end + 4 + length) {
        unread_.erase(0, head_end + 4 + length);
        co_return true;
      }
    }
    const std::int32_t count = co_await io::receive(scope_, fd_, buffer);
    if (count <= 0) co_return false;
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
    received_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

io::Task<> Peer::read_some(std::size_t count) {
  std::array<char, 64> buffer;
  const std::size_t end = received_.size() + count;
  while (received_.size() < end) {
    const std::int32_t got = co_await io::receive(scope_, fd_, buffer);
    if (got <= 0) co_return;
    received_.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

io::Task<> Peer::send(std::string_view bytes) {
  co_await io::send_all(scope_, fd_, bytes);
}

io::Task<> Peer::drip(std::string_view bytes, io::Duration pause) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    co_await wait(pause);
    const std::int32_t sent = co_await io::send_all(scope_, fd_, bytes.substr(i, 1));
    if (sent < 0) co_return;
  }
}

io::Task<std::uint64_t> Peer::flood(std::string_view bytes) {
  std::uint64_t total = 0;
  while (true) {
    std::uint64_t left = 0;
    const std::int32_t sent = co_await io::send_all(scope_, fd_, bytes, io::never, &left);
    total += left;
    if (sent < 0) co_return total;
  }
}

io::Task<> Peer::wait(io::Duration duration) {
  const io::Instant until = scope_.io().now() + duration;
  co_await io::sleep_until(scope_, until);
}

void Peer::close() {
  if (fd_ < 0) return;
  scope_.io().shutdown(fd_);
  scope_.io().close(std::exchange(fd_, -1));
}

void Peer::reset() {
  static_cast<io::SimIo&>(scope_.io()).reset(fd_);
}

Exchange::Exchange(io::SimSettings settings)
    : io_(settings),
      world_(io_),
      scope_(io_),
      resolver_(io_),
      dialer_(io_, resolver_, config_),
      bodies_(2, http::head_bytes_max, 64 * 1024) {
  io::set_log_level(io::LogLevel::error);  // refusals are what is tested
  config_.allow_http = true;
  config_.allow_networks.push_back(*net::parse_network("127.0.0.0/8"));
  webhook_.id = "wh_test";
  webhook_.url = "http://127.0.0.1:8080/hook";
  webhook_.timeout_ms = 60'000;
}

Exchange::~Exchange() {
  if (connection_ != nullptr) {
    scope_.spawn(connection_->close());
    while (scope_.running() > 0) io_.run_once(io::never);
  }
  world_.cancel();
  io_.run_until_idle();
  for (auto& peer : peers_) peer->close();
  for (const int listener : listeners_) io_.close(listener);
  io_.run_until_idle();
}

void Exchange::serve(Script script) {
  script_ = script;
  if (listeners_.empty()) listen({{net::Family::ipv4, {127, 0, 0, 1}}, 8080});
}

void Exchange::listen(const net::Endpoint& endpoint) {
  auto listener = io_.listen_tcp(endpoint);
  PULTER_CHECK(listener);
  listeners_.push_back(*listener);
  world_.spawn(accept(*listener));
}

io::Task<> Exchange::accept(int listener) {
  while (true) {
    const std::int32_t fd = co_await io::accept(world_, listener);
    if (fd < 0) co_return;
    ++connections_;
    peers_.push_back(std::make_unique<Peer>(world_, fd, connections_));
    world_.spawn(run_script(peers_.size() - 1));
  }
}

io::Task<> Exchange::run_script(std::size_t index) {
  Peer& peer = *peers_[index];
  if (script_ != nullptr) co_await script_(peer);
  peer.close();
}

std::string Exchange::received() const {
  std::string all;
  for (const auto& peer : peers_) all += peer->received();
  return all;
}

void Exchange::run_for(io::Duration duration) {
  const io::Instant end = io_.now() + duration;
  while (io_.now() < end) io_.run_once(end);
}

Ended Exchange::post() {
  Ended ended;
  const io::Instant began = io_.now();
  scope_.spawn(attempt(&ended));
  const io::Instant end = began + std::chrono::hours(2);
  while (scope_.running() > 0 && io_.now() < end) io_.run_once(end);
  PULTER_CHECK(scope_.running() == 0);
  return ended;
}

io::Task<> Exchange::attempt(Ended* out) {
  const io::Instant began = io_.now();
  model::Event event;
  event.id = "evt_" + std::to_string(++event_number_);
  event.name = "test";
  event.rows = 1;
  std::vector<sign::Secret> secrets{*sign::Secret::parse("a secret")};
  auto source = delivery::BodySource::for_test(event, "default");
  auto outgoing = delivery::prepare(*source, event, 0, secrets, 1767225600, bodies_.try_take());
  PULTER_CHECK(outgoing);
  const auto url = net::parse_url(webhook_.url);
  PULTER_CHECK(url);
  if (connection_ != nullptr && connection_->spent()) {
    co_await connection_->close();
    connection_.reset();
  }
  if (connection_ == nullptr) connection_ = std::make_unique<delivery::Connection>(scope_);
  delivery::AttemptRun run(scope_, *connection_, dialer_, bodies_, config_, webhook_, *url);
  const bool connected = co_await run.connect(*outgoing, model::Trigger::delivery);
  if (connected) co_await run.send(*source, *outgoing);
  co_await run.settle(*outgoing);
  out->took = io_.now() - began;
  out->facts = run.facts();
  out->attempt = run.attempt();
  out->verdict = delivery::judge_exchange(run.facts(), webhook_);
  out->kept_alive = connection_->alive();
  if (connection_->alive()) co_return;
  co_await connection_->close();
  connection_.reset();
}

}  // namespace pulter::security
