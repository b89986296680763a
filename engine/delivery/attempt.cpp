#include "engine/delivery/attempt.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>
#include <vector>

#include "codec/base/planted.h"
#include "codec/http/request_head.h"
#include "codec/http/retry_after.h"
#include "engine/delivery/proxy.h"
#include "engine/delivery/row_errors.h"
#include "engine/limits.h"
#include "engine/shard/new_id.h"
#include "io/net/tls_buffers.h"
#include "io/system_error.h"

namespace pulter::delivery {
namespace {

std::int64_t microseconds(io::Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

/// The part of a body that is in the buffer.
struct Window {
  BodyPosition start;
  BodyPosition end;
  std::uint64_t at = 0;  ///< of the request's bytes, where the window's first one stands
  std::size_t size = 0;
  bool is_filled = false;
};

/// The next attempt renders it from the start, and compares its digest.
std::unexpected<Error> came_out_shorter() {
  return fail(ErrorCode::store_corrupt, "The stored file was changed while it was sent.");
}

/// Renders on from the window's start into `memory`, without what was `sent` already.
Result<> fill_window(BodySource& source, Window& window, std::uint64_t sent, std::span<char> memory) {
  window.end = window.start;
  while (window.at < sent) {
    const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(memory.size(), sent - window.at));
    auto written = source.fill(window.end, memory.first(skipped));
    if (!written) return fail(std::move(written.error()));
    if (*written == 0) return came_out_shorter();
    window.at += *written;
  }
  window.start = window.end;
  auto written = source.fill(window.end, memory);
  if (!written) return fail(std::move(written.error()));
  if (*written == 0) return came_out_shorter();
  window.size = *written;
  window.is_filled = true;
  return {};
}

// What TLS has encrypted and not sent must be given again, whole (io/net/tls_stream.h).
static_assert(limits::slow_window_bytes >= io::TlsBuffers::large_plain_bytes);

}  // namespace

AttemptRun::AttemptRun(io::Scope& scope, Connection& connection, Dialer& dialer, shard::BodyPool& bodies,
                       const config::Config& config, const model::Webhook& webhook, const net::Url& url)
    : scope_(scope),
      connection_(connection),
      dialer_(dialer),
      bodies_(bodies),
      config_(config),
      webhook_(webhook),
      url_(url) {}

io::Task<bool> AttemptRun::connect(Outgoing& outgoing, model::Trigger trigger) {
  io::Io& io = scope_.io();
  started_ = io.now();
  deadline_ = started_ + std::chrono::milliseconds(webhook_.timeout_ms);
  attempt_.id = shard::new_id(io, "att_");
  attempt_.event_id = outgoing.event.id;
  attempt_.number = outgoing.event.attempts + 1;
  attempt_.trigger = trigger;
  attempt_.started_at_ms = shard::unix_ms(io);
  attempt_.body_bytes = facts_.body_bytes = outgoing.event.body_bytes;
  attempt_.body_digest = outgoing.event.body_digest;
  facts_.reused_connection = connection_.alive();
  if (connection_.alive()) {
    attempt_.remote_address = connection_.remote_address();
    co_return true;
  }
  // Connecting may take a while, and the body can be rendered again.
  outgoing.buffer.lend(started_ + shard::loan_delay);
  Result<> connected = co_await dial();
  if (connected) co_return true;
  facts_.error = std::move(connected.error());
  outgoing.buffer.release();
  co_return false;
}

io::Task<> AttemptRun::send(BodySource& source, Outgoing& outgoing) {
  io::Io& io = scope_.io();
  write_head(outgoing, attempt_.number);
  const io::Instant sending = io.now();
  connection_.expect_answer(head_.size() + outgoing.event.body_bytes);
  Result<> sent = co_await send_windows(source, outgoing, head_);
  outgoing.buffer.release();
  sent_at_ = io.now();
  attempt_.phases.send_us = microseconds(sent_at_ - sending);
  if (sent) co_return;
  facts_.error = std::move(sent.error());
  // The receiver still waits for the rest of this body: the next request would be taken for it.
  connection_.retire();
}

io::Task<Result<>> AttemptRun::dial() {
  DialRecord record;
  auto stream = co_await dialer_.dial(scope_, url_, webhook_, deadline_, record);
  attempt_.phases.dns_us = record.dns_us;
  attempt_.phases.connect_us = record.connect_us;
  attempt_.phases.tls_us = record.tls_us;
  attempt_.remote_address = record.remote_address;
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  connection_.start(std::move(*stream), std::move(record.remote_address));
  co_return Result<>();
}

Error AttemptRun::send_error(std::int32_t result) const {
  if (result == -ETIMEDOUT) {
    return {ErrorCode::timed_out, -result,
            "The receiver did not take the whole request within the webhook's time limit."};
  }
  if (result == -ECANCELED) return {ErrorCode::cancelled, -result, "Sending was stopped."};
  if (const Error* why = connection_.failure()) return *why;
  return {ErrorCode::send_failed, -result, "Sending broke off: " + io::describe_errno(-result) + "."};
}

void AttemptRun::write_head(const Outgoing& outgoing, std::uint32_t number) {
  std::vector<http::HeaderField> extra;
  extra.reserve(webhook_.headers.size());
  for (const auto& [name, value] : webhook_.headers) extra.push_back({name, value});
  const bool by_proxy = config_.proxy && url_.scheme == net::Scheme::http;
  const std::string whole_url = by_proxy ? absolute_target(url_) : std::string();
  const http::RequestHead head{.target = by_proxy ? whole_url : url_.target,
                               .host = url_.authority,
                               .content_length = outgoing.event.body_bytes,
                               .event_id = outgoing.event.id,
                               .timestamp = outgoing.timestamp,
                               .signature = outgoing.signature,
                               .attempt = number,
                               .user_agent = config_.user_agent,
                               .extra = extra};
  head_.resize(http::head_size(head));
  const std::size_t length = http::write_head_right_aligned(head_, head);
  PULTER_CHECK(length == head_.size());
  // The log shows the lines after the request line, without the blank one at the end.
  const std::size_t first_line = head_.find("\r\n") + 2;
  attempt_.request_headers = head_.substr(first_line, head_.size() - first_line - 4);
}

/// The request as one stream of bytes, head first, cut into windows of the body. A window is rendered again
/// whenever its buffer was given away in between: bodies are pure, so nothing has to be kept. A receiver that
/// does not read loses its buffer to whoever waits for one, and gets small windows from then on: rendering
/// much again for the little that it takes would cost the others.
io::Task<Result<>> AttemptRun::send_windows(BodySource& source, Outgoing& outgoing, std::string_view head) {
  const std::uint64_t total = head.size() + outgoing.event.body_bytes;
  outgoing.buffer.keep();
  Window window{outgoing.start, outgoing.start, head.size(), outgoing.in_buffer,
                static_cast<bool>(outgoing.buffer)};
  std::size_t window_bytes_max = limits::body_window_bytes;
  std::uint64_t sent = 0;
  while (sent < total) {
    if (!outgoing.buffer) {
      window.is_filled = false;
      outgoing.buffer = co_await bodies_.take(scope_);
      if (!outgoing.buffer) co_return fail(send_error(-ECANCELED));
    }
    const std::span<char> memory = outgoing.buffer.window();
    if (!window.is_filled) {
      Result<> opened = co_await source.open_file(scope_);
      if (!opened) co_return opened;
      const auto part = memory.first(std::min(memory.size(), window_bytes_max));
      Result<> filled = fill_window(source, window, sent, part);
      if (!filled) co_return filled;
    }
    // Head and first window stand side by side in the buffer: one send.
    const bool with_head = sent < head.size();
    const std::size_t head_left = with_head ? head.size() - static_cast<std::size_t>(sent) : 0;
    char* const from = with_head ? memory.data() - head_left : memory.data() + (sent - window.at);
    if (with_head) std::memcpy(from, head.data() + sent, head_left);
    const auto size = static_cast<std::size_t>(window.at + window.size - sent);
    const io::Instant patience = std::min(deadline_, scope_.io().now() + limits::stalled_send_patience);
    std::uint64_t left_now = 0;
    if constexpr (planted(Bug::buffer_reused_early)) outgoing.buffer.release();
    const std::int32_t result = co_await connection_.send(std::string_view(from, size), patience, &left_now);
    sent += left_now;
    facts_.sent_any = facts_.sent_any || left_now > 0;
    facts_.sent_whole = sent == total;
    if (result == -ETIMEDOUT && scope_.io().now() < deadline_) {
      if (!bodies_.contended()) continue;
      outgoing.buffer.release();
      window_bytes_max = limits::slow_window_bytes;
      const std::int32_t ready = co_await connection_.wait_writable(deadline_);
      if (ready < 0) co_return fail(send_error(ready));
      continue;
    }
    if (result < 0) co_return fail(send_error(result));
    window.at += window.size;
    window.start = window.end;
    window.is_filled = false;
  }
  co_return Result<>();
}

io::Task<> AttemptRun::settle(const Outgoing& outgoing) {
  // A send that broke off may still have an answer on its way, or there already (413 before the body was
  // taken).
  const bool was_connected = attempt_.phases.send_us >= 0;
  if (was_connected) {
    const bool broke_off = facts_.error.has_value();
    const io::Instant deadline =
        broke_off ? std::min(deadline_, scope_.io().now() + std::chrono::seconds(1)) : deadline_;
    Result<> answered = co_await connection_.wait_answer(deadline);
    if (answered) {
      facts_.answer_complete = true;
      facts_.error.reset();
    } else if (!facts_.error) {
      facts_.error = std::move(answered.error());
    }
    log_answer(outgoing.event);
  }
  attempt_.duration_us = microseconds(scope_.io().now() - started_);
}

void AttemptRun::log_answer(const model::Event& event) {
  const http::ResponseReader& answer = connection_.answer();
  facts_.answer_bytes = answer.bytes_received();
  facts_.status = attempt_.status = answer.status();
  if (connection_.first_byte_at() != io::never) {
    attempt_.phases.wait_us = std::max<std::int64_t>(0, microseconds(connection_.first_byte_at() - sent_at_));
    attempt_.phases.receive_us = microseconds(connection_.last_byte_at() - connection_.first_byte_at());
  }
  if (facts_.status == 0) return;
  for (const http::HeaderField& field : answer.headers()) {
    if (attempt_.response_headers.size() + field.name.size() + field.value.size() >
        limits::logged_header_bytes)
      break;
    if (!attempt_.response_headers.empty()) attempt_.response_headers += "\r\n";
    attempt_.response_headers.append(field.name).append(": ").append(field.value);
  }
  attempt_.response_body = answer.body().substr(0, limits::logged_answer_bytes);
  const bool says_yes = facts_.answer_complete && facts_.status >= 200 && facts_.status < 300;
  if (says_yes) row_errors_ = read_row_errors(answer.body(), event.import_id, event);
  if (auto location = answer.header("location")) facts_.location = *location;
  if (auto wait = answer.header("retry-after")) {
    facts_.retry_after_s = http::parse_retry_after(*wait, shard::unix_ms(scope_.io()) / 1000);
  }
}

}  // namespace pulter::delivery
