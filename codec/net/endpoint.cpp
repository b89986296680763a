#include "codec/net/endpoint.h"

#include <algorithm>
#include <charconv>

namespace pulter::net {

namespace {

std::string ipv4_text(const std::uint8_t* bytes) {
  std::string text;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) text.push_back('.');
    text.append(std::to_string(bytes[i]));
  }
  return text;
}

struct Run {
  std::size_t begin = 0;
  std::size_t size = 0;
};

// The longest run of zero groups, the first of equals; a single zero is not shortened (RFC 5952, 4.2).
Run longest_zero_run(const std::array<std::uint16_t, 8>& groups) {
  Run best;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::size_t end = i;
    while (end < groups.size() && groups[end] == 0) ++end;
    if (end - i > best.size) best = {i, end - i};
    if (end > i) i = end;
  }
  return best.size >= 2 ? best : Run{};
}

std::string ipv6_text(const std::array<std::uint8_t, 16>& bytes) {
  std::array<std::uint16_t, 8> groups;
  for (std::size_t i = 0; i < 8; ++i)
    groups[i] = static_cast<std::uint16_t>((bytes[2 * i] << 8) | bytes[2 * i + 1]);
  constexpr std::array<std::uint16_t, 6> mapped = {0, 0, 0, 0, 0, 0xffff};
  if (std::equal(mapped.begin(), mapped.end(), groups.begin()))
    return "::ffff:" + ipv4_text(bytes.data() + 12);

  const Run zeros = longest_zero_run(groups);
  std::string text;
  for (std::size_t i = 0; i < 8;) {
    if (zeros.size > 0 && i == zeros.begin) {
      text.append("::");
      i += zeros.size;
      continue;
    }
    if (!text.empty() && text.back() != ':') text.push_back(':');
    std::array<char, 4> hex;
    const auto [end, error] = std::to_chars(hex.data(), hex.data() + hex.size(), groups[i], 16);
    text.append(hex.data(), end);
    ++i;
  }
  return text;
}

}  // namespace

std::string to_string(const IpAddress& address) {
  return address.family == Family::ipv4 ? ipv4_text(address.bytes.data()) : ipv6_text(address.bytes);
}

std::string to_string(const Endpoint& endpoint) {
  const std::string host = to_string(endpoint.address);
  const std::string port = ":" + std::to_string(endpoint.port);
  return endpoint.address.family == Family::ipv4 ? host + port : "[" + host + "]" + port;
}

}  // namespace pulter::net
