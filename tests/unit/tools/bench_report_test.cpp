#include <gtest/gtest.h>

#include "codec/json/reader.h"
#include "tools/pulter/bench/report.h"

namespace pulter::tool::bench {
namespace {

Report sample_report() {
  Report report;
  report.machine = "a <machine> & its kernel";
  report.runs = 3;
  ScenarioReport scenario;
  scenario.name = "firehose";
  scenario.question = "how fast?";
  scenario.metrics = {{"CPU", "s", 2}, {"memory", "MB", 0}};
  scenario.reference = "ours";
  scenario.entrants = {{"ours", Kind::pulter, {{2.0, 1.0, 3.0}, {5.0, 5.0, 5.0}}},
                       {"theirs", Kind::rival, {{4.0, 4.0, 4.0}, {}}}};
  scenario.notes = {"a \"note\""};
  report.scenarios.push_back(scenario);
  return report;
}

TEST(BenchReport, MedianOfOddEvenAndNone) {
  EXPECT_EQ(median({}), 0);
  EXPECT_EQ(median({3}), 3);
  EXPECT_EQ(median({9, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
}

TEST(BenchReport, NamesAKernelByItsVersionAlone) {
  EXPECT_EQ(kernel_version("6.1.0-18-amd64"), "6.1");
  EXPECT_EQ(kernel_version("6.12.3"), "6.12");
  EXPECT_EQ(kernel_version("6.8-rc1"), "6.8");
  EXPECT_EQ(kernel_version("7.0"), "7.0");
  EXPECT_EQ(kernel_version("odd"), "odd");
  EXPECT_EQ(kernel_version(""), "");
}

TEST(BenchReport, PercentileIsTheNearestRank) {
  std::vector<double> values;
  for (int i = 100; i >= 1; --i) values.push_back(i);
  EXPECT_EQ(percentile(values, 0.5), 50);
  EXPECT_EQ(percentile(values, 0.99), 99);
  EXPECT_EQ(percentile(values, 1.0), 100);
  EXPECT_EQ(percentile(values, 0.0), 1);
  EXPECT_EQ(percentile({7}, 0.99), 7);
  EXPECT_EQ(percentile({}, 0.5), 0);
}

TEST(BenchReport, FigureHasItsSpreadOnlyWhereThereIsOne) {
  EXPECT_EQ(figure_text({}, 2), "");
  EXPECT_EQ(figure_text({1.234}, 2), "1.23");
  EXPECT_EQ(figure_text({3, 1, 2}, 1), "2.0 [1.0-3.0]");
}

TEST(BenchReport, TableComparesByTheFirstMetric) {
  const std::string text = report_text(sample_report().scenarios[0]);
  EXPECT_NE(text.find("÷ ours"), std::string::npos) << text;
  EXPECT_NE(text.find("theirs"), std::string::npos);
  EXPECT_NE(text.find("2.00"), std::string::npos) << "4.0 over the median 2.0";
}

TEST(BenchReport, JsonHasEverySampleAndLeavesOutWhatDoesNotApply) {
  const auto parsed = json::parse(report_json(sample_report()), 1 << 20);
  ASSERT_TRUE(parsed);
  const json::Value& scenario = parsed->find("scenarios")->items.at(0);
  const json::Value& ours = scenario.find("entrants")->items.at(0);
  const json::Value& theirs = scenario.find("entrants")->items.at(1);
  EXPECT_EQ(ours.find("metrics")->items.size(), 2u);
  EXPECT_EQ(theirs.find("metrics")->items.size(), 1u);
  const json::Value& cpu = ours.find("metrics")->items.at(0);
  EXPECT_EQ(cpu.find("samples")->items.size(), 3u);
  EXPECT_EQ(std::stod(cpu.find("median")->text), 2.0);
  EXPECT_EQ(std::stod(cpu.find("least")->text), 1.0);
  EXPECT_EQ(std::stod(cpu.find("most")->text), 3.0);
}

TEST(BenchReport, DrawingEscapesWhatItPrints) {
  const std::string svg = report_svg(sample_report());
  EXPECT_EQ(svg.find("<machine>"), std::string::npos);
  EXPECT_NE(svg.find("&lt;machine&gt; &amp;"), std::string::npos);
  EXPECT_NE(svg.find("class=\"rival\""), std::string::npos);
}

}  // namespace
}  // namespace pulter::tool::bench
