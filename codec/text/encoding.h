#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "codec/base/result.h"

namespace pulter::text {

/// Encodings that the codec reads by itself. Others are read with the C library's iconv (io/text).
enum class Encoding : std::uint8_t { utf8, utf16le, utf16be, utf32le, utf32be, windows1252, by_iconv };

/// "utf-8", "utf-16le", "windows-1252", …; "" for by_iconv, whose names are DeclaredEncoding's.
[[nodiscard]] std::string_view name(Encoding encoding) noexcept;

/// An encoding that a user may name.
struct DeclaredEncoding {
  std::string_view name;  ///< as the import shows it
  Encoding encoding = Encoding::utf8;
  std::string_view iconv_name;  ///< for by_iconv; empty otherwise
};

/// The encoding of a declared name, in any case and however it is hyphenated: the labels that real files are
/// known under. As on the web (https://encoding.spec.whatwg.org/#names-and-labels) a name means the superset
/// that files are written in: iso-8859-1 and ascii are windows-1252, shift_jis is windows-31j, euc-kr is uhc,
/// gb2312 and gbk are gb18030. utf-16 and utf-32 are little-endian unless a mark says otherwise.
[[nodiscard]] std::optional<DeclaredEncoding> find_encoding(std::string_view declared) noexcept;
/// "utf-8, utf-16, …, and …": for the sentence that refuses another name.
[[nodiscard]] std::string known_encodings();

/// A byte order mark at the start of a file.
struct ByteOrderMark {
  Encoding encoding = Encoding::utf8;
  std::size_t bytes = 0;
};
/// `head`: the first 4 bytes of the file, or all of a shorter one.
[[nodiscard]] std::optional<ByteOrderMark> find_byte_order_mark(std::string_view head) noexcept;

/// Checks that a stream is UTF-8, cut anywhere (simdjson). Never allocates.
class Utf8Check {
 public:
  /// False from the first invalid byte on.
  bool feed(std::string_view bytes) noexcept;
  /// False also when the stream ends inside a character; bad_offset() says the same.
  bool finish() noexcept;
  /// Offset of the first byte that is not part of a valid character; -1 while all is well.
  [[nodiscard]] std::int64_t bad_offset() const noexcept { return bad_offset_; }

 private:
  bool fail_in(std::string_view bytes, std::uint64_t offset) noexcept;

  std::array<char, 4> carry_{};
  std::uint8_t carry_count_ = 0;
  std::uint64_t offset_ = 0;
  std::int64_t bad_offset_ = -1;
};

/// Finds out what a whole file is: a byte order mark decides, then valid UTF-8, else Windows-1252. Fed from
/// the file's first byte on, cut anywhere; never allocates.
class EncodingDetector {
 public:
  void feed(std::string_view bytes) noexcept;

  struct Found {
    Encoding encoding = Encoding::utf8;
    std::size_t bom_bytes = 0;  ///< to skip at the start
    /// First byte that is not UTF-8, -1 when there is none. With a UTF-8 mark and an offset here the file is
    /// damaged.
    std::int64_t bad_utf8_offset = -1;
  };
  [[nodiscard]] Found finish() noexcept;

 private:
  std::array<char, 4> head_{};
  std::uint8_t head_count_ = 0;
  Utf8Check check_;
};

/// Converts a stream to UTF-8, cut anywhere. No byte is dropped or replaced: what cannot be converted is an
/// error. One thread at a time.
///
/// Errors: bad_encoding; `at` is the offset in the input, the sentence names it and the line.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Appends the text of `bytes` to `out`.
  [[nodiscard]] Result<> feed(std::string_view bytes, std::string& out);
  /// The end of the stream: refuses a character that it cuts off. May append what was held back.
  [[nodiscard]] Result<> finish(std::string& out);

 protected:
  explicit Decoder(std::string_view name) : name_(name) {}
  Decoder(const Decoder&) = default;
  Decoder& operator=(const Decoder&) = default;
  /// What is not of this encoding at a byte: `feed` and `finish` make the sentence.
  [[nodiscard]] static std::unexpected<Error> invalid(std::uint64_t at, std::string_view what);

 private:
  [[nodiscard]] virtual Result<> convert(std::string_view bytes, std::string& out) = 0;
  [[nodiscard]] virtual Result<> end(std::string& out) = 0;
  [[nodiscard]] Result<> counted(Result<> done, std::string_view text);

  std::string_view name_;
  std::uint64_t feeds_ = 0;    ///< LF so far
  std::uint64_t returns_ = 0;  ///< CR so far; they count where a file has no LF
};

/// The encodings of the codec itself. A byte order mark of the same encoding at the very start is removed.
/// Errors are a lone surrogate, an odd last byte, invalid UTF-8, a code point over U+10FFFF; Windows-1252 has
/// none: its five free bytes become the C1 controls of the same number. Appends at most three times the bytes
/// fed, and 4.
class Utf8Converter final : public Decoder {
 public:
  /// `from` is not by_iconv.
  explicit Utf8Converter(Encoding from) noexcept : Decoder(name(from)), from_(from) {}

 private:
  [[nodiscard]] Result<> convert(std::string_view bytes, std::string& out) override;
  [[nodiscard]] Result<> end(std::string& out) override;
  [[nodiscard]] Result<> feed_utf8(std::string_view bytes, std::string& out);
  [[nodiscard]] Result<> feed_utf16(std::string_view bytes, std::string& out);
  [[nodiscard]] Result<> feed_utf32(std::string_view bytes, std::string& out);
  void feed_windows1252(std::string_view bytes, std::string& out);

  Encoding from_;
  bool started_ = false;
  std::uint8_t carry_count_ = 0;
  std::array<char, 4> carry_{};
  char32_t high_surrogate_ = 0;
  std::uint64_t offset_ = 0;
  Utf8Check check_;
};

}  // namespace pulter::text
