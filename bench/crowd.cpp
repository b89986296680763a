// The other end of `bench/stall`, and of `bench/stall --many`: receivers by the thousand in one process, and a client
// that imports by the thousand. One thread, one ring.
//
//     crowd receive            listens on 127.0.0.1, one port per manner; prints the ports as JSON, then
//     serves crowd import SOCKET N CONNECTIONS URL FILE
//                              imports FILE N times, each to a webhook of its own: URL followed by a number
//
// Whoever connects to the port "report" gets a JSON line about everything since the report before.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/check.h"
#include "io/process.h"
#include "io/scope.h"
#include "io/uring/uring_io.h"

namespace pulter::bench {
namespace {

using std::chrono::microseconds;

/// How a receiver treats a request.
enum class Manner : std::uint8_t {
  fast,  ///< reads it and answers at once
  mute,  ///< reads it and never answers
  deaf,  ///< accepts the connection, and that is all
  slow,  ///< reads one byte per second
};
constexpr std::array<const char*, 4> manner_names{"fast", "mute", "deaf", "slow"};

constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// What was seen since the last report.
struct Figures {
  std::array<std::uint64_t, 4> open{};  ///< connections now
  std::array<std::uint64_t, 4> connections{};
  std::array<std::uint64_t, 4> requests{};  ///< whole ones
  std::uint64_t bytes = 0;
  std::vector<std::uint32_t> batch_us{};  ///< from one answer of a webhook to its next one
};

/// Reads requests off one connection by their Content-Length; keeps nothing of them.
class RequestCounter {
 public:
  /// Takes bytes; how many whole requests ended with them.
  unsigned take(std::string_view bytes) {
    unsigned whole = 0;
    while (!bytes.empty()) {
      if (body_left_ > 0) {
        const std::uint64_t step = std::min<std::uint64_t>(body_left_, bytes.size());
        body_left_ -= step;
        bytes.remove_prefix(static_cast<std::size_t>(step));
        whole += body_left_ == 0 ? 1 : 0;
        continue;
      }
      head_.push_back(bytes.front());
      bytes.remove_prefix(1);
      if (!head_.ends_with("\r\n\r\n")) continue;
      const std::size_t at = head_.find("Content-Length: ");
      PULTER_CHECK(at != std::string::npos);
      body_left_ = std::strtoull(head_.c_str() + at + 16, nullptr, 10);
      whole += body_left_ == 0 ? 1 : 0;
      head_.clear();
    }
    return whole;
  }

 private:
  std::string head_;
  std::uint64_t body_left_ = 0;
};

class Crowd {
 public:
  explicit Crowd(io::Io& io) : io_(io), scope_(io) {}

  int serve() {
    std::string ports = "{";
    for (std::size_t i = 0; i < manner_names.size(); ++i) {
      const int listener = listen(ports, manner_names[i]);
      scope_.spawn(accept_all(listener, static_cast<Manner>(i)));
    }
    const int reports = listen(ports, "report");
    scope_.spawn(report_to_all(reports));
    ports.back() = '}';
    std::printf("%s\n", ports.c_str());
    std::fflush(stdout);
    while (true) io_.run_once(io::never);
  }

 private:
  using Buffer = std::array<char, 256 * 1024>;

  std::unique_ptr<Buffer> take_buffer() {
    if (spare_.empty()) return std::make_unique_for_overwrite<Buffer>();
    std::unique_ptr<Buffer> buffer = std::move(spare_.back());
    spare_.pop_back();
    return buffer;
  }

  int listen(std::string& ports, const char* name) {
    const net::Endpoint anywhere{{net::Family::ipv4, {127, 0, 0, 1}}, 0};
    auto listener = io_.listen_tcp(anywhere);
    PULTER_CHECK(listener);
    const auto endpoint = io_.local_endpoint(*listener);
    PULTER_CHECK(endpoint);
    ports += std::string("\"") + name + "\":" + std::to_string(endpoint->port) + ",";
    return *listener;
  }

