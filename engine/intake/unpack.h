#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "engine/store/spool.h"
#include "io/scope.h"

namespace pulter::intake {

/// What is unpacked at a time on the worker thread: under a millisecond, and small enough for 128
/// connections.
inline constexpr std::size_t unpack_step_bytes = 128 * 1024;
/// What one packed upload may become where `max_file_bytes` says nothing: a disk is not filled by a small
/// one.
inline constexpr std::uint64_t unpacked_bytes_max = 64ull << 30;

/// An upload that takes gzip data and puts what is in it into `upload`. The unpacking runs on the worker
/// thread, a step at a time. `bytes_max` bounds the unpacked bytes; 0: unpacked_bytes_max.
///
/// Errors of append and finish: bad_compression, file_too_large, and those of `upload`.
[[nodiscard]] std::unique_ptr<store::Upload> unpack_into(std::unique_ptr<store::Upload> upload,
                                                         std::uint64_t bytes_max);

/// A gzip file's content as another file of the spool. Errors as above; then nothing stays behind.
io::Task<Result<model::SpoolFile>> unpack_file(io::Scope& scope, store::Spool& spool,
                                               const store::OpenFile& packed, std::uint64_t bytes_max);

/// The first bytes of what is in gzip data.
struct UnpackedHead {
  std::string bytes;               ///< at most what was asked for
  std::uint64_t packed_bytes = 0;  ///< that they are made of
  bool whole = false;              ///< there is no more
};
/// `packed` is all of the data where `is_all`, else its beginning, cut anywhere. Errors: bad_compression.
io::Task<Result<UnpackedHead>> unpack_head(io::Scope& scope, std::string_view packed, bool is_all,
                                           std::size_t bytes_max);

}  // namespace pulter::intake
