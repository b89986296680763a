#include "codec/csv/file_kind.h"

#include <algorithm>
#include <array>

namespace pulter::csv {
namespace {

struct Magic {
  std::string_view bytes;
  std::string_view kind;
};

using namespace std::string_view_literals;

// Each with bytes that no header begins with: a column may be called PAR1. A NUL inside a literal needs the
// sv suffix.
constexpr std::array magics = {
    Magic{"PK\x03\x04"sv, "a ZIP archive (an XLSX workbook?)"},
    Magic{"PK\x05\x06"sv, "an empty ZIP archive"},
    Magic{"\x89PNG\r\n\x1a\n"sv, "a PNG image"},
    Magic{"\xff\xd8\xff"sv, "a JPEG image"},
    Magic{"GIF87a"sv, "a GIF image"},
    Magic{"GIF89a"sv, "a GIF image"},
    Magic{"%PDF-"sv, "a PDF document"},
    Magic{"\x1f\x8b"sv, "gzip-compressed data"},
    Magic{"\xfd"
          "7zXZ\0"sv,
          "xz-compressed data"},
    Magic{"\x28\xb5\x2f\xfd"sv, "Zstandard-compressed data"},
    Magic{"7z\xbc\xaf\x27\x1c"sv, "a 7z archive"},
    Magic{"Rar!\x1a\x07"sv, "a RAR archive"},
    Magic{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "an old Office document (an XLS workbook?)"},
    Magic{"SQLite format 3\0"sv, "an SQLite database"},
    Magic{"PAR1\x15"sv, "a Parquet file"},
    Magic{"ARROW1\0\0"sv, "an Arrow file"},
    Magic{"\x7f"
          "ELF"sv,
          "a program (ELF)"},
    Magic{"{\\rtf"sv, "an RTF document"},
};

bool starts_with_any_case(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  return std::equal(lower.begin(), lower.end(), text.begin(), [](char want, char have) {
    return want == (have >= 'A' && have <= 'Z' ? static_cast<char>(have + ('a' - 'A')) : have);
  });
}

}  // namespace

std::optional<std::string> not_csv_kind(std::string_view head) {
  constexpr std::size_t head_bytes = 4096;
  head = head.substr(0, head_bytes);
  for (const Magic& magic : magics) {
    if (head.starts_with(magic.bytes)) return std::string(magic.kind);
  }
  // The digit between the two says how large its blocks are.
  if (head.starts_with("BZh") && head.substr(std::min<std::size_t>(head.size(), 4)).starts_with("1AY&SY"))
    return "bzip2-compressed data";
  if (head.starts_with("<?xml")) return "an XML document";
  if (starts_with_any_case(head, "<!doctype html") || starts_with_any_case(head, "<html")) {
    return "an HTML page";
  }
  if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff")) return std::nullopt;
  // Single NULs occur in exports of damaged databases and are kept; every tenth byte is no text.
  if (head.find('\0') == std::string_view::npos) return std::nullopt;  // nearly always, and soon known
  const auto nuls = static_cast<std::size_t>(std::ranges::count(head, '\0'));
  if (nuls * 10 > head.size())
    return "binary data (or UTF-16 without a byte order mark: then name the encoding)";
  return std::nullopt;
}

}  // namespace pulter::csv
