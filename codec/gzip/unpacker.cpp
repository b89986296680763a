#include "codec/gzip/unpacker.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "codec/base/check.h"

namespace pulter::gzip {
namespace {

constexpr unsigned char magic_first = 0x1f;
constexpr unsigned char magic_second = 0x8b;
constexpr unsigned char method_deflate = 8;
constexpr unsigned char reserved_flags = 0xe0;
// Of zlib.h: the largest window, and 16 for a gzip header and trailer, nothing else.
constexpr int window_bits = 15 + 16;

std::unexpected<Error> damaged(std::uint64_t at, std::string detail) {
  return fail(ErrorCode::bad_compression, static_cast<std::int64_t>(at), std::move(detail));
}

/// zlib's own words for what is wrong, in ours where a user can do something with them.
std::string what_is_wrong(const z_stream& stream, bool first_bytes) {
  const std::string_view said = stream.msg == nullptr ? "" : stream.msg;
  if (said == "incorrect header check" && first_bytes) return "it does not begin as gzip data does";
  if (said == "incorrect data check" || said == "incorrect length check")
    return "its checksum does not fit its content";
  return said.empty() ? "it cannot be unpacked" : std::string(said);
}

uInt clipped(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

}  // namespace

bool is_gzip(std::string_view head) noexcept {
  constexpr std::size_t fixed_bytes = 4;  // the two of the magic number, method, flags
  if (head.size() < fixed_bytes) return false;
  const auto byte = [head](std::size_t i) { return static_cast<unsigned char>(head[i]); };
  return byte(0) == magic_first && byte(1) == magic_second && byte(2) == method_deflate &&
         (byte(3) & reserved_flags) == 0;
}

void Unpacker::CloseStream::operator()(z_stream_s* stream) const noexcept {
  inflateEnd(stream);
  delete stream;
}

Unpacker::Unpacker(UnpackLimits limits) : limits_(limits), stream_(new z_stream{}) {}
Unpacker::Unpacker(Unpacker&&) noexcept = default;
Unpacker& Unpacker::operator=(Unpacker&&) noexcept = default;
Unpacker::~Unpacker() = default;

Result<std::size_t> Unpacker::feed(std::string_view packed, std::string& out, std::size_t size) {
  const std::size_t given = packed.size();
  while (!packed.empty() && out.size() < size) {
    const std::uint64_t before = packed_bytes_ + unpacked_bytes_;
    const bool inflating = stage_ == Stage::member;
    Result<> done = inflating ? inflate_some(packed, out, size) : pass_gap(packed);
    if (!done) return fail(std::move(done.error()));
    PULTER_CHECK(!inflating || packed_bytes_ + unpacked_bytes_ > before);
  }
  return given - packed.size();
}

Result<> Unpacker::inflate_some(std::string_view& packed, std::string& out, std::size_t size) {
  z_stream& stream = *stream_;
  if (stream.state == nullptr && inflateInit2(&stream, window_bits) != Z_OK)
    return fail(ErrorCode::limit_reached, "There is no memory to unpack gzip data; try again later.");
  const std::size_t old_size = out.size();
  const uInt room = clipped(size - old_size);
  const uInt offered = clipped(packed.size());
  out.resize(old_size + room);
  // zlib's interface is older than const; it does not write through next_in.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = offered;
  stream.next_out = reinterpret_cast<Bytef*>(out.data() + old_size);
  stream.avail_out = room;
  const int verdict = inflate(&stream, Z_NO_FLUSH);
  const std::size_t taken = offered - stream.avail_in;
  const std::size_t made = room - stream.avail_out;
  out.resize(old_size + made);
  packed.remove_prefix(taken);
  const bool first_bytes = packed_bytes_ < 10 && unpacked_bytes_ == 0;
  packed_bytes_ += taken;
  unpacked_bytes_ += made;
  if (verdict == Z_STREAM_END) {
    stage_ = Stage::between;
  } else if (verdict == Z_MEM_ERROR) {
    return fail(ErrorCode::limit_reached, "There is no memory to unpack gzip data; try again later.");
  } else if (verdict != Z_OK && verdict != Z_BUF_ERROR) {
    return damaged(packed_bytes_, "The gzip data is damaged at byte " + std::to_string(packed_bytes_) + ": " +
                                      what_is_wrong(stream, first_bytes) +
                                      ". Pack the file anew, or upload the CSV itself.");
  }
  return check_limits();
}

/// Behind a member: another one begins, or zeros go on to the end.
Result<> Unpacker::pass_gap(std::string_view& packed) {
  const auto byte = static_cast<unsigned char>(packed.front());
  if (byte == magic_first && stage_ == Stage::between) {
    if (inflateReset(stream_.get()) != Z_OK)
      return fail(ErrorCode::limit_reached, "There is no memory to unpack gzip data; try again later.");
    stage_ = Stage::member;
    return {};
  }
  if (byte != 0) {
    return damaged(packed_bytes_, "The gzip data ends before byte " + std::to_string(packed_bytes_) +
                                      ", and something else follows it. Pack the file anew, or upload the "
                                      "CSV itself.");
  }
  stage_ = Stage::padding;
  packed.remove_prefix(1);
  ++packed_bytes_;
  return {};
}

Result<> Unpacker::check_limits() const {
  if (unpacked_bytes_ > limits_.bytes_max) {
    return fail(ErrorCode::file_too_large, "The file unpacks to more than " +
                                               std::to_string(limits_.bytes_max) +
                                               " bytes, and no longer one is taken. Split it, or raise the "
                                               "limit.");
  }
  if (unpacked_bytes_ > limits_.free_bytes && unpacked_bytes_ / limits_.ratio_max > packed_bytes_) {
    return damaged(packed_bytes_,
                   "The gzip data unpacks to over " + std::to_string(limits_.ratio_max) +
                       " times its size, as no table does that is meant to be read: its first " +
                       std::to_string(packed_bytes_) + " bytes hold " + std::to_string(unpacked_bytes_) +
                       ". If it is one, unpack it and upload the CSV itself.");
  }
  return {};
}

Result<> Unpacker::finish() {
  if (stage_ != Stage::member) return {};
  return damaged(packed_bytes_, "The gzip data is cut off at byte " + std::to_string(packed_bytes_) +
                                    ", before its end. Upload the whole file.");
}

}  // namespace pulter::gzip
