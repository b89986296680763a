#include "engine/delivery/proxy.h"

#include <array>
#include <cerrno>
#include <utility>

#include "codec/http/response_reader.h"
#include "io/system_error.h"

namespace pulter::delivery {
namespace {

// A proxy's yes is a line or two.
constexpr http::ResponseLimits tunnel_answer_limits{.header_bytes = 8 * 1024};

Error refused(const net::Url& proxy, const net::Url& url, std::string_view why) {
  std::string detail = "The proxy " + proxy.authority + " gives no connection to " + url.authority + ": ";
  return {ErrorCode::connect_failed, -1, detail.append(why)};
}

Error broke_off(const net::Url& proxy, const net::Url& url, std::int32_t result) {
  if (result == -ETIMEDOUT) {
    return {ErrorCode::timed_out, -result,
            "The proxy " + proxy.authority + " gave no connection to " + url.authority +
                " within the time limit."};
  }
  if (result == -ECANCELED) return {ErrorCode::cancelled, -result, "Asking the proxy was stopped."};
  if (result == 0) return refused(proxy, url, "it closed the connection instead of answering.");
  return refused(proxy, url, "the connection broke (" + io::describe_errno(-result) + ").");
}

/// The verdict on a proxy's complete head.
Result<> judge_answer(const net::Url& proxy, const net::Url& url, int status, bool is_clean) {
  if (status == 407) {
    return fail(
        refused(proxy, url, "it wants a user name (407), which cannot be given. Let it know this machine."));
  }
  if (status < 200 || status > 299) {
    return fail(refused(proxy, url, "it answered " + std::to_string(status) + ". Check its rules."));
  }
  if (!is_clean) return fail(refused(proxy, url, "it sent more than its answer before anything was asked."));
  return {};
}

}  // namespace

io::Task<Result<>> open_tunnel(io::Scope& scope, io::Stream& stream, const net::Url& proxy,
                               const net::Url& url, std::string_view user_agent, io::Instant deadline) {
  const bool is_ipv6 = url.literal && url.literal->family == net::Family::ipv6;
  const std::string place = (is_ipv6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
  std::string ask = "CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\nUser-Agent: ";
  ask.append(user_agent).append("\r\n\r\n");
  const std::int32_t sent = co_await stream.send_all(scope, ask, deadline, nullptr);
  if (sent < 0) co_return fail(broke_off(proxy, url, sent));

  http::ResponseReader reader(tunnel_answer_limits);
  std::string last_bytes;
  std::array<char, 1024> buffer;
  while (reader.status() == 0) {
    const std::int32_t count = co_await stream.receive(scope, buffer, deadline);
    if (count <= 0) co_return fail(broke_off(proxy, url, count));
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
    auto progress = reader.feed(bytes);
    if (!progress)
      co_return fail(refused(proxy, url, "its answer is no HTTP (" + progress.error().detail + ")"));
    last_bytes.append(bytes);
    if (last_bytes.size() > 4) last_bytes.erase(0, last_bytes.size() - 4);
  }
  co_return judge_answer(proxy, url, reader.status(), last_bytes == "\r\n\r\n");
}

std::string absolute_target(const net::Url& url) {
  return "http://" + url.authority + url.target;
}

}  // namespace pulter::delivery
