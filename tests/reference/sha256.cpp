#include "tests/reference/sha256.h"

#include <bit>
#include <cmath>
#include <vector>

namespace pulter::reference {
namespace {

/// The first 32 bits of the fractional part of a root, as the standard defines its constants.
std::uint32_t fraction_bits(long double root) {
  return static_cast<std::uint32_t>((root - std::floor(root)) * 4294967296.0L);
}

std::vector<std::uint32_t> first_primes(std::size_t count) {
  std::vector<std::uint32_t> primes;
  for (std::uint32_t n = 2; primes.size() < count; ++n) {
    bool is_prime = true;
    for (const std::uint32_t p : primes) is_prime = is_prime && n % p != 0;
    if (is_prime) primes.push_back(n);
  }
  return primes;
}

std::vector<std::uint32_t> round_constants() {
  std::vector<std::uint32_t> constants;
  for (const std::uint32_t prime : first_primes(64)) {
    constants.push_back(fraction_bits(std::cbrt(static_cast<long double>(prime))));
  }
  return constants;
}

void compress(std::array<std::uint32_t, 8>& state, const std::uint8_t* block) {
  static const std::vector<std::uint32_t> constants = round_constants();
  std::array<std::uint32_t, 64> w{};
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t b = 0; b < 4; ++b) w[i] = w[i] << 8 | block[i * 4 + b];
  }
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
    const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + constants[i] + w[i];
    const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const std::uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  const std::array<std::uint32_t, 8> mixed{a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) state[i] += mixed[i];
}

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::array<std::uint8_t, 32> sha256(std::string_view text) {
  std::array<std::uint32_t, 8> state{};
  const std::vector<std::uint32_t> primes = first_primes(8);
  for (std::size_t i = 0; i < 8; ++i) state[i] = fraction_bits(std::sqrt(static_cast<long double>(primes[i])));
  std::string padded(text);
  padded.push_back(static_cast<char>(0x80));
  while (padded.size() % 64 != 56) padded.push_back(0);
  const std::uint64_t bits = std::uint64_t{text.size()} * 8;
  for (int shift = 56; shift >= 0; shift -= 8) padded.push_back(static_cast<char>(bits >> shift));
  for (std::size_t at = 0; at < padded.size(); at += 64) {
    compress(state, reinterpret_cast<const std::uint8_t*>(padded.data() + at));
  }
  std::array<std::uint8_t, 32> digest{};
  for (std::size_t i = 0; i < 32; ++i) digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  return digest;
}

std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view text) {
  std::string block(key);
  if (block.size() > 64) {
    const auto hashed = sha256(block);
    block.assign(hashed.begin(), hashed.end());
  }
  block.resize(64, 0);
  std::string inner = block;
  std::string outer = block;
  for (std::size_t i = 0; i < 64; ++i) {
    inner[i] = static_cast<char>(inner[i] ^ 0x36);
    outer[i] = static_cast<char>(outer[i] ^ 0x5c);
  }
  const auto first = sha256(inner.append(text));
  outer.append(first.begin(), first.end());
  return sha256(outer);
}

std::string base64(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (at + i < bytes.size() ? static_cast<std::uint8_t>(bytes[at + i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text.push_back(at + i > bytes.size() ? '=' : alphabet[group >> (18 - 6 * i) & 63]);
    }
  }
  return text;
}

std::string base64_decode(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<std::uint32_t>(alphabet.find(c));
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>(bits >> count));
    }
  }
  return bytes;
}

std::string sign(std::string_view secret, std::string_view id, std::string_view timestamp, std::string_view body) {
  const bool is_base64 = secret.starts_with("whsec_");
  const std::string key = is_base64 ? base64_decode(secret.substr(6)) : std::string(secret);
  std::string signed_text(id);
  signed_text.append(".").append(timestamp).append(".").append(body);
  const auto mac = hmac_sha256(key, signed_text);
  return "v1," + base64(std::string(mac.begin(), mac.end()));
}

}  // namespace pulter::reference
