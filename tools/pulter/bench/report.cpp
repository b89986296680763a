#include "tools/pulter/bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string_view>
#include <thread>

#include "codec/json/writer.h"
#include "tools/pulter/text.h"

namespace pulter::tool::bench {
namespace {

/// What stands after `name` and a colon in a file of /proc; "" when it is not there.
std::string proc_value(const char* file, std::string_view name) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name)) continue;
    const std::size_t colon = line.find(':');
    const std::size_t begin = colon == std::string::npos ? colon : line.find_first_not_of(" \t", colon + 1);
    if (begin != std::string::npos) return line.substr(begin);
  }
  return {};
}

std::string first_line(const char* file) {
  std::ifstream lines(file);
  std::string line;
  std::getline(lines, line);
  return line;
}

const char* kind_name(Kind kind) {
  return kind == Kind::pulter ? "pulter" : kind == Kind::rival ? "rival" : "yardstick";
}

const EntrantReport* reference_of(const ScenarioReport& scenario) {
  const auto found = std::ranges::find(scenario.entrants, scenario.reference, &EntrantReport::name);
  return found == scenario.entrants.end() ? nullptr : &*found;
}

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

std::string figure_text(const std::vector<double>& samples, int digits) {
  if (samples.empty()) return "";
  const auto [least, most] = std::ranges::minmax(samples);
  std::string out = fmt::format("{:.{}f}", median(samples), digits);
  if (samples.size() > 1) out += fmt::format(" [{:.{}f}-{:.{}f}]", least, digits, most, digits);
  return out;
}

std::string report_text(const ScenarioReport& scenario) {
  std::string out = scenario.name + ": " + scenario.question + "\n" + scenario.setup + "\n\n";
  std::vector<std::string> headings{"sender"};
  for (const Metric& metric : scenario.metrics) {
    headings.push_back(metric.unit.empty() ? metric.name : metric.name + ", " + metric.unit);
  }
  const EntrantReport* reference = reference_of(scenario);
  if (reference != nullptr) headings.push_back("÷ " + scenario.reference);
  Table table(headings);
  for (const EntrantReport& entrant : scenario.entrants) {
    std::vector<std::string> cells{entrant.name};
    for (std::size_t i = 0; i < scenario.metrics.size(); ++i) {
      cells.push_back(figure_text(entrant.samples[i], scenario.metrics[i].digits));
    }
    if (reference != nullptr) {
      const double beside = median(reference->samples[0]);
      cells.push_back(beside > 0 ? fmt::format("{:.2f}", median(entrant.samples[0]) / beside) : "");
    }
    table.add(cells);
  }
  out += table.text(0);
  for (const std::string& note : scenario.notes) out += note + "\n";
  return out + "\n";
}

std::string report_json(const Report& report) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().field("program", report.version).field("takenAt", report.taken_at);
  writer.field("machine", report.machine).field("runs", report.runs).field("small", report.small);
  writer.key("scenarios").begin_array();
  for (const ScenarioReport& scenario : report.scenarios) {
    writer.begin_object().field("name", scenario.name).field("question", scenario.question);
    writer.field("setup", scenario.setup).field("reference", scenario.reference);
    writer.key("notes").begin_array();
    for (const std::string& note : scenario.notes) writer.string(note);
    writer.end_array().key("entrants").begin_array();
    for (const EntrantReport& entrant : scenario.entrants) {
      writer.begin_object().field("name", entrant.name).field("kind", kind_name(entrant.kind));
      writer.key("metrics").begin_array();
      for (std::size_t i = 0; i < scenario.metrics.size(); ++i) {
        const std::vector<double>& samples = entrant.samples[i];
        if (samples.empty()) continue;
        const Metric& metric = scenario.metrics[i];
        writer.begin_object().field("name", metric.name).field("unit", metric.unit);
        writer.field("digits", std::int64_t{metric.digits}).field("median", median(samples));
        writer.field("least", std::ranges::min(samples)).field("most", std::ranges::max(samples));
        writer.key("samples").begin_array();
        for (const double sample : samples) writer.real(sample);
        writer.end_array().end_object();
      }
      writer.end_array().end_object();
    }
    writer.end_array().end_object();
  }
  writer.end_array().end_object();
  return out + "\n";
}

std::string kernel_version(std::string_view release) {
  const std::size_t second = release.find('.');
  if (second == std::string_view::npos) return std::string(release);
  return std::string(release.substr(0, release.find_first_not_of("0123456789", second + 1)));
}

std::string machine_text() {
  std::string processor = proc_value("/proc/cpuinfo", "model name");
  if (processor.empty()) processor = "unknown processor";
  const std::string memory = proc_value("/proc/meminfo", "MemTotal");
  const double gib = std::strtod(memory.c_str(), nullptr) / (1024.0 * 1024.0);
  const std::string version = kernel_version(first_line("/proc/sys/kernel/osrelease"));
  return fmt::format("{}, {} cores, {:.0f} GiB, Linux {}, loopback, TCP congestion control {}", processor,
                     std::thread::hardware_concurrency(), gib, version,
                     first_line("/proc/sys/net/ipv4/tcp_congestion_control"));
}

}  // namespace pulter::tool::bench
