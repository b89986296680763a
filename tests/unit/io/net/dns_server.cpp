#include "tests/unit/io/net/dns_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "codec/base/check.h"

namespace pulter::io::test {
namespace {

using Clock = std::chrono::steady_clock;

void append_u16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8U & 0xffU);
  out += static_cast<char>(value & 0xffU);
}

unsigned read_u16(const std::string& bytes, std::size_t at) {
  return static_cast<unsigned>(static_cast<unsigned char>(bytes[at])) << 8U |
         static_cast<unsigned char>(bytes[at + 1]);
}

std::string labels(const std::string& name) {
  std::string out;
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t dot = std::min(name.find('.', begin), name.size());
    out += static_cast<char>(dot - begin);
    out += name.substr(begin, dot - begin);
    begin = dot + 1;
  }
  return out + '\0';
}

/// A resource record (RFC 1035, 4.1.3).
std::string record(const std::string& owner, unsigned type, std::uint32_t ttl, const std::string& data) {
  std::string out = owner;
  append_u16(out, type);
  append_u16(out, 1);
  append_u16(out, ttl >> 16U);
  append_u16(out, ttl & 0xffffU);
  append_u16(out, static_cast<unsigned>(data.size()));
  return out + data;
}

std::string address_bytes(const std::string& text, int family) {
  std::array<char, 16> bytes{};
  PULTER_CHECK(::inet_pton(family, text.c_str(), bytes.data()) == 1);
  return {bytes.data(), family == AF_INET ? 4U : 16U};
}

/// -1: the port is taken.
int bind_to(int type, std::uint16_t port, std::uint16_t* bound) {
  const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    return -1;
  }
  socklen_t size = sizeof address;
  PULTER_CHECK(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  *bound = ntohs(address.sin_port);
  return fd;
}

}  // namespace

DnsServer::DnsServer() {
  endpoint_.address.bytes = {127, 0, 0, 1};
  // A port that is free for datagrams may have a connection of somebody's before.
  for (int tries = 0; tcp_ < 0; ++tries) {
    PULTER_CHECK(tries < 100);
    if (udp_ >= 0) ::close(udp_);
    udp_ = bind_to(SOCK_DGRAM, 0, &endpoint_.port);
    PULTER_CHECK(udp_ >= 0);
    std::uint16_t same = 0;
    tcp_ = bind_to(SOCK_STREAM, endpoint_.port, &same);
  }
  PULTER_CHECK(::listen(tcp_, 16) == 0);
  thread_ = std::thread([this] { serve(); });
}

DnsServer::~DnsServer() {
  stopping_ = true;
  thread_.join();
  ::close(udp_);
  ::close(tcp_);
}

void DnsServer::set(const std::string& name, Zone zone) {
  const std::lock_guard lock(mutex_);
  zones_[name] = std::move(zone);
}

int DnsServer::questions(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return questions_[name];
}

void DnsServer::serve() {
  struct Late {
    Clock::time_point due;
    sockaddr_in to;
    std::string bytes;
  };
  std::vector<Late> late;
  while (!stopping_) {
    std::array<pollfd, 2> wait{pollfd{udp_, POLLIN, 0}, pollfd{tcp_, POLLIN, 0}};
    ::poll(wait.data(), wait.size(), 5);
    for (auto each = late.begin(); each != late.end();) {
      if (each->due > Clock::now()) {
        ++each;
        continue;
      }
      ::sendto(udp_, each->bytes.data(), each->bytes.size(), 0, reinterpret_cast<sockaddr*>(&each->to),
               sizeof each->to);
      each = late.erase(each);
    }
    if ((wait[1].revents & POLLIN) != 0) serve_tcp();
    if ((wait[0].revents & POLLIN) == 0) continue;
    std::array<char, 1500> buffer;
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t count =
        ::recvfrom(udp_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (count < 12) continue;
    Reply reply = reply_to(std::string(buffer.data(), static_cast<std::size_t>(count)), true);
    if (!reply.silent) late.push_back({Clock::now() + reply.delay, from, std::move(reply.bytes)});
  }
}

void DnsServer::serve_tcp() {
  const int fd = ::accept(tcp_, nullptr, nullptr);
  if (fd < 0) return;
  ++tcp_connections_;
  std::string message;
  std::array<char, 1500> buffer;
  pollfd wait{fd, POLLIN, 0};
  // Both questions may share the connection; half a second without one ends it.
  while (::poll(&wait, 1, 500) == 1) {
    const ssize_t count = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    message.append(buffer.data(), static_cast<std::size_t>(count));
    while (message.size() >= 2 && message.size() >= 2 + read_u16(message, 0)) {
      const std::size_t size = read_u16(message, 0);
      const Reply reply = reply_to(message.substr(2, size), false);
      message.erase(0, 2 + size);
      std::string framed;
      append_u16(framed, static_cast<unsigned>(reply.bytes.size()));
      framed += reply.bytes;
      ::send(fd, framed.data(), framed.size(), MSG_NOSIGNAL);
    }
  }
  ::close(fd);
}

DnsServer::Reply DnsServer::reply_to(const std::string& question, bool over_udp) {
  std::string name;
  std::size_t at = 12;
  while (question[at] != 0) {
    const auto length = static_cast<std::size_t>(question[at]);
    name += (name.empty() ? "" : ".") + question.substr(at + 1, length);
    at += length + 1;
  }
  const unsigned type = read_u16(question, at + 1);
  const std::string asked = question.substr(12, at + 5 - 12);
  const std::lock_guard lock(mutex_);
  ++questions_[name];
  const auto found = zones_.find(name);
  const Zone zone = found == zones_.end() ? Zone{.rcode = 3} : found->second;
  const bool is_v4 = type == 1;
  std::string owner = "\xc0\x0c";  // a pointer to the name in the question
  std::string answers;
  unsigned count = 0;
  if (!zone.alias.empty()) {
    answers += record(owner, 5, zone.ttl, labels(zone.alias));
    owner = labels(zone.alias);
    ++count;
  }
  for (const std::string& text : is_v4 ? zone.a : zone.aaaa) {
    answers += record(owner, type, zone.ttl, address_bytes(text, is_v4 ? AF_INET : AF_INET6));
    ++count;
  }
  const bool cut = zone.truncates && over_udp;
  if (cut || zone.rcode != 0) count = 0;
  Reply reply;
  reply.bytes = question.substr(0, 2);
  append_u16(reply.bytes, 0x8180U | (cut ? 0x200U : 0U) | static_cast<unsigned>(zone.rcode));
  append_u16(reply.bytes, 1);
  append_u16(reply.bytes, count);
  append_u16(reply.bytes, 0);
  append_u16(reply.bytes, 0);
  reply.bytes += asked;
  if (count > 0) reply.bytes += answers;
  reply.delay = is_v4 ? zone.delay_a : zone.delay_aaaa;
  reply.silent = is_v4 ? zone.silent_a : zone.silent_aaaa;
  return reply;
}

}  // namespace pulter::io::test
