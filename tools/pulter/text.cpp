#include "tools/pulter/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pulter::tool {

std::string count_text(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count_text(count), noun, count == 1 ? "" : "s");
}

std::string batches_text(std::uint64_t count) {
  return count_text(count) + (count == 1 ? " batch" : " batches");
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> units{"kB", "MB", "GB", "TB", "PB"};
  if (bytes < 1000) return counted(bytes, "byte");
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string duration_text(std::uint64_t milliseconds) {
  if (milliseconds < 1000) return fmt::format("{} ms", milliseconds);
  if (milliseconds < 60'000) return fmt::format("{:.1f} s", static_cast<double>(milliseconds) / 1000);
  const std::uint64_t seconds = milliseconds / 1000;
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3600, seconds % 3600 / 60);
}

std::string row_numbers(const std::vector<std::uint64_t>& rows) {
  constexpr std::size_t shown_max = 10;
  std::string out = rows.empty() ? "" : rows.size() == 1 ? "row " : "rows ";
  for (std::size_t i = 0; i < std::min(rows.size(), shown_max); ++i)
    out += (i == 0 ? "" : ", ") + std::to_string(rows[i]);
  return out + (rows.size() > shown_max ? ", …" : "");
}

std::string delimiter_name(char delimiter) {
  switch (delimiter) {
    case '\t':
      return "tab";
    case ',':
      return "comma";
    case ';':
      return "semicolon";
    default:
      break;
  }
  const auto code = static_cast<unsigned char>(delimiter);
  if (code > ' ' && code < 0x7f) return std::string(1, delimiter);
  return code == ' ' ? "space" : fmt::format("character {:#04x}", code);
}

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string clipped(std::string_view text, std::size_t columns) {
  std::string out;
  std::size_t used = 0;
  const bool cut = width(text) > columns;
  for (const char c : text) {
    const bool starts = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (starts && cut && used + 1 >= columns) break;
    if (starts) ++used;
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  if (cut && columns > 0) out += "…";
  return out;
}

std::string Table::text(std::size_t columns_max) const {
  std::vector<std::size_t> widths;
  for (const std::string& heading : headings_) widths.push_back(width(heading));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], width(row[i]));
    }
  }
  std::size_t before_last = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) before_last += widths[i] + 2;
  if (columns_max > 0 && !widths.empty() && before_last + widths.back() > columns_max) {
    widths.back() = columns_max > before_last + 8 ? columns_max - before_last : 8;
  }
  std::string out;
  const auto append = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string cell = i < cells.size() ? clipped(cells[i], widths[i]) : "";
      line += cell + std::string(widths[i] - std::min(widths[i], width(cell)) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  append(headings_);
  for (const auto& row : rows_) append(row);
  return out;
}

}  // namespace pulter::tool
