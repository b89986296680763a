#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pulter::tool::bench {

/// What is measured, in which unit, and with how many digits it is printed.
struct Metric {
  std::string name;
  std::string unit;
  int digits = 2;
};

/// Whose figures they are.
enum class Kind : std::uint8_t { pulter, rival, yardstick };

/// One contestant's figures.
struct EntrantReport {
  std::string name;
  Kind kind = Kind::pulter;
  std::vector<std::vector<double>> samples;  ///< by metric, one a run; empty where the metric does not apply
};

/// One scenario: its question, and everybody's figures.
struct ScenarioReport {
  std::string name;
  std::string question;
  std::string setup;
  std::vector<Metric> metrics;
  /// The entrant that the last column compares with, by the first metric; empty: there is no such column.
  std::string reference;
  std::vector<EntrantReport> entrants;
  std::vector<std::string> notes;
};

/// Everything one call of `pulter bench` measured.
struct Report {
  std::string machine;  ///< processor, cores, memory, kernel, congestion control
  std::string version;
  std::string taken_at;  ///< RFC 3339
  std::uint64_t runs = 0;
  bool small = false;
  std::vector<ScenarioReport> scenarios;
};

/// The middle value; the mean of the two in the middle of an even number. 0 of none.
[[nodiscard]] double median(std::vector<double> values);
/// The value below which `share` (0 to 1) of all lie: nearest rank. 0 of none.
[[nodiscard]] double percentile(std::vector<double> values, double share);

/// "0.571 [0.560-0.590]": the median, and the smallest and largest value where there are several.
[[nodiscard]] std::string figure_text(const std::vector<double>& samples, int digits);

/// A scenario for a terminal: question, table, notes.
[[nodiscard]] std::string report_text(const ScenarioReport& scenario);
/// One JSON object: machine, scenarios, each metric's samples, median, least and most.
[[nodiscard]] std::string report_json(const Report& report);
/// A drawing, one panel of bars per scenario by its first metric; reads on light and dark ground.
[[nodiscard]] std::string report_svg(const Report& report);

/// What the figures were taken on, from /proc.
[[nodiscard]] std::string machine_text();
/// "6.1" of "6.1.0-18-amd64": what comes behind names a build, and nobody else has it.
[[nodiscard]] std::string kernel_version(std::string_view release);

}  // namespace pulter::tool::bench
