#include "tests/sim/answers.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace pulter::sim {
namespace {

constexpr std::string_view redirect_trap = "Location: http://127.0.0.1:9099/trap\r\n";

template <std::size_t count>
int one_of(io::SimRandom& chance, const std::array<int, count>& values) {
  return values[chance.below(count)];
}

std::string garbage(io::SimRandom& chance) {
  const std::array<std::string, 9> texts = {
      "220 ready\r\n",
      "HTTP/2 200\r\n\r\n",
      "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
      std::string(40, '\0'),
      "\x15\x03\x03\x00\x02\x02\x28",
      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"};
  return texts[chance.below(texts.size())];
}

std::string row_errors(const Receipt& receipt) {
  const std::size_t at = receipt.body.find("__index\":\"");
  if (at == std::string::npos) return plain_answer(200, "", "{}");
  const std::string body = "{\"errors\":[{\"__index\":\"" + receipt.body.substr(at + 10, 36) +
                           "\",\"field\":\"c0\",\"message\":\"refused by the simulation\"}]}";
  return plain_answer(200, "Content-Type: application/json\r\n", body);
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

bool may_count(Kind kind) {
  switch (kind) {
    case Kind::ok:
    case Kind::no_content:
    case Kind::chunked:
    case Kind::closing:
    case Kind::old_close:
    case Kind::row_errors:
    case Kind::slow:
    case Kind::drip:
    case Kind::informational:
    case Kind::stray:
      return true;
    default:
      return false;
  }
}

bool stays_open(Kind kind) {
  switch (kind) {
    case Kind::closing:
    case Kind::old_close:
    case Kind::cut:
    case Kind::garbage:
    case Kind::flood:
    case Kind::big_head:
      return false;
    default:
      return true;
  }
}

std::string plain_answer(int status, std::string_view headers, std::string_view body) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string make_answer(Kind kind, io::SimRandom& chance, const Receipt& receipt, std::string_view headers) {
  const std::string good = plain_answer(200, "", "ok");
  switch (kind) {
    case Kind::no_content:
      return "HTTP/1.1 204 No Content\r\n\r\n";
    case Kind::chunked:
      return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3;x=y\r\n!!!\r\n0\r\n\r\n";
    case Kind::closing:
      return plain_answer(200, "Connection: close\r\n", "bye");
    case Kind::old_close:
      return "HTTP/1.0 200 OK\r\n\r\nuntil the end";
    case Kind::row_errors:
      return row_errors(receipt);
    case Kind::informational:
      return repeated("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 1 + chance.below(12)) + good;
    case Kind::stray:
      return good + good;
    case Kind::server_error:
      return plain_answer(500 + static_cast<int>(chance.below(12)), "", "it broke");
    case Kind::busy:
      return plain_answer(one_of<2>(chance, {429, 503}), headers, "");
    case Kind::late_stray:
      return plain_answer(503, "Retry-After: 2\r\n", "");
    case Kind::try_later:
      return plain_answer(one_of<2>(chance, {408, 425}), "", "");
    case Kind::refuse:
      return plain_answer(one_of<4>(chance, {400, 404, 409, 422}), "", "no");
    case Kind::too_large:
      return plain_answer(413, "", "");
    case Kind::gone:
      return plain_answer(410, "", "");
    case Kind::redirect:
      return plain_answer(one_of<5>(chance, {301, 302, 303, 307, 308}), redirect_trap, "");
    case Kind::cut: {
      const std::string whole = plain_answer(200, "", "this will not be all that was promised");
      return whole.substr(0, 1 + chance.below(whole.size() - 1));
    }
    case Kind::garbage:
      return garbage(chance);
    case Kind::flood:
      return repeated("HTTP/1.1 100 Continue\r\n\r\n", 40) + good;
    case Kind::big_head:
      return "HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'h') + "\r\nContent-Length: 0\r\n\r\n";
    default:
      return good;
  }
}

std::string http_date(std::int64_t unix_s) {
  constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_seconds at{std::chrono::seconds(unix_s)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                days[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

}  // namespace pulter::sim
