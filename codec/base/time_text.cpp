#include "codec/base/time_text.h"

#include <array>
#include <span>

#include "codec/base/check.h"

namespace pulter {

namespace {

constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> weekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> long_weekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                           "Thursday", "Friday", "Saturday"};

struct Civil {
  std::int64_t year = 1970;
  std::int64_t month = 1;  // 1 to 12
  std::int64_t day = 1;    // 1 to 31
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;  // 60 in a leap second
};

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

constexpr bool is_leap(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr std::int64_t days_in_month(std::int64_t year, std::int64_t month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// Days before a year, counted from 1970; a year may be any that fits.
constexpr std::int64_t days_before_year(std::int64_t year) {
  const std::int64_t y = year - 1;
  const auto leaps = [](std::int64_t n) { return floor_div(n, 4) - floor_div(n, 100) + floor_div(n, 400); };
  return (year - 1970) * 365 + leaps(y) - leaps(1969);
}

constexpr std::int64_t unix_seconds(const Civil& c) {
  std::int64_t days = days_before_year(c.year) + c.day - 1;
  for (std::int64_t m = 1; m < c.month; ++m) days += days_in_month(c.year, m);
  return days * day_s + c.hour * 3600 + c.minute * 60 + c.second;
}

constexpr Civil civil_from(std::int64_t unix_s) {
  std::int64_t days = floor_div(unix_s, day_s);
  const std::int64_t rest = unix_s - days * day_s;
  Civil c;
  c.year = 1970 + floor_div(days * 400, 146'097);  // 146,097 days are 400 years: off by one at most
  while (days_before_year(c.year) > days) --c.year;
  while (days_before_year(c.year + 1) <= days) ++c.year;
  days -= days_before_year(c.year);
  for (c.month = 1; days >= days_in_month(c.year, c.month); ++c.month) days -= days_in_month(c.year, c.month);
  c.day = days + 1;
  c.hour = rest / 3600;
  c.minute = rest / 60 % 60;
  c.second = rest % 60;
  return c;
}

static_assert(unix_seconds({2000, 3, 1, 0, 0, 0}) == 951'868'800);
static_assert(civil_from(951'868'799).day == 29);

bool is_valid(const Civil& c) {
  return c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= days_in_month(c.year, c.month) &&
         c.hour <= 23 && c.minute <= 59 && c.second <= 60;
}

void append_padded(std::string& out, std::int64_t number, int digits) {
  std::array<char, 20> text{};
  for (int i = digits - 1; i >= 0; --i, number /= 10) {
    text[static_cast<std::size_t>(i)] = static_cast<char>('0' + number % 10);
  }
  out.append(text.data(), static_cast<std::size_t>(digits));
}

// Walks over a text; every step fails softly and the end is checked once, by done().
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool literal(std::string_view expected) {
    if (!rest_.starts_with(expected)) return good_ = false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  std::int64_t digits(std::size_t count) {
    if (rest_.size() < count) return fail();
    std::int64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return fail();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  // The index of the word that comes next.
  std::int64_t word(std::span<const std::string_view> words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (rest_.starts_with(words[i])) {
        rest_.remove_prefix(words[i].size());
        return static_cast<std::int64_t>(i);
      }
    }
    return fail();
  }
  bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
  bool next_is_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  void refuse() { good_ = false; }
  bool done() const { return good_ && rest_.empty(); }

 private:
  std::int64_t fail() {
    refuse();
    return 0;
  }

  std::string_view rest_;
  bool good_ = true;
};

void read_clock(Cursor& in, Civil& c) {
  c.hour = in.digits(2);
  in.literal(":");
  c.minute = in.digits(2);
  in.literal(":");
  c.second = in.digits(2);
}

std::optional<std::int64_t> finished(const Cursor& in, const Civil& c) {
  if (!in.done() || !is_valid(c)) return std::nullopt;
  return unix_seconds(c);
}

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<std::int64_t> parse_imf_fixdate(std::string_view text) {
  Cursor in(text);
  Civil c;
  in.word(weekdays);
  in.literal(", ");
  c.day = in.digits(2);
  in.literal(" ");
  c.month = in.word(months) + 1;
  in.literal(" ");
  c.year = in.digits(4);
  in.literal(" ");
  read_clock(in, c);
  in.literal(" GMT");
  return finished(in, c);
}

// "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<std::int64_t> parse_rfc850(std::string_view text, std::int64_t now_unix_s) {
  Cursor in(text);
  Civil c;
  in.word(long_weekdays);
  in.literal(", ");
  c.day = in.digits(2);
  in.literal("-");
  c.month = in.word(months) + 1;
  in.literal("-");
  const std::int64_t two_digits = in.digits(2);
  in.literal(" ");
  read_clock(in, c);
  in.literal(" GMT");
  const std::int64_t this_year = civil_from(now_unix_s).year;
  c.year = this_year - this_year % 100 + two_digits;
  if (c.year > this_year + 50) c.year -= 100;
  return finished(in, c);
}

// "Sun Nov  6 08:49:37 1994"
std::optional<std::int64_t> parse_asctime(std::string_view text) {
  Cursor in(text);
  Civil c;
  in.word(weekdays);
  in.literal(" ");
  c.month = in.word(months) + 1;
  in.literal(" ");
  if (in.next_is(' ')) {
    in.literal(" ");
    c.day = in.digits(1);
  } else {
    c.day = in.digits(2);
  }
  in.literal(" ");
  read_clock(in, c);
  in.literal(" ");
  c.year = in.digits(4);
  return finished(in, c);
}

// ".123456789": up to nine digits, as nanoseconds.
std::int64_t read_fraction(Cursor& in) {
  in.literal(".");
  std::int64_t ns = in.digits(1) * 100'000'000;
  for (std::int64_t scale = 10'000'000; scale > 0 && in.next_is_digit(); scale /= 10)
    ns += in.digits(1) * scale;
  return ns;
}

// "Z" or "+02:00", as seconds to take away.
std::int64_t read_offset(Cursor& in) {
  if (in.next_is('Z') || in.next_is('z')) {
    in.literal(in.next_is('Z') ? "Z" : "z");
    return 0;
  }
  const bool east = in.next_is('+');
  in.literal(east ? "+" : "-");
  const std::int64_t hours = in.digits(2);
  in.literal(":");
  const std::int64_t minutes = in.digits(2);
  if (hours > 23 || minutes > 59) in.refuse();
  return (hours * 3600 + minutes * 60) * (east ? 1 : -1);
}

}  // namespace

std::string rfc3339_text(std::int64_t unix_ns) {
  const std::int64_t seconds = floor_div(unix_ns, second_ns);
  // Not unix_ns - seconds * second_ns, which overflows in the first second of the range.
  const std::int64_t ms = (unix_ns % second_ns + second_ns) % second_ns / 1'000'000;
  const Civil c = civil_from(seconds);
  std::string out;
  out.reserve(24);
  append_padded(out, c.year, 4);
  out.push_back('-');
  append_padded(out, c.month, 2);
  out.push_back('-');
  append_padded(out, c.day, 2);
  out.push_back('T');
  append_padded(out, c.hour, 2);
  out.push_back(':');
  append_padded(out, c.minute, 2);
  out.push_back(':');
  append_padded(out, c.second, 2);
  out.push_back('.');
  append_padded(out, ms, 3);
  out.push_back('Z');
  return out;
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) noexcept {
  Cursor in(text);
  Civil c;
  c.year = in.digits(4);
  in.literal("-");
  c.month = in.digits(2);
  in.literal("-");
  c.day = in.digits(2);
  if (!in.next_is('T') && !in.next_is('t') && !in.next_is(' ')) return std::nullopt;
  in.literal(in.next_is('T') ? "T" : in.next_is('t') ? "t" : " ");
  read_clock(in, c);
  const std::int64_t fraction_ns = in.next_is('.') ? read_fraction(in) : 0;
  const std::int64_t offset_s = read_offset(in);
  const auto local = finished(in, c);
  if (!local) return std::nullopt;
  const std::int64_t seconds = *local - offset_s;
  std::int64_t ns = 0;
  if (__builtin_mul_overflow(seconds, second_ns, &ns)) return std::nullopt;
  if (__builtin_add_overflow(ns, fraction_ns, &ns)) return std::nullopt;
  return ns;
}

std::string http_date_text(std::int64_t unix_s) {
  const Civil c = civil_from(unix_s);
  PULTER_CHECK(c.year >= 1 && c.year <= 9999);
  const std::int64_t days = floor_div(unix_s, day_s);
  const std::int64_t weekday = (days % 7 + 7 + 4) % 7;  // 1 January 1970 was a Thursday
  std::string out(weekdays[static_cast<std::size_t>(weekday)]);
  out.append(", ");
  append_padded(out, c.day, 2);
  out.push_back(' ');
  out.append(months[static_cast<std::size_t>(c.month - 1)]);
  out.push_back(' ');
  append_padded(out, c.year, 4);
  out.push_back(' ');
  append_padded(out, c.hour, 2);
  out.push_back(':');
  append_padded(out, c.minute, 2);
  out.push_back(':');
  append_padded(out, c.second, 2);
  out.append(" GMT");
  return out;
}

std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now_unix_s) noexcept {
  if (const auto fixdate = parse_imf_fixdate(text)) return fixdate;
  if (const auto rfc850 = parse_rfc850(text, now_unix_s)) return rfc850;
  return parse_asctime(text);
}

}  // namespace pulter