  io::Task<> accept_all(int listener, Manner manner) {
    while (true) {
      const std::int32_t fd = co_await io::accept(scope_, listener);
      PULTER_CHECK(fd >= 0);
      ++figures_.connections[static_cast<std::size_t>(manner)];
      scope_.spawn(manner == Manner::slow ? dawdle(fd) : receive(fd, manner));
    }
  }

  io::Task<> receive(int fd, Manner manner) {
    const auto index = static_cast<std::size_t>(manner);
    ++figures_.open[index];
    RequestCounter counter;
    io::Instant answered_at = io::never;
    std::uint64_t answered_in = 0;  // the report's span that it belongs to
    while (true) {
      if (manner == Manner::deaf) {
        // Until the sender gives up: its FIN is seen only behind what it sent, so this looks for a reset.
        const io::Instant next_look = io_.now() + std::chrono::hours(1);
        co_await io::sleep_until(scope_, next_look);
        continue;
      }
      const std::int32_t readable = co_await io::readable(scope_, fd);
      if (readable < 0) break;
      // A buffer only now that there is something to read: a connection that waits holds no memory.
      std::unique_ptr<Buffer> buffer = take_buffer();
      const std::int32_t got = co_await io::receive(scope_, fd, *buffer);
      const auto size = static_cast<std::size_t>(std::max(got, 0));
      const unsigned whole = counter.take(std::string_view(buffer->data(), size));
      if (got <= 0) break;
      figures_.bytes += size;
      figures_.requests[index] += whole;
      spare_.push_back(std::move(buffer));
      if (whole == 0 || manner == Manner::mute) continue;
      const std::int32_t sent = co_await io::send_all(scope_, fd, answer);
      if (sent < 0) break;
      const io::Instant now = io_.now();
      if (answered_at != io::never && answered_in == spans_) {
        figures_.batch_us.push_back(static_cast<std::uint32_t>((now - answered_at) / microseconds(1)));
      }
      answered_at = now;
      answered_in = spans_;
    }
    --figures_.open[index];
    io_.close(fd);
  }

  io::Task<> dawdle(int fd) {
    constexpr auto index = static_cast<std::size_t>(Manner::slow);
    ++figures_.open[index];
    std::array<char, 1> one;
    while (true) {
      const std::int32_t got = co_await io::receive(scope_, fd, one);
      if (got <= 0) break;
      const io::Instant next = io_.now() + std::chrono::seconds(1);
      co_await io::sleep_until(scope_, next);
    }
    --figures_.open[index];
    io_.close(fd);
  }

  io::Task<> report_to_all(int listener) {
    while (true) {
      const std::int32_t fd = co_await io::accept(scope_, listener);
      PULTER_CHECK(fd >= 0);
      const std::string text = report();
      co_await io::send_all(scope_, fd, text);
      io_.close(fd);
    }
  }

  std::string report() {
    std::string out = "{";
    for (std::size_t i = 0; i < manner_names.size(); ++i) {
      out += std::string("\"") + manner_names[i] + "\":{\"open\":" + std::to_string(figures_.open[i]) +
             ",\"connections\":" + std::to_string(figures_.connections[i]) +
             ",\"requests\":" + std::to_string(figures_.requests[i]) + "},";
    }
    std::vector<std::uint32_t>& all = figures_.batch_us;
    std::sort(all.begin(), all.end());
    const auto at = [&all](double part) {
      const double ms =
          all.empty() ? 0 : all[static_cast<std::size_t>(part * double(all.size() - 1))] / 1000.0;
      return std::to_string(ms);
    };
    out += "\"bytes\":" + std::to_string(figures_.bytes) + ",\"intervals\":" + std::to_string(all.size()) +
           ",\"p50Ms\":" + at(0.5) + ",\"p99Ms\":" + at(0.99) + ",\"maxMs\":" + at(1) + "}\n";
    figures_ = {.open = figures_.open};
    ++spans_;
    return out;
  }

