#include "tools/pulter/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/pulter/json_fields.h"
#include "tools/pulter/text.h"

namespace pulter::tool {
namespace {

constexpr std::uint64_t speed_window_ms = 5000;
constexpr std::size_t bar_columns_min = 10;
constexpr std::size_t bar_columns_max = 40;

double fraction_of(const Standing& standing) {
  if (standing.state == "completed") return 1;
  if (standing.rows_total == 0) return 0;
  return std::min(1.0,
                  static_cast<double>(standing.rows_delivered) / static_cast<double>(standing.rows_total));
}

std::string tail_text(const Standing& standing, double rows_per_second, const std::string& waiting) {
  if (!waiting.empty()) return "  " + waiting;
  if (rows_per_second < 1) return "";
  const std::uint64_t left = standing.rows_total - std::min(standing.rows_total, standing.rows_delivered);
  std::string out = fmt::format("  {} rows/s", count_text(static_cast<std::uint64_t>(rows_per_second)));
  if (left > 0) {
    out += "  ETA " +
           duration_text(static_cast<std::uint64_t>(static_cast<double>(left) / rows_per_second * 1000));
  }
  return out;
}

std::string counts_text(const Standing& standing) {
  return fmt::format("{} of {}  {} of {}", count_text(standing.rows_delivered),
                     counted(standing.rows_total, "row"), count_text(standing.batches_delivered),
                     batches_text(standing.batches_total));
}

}  // namespace

Standing standing_of(const json::Value& import) {
  return {text_of(import, "state"), number_of(import, "totalRows"), number_of(import, "rowsDelivered"),
          number_of(import, "count"), number_of(import, "delivered")};
}

void Speed::add(std::uint64_t now_ms, std::uint64_t rows) {
  moments_.emplace_back(now_ms, rows);
  while (moments_.size() > 2 && now_ms - moments_.front().first > speed_window_ms) moments_.pop_front();
}

double Speed::rows_per_second() const {
  if (moments_.size() < 2 || moments_.back().first == moments_.front().first) return 0;
  const double rows =
      static_cast<double>(moments_.back().second) - static_cast<double>(moments_.front().second);
  return rows * 1000 / static_cast<double>(moments_.back().first - moments_.front().first);
}

std::string bar_line(const Standing& standing, double rows_per_second, const std::string& waiting,
                     std::size_t columns) {
  const double fraction = fraction_of(standing);
  const std::string rest = fmt::format(" {:3.0f} %  {}{}", fraction * 100, counts_text(standing),
                                       tail_text(standing, rows_per_second, waiting));
  const std::size_t used = width(rest) + 3;
  std::size_t bar = columns > used ? std::min(columns - used, bar_columns_max) : 0;
  if (bar < bar_columns_min) bar = bar_columns_min;
  const auto full = static_cast<std::size_t>(fraction * static_cast<double>(bar));
  return clipped("[" + std::string(full, '#') + std::string(bar - full, '-') + "]" + rest, columns - 1);
}

std::string plain_line(const Standing& standing, double rows_per_second, const std::string& waiting) {
  return standing.state + "  " + counts_text(standing) + tail_text(standing, rows_per_second, waiting);
}

}  // namespace pulter::tool
