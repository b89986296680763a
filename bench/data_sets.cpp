#include "bench/data_sets.h"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace pulter::bench {
namespace {

/// SplitMix64, written out so that the files are the same with every standard library.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }

  template <std::size_t Size>
  std::string_view pick(const std::array<std::string_view, Size>& words) {
    return words[below(Size)];
  }

 private:
  std::uint64_t state_;
};

constexpr std::array<std::string_view, 24> first_names = {
    "Ada",   "Alan",  "Barbara", "Brian", "Chiara", "Dennis", "Edsger",   "Frances",
    "Grace", "Hedy",  "Irène",   "John",  "Ken",    "Leslie", "Margaret", "Niklaus",
    "Olga",  "Peter", "Radia",   "Søren", "Tim",    "Ursula", "Wei",      "Zoë"};
constexpr std::array<std::string_view, 20> last_names = {
    "Lovelace", "Turing", "Liskov", "Kernighan", "Ritchie",     "Dijkstra", "Allen",
    "Hopper",   "Lamarr", "Curie",  "Backus",    "Thompson",    "Lamport",  "Hamilton",
    "Wirth",    "Müller", "Naur",   "Perlman",   "Berners-Lee", "Goldberg"};
constexpr std::array<std::string_view, 12> companies = {
    "Initech", "Globex",    "Umbrella", "Hooli", "Stark Industries", "Wayne Enterprises",
    "Acme",    "Cyberdyne", "Tyrell",   "Wonka", "Soylent",          "Massive Dynamic"};
constexpr std::array<std::string_view, 12> cities = {"London",        "Zürich", "Paris",   "Oslo",
                                                     "San Francisco", "Berlin", "Tokyo",   "Lima",
                                                     "New York",      "Mumbai", "Nairobi", "Sydney"};
constexpr std::array<std::string_view, 10> countries = {"GB", "CH", "FR", "NO", "US",
                                                        "DE", "JP", "PE", "IN", "KE"};
constexpr std::array<std::string_view, 24> words = {
    "the",   "import", "was",  "quick", "and",       "every",  "row",   "arrived",
    "in",    "order",  "we",   "tried", "it",        "with",   "a",     "very",
    "large", "file",   "from", "our",   "warehouse", "before", "lunch", "today"};

class Generator {
 public:
  Generator(std::string& out, std::uint64_t seed, bool quote_all)
      : out_(out), random_(seed), quote_all_(quote_all) {}

  void cell(std::string_view text, char after) {
    const bool quoted = quote_all_ || text.find_first_of(",\"\n") != std::string_view::npos;
    if (quoted) out_ += '"';
    for (const char c : text) {
      if (c == '"') out_ += '"';
      out_ += c;
    }
    if (quoted) out_ += '"';
    out_ += after;
  }
  void number(std::uint64_t value, char after) { cell(std::to_string(value), after); }

  void contact(std::uint64_t row) {
    const std::string_view first = random_.pick(first_names);
    const std::string_view last = random_.pick(last_names);
    number(row, ',');
    cell(first, ',');
    cell(last, ',');
    cell("user" + std::to_string(random_.below(10'000'000)) + "@example.com", ',');
    char phone[32];
    std::snprintf(phone, sizeof phone, "+%02u %03u %07u", static_cast<unsigned>(random_.between(1, 99)),
                  static_cast<unsigned>(random_.below(1000)),
                  static_cast<unsigned>(random_.below(10'000'000)));
    cell(phone, ',');
    std::string company(random_.pick(companies));
    const std::uint64_t kind = random_.below(100);
    if (kind < 25) company += ", Inc.";
    if (kind == 99) company = "\"" + company + "\" Ltd";
    cell(company, ',');
    cell(random_.pick(cities), ',');
    cell(random_.pick(countries), ',');
    char date[32];
    std::snprintf(date, sizeof date, "20%02u-%02u-%02u", static_cast<unsigned>(random_.between(10, 25)),
                  static_cast<unsigned>(random_.between(1, 12)),
                  static_cast<unsigned>(random_.between(1, 28)));
    cell(date, '\n');
  }

