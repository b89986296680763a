#pragma once

#include <memory>

#include "codec/base/result.h"
#include "codec/text/encoding.h"

namespace pulter::io {

/// A decoder for an encoding that may be declared: the codec's own, or iconv's.
///
/// Opening one of iconv's may load its tables from disk (glibc's gconv modules), so it blocks and is io's
/// business; decoding is a pure function. One thread at a time, not always the same. Errors: not_supported
/// (the C library of this machine lacks the encoding), limit_reached.
[[nodiscard]] Result<std::unique_ptr<text::Decoder>> open_decoder(const text::DeclaredEncoding& encoding);

}  // namespace pulter::io
