#pragma once

#include <string>
#include <string_view>

#include "codec/csv/plan.h"

namespace pulter::csv {

/// A text with the readable bytes after it that the readers ask for, filled with what would mislead them.
class PaddedText {
 public:
  explicit PaddedText(std::string_view text) : bytes_(text), size_(text.size()) {
    while (bytes_.size() < size_ + padding_bytes) bytes_ += "\"\n,\r\\\x01";
    bytes_.resize(size_ + padding_bytes);
  }

  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::string bytes_;
  std::size_t size_;
};

}  // namespace pulter::csv
