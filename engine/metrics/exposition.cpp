#include "engine/metrics/exposition.h"

#include <cstddef>

namespace pulter::metrics {
namespace {

/// 1500 as "0.0015".
std::string in_seconds(std::uint64_t us) {
  std::string text = std::to_string(us / 1'000'000);
  std::string part = std::to_string(us % 1'000'000);
  part.insert(0, 6 - part.size(), '0');
  while (!part.empty() && part.back() == '0') part.pop_back();
  if (!part.empty()) text.append(".").append(part);
  return text;
}

}  // namespace

Exposition& Exposition::family(std::string_view name, std::string_view help, std::string_view type) {
  name_ = name;
  out_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
  out_.append(name).append(" ").append(type).append("\n");
  return *this;
}

void Exposition::line(std::string_view suffix, std::string_view labels, std::string_view value) {
  out_.append(name_).append(suffix);
  if (!labels.empty()) out_.append("{").append(labels).append("}");
  out_.append(" ").append(value).append("\n");
}

Exposition& Exposition::sample(std::uint64_t value, std::string_view labels) {
  line({}, labels, std::to_string(value));
  return *this;
}

Exposition& Exposition::sample(std::int64_t value, std::string_view labels) {
  line({}, labels, std::to_string(value));
  return *this;
}

Exposition& Exposition::seconds(std::uint64_t us, std::string_view labels) {
  line({}, labels, in_seconds(us));
  return *this;
}

Exposition& Exposition::histogram(std::string_view name, std::string_view help,
                                  std::span<const TimeHistogram* const> parts) {
  family(name, help, "histogram");
  // A bucket of the format counts everything up to its bound.
  std::uint64_t below = 0;
  for (std::size_t i = 0; i <= time_bounds_us.size(); ++i) {
    for (const TimeHistogram* part : parts) below += part->bucket(i);
    const std::string bound = i < time_bounds_us.size() ? in_seconds(time_bounds_us[i]) : "+Inf";
    line("_bucket", "le=\"" + bound + "\"", std::to_string(below));
  }
  std::uint64_t sum_us = 0;
  for (const TimeHistogram* part : parts) sum_us += part->sum_us();
  line("_sum", {}, in_seconds(sum_us));
  line("_count", {}, std::to_string(below));
  return *this;
}

}  // namespace pulter::metrics
