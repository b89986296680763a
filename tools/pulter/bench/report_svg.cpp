#include <fmt/format.h>

#include <algorithm>

#include "tools/pulter/bench/report.h"

namespace pulter::tool::bench {
namespace {

constexpr int width = 860;
constexpr int margin = 20;
constexpr int label_width = 300;
constexpr int value_width = 110;
constexpr int bar_height = 16;
constexpr int row_height = 24;
constexpr int foot_height = 16;
constexpr int title_height = 46;
constexpr int panel_gap = 18;

/// Text as it may stand in XML.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

const char* bar_class(Kind kind) {
  return kind == Kind::pulter ? "ours" : kind == Kind::rival ? "rival" : "yard";
}

/// Times and sizes are costs; everything else is counted or a rate.
bool is_cost(const Metric& metric) {
  constexpr std::string_view units[] = {"s", "ms", "µs", "ns", "MB"};
  return std::ranges::find(units, metric.unit) != std::end(units);
}

constexpr std::string_view style = R"(<style>
text { font: 13px system-ui, sans-serif; fill: #24292f; }
.title { font-weight: 600; }
.small { font-size: 12px; fill: #57606a; }
.ours { fill: #0f7b6c; } .rival { fill: #9aa4ae; } .yard { fill: none; stroke: #57606a; stroke-dasharray: 3 2; }
.range { stroke: #24292f; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .small { fill: #9aa4ae; } .ours { fill: #2fb5a0; } .rival { fill: #6b7681; }
  .yard { stroke: #9aa4ae; } .range { stroke: #e6edf3; }
}
</style>
)";

/// Bars of one scenario from `top` downward; where they end.
int draw_panel(const ScenarioReport& scenario, int top, std::string& out) {
  const Metric& metric = scenario.metrics.front();
  double most = 0;
  for (const EntrantReport& entrant : scenario.entrants) {
    if (!entrant.samples[0].empty()) most = std::max(most, std::ranges::max(entrant.samples[0]));
  }
  const std::string unit = (metric.unit.empty() ? metric.name : metric.name + ", " + metric.unit) +
                           (is_cost(metric) ? ": less is better" : ": more is better");
  out += fmt::format("<text class=\"title\" x=\"{}\" y=\"{}\">{}: {}</text>\n", margin, top + 16,
                     escaped(scenario.name), escaped(scenario.question));
  out += fmt::format("<text class=\"small\" x=\"{}\" y=\"{}\">{}</text>\n", margin, top + 34, escaped(unit));
  int y = top + title_height;
  constexpr int bars_at = margin + label_width;
  const double scale = most > 0 ? (width - bars_at - value_width - margin) / most : 0;
  for (const EntrantReport& entrant : scenario.entrants) {
    if (entrant.samples[0].empty()) continue;
    const double middle = median(entrant.samples[0]);
    const auto [least, largest] = std::ranges::minmax(entrant.samples[0]);
    out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", bars_at - 10, y + 13,
                       escaped(entrant.name));
    out += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" rx=\"2\"/>\n",
                       bar_class(entrant.kind), bars_at, y, std::max(1.0, middle * scale), bar_height);
    if (largest > least) {
      out += fmt::format("<line class=\"range\" x1=\"{:.1f}\" y1=\"{}\" x2=\"{:.1f}\" y2=\"{}\"/>\n",
                         bars_at + least * scale, y + bar_height / 2, bars_at + largest * scale,
                         y + bar_height / 2);
    }
    out += fmt::format("<text x=\"{:.1f}\" y=\"{}\">{:.{}f}</text>\n", bars_at + largest * scale + 8, y + 13,
                       middle, metric.digits);
    y += row_height;
  }
  return y + panel_gap;
}

}  // namespace

std::string report_svg(const Report& report) {
  std::string panels;
  int y = margin;
  for (const ScenarioReport& scenario : report.scenarios) {
    if (!scenario.metrics.empty()) y = draw_panel(scenario, y, panels);
  }
  // On two lines: with the machine's name one would be wider than the drawing.
  const std::string foot =
      fmt::format("medians of {} runs in turn, thin lines from least to most;", report.runs);
  for (const std::string& line : {foot, report.machine}) {
    panels +=
        fmt::format("<text class=\"small\" x=\"{}\" y=\"{}\">{}</text>\n", margin, y + 4, escaped(line));
    y += foot_height;
  }
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
             "{1}\">\n",
             width, y + margin) +
         std::string(style) + panels + "</svg>\n";
}

}  // namespace pulter::tool::bench