  void numbers(std::uint64_t row, std::size_t columns) {
    number(row, ',');
    for (std::size_t column = 1; column < columns; ++column) {
      const char after = column + 1 == columns ? '\n' : ',';
      const std::uint64_t value = random_.next();
      if (column % 3 == 0) {
        cell(std::to_string(value % 1000) + "." + std::to_string(value / 1000 % 100), after);
      } else {
        number(value % (column % 2 == 0 ? 100 : 100'000), after);
      }
    }
  }

  void wide(std::uint64_t row, std::size_t columns) {
    number(row, ',');
    for (std::size_t column = 1; column < columns; ++column) {
      const char after = column + 1 == columns ? '\n' : ',';
      switch (column % 4) {
        case 0:
          number(random_.below(100'000), after);
          break;
        case 1:
          cell(random_.pick(words), after);
          break;
        case 2:
          cell(random_.below(3) == 0 ? "" : "yes", after);
          break;
        default:
          number(random_.below(1000), after);
      }
    }
  }

  void review(std::uint64_t row) {
    number(row, ',');
    number(random_.between(1, 5), ',');
    cell(random_.pick(first_names), ',');
    std::string text;
    const std::size_t size = random_.between(300, 2000);
    while (text.size() < size) {
      text += random_.pick(words);
      const std::uint64_t what = random_.below(60);
      text += what == 0 ? ".\n" : what < 4 ? ", " : what == 4 ? " \"so to say\" " : " ";
    }
    cell(text, '\n');
  }

 private:
  std::string& out_;
  Random random_;
  bool quote_all_;
};

/// Ends a file: at `bytes` or after `rows`, whichever comes first.
struct Size {
  std::size_t bytes = 0;
  std::uint64_t rows = 0;
};

DataSet make(std::string_view name, Size size, std::uint64_t seed) {
  constexpr std::size_t numeric_columns = 12;
  constexpr std::size_t wide_columns = 300;
  DataSet set;
  set.name = name;
  std::string& out = set.bytes;
  if (size.bytes != SIZE_MAX) out.reserve(size.bytes + 8192);
  Generator generator(out, seed, name == "all_quoted");
  const auto wanted = [&](std::uint64_t row) { return row <= size.rows && out.size() < size.bytes; };
  if (name == "contacts" || name == "all_quoted") {
    out += "id,first_name,last_name,email,phone,company,city,country,created_at\n";
    for (std::uint64_t row = 1; wanted(row); ++row) generator.contact(row);
  } else if (name == "numeric") {
    for (std::size_t column = 1; column <= numeric_columns; ++column) {
      out += "value_" + std::to_string(column) + (column == numeric_columns ? "\n" : ",");
    }
    for (std::uint64_t row = 1; wanted(row); ++row) generator.numbers(row, numeric_columns);
  } else if (name == "wide") {
    for (std::size_t column = 1; column <= wide_columns; ++column) {
      out += "column_" + std::to_string(column) + (column == wide_columns ? "\n" : ",");
    }
    for (std::uint64_t row = 1; wanted(row); ++row) generator.wide(row, wide_columns);
  } else if (name == "long_text") {
    out += "id,stars,author,review\n";
    for (std::uint64_t row = 1; wanted(row); ++row) generator.review(row);
  } else {
    std::fprintf(stderr, "no data set is called %s\n", std::string(name).c_str());
    std::abort();
  }
  out.append(64, '\0');
  return set;
}

}  // namespace

DataSet make_data_set(std::string_view name, std::size_t bytes, std::uint64_t seed) {
  return make(name, {bytes, UINT64_MAX}, seed);
}

DataSet make_data_rows(std::string_view name, std::uint64_t rows, std::uint64_t seed) {
  return make(name, {SIZE_MAX, rows}, seed);
}

}  // namespace pulter::bench
