#include "io/net/tls_buffers.h"

#include <utility>

namespace pulter::io {
namespace {

// A record holds up to 16 KiB and adds a head of 5 bytes, an explicit nonce and a tag or padding: well below
// 512 bytes with every cipher suite (RFC 8446, 5.2; RFC 5246, 6.2.3). The rest is for alerts that come
// between.
constexpr std::size_t size_for(std::size_t plain_bytes) {
  return plain_bytes + (plain_bytes / 16384 + 2) * 512;
}
constexpr std::size_t large_size = size_for(TlsBuffers::large_plain_bytes);
constexpr std::size_t small_size = size_for(TlsBuffers::small_plain_bytes);

TlsBuffer make(std::size_t size) {
  return {std::make_unique_for_overwrite<char[]>(size), size};
}

}  // namespace

TlsBuffer TlsBuffers::take() {
  if (!free_.empty()) {
    TlsBuffer buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
  }
  if (large_count_ == large_max) return take_small();
  ++large_count_;
  return make(large_size);
}

TlsBuffer TlsBuffers::take_small() {
  return make(small_size);
}

void TlsBuffers::give_back(TlsBuffer buffer) noexcept {
  if (buffer.size == large_size) free_.push_back(std::move(buffer));
}

std::size_t TlsBuffers::plain_bytes(const TlsBuffer& buffer) noexcept {
  return buffer.size == large_size ? large_plain_bytes : small_plain_bytes;
}

}  // namespace pulter::io
