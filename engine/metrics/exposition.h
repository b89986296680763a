#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/metrics/counter.h"

namespace pulter::metrics {

/// Writes metrics in Prometheus' text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/): a family's head, then its samples.
/// Names and labels are ours, label values are words of the glossary: nothing has to be escaped.
class Exposition {
 public:
  /// Appends to `out`, which outlives it.
  explicit Exposition(std::string& out) : out_(out) {}

  Exposition& counter(std::string_view name, std::string_view help) { return family(name, help, "counter"); }
  Exposition& gauge(std::string_view name, std::string_view help) { return family(name, help, "gauge"); }
  /// A sample of the family begun last. `labels`: empty, or as in `state="halted"`.
  Exposition& sample(std::uint64_t value, std::string_view labels = {});
  Exposition& sample(std::int64_t value, std::string_view labels = {});
  /// Seconds, to the microsecond.
  Exposition& seconds(std::uint64_t us, std::string_view labels = {});
  /// A whole family: the sum of several threads' histograms.
  Exposition& histogram(std::string_view name, std::string_view help,
                        std::span<const TimeHistogram* const> parts);

 private:
  Exposition& family(std::string_view name, std::string_view help, std::string_view type);
  void line(std::string_view suffix, std::string_view labels, std::string_view value);

  std::string& out_;
  std::string name_;
};

}  // namespace pulter::metrics
