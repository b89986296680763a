#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/http/headers.h"

namespace pulter::http {

/// Header lines of one message, gathered from pieces. Their text is one string, whose memory is used again
/// by the next message.
class FieldList {
 public:
  void clear() noexcept;
  void add_name(std::string_view piece) { text_.append(piece); }
  void end_name() noexcept { name_end_ = text_.size(); }
  void add_value(std::string_view piece) { text_.append(piece); }
  /// Ends a line; false when its name is no token. Spaces and tabs around the value are left out.
  [[nodiscard]] bool end_value();

  /// The lines so far. Views stay valid until the next change.
  [[nodiscard]] std::span<const HeaderField> fields();
  [[nodiscard]] std::size_t bytes() const noexcept { return text_.size(); }

 private:
  struct Line {
    std::size_t begin, name_end, value_begin, value_end;
  };

  std::string text_;
  std::size_t line_begin_ = 0;
  std::size_t name_end_ = 0;
  std::vector<Line> lines_;
  std::vector<HeaderField> views_;
};

/// The first field of that name (any case); nullptr when there is none.
[[nodiscard]] const HeaderField* find_field(std::span<const HeaderField> fields,
                                            std::string_view name) noexcept;
[[nodiscard]] std::size_t count_fields(std::span<const HeaderField> fields, std::string_view name) noexcept;

}  // namespace pulter::http
