#include "codec/csv/utf8.h"

#include <simdjson.h>

namespace pulter::csv {
namespace {

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// Size of the valid character at the start of `text`, 0 where there is none (RFC 3629, section 4).
std::size_t character_size(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if (!continues(text[i])) return 0;
  }
  const unsigned second = byte(1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool surrogate = lead == 0xed && second >= 0xa0;
  const bool too_large = lead == 0xf4 && second >= 0x90;
  return overlong || surrogate || too_large ? 0 : size;
}

}  // namespace

bool Utf8Check::check_to(std::uint64_t end, bool ascii) {
  // Something left over from the last call begins with a lead byte: then the whole stretch is looked at.
  if (ascii && (checked_to_ == end || static_cast<unsigned char>(file_[checked_to_]) < 0x80)) {
    checked_to_ = end;
    return true;
  }
  std::uint64_t stop = end;
  if (end < file_.size()) {
    // At most three bytes of a cut character stay behind.
    while (stop > checked_to_ && end - stop < 3 && continues(file_[stop])) --stop;
  }
  if (!simdjson::validate_utf8(file_.data() + checked_to_, stop - checked_to_)) return false;
  checked_to_ = stop;
  return true;
}

std::uint64_t Utf8Check::first_invalid() const {
  std::uint64_t at = checked_to_;
  while (at < file_.size()) {
    const std::size_t size = character_size(file_.substr(at));
    if (size == 0) return at;
    at += size;
  }
  return at;
}

}  // namespace pulter::csv
