// Reads the pages of tests/golden/http (their form is described in its README) and checks each answer under
// every cut.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "codec/http/response_reader.h"

namespace pulter::http {
namespace {

struct Case {
  std::string title;
  std::string wire;
  bool closed = false;
  std::vector<std::string> expected;
};

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t star = text[i] == '{' ? text.find('*', i) : std::string_view::npos;
    if (star != std::string_view::npos && star + 2 < text.size() && text[star + 2] == '}') {
      out.append(std::stoul(std::string(text.substr(i + 1, star - i - 1))), text[star + 1]);
      i = star + 2;
    } else if (text[i] == '\\') {
      const char kind = text[++i];
      const std::string_view names = "rnt0\\";
      if (kind == 'x') {
        out.push_back(static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16)));
        i += 2;
      } else {
        out.push_back("\r\n\t\0\\"[names.find(kind)]);
      }
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::vector<Case> read_page(const std::string& name) {
  std::ifstream file(std::string(PULTER_GOLDEN) + "/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  std::vector<Case> cases;
  std::string block;
  for (std::string line; std::getline(file, line);) {
    if (block.empty() && line.starts_with("## ")) {
      cases.push_back({.title = line.substr(3), .wire = {}, .closed = false, .expected = {}});
    } else if (line.starts_with("```")) {
      block = block.empty() ? line.substr(3) : std::string();
      if (block == "wire closed") cases.back().closed = true;
    } else if (block.starts_with("wire")) {
      cases.back().wire += unescape(line);
    } else if (block == "expect") {
      cases.back().expected.push_back(line);
    }
  }
  return cases;
}

// Everything that a reader says, as lines; two cuts of one answer must give the same.
std::string verdict(std::string_view wire, bool closed, const std::vector<std::size_t>& cuts,
                    ResponseReader& reader) {
  std::size_t at = 0;
  Result<ResponseProgress> progress = ResponseProgress::need_more;
  for (const std::size_t cut : cuts) {
    if (progress) progress = reader.feed(wire.substr(at, cut - at));
    at = cut;
  }
  if (progress) progress = reader.feed(wire.substr(at));
  if (progress && closed) progress = reader.end_of_stream();
  if (!progress)
    return "refused " + std::string(name(progress.error().code)) + ": " + progress.error().detail;
  if (*progress == ResponseProgress::need_more) return "need_more";
  std::ostringstream said;
  said << "status " << reader.status() << (reader.trailing() ? " trailing" : "")
       << (reader.body_truncated() ? " truncated" : "") << (reader.keep_alive() ? "" : " close") << '\n';
  for (const HeaderField& field : reader.headers()) said << field.name << ": " << field.value << '\n';
  said << reader.body();
  return said.str();
}

// The kind and code of a refusal; offsets inside the text may depend on the cut.
std::string without_details(const std::string& said) {
  return said.starts_with("refused ") ? said.substr(0, said.find(':')) : said;
}

void check_header(const ResponseReader& reader, std::string_view rest) {
  if (rest.ends_with(" absent")) {
    EXPECT_FALSE(reader.header(rest.substr(0, rest.size() - 7)).has_value());
    return;
  }
  const std::size_t colon = rest.find(':');
  ASSERT_NE(colon, std::string_view::npos);
  const auto value = reader.header(rest.substr(0, colon));
  ASSERT_TRUE(value.has_value()) << rest;
  EXPECT_EQ(*value, unescape(colon + 2 <= rest.size() ? rest.substr(colon + 2) : ""));
}

void check_expected(const Case& c, const ResponseReader& reader, const std::string& said) {
  bool close = false;
  bool trailing = false;
  bool truncated = false;
  for (const std::string& line : c.expected) {
    if (line.starts_with("refused ")) {
      const std::size_t colon = std::min(line.find(": "), line.size());
      EXPECT_EQ(without_details(said), line.substr(0, colon)) << said;
      if (colon < line.size()) {
        EXPECT_NE(said.find(line.substr(colon + 2)), std::string::npos) << said;
      }
      return;
    }
    if (line == "need_more") {
      EXPECT_EQ(said, "need_more");
      return;
    }
    ASSERT_TRUE(reader.complete()) << said;
    close = close || line == "close";
    trailing = trailing || line == "trailing";
    truncated = truncated || line == "truncated";
    if (line.starts_with("status ")) {
      EXPECT_EQ(reader.status(), std::stoi(line.substr(7)));
    }
    if (line.starts_with("header ")) check_header(reader, std::string_view(line).substr(7));
    if (line == "body") {
      EXPECT_EQ(reader.body(), "");
    }
    if (line.starts_with("body ")) {
      EXPECT_EQ(reader.body(), unescape(line.substr(5)));
    }
  }
  EXPECT_EQ(reader.keep_alive(), !close);
  EXPECT_EQ(reader.trailing(), trailing);
  EXPECT_EQ(reader.body_truncated(), truncated);
}

void check_case(const Case& c) {
  SCOPED_TRACE(c.title);
  ASSERT_FALSE(c.expected.empty());
  ResponseReader whole;
  const std::string said = verdict(c.wire, c.closed, {}, whole);
  check_expected(c, whole, said);

  const std::size_t step = c.wire.size() < 2'000 ? 1 : c.wire.size() / 37;
  ResponseReader reused;
  for (std::size_t cut = 0; cut <= c.wire.size(); cut += step) {
    // Without an error the same reader must do again.
    ResponseReader fresh;
    ResponseReader& reader = said.starts_with("refused") ? fresh : reused;
    reader.reset();
    ASSERT_EQ(without_details(verdict(c.wire, c.closed, {cut}, reader)), without_details(said))
        << "cut at " << cut;
  }
  std::vector<std::size_t> everywhere;
  for (std::size_t cut = 1; cut < c.wire.size(); cut += c.wire.size() < 100'000 ? 1U : 13U)
    everywhere.push_back(cut);
  ResponseReader dripped;
  EXPECT_EQ(without_details(verdict(c.wire, c.closed, everywhere, dripped)), without_details(said))
      << "byte by byte";
}

void check_page(const std::string& page, std::size_t cases_least) {
  const std::vector<Case> cases = read_page(page);
  EXPECT_GE(cases.size(), cases_least);
  for (const Case& c : cases) check_case(c);
}

TEST(GoldenResponses, Good) {
  check_page("good.md", 25);
}
TEST(GoldenResponses, Framing) {
  check_page("framing.md", 33);
}
TEST(GoldenResponses, Malformed) {
  check_page("malformed.md", 50);
}
TEST(GoldenResponses, Limits) {
  check_page("limits.md", 11);
}

}  // namespace
}  // namespace pulter::http
