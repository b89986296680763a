#include "engine/metrics/exposition.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>

namespace pulter::metrics {
namespace {

using std::chrono::microseconds;

TEST(Exposition, WritesFamiliesWithTheirSamples) {
  std::string out;
  Exposition text(out);
  text.counter("pulter_attempts_total", "Requests made.")
      .sample(std::uint64_t{3}, "outcome=\"delivered\"")
      .sample(std::uint64_t{0}, "outcome=\"refused\"");
  text.gauge("pulter_change", "May be negative.").sample(std::int64_t{-2});
  text.gauge("pulter_start_seconds", "When.").seconds(1'500'000).seconds(2'000'001).seconds(0);
  EXPECT_EQ(out,
            "# HELP pulter_attempts_total Requests made.\n"
            "# TYPE pulter_attempts_total counter\n"
            "pulter_attempts_total{outcome=\"delivered\"} 3\n"
            "pulter_attempts_total{outcome=\"refused\"} 0\n"
            "# HELP pulter_change May be negative.\n"
            "# TYPE pulter_change gauge\n"
            "pulter_change -2\n"
            "# HELP pulter_start_seconds When.\n"
            "# TYPE pulter_start_seconds gauge\n"
            "pulter_start_seconds 1.5\n"
            "pulter_start_seconds 2.000001\n"
            "pulter_start_seconds 0\n");
}

TEST(TimeHistogram, PutsABoundIntoItsOwnBucketAndTheLongestIntoTheOpenOne) {
  TimeHistogram times;
  times.observe(microseconds(-5));
  times.observe(microseconds(100));
  times.observe(microseconds(101));
  times.observe(microseconds(3'600'000'001));
  EXPECT_EQ(times.bucket(0), 2u);
  EXPECT_EQ(times.bucket(1), 1u);
  EXPECT_EQ(times.bucket(time_bounds_us.size()), 1u);
  EXPECT_EQ(times.sum_us(), 3'600'000'202u);
}

TEST(Exposition, AddsHistogramsUpAndCountsFromBelow) {
  TimeHistogram one;
  TimeHistogram other;
  one.observe(microseconds(90));
  other.observe(microseconds(90));
  other.observe(microseconds(2'000));
  std::string out;
  const std::array<const TimeHistogram*, 2> parts = {&one, &other};
  Exposition(out).histogram("pulter_commit_seconds", "Commits.", parts);
  EXPECT_NE(out.find("pulter_commit_seconds_bucket{le=\"0.0001\"} 2\n"), std::string::npos) << out;
  EXPECT_NE(out.find("pulter_commit_seconds_bucket{le=\"0.001\"} 2\n"), std::string::npos);
  EXPECT_NE(out.find("pulter_commit_seconds_bucket{le=\"0.0025\"} 3\n"), std::string::npos);
  EXPECT_NE(out.find("pulter_commit_seconds_bucket{le=\"+Inf\"} 3\n"), std::string::npos);
  EXPECT_NE(out.find("pulter_commit_seconds_sum 0.00218\n"), std::string::npos);
  EXPECT_NE(out.find("pulter_commit_seconds_count 3\n"), std::string::npos);
}

}  // namespace
}  // namespace pulter::metrics
