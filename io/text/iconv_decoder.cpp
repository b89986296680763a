#include "io/text/iconv_decoder.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace pulter::io {
namespace {

/// Bytes of the longest character with its shifts in any of the encodings that are read; ISO-2022-JP's is 3
/// and a shift of 4, GB18030's is 4.
constexpr std::size_t character_bytes_max = 16;
/// Room that is given for each step beside what is guessed: one character is never longer.
constexpr std::size_t spare_bytes = 64;

iconv_t no_descriptor() {
  return reinterpret_cast<iconv_t>(-1);  // NOLINT: as iconv_open(3) says it
}

class IconvDecoder final : public text::Decoder {
 public:
  IconvDecoder(std::string_view name, iconv_t descriptor) : Decoder(name), descriptor_(descriptor) {}
  IconvDecoder(const IconvDecoder&) = delete;
  IconvDecoder& operator=(const IconvDecoder&) = delete;
  ~IconvDecoder() override { iconv_close(descriptor_); }

 private:
  Result<> convert(std::string_view bytes, std::string& out) override;
  Result<> end(std::string& out) override;
  Result<std::size_t> take(std::string_view bytes, std::string& out);
  Result<> complete_carry(std::string_view& bytes, std::string& out);

  iconv_t descriptor_;
  std::array<char, character_bytes_max> carry_{};  ///< the beginning of a character that was cut
  std::size_t carry_count_ = 0;
  std::uint64_t offset_ = 0;  ///< of the first byte that is not converted
};

/// Converts what is whole; the number of bytes taken, which leaves less than a character.
Result<std::size_t> IconvDecoder::take(std::string_view bytes, std::string& out) {
  // iconv's interface is older than const; it does not write through its input.
  char* from = const_cast<char*>(bytes.data());
  std::size_t left = bytes.size();
  while (left > 0) {
    const std::size_t before = out.size();
    out.resize(before + left + left / 2 + spare_bytes);
    char* to = out.data() + before;
    std::size_t room = out.size() - before;
    const std::size_t verdict = iconv(descriptor_, &from, &left, &to, &room);
    const int error = errno;
    out.resize(out.size() - room);
    const std::uint64_t at = offset_ + (bytes.size() - left);
    // A positive count is of characters that could not be kept as they are.
    if (verdict != static_cast<std::size_t>(-1) && verdict > 0)
      return invalid(at, "a character without a place in Unicode");
    if (verdict != static_cast<std::size_t>(-1) || error == E2BIG) continue;
    if (error == EINVAL) break;
    return invalid(at, "no valid character");
  }
  const std::size_t taken = bytes.size() - left;
  offset_ += taken;
  return taken;
}

/// Adds bytes to the character that was cut until it is whole.
Result<> IconvDecoder::complete_carry(std::string_view& bytes, std::string& out) {
  while (carry_count_ > 0 && !bytes.empty()) {
    if (carry_count_ == carry_.size()) return invalid(offset_, "no valid character");
    carry_[carry_count_++] = bytes.front();
    bytes.remove_prefix(1);
    Result<std::size_t> taken = take({carry_.data(), carry_count_}, out);
    if (!taken) return fail(std::move(taken.error()));
    std::copy(carry_.begin() + static_cast<std::ptrdiff_t>(*taken),
              carry_.begin() + static_cast<std::ptrdiff_t>(carry_count_), carry_.begin());
    carry_count_ -= *taken;
  }
  return {};
}

Result<> IconvDecoder::convert(std::string_view bytes, std::string& out) {
  if (Result<> whole = complete_carry(bytes, out); !whole) return whole;
  if (bytes.empty()) return {};
  Result<std::size_t> taken = take(bytes, out);
  if (!taken) return fail(std::move(taken.error()));
  bytes.remove_prefix(*taken);
  if (bytes.size() > carry_.size()) return invalid(offset_, "no valid character");
  std::ranges::copy(bytes, carry_.begin());
  carry_count_ = bytes.size();
  return {};
}

Result<> IconvDecoder::end(std::string& out) {
  if (carry_count_ > 0) return invalid(offset_, "a character cut off by the end of the file");
  // Some encodings hold a letter back until they know that no accent follows it.
  const std::size_t before = out.size();
  out.resize(before + spare_bytes);
  char* to = out.data() + before;
  std::size_t room = spare_bytes;
  const std::size_t verdict = iconv(descriptor_, nullptr, nullptr, &to, &room);
  out.resize(out.size() - room);
  if (verdict == static_cast<std::size_t>(-1)) return invalid(offset_, "an unfinished character");
  return {};
}

}  // namespace

Result<std::unique_ptr<text::Decoder>> open_decoder(const text::DeclaredEncoding& encoding) {
  if (encoding.encoding != text::Encoding::by_iconv)
    return std::make_unique<text::Utf8Converter>(encoding.encoding);
  const iconv_t descriptor = iconv_open("UTF-8", std::string(encoding.iconv_name).c_str());
  if (descriptor != no_descriptor()) return std::make_unique<IconvDecoder>(encoding.name, descriptor);
  if (errno == EINVAL) {
    return fail(ErrorCode::not_supported,
                "The C library of the machine that Pulter runs on cannot read " + std::string(encoding.name) +
                    " (its gconv modules are not installed). Convert the file to UTF-8 first.");
  }
  return fail(ErrorCode::limit_reached, "There is no memory to convert the file; try again later.");
}

}  // namespace pulter::io
