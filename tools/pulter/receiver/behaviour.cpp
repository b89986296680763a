#include "tools/pulter/receiver/behaviour.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "codec/json/writer.h"

namespace pulter::tool {
namespace {

Reply with_status(int status) {
  Reply reply;
  reply.status = status;
  return reply;
}

Reply once(std::uint64_t receipts, Reply reply) {
  return receipts == 1 ? reply : Reply{};
}

Reply row_errors(const Receipt& receipt, std::uint64_t, std::string_view body) {
  Reply reply;
  json::Writer writer(reply.body);
  writer.begin_object().key("errors").begin_array();
  std::uint64_t row = 0;
  each_row_id(body, receipt.head, [&](std::string_view row_id) {
    if (++row % 10 != 1) return;
    writer.begin_object()
        .field("__index", row_id)
        .field("message", "refused by --chaos row-errors")
        .end_object();
  });
  writer.end_array().end_object();
  reply.headers = {"Content-Type: application/json"};
  return reply;
}

constexpr std::array cases{
    ChaosCase{"500", "every batch is answered 500 once, then 200",
              [](const Receipt&, std::uint64_t receipts, std::string_view) {
                return once(receipts, with_status(500));
              }},
    ChaosCase{"503-retry-after", "every batch is answered 503 with Retry-After: 1 once, then 200",
              [](const Receipt&, std::uint64_t receipts, std::string_view) {
                Reply reply = with_status(503);
                reply.headers = {"Retry-After: 1"};
                return once(receipts, reply);
              }},
    ChaosCase{"close-before-answer", "every batch loses its connection once before the answer, then 200",
              [](const Receipt&, std::uint64_t receipts, std::string_view) {
                Reply reply = with_status(0);
                reply.close = true;
                return once(receipts, reply);
              }},
    ChaosCase{"reset-before-answer", "as close-before-answer, with a TCP reset",
              [](const Receipt&, std::uint64_t receipts, std::string_view) {
                Reply reply = with_status(0);
                reply.reset = true;
                return once(receipts, reply);
              }},
    ChaosCase{"close-after-answer", "the connection is closed after every answer",
              [](const Receipt&, std::uint64_t, std::string_view) {
                Reply reply;
                reply.close = true;
                return reply;
              }},
    ChaosCase{"slow", "answers come one byte every 20 ms",
              [](const Receipt&, std::uint64_t, std::string_view) {
                Reply reply;
                reply.dribble_ms = 20;
                return reply;
              }},
    ChaosCase{"410", "always 410: the webhook is gone",
              [](const Receipt&, std::uint64_t, std::string_view) { return with_status(410); }},
    ChaosCase{"400", "always 400",
              [](const Receipt&, std::uint64_t, std::string_view) { return with_status(400); }},
    ChaosCase{"302", "always a redirect",
              [](const Receipt&, std::uint64_t, std::string_view) {
                Reply reply = with_status(302);
                reply.headers = {"Location: http://169.254.169.254/"};
                return reply;
              }},
    ChaosCase{"row-errors", "200, and every tenth row refused", row_errors},
};

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 302:
      return "Found";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 405:
      return "Method Not Allowed";
    case 410:
      return "Gone";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Answer";
  }
}

/// A hostile answer. Where it is no good one, it counts as none: its batch is to come again.
Reply hostile_reply(const HostileCase& hostile) {
  Reply reply;
  reply.status = hostile.when == HostileWhen::each ? 200 : 0;
  reply.verbatim = hostile.bytes;
  reply.again = hostile.again;
  reply.dribble_ms = hostile.dribble_ms;
  reply.close = hostile.end == HostileEnd::close;
  reply.reset = hostile.end == HostileEnd::reset;
  return reply;
}

/// Reads a whole number off the front of `text`.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool take_character(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::span<const ChaosCase> chaos_cases() {
  return cases;
}

Result<> Behaviour::add_failure(std::string_view text) {
  std::string_view rest = text;
  const std::optional<std::uint64_t> first = take_number(rest);
  std::optional<std::uint64_t> last = first;
  if (take_character(rest, '-')) last = take_number(rest);
  const bool colon = take_character(rest, ':');
  const std::optional<std::uint64_t> status = take_number(rest);
  if (!first || !last || !colon || !status || !rest.empty() || *status < 200 || *status > 599) {
    return fail(ErrorCode::usage,
                fmt::format("--fail takes N:STATUS or N-M:STATUS, such as 3:500; not \"{}\".", text));
  }
  failures_.push_back({*first, *last, static_cast<int>(*status)});
  return {};
}

Result<> Behaviour::set_chaos(std::string_view name) {
  std::string names;
  for (const ChaosCase& one : cases) {
    if (one.name == name) {
      chaos_ = &one;
      return {};
    }
    names += fmt::format("\n  {:<20} {}", one.name, one.help);
  }
  for (const HostileCase& one : hostile_cases()) {
    if (one.name == name) {
      hostile_ = &one;
      return {};
    }
    names += fmt::format("\n  {:<20} {}", one.name, one.help);
  }
  return fail(ErrorCode::usage, fmt::format("--chaos has no case \"{}\". There are:{}", name, names));
}

std::optional<Reply> Behaviour::early_reply(const std::string& webhook_id) {
  if (hostile_ == nullptr) return std::nullopt;
  if (hostile_->when == HostileWhen::always_early) return hostile_reply(*hostile_);
  if (hostile_->when != HostileWhen::early || !answered_early_.insert(webhook_id).second) return std::nullopt;
  return hostile_reply(*hostile_);
}

Reply Behaviour::reply_to(const Receipt& receipt, std::uint64_t receipts, std::string_view body) {
  ++requests_;
  Reply reply = chaos_ != nullptr ? chaos_->reply(receipt, receipts, body) : Reply{};
  const bool is_hostile = hostile_ != nullptr && (hostile_->when == HostileWhen::each ||
                                                  (hostile_->when == HostileWhen::once && receipts == 1));
  if (is_hostile) reply = hostile_reply(*hostile_);
  for (const Failure& failure : failures_) {
    if (requests_ >= failure.first && requests_ <= failure.last) reply = with_status(failure.status);
  }
  reply.delay_ms += delay_ms;
  return reply;
}

std::string reply_text(const Reply& reply) {
  if (!reply.verbatim.empty()) return std::string(reply.verbatim);
  std::string out = fmt::format("HTTP/1.1 {} {}\r\n", reply.status, reason(reply.status));
  for (const std::string& header : reply.headers) out += header + "\r\n";
  if (reply.close) out += "Connection: close\r\n";
  return out + fmt::format("Content-Length: {}\r\n\r\n{}", reply.body.size(), reply.body);
}

}  // namespace pulter::tool
