#include "codec/sign/sha256.h"

#include <openssl/sha.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <algorithm>
#include <cstring>

#include "codec/base/check.h"
#include "codec/sign/sha256_lanes.h"

namespace pulter::sign {
namespace {

const std::uint8_t* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

void put_big_endian(std::uint8_t* to, std::uint64_t value, std::size_t bytes) noexcept {
  for (std::size_t i = 0; i < bytes; ++i) to[i] = static_cast<std::uint8_t>(value >> (8 * (bytes - 1 - i)));
}

}  // namespace

bool supported(Sha256Kernel kernel) noexcept {
  if (kernel == Sha256Kernel::boringssl) return true;
#if defined(__x86_64__)
  // The run-time of gcc 12 has no name for the SHA extensions: CPUID leaf 7, EBX bit 29. They use the
  // narrow registers, which every system saves.
  static const bool has_sha = [] {
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 1 && (ebx >> 29 & 1U) == 1U &&
           __builtin_cpu_supports("sse4.1") != 0;
  }();
  return has_sha;
#else
  return false;
#endif
}

Sha256Kernel best_sha256_kernel() noexcept {
  return supported(Sha256Kernel::lanes) ? Sha256Kernel::lanes : Sha256Kernel::boringssl;
}

void sha256_step(std::span<const Sha256Lane> lanes, std::size_t block_count, Sha256Kernel kernel) noexcept {
  PULTER_CHECK(!lanes.empty() && lanes.size() <= sha256_lanes_max);
#if defined(__x86_64__)
  if (kernel == Sha256Kernel::lanes && lanes.size() > 1) {
    std::array<std::uint32_t*, sha256_lanes_max> states{};
    std::array<const std::uint8_t*, sha256_lanes_max> blocks{};
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      states[i] = lanes[i].state->data();
      blocks[i] = lanes[i].blocks;
    }
    return sha256_lanes_step(states.data(), blocks.data(), lanes.size(), block_count);
  }
#else
  static_cast<void>(kernel);
#endif
  if (block_count == 0) return;  // BoringSSL's assembly takes at least one
  // A message alone: BoringSSL's assembly, which is the faster one for it.
  for (const Sha256Lane& lane : lanes) SHA256_TransformBlocks(lane.state->data(), lane.blocks, block_count);
}

/// Completes the block that was begun, as far as `part` goes, and returns what is left of it.
std::string_view Sha256::fill_tail(std::string_view part, Sha256Kernel kernel) noexcept {
  const std::size_t held = bytes_ % sha256_block_bytes;
  bytes_ += part.size();
  if (held == 0) return part;
  const std::size_t taken = std::min(part.size(), sha256_block_bytes - held);
  std::copy_n(bytes_of(part), taken, tail_.data() + held);
  if (held + taken == sha256_block_bytes) {
    const Sha256Lane lane{&state_, tail_.data()};
    sha256_step(std::span(&lane, 1), 1, kernel);
  }
  return part.substr(taken);
}

void Sha256::update(std::string_view part) noexcept {
  const Part alone{this, part};
  update_together(std::span(&alone, 1), Sha256Kernel::boringssl);
}

void Sha256::update_together(std::span<const Part> parts, Sha256Kernel kernel) noexcept {
  std::array<Sha256Lane, sha256_lanes_max> lanes;
  std::array<std::size_t, sha256_lanes_max> blocks_left{};
  std::size_t active = 0;
  std::size_t next = 0;
  while (true) {
    // Lanes whose message is through are taken over by those that have not begun.
    for (; active < sha256_lanes_max && next < parts.size(); ++next) {
      Sha256& message = *parts[next].message;
      const std::string_view rest = message.fill_tail(parts[next].bytes, kernel);
      const std::size_t whole = rest.size() / sha256_block_bytes;
      const std::string_view tail = rest.substr(whole * sha256_block_bytes);
      if (!tail.empty()) std::memcpy(message.tail_.data(), tail.data(), tail.size());
      if (whole == 0) continue;
      lanes[active] = {&message.state_, bytes_of(rest)};
      blocks_left[active] = whole;
      ++active;
    }
    if (active == 0) return;
    const std::size_t common = *std::min_element(blocks_left.begin(), blocks_left.begin() + active);
    sha256_step(std::span(lanes).first(active), common, kernel);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < active; ++i) {
      if (blocks_left[i] == common) continue;
      lanes[kept] = {lanes[i].state, lanes[i].blocks + common * sha256_block_bytes};
      blocks_left[kept] = blocks_left[i] - common;
      ++kept;
    }
    active = kept;
  }
}

Sha256Sum Sha256::finish() noexcept {
  // FIPS 180-4, section 5.1.1: a one bit, zeros, and the length in bits, to the end of a block.
  const std::uint64_t bits = bytes_ * 8;
  const std::size_t held = bytes_ % sha256_block_bytes;
  std::array<std::uint8_t, 2 * sha256_block_bytes> end{};
  std::copy_n(tail_.data(), held, end.data());
  end[held] = 0x80;
  const std::size_t block_count = held + 9 > sha256_block_bytes ? 2 : 1;
  put_big_endian(end.data() + block_count * sha256_block_bytes - 8, bits, 8);
  const Sha256Lane lane{&state_, end.data()};
  sha256_step(std::span(&lane, 1), block_count, Sha256Kernel::boringssl);
  Sha256Sum sum;
  for (std::size_t i = 0; i < state_.size(); ++i) put_big_endian(sum.data() + 4 * i, state_[i], 4);
  return sum;
}

}  // namespace pulter::sign