  io::Io& io_;
  io::Scope scope_;
  Figures figures_;
  std::uint64_t spans_ = 0;
  std::vector<std::unique_ptr<Buffer>> spare_;
};

/// Imports the same file again and again over a few connections, each import to a webhook of its own.
class Importer {
 public:
  Importer(io::Io& io, std::string socket, std::uint64_t count, std::string url, std::string csv)
      : io_(io),
        scope_(io),
        socket_(std::move(socket)),
        count_(count),
        url_(std::move(url)),
        csv_(std::move(csv)) {}

  int run(unsigned connections) {
    const io::Instant began = io_.now();
    for (unsigned i = 0; i < connections; ++i) scope_.spawn(post());
    while (scope_.running() > 0) io_.run_once(io::never);
    const double seconds = std::chrono::duration<double>(io_.now() - began).count();
    std::printf("{\"imports\":%llu,\"failed\":%llu,\"seconds\":%.3f}\n",
                static_cast<unsigned long long>(taken_), static_cast<unsigned long long>(failed_), seconds);
    return failed_ == 0 ? 0 : 1;
  }

 private:
  io::Task<> post() {
    auto fd = io_.open_unix();
    PULTER_CHECK(fd);
    const std::int32_t connected = co_await io::connect_unix(scope_, *fd, socket_, io::never);
    PULTER_CHECK(connected == 0);
    std::array<char, 8192> buffer;
    while (next_ < count_) {
      const std::string request = "POST /v1/imports?webhookUrl=" + url_ + std::to_string(next_++) +
                                  " HTTP/1.1\r\nHost: pulter\r\nContent-Type: text/csv\r\nContent-Length: " +
                                  std::to_string(csv_.size()) + "\r\n\r\n" + csv_;
      const std::int32_t sent = co_await io::send_all(scope_, *fd, request);
      if (sent < 0) break;
      std::string reply;
      while (!is_whole(reply)) {
        const std::int32_t got = co_await io::receive(scope_, *fd, buffer);
        PULTER_CHECK(got > 0);
        reply.append(buffer.data(), static_cast<std::size_t>(got));
      }
      const bool good = reply.starts_with("HTTP/1.1 201");
      ++(good ? taken_ : failed_);
      if (!good && failed_ < 3) std::fprintf(stderr, "%s\n", reply.c_str());
    }
    io_.close(*fd);
  }

  static bool is_whole(const std::string& reply) {
    const std::size_t end = reply.find("\r\n\r\n");
    const std::size_t at = reply.find("Content-Length: ");
    if (end == std::string::npos || at == std::string::npos) return false;
    return reply.size() >= end + 4 + std::strtoull(reply.c_str() + at + 16, nullptr, 10);
  }

  io::Io& io_;
  io::Scope scope_;
  std::string socket_;
  std::uint64_t count_;
  std::string url_;
  std::string csv_;
  std::uint64_t next_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t failed_ = 0;
};

int run(const std::vector<std::string>& arguments) {
  io::raise_descriptor_limit();
  io::ignore_write_signals();
  auto ring = io::UringIo::create({.entries = 4096});
  if (!ring) {
    std::fprintf(stderr, "%s\n", ring.error().detail.c_str());
    return 1;
  }
  if (arguments.size() == 1 && arguments[0] == "receive") {
    const auto crowd = std::make_unique<Crowd>(**ring);
    return crowd->serve();
  }
  if (arguments.size() == 6 && arguments[0] == "import") {
    std::ifstream file(arguments[5], std::ios::binary);
    std::string csv(std::istreambuf_iterator<char>(file), {});
    Importer importer(**ring, arguments[1], std::strtoull(arguments[2].c_str(), nullptr, 10), arguments[4],
                      std::move(csv));
    return importer.run(static_cast<unsigned>(std::strtoul(arguments[3].c_str(), nullptr, 10)));
  }
  std::fprintf(stderr, "usage: crowd receive | crowd import SOCKET N CONNECTIONS URL FILE\n");
  return 2;
}

}  // namespace
}  // namespace pulter::bench

int main(int argc, char** argv) {
  return pulter::bench::run(std::vector<std::string>(argv + 1, argv + argc));
}
