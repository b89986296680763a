#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/base/result.h"

namespace pulter::json {

/// Levels of nesting that are read; deeper is bad_json.
inline constexpr std::size_t depth_max = 64;
/// Row errors kept from one answer (contract, section 5).
inline constexpr std::size_t row_errors_max = 10'000;
/// Bytes kept of each text in a row error; longer ones are cut.
inline constexpr std::size_t row_error_text_bytes_max = 2'048;

enum class Type : std::uint8_t { null, boolean, number, string, array, object };

struct Member;

/// One value of a parsed text: a plain tree that owns its text.
struct Value {
  Type type = Type::null;
  bool boolean = false;
  std::string text;             ///< a string's content, or a number as it was spelled
  std::vector<Value> items;     ///< of an array
  std::vector<Member> members;  ///< of an object, in order, repeats included

  /// The first member of that name; nothing when there is none or this is no object.
  [[nodiscard]] const Value* find(std::string_view key) const noexcept;
};

struct Member {
  std::string key;
  Value value;
};

/// Reads one JSON text (RFC 8259; valid UTF-8, nothing after it). Errors: bad_json with the byte offset where
/// known; payload_too_large over `bytes_max`.
[[nodiscard]] Result<Value> parse(std::string_view text, std::size_t bytes_max);

/// Compact text of a value: key order and the spelling of numbers kept.
[[nodiscard]] std::string to_text(const Value& value);

/// Takes the white space out of a JSON object given by a user (`user`, `metadata`): order, repeats and the
/// spelling of numbers and strings are kept. Errors: bad_json; bad_value when it is no object;
/// payload_too_large.
[[nodiscard]] Result<std::string> minify_object(std::string_view text, std::size_t bytes_max);

/// Takes the fields of a request's object one by one, and remembers the first thing wrong, so that a handler
/// reads as a list of fields:
///
///     ObjectReader fields(value);
///     auto name = fields.string("name");
///     auto size = fields.unsigned_integer("batchSize", 1, 1'000'000);
///     if (auto ok = fields.finish(); !ok) return fail(ok.error());
///
/// A getter gives nothing for a field that is absent, null (see is_null) or wrong; wrong is kept for
/// finish(). `value` must outlive it.
class ObjectReader {
 public:
  explicit ObjectReader(const Value& value);

  [[nodiscard]] bool has(std::string_view key) const noexcept;
  /// Present and null: a PATCH that takes a field away. Marks the field as known.
  [[nodiscard]] bool is_null(std::string_view key);

  [[nodiscard]] std::optional<std::string> string(std::string_view key);
  /// A whole number from `least` to `most`.
  [[nodiscard]] std::optional<std::uint64_t> unsigned_integer(std::string_view key, std::uint64_t least = 0,
                                                              std::uint64_t most = UINT64_MAX);
  [[nodiscard]] std::optional<bool> boolean(std::string_view key);
  /// An object, as compact JSON text.
  [[nodiscard]] std::optional<std::string> object_text(std::string_view key);
  [[nodiscard]] std::optional<std::vector<std::string>> strings(std::string_view key);
  [[nodiscard]] std::optional<std::vector<std::uint64_t>> unsigned_integers(std::string_view key);
  /// An object whose values are all strings, in order ("columns", "headers"); a name twice is refused.
  [[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>> string_map(
      std::string_view key);
  /// Any value; nothing when absent. Marks the field as known.
  [[nodiscard]] const Value* value(std::string_view key);

  /// Marks a field as known without reading it.
  void allow(std::initializer_list<std::string_view> keys);
  /// For rules of the handler's own: the first call wins.
  void refuse(std::string_view key, std::string_view why);

  /// The first error: bad_value or missing_field naming the field, bad_request for a field given twice,
  /// unknown_field naming a field that nobody asked for.
  [[nodiscard]] Result<> finish() const;

 private:
  [[nodiscard]] const Value* take(std::string_view key, Type type, std::string_view expected);

  const Value& object_;
  std::vector<std::string> known_;
  std::optional<Error> error_;
};

/// One row that a receiver refused.
struct RowError {
  std::string row_id;     ///< `__index` of the row; empty when `row` names it
  std::uint64_t row = 0;  ///< 1-based data row in the whole file; 0 when `row_id` names it
  std::string field;      ///< may be empty
  std::string message;
};

struct RowErrors {
  std::vector<RowError> errors;  ///< at most row_errors_max
  std::uint64_t reported = 0;    ///< entries in the answer that name a row, kept or not
};

/// Row errors in a 2xx answer (contract, section 5). Never an error: an empty, broken or other body has none,
/// and entries that name no row are passed over.
[[nodiscard]] RowErrors read_row_errors(std::string_view body);

}  // namespace pulter::json
