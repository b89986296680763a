#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "codec/base/result.h"

struct z_stream_s;

namespace pulter::gzip {

/// What one unpacker holds beside its output: zlib's window and state.
inline constexpr std::size_t state_bytes = 48 * 1024;

/// Whether a file begins as gzip does: its magic number, the one method there is, no reserved flag.
/// Source: RFC 1952, section 2.3.
[[nodiscard]] bool is_gzip(std::string_view head) noexcept;

/// What is more is taken for a bomb. Deflate reaches 1,032 to 1 at most; tables of text reach 5 to 50.
struct UnpackLimits {
  std::uint64_t ratio_max = 250;           ///< unpacked bytes for one packed byte
  std::uint64_t free_bytes = 64ull << 20;  ///< below this many unpacked bytes the ratio is not asked
  std::uint64_t bytes_max = UINT64_MAX;    ///< unpacked bytes in all
};

/// Unpacks a gzip stream that comes in pieces cut anywhere. Members one after another are one content, as
/// RFC 1952 (section 2.2) says; zeros after the last one are padding. Anything else there is an error, so
/// that no byte is left out silently.
///
/// Errors: bad_compression (not gzip, damaged, cut off, bytes behind its end, a checksum that does not fit,
/// over the ratio; `at` is the offset in the packed bytes), file_too_large (over bytes_max), limit_reached
/// (no memory). After an error the object is of no more use. One thread at a time; allocates when it is made
/// and on the first piece.
class Unpacker {
 public:
  explicit Unpacker(UnpackLimits limits);
  Unpacker(Unpacker&&) noexcept;
  Unpacker& operator=(Unpacker&&) noexcept;
  ~Unpacker();

  /// Unpacks from the front of `packed` onto the end of `out` until `packed` is used up or `out` has `size`
  /// bytes, whichever is first. The number of packed bytes taken.
  [[nodiscard]] Result<std::size_t> feed(std::string_view packed, std::string& out, std::size_t size);
  /// The packed bytes have ended: refuses a content that is cut off.
  [[nodiscard]] Result<> finish();

  [[nodiscard]] std::uint64_t packed_bytes() const noexcept { return packed_bytes_; }
  [[nodiscard]] std::uint64_t unpacked_bytes() const noexcept { return unpacked_bytes_; }

 private:
  enum class Stage : std::uint8_t { member, between, padding };
  struct CloseStream {
    void operator()(z_stream_s* stream) const noexcept;
  };

  [[nodiscard]] Result<> inflate_some(std::string_view& packed, std::string& out, std::size_t size);
  [[nodiscard]] Result<> pass_gap(std::string_view& packed);
  [[nodiscard]] Result<> check_limits() const;

  UnpackLimits limits_;
  std::unique_ptr<z_stream_s, CloseStream> stream_;
  Stage stage_ = Stage::member;
  std::uint64_t packed_bytes_ = 0;
  std::uint64_t unpacked_bytes_ = 0;
};

}  // namespace pulter::gzip
