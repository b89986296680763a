#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace pulter::json {

/// Appends `text` as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD, so the output is valid
/// whatever came in.
void append_string(std::string& out, std::string_view text);

/// Writes compact JSON onto the end of a string: commas come by themselves, nesting is the caller's.
///
///     Writer w(out);
///     w.begin_object().field("id", id).key("data").begin_array().end_array().end_object();
///
/// `out` must outlive the writer and may be read at any time. Numbers that JSON lacks (NaN, infinity) become
/// null.
class Writer {
 public:
  explicit Writer(std::string& out) noexcept : out_(out) {}

  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);
  Writer& string(std::string_view text);
  Writer& integer(std::int64_t number);
  Writer& unsigned_integer(std::uint64_t number);
  /// Shortest text that reads back as the same double.
  Writer& real(double number);
  Writer& boolean(bool value);
  Writer& null();
  /// `json` is written as it is: it must be one valid JSON value.
  Writer& raw(std::string_view json);

  Writer& field(std::string_view name, std::string_view text) { return key(name).string(text); }
  Writer& field(std::string_view name, const char* text) { return key(name).string(text); }
  Writer& field(std::string_view name, std::same_as<bool> auto value) { return key(name).boolean(value); }
  Writer& field(std::string_view name, std::signed_integral auto n) { return key(name).integer(n); }
  Writer& field(std::string_view name,
                std::unsigned_integral auto n) requires(!std::same_as<decltype(n), bool>) {
    return key(name).unsigned_integer(n);
  }
  Writer& field(std::string_view name, double n) { return key(name).real(n); }
  Writer& field_null(std::string_view name) { return key(name).null(); }
  Writer& field_raw(std::string_view name, std::string_view json) { return key(name).raw(json); }

 private:
  void separate();

  std::string& out_;
  bool comma_ = false;
};

}  // namespace pulter::json
