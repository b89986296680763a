#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace pulter::io {

/// Memory for bytes that are encrypted and have not left yet.
struct TlsBuffer {
  std::unique_ptr<char[]> bytes;
  std::size_t size = 0;

  explicit operator bool() const noexcept { return bytes != nullptr; }
};

/// The output buffers of one shard's TLS connections. A few large ones, used last in first out so that they
/// stay in the caches; whoever comes when they are out gets a small one, which costs only more sends. So
/// thousands of receivers that do not read hold `small` bytes each and no more: encrypted bytes cannot be
/// made a second time. One shard only.
class TlsBuffers {
 public:
  /// Plain bytes that are encrypted at a time: as much as pays, as little as is bearable.
  static constexpr std::size_t large_plain_bytes = 256 * 1024;
  static constexpr std::size_t small_plain_bytes = 16 * 1024;
  static constexpr std::size_t large_max = 8;

  [[nodiscard]] TlsBuffer take();
  /// A small one whatever there is: for handshakes and alerts.
  [[nodiscard]] static TlsBuffer take_small();
  void give_back(TlsBuffer buffer) noexcept;
  /// Plain bytes whose ciphertext fits into `buffer`, records' heads and tags included.
  [[nodiscard]] static std::size_t plain_bytes(const TlsBuffer& buffer) noexcept;

 private:
  std::vector<TlsBuffer> free_;
  std::size_t large_count_ = 0;
};

}  // namespace pulter::io
