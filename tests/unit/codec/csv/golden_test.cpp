// The pages of tests/golden/csv: what stands in a file, and what Pulter makes of it
// (tests/golden/csv/README.md).

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "codec/csv/kernel.h"
#include "codec/csv/plan.h"
#include "codec/json/batch_writer.h"
#include "tests/unit/codec/csv/padded_text.h"

namespace pulter::csv {
namespace {

struct Case {
  std::string title;
  std::string settings;
  std::string input;
  std::string expected;
  std::size_t expected_begin = 0;  ///< where the expected block stands in its page
};

/// Undoes \n \r \t \\ \xNN; the lines of an input block are joined without line ends.
std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') continue;
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'x':
        out += static_cast<char>(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
        i += 2;
        break;
      default:
        out += text[i];
    }
  }
  return out;
}

std::vector<Case> read_page(const std::string& page) {
  std::vector<Case> cases;
  std::string title;
  std::size_t at = 0;
  const auto block = [&page](std::size_t line_end) {
    const std::size_t begin = line_end + 1;
    return std::pair{begin, page.find("```\n", begin)};
  };
  while (at < page.size()) {
    const std::size_t line_end = std::min(page.find('\n', at), page.size());
    const std::string line = page.substr(at, line_end - at);
    at = line_end + 1;
    if (line.starts_with("## ")) title = line.substr(3);
    if (!line.starts_with("```")) continue;
    const auto [begin, end] = block(line_end);
    if (line.starts_with("```input")) {
      cases.push_back({title, line.substr(8), unescape(page.substr(begin, end - begin)), "", 0});
    } else if (line == "```expected" && !cases.empty()) {
      cases.back().expected = page.substr(begin, end - begin);
      cases.back().expected_begin = begin;
    }
    at = end + 4;
  }
  return cases;
}

PlanSettings read_settings(const std::string& text) {
  PlanSettings settings;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    const std::string value = equals == std::string::npos ? "" : unescape(word.substr(equals + 1));
    if (word.starts_with("delimiter=")) settings.delimiter = value[0];
    if (word.starts_with("max_rows=")) settings.max_rows = std::stoull(value);
    if (word.starts_with("max_batch_bytes=")) settings.max_batch_bytes = std::stoull(value);
    if (word.starts_with("envelope_bytes=")) settings.envelope_bytes = std::stoull(value);
    if (word == "reject_ragged") settings.reject_ragged = true;
    if (word == "drop_unmapped") settings.drop_unmapped = true;
    if (word.starts_with("rename=")) {
      const std::size_t colon = value.find(':');
      settings.rename.emplace_back(value.substr(0, colon), value.substr(colon + 1));
    }
  }
  return settings;
}

/// What a page shows: the rows as they stand in `data` without `__index`, and what was noticed; or the error.
std::string outcome(const Case& one) {
  const PaddedText text(one.input);
  const PlanSettings settings = read_settings(one.settings);
  const Result<Plan> plan = make_plan(text.view(), settings);
  if (!plan) {
    return "error " + std::string(name(plan.error().code)) + " at " + std::to_string(plan.error().at) + ": " +
           plan.error().detail + "\n";
  }
  std::string out;
  if (!settings.delimiter && plan->dialect.delimiter != ',') {
    out += std::string("delimiter ") +
           (plan->dialect.delimiter == '\t' ? "tab" : std::string(1, plan->dialect.delimiter)) + "\n";
  }
  const json::BatchWriter writer(*plan, {});
  json::Position position =
      writer.begin_rows({1, plan->data_begin}, plan->total_rows, json::RowLayout::lines, false);
  std::string rows(1u << 16, '\0');
  rows.resize(writer.fill(text.view(), position, rows));
  out += rows;
  if (plan->total_rows == 0) out += "0 rows\n";
  if (plan->batch_count > 1) out += std::to_string(plan->batch_count) + " batches\n";
  for (const Note& note : plan->notes) {
    out += "note " + note.code;
    for (const std::uint64_t row : note.rows) out += " " + std::to_string(row);
    out += ": " + note.detail + "\n";
  }
  return out;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::filesystem::path> pages() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(PULTER_GOLDEN_CSV)) {
    if (entry.path().extension() == ".md" && entry.path().filename() != "README.md")
      paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

/// PULTER_GOLDEN_WRITE=1 rewrites the expected blocks; read the difference before keeping it.
TEST(CsvGolden, Pages) {
  const bool rewrite = std::getenv("PULTER_GOLDEN_WRITE") != nullptr;  // NOLINT: this program has one thread
  std::size_t count = 0;
  for (const auto& path : pages()) {
    std::string page = read_file(path);
    std::vector<Case> cases = read_page(page);
    EXPECT_FALSE(cases.empty()) << path;
    std::ranges::reverse(cases);
    for (const Case& one : cases) {
      ++count;
      EXPECT_GT(one.expected_begin, 0u) << path << ": " << one.title << " expects nothing";
      for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512}) {
        if (!supported(isa)) continue;
        ASSERT_TRUE(select_kernel(name(isa)));
        const std::string have = outcome(one);
        if (rewrite) {
          page.replace(one.expected_begin, isa == Isa::scalar ? one.expected.size() : have.size(), have);
        } else {
          EXPECT_EQ(have, one.expected) << path << ": " << one.title << " (" << name(isa) << ")";
        }
      }
    }
    if (rewrite) std::ofstream(path, std::ios::binary) << page;
  }
  ASSERT_TRUE(select_kernel(""));
  EXPECT_GT(count, 60u);
}

}  // namespace
}  // namespace pulter::csv
