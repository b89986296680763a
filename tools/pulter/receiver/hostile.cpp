#include "tools/pulter/receiver/hostile.h"

#include <array>

namespace pulter::tool {
namespace {

using enum HostileWhen;
using enum HostileEnd;
using namespace std::string_view_literals;

constexpr std::string_view chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view many_as =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// One byte a second.
constexpr HostileCase slow(std::string_view name, std::string_view help, std::string_view bytes) {
  return {.name = name, .help = help, .bytes = bytes, .dribble_ms = 1000};
}
/// To every request, and it counts as delivered.
constexpr HostileCase repeated(std::string_view name, std::string_view help, std::string_view bytes) {
  return {.name = name, .help = help, .bytes = bytes, .when = each};
}
constexpr HostileCase before_the_body(HostileWhen when, std::string_view name, std::string_view help,
                                      std::string_view bytes) {
  return {.name = name, .help = help, .bytes = bytes, .when = when};
}
constexpr HostileCase broken(HostileEnd end, std::string_view name, std::string_view help,
                             std::string_view bytes) {
  return {.name = name, .help = help, .bytes = bytes, .end = end};
}

// In the order of the list of hostile answers, and under its numbers.
constexpr std::array cases{
    // 1 slowness: set a short timeoutMs on the webhook
    HostileCase{"no-answer", "takes the request and does not answer", {}},
    slow("slow-head", "the head of the answer comes one byte a second",
         "HTTP/1.1 200 OK\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    slow("slow-body", "200 at once, its body one byte a second",
         "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    // 2 size
    HostileCase{"endless-body", "200 with a body that does not end", "HTTP/1.1 200 OK\r\n\r\n", many_as, 0,
                each},
    HostileCase{"huge-body", "500 with a body of 99,999,999,999 bytes",
                "HTTP/1.1 500 No\r\nContent-Length: 99999999999\r\n\r\n", many_as},
    // 3 compression
    repeated("gzip-body", "200 with a body said to be gzip",
             "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\0"sv),
    // 4 headers
    HostileCase{"endless-headers", "headers without end", "HTTP/1.1 200 OK\r\n", "X-More: of it\r\n"},
    HostileCase{"endless-header", "one header without end", "HTTP/1.1 200 OK\r\nX-Long: ", many_as},
    // 5 interim answers
    HostileCase{"endless-interim", "100 Continue without end", "HTTP/1.1 100 Continue\r\n\r\n",
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"},
    // 6 chunks
    HostileCase{"chunk-extensions", "a chunk extension without end",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=", many_as},
    HostileCase{"tiny-chunks", "chunks of one byte without end", chunked, "1\r\na\r\n"},
    HostileCase{"endless-trailers", "trailers without end",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X-More: of it\r\n"},
    // 7 lengths
    HostileCase{"two-lengths", "two different Content-Length",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"},
    HostileCase{"length-and-chunked", "Content-Length and chunks",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    HostileCase{"bad-length", "Content-Length: 0x2", "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok"},
    HostileCase{"length-list", "Content-Length: 42,30", "HTTP/1.1 200 OK\r\nContent-Length: 42,30\r\n\r\nok"},
    // 8 codings
    HostileCase{"chunked-not-last", "Transfer-Encoding: chunked, identity",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"},
    HostileCase{"unknown-coding", "Transfer-Encoding: xchunked",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
    // 9 spelling
    HostileCase{"bare-lf", "lines that end with LF alone", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"},
    HostileCase{"bare-cr", "a CR inside a header", "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n"},
    HostileCase{"nul", "a NUL inside a header", "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n"sv},
    HostileCase{"folded-line", "a header on two lines",
                "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n"},
    HostileCase{"space-before-colon", "\"Content-Length : 2\"",
                "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok"},
    HostileCase{"bad-status", "status 600", "HTTP/1.1 600 No\r\nContent-Length: 2\r\n\r\nok"},
    HostileCase{"bad-version", "HTTP/1.10", "HTTP/1.10 200 OK\r\nContent-Length: 2\r\n\r\nok"},
    // 10 more than was asked for
    repeated("answer-in-advance", "two answers to each request: the second is nobody's",
             "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    // 11 before the request is whole
    before_the_body(early, "early-503", "503 as soon as the head came, once",
                    "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"),
    before_the_body(always_early, "early-413", "413 as soon as the head came, always",
                    "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"),
    // 12 breaks
    broken(close, "close-in-head", "closes inside the head of the answer", "HTTP/1.1 200 OK\r\nContent-Le"),
    broken(close, "close-in-body", "closes inside the body of the answer",
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"),
    broken(reset, "reset-in-body", "resets inside the body of the answer",
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"),
    HostileCase{"close-unannounced",
                "closes after each answer without saying so",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                {},
                0,
                each,
                close},
    // 13 other protocols
    HostileCase{"101", "switches to another protocol",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"},
    repeated("204-with-body", "204 and a body all the same",
             "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"),
    repeated("205", "205 Reset Content", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"),
    broken(close, "http-0.9", "a page without a head", "<html>ok</html>"),
    repeated("http-1.0", "HTTP/1.0 that wants to be kept alive",
             "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok"),
    HostileCase{"http-2", "the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    // 14 Retry-After
    HostileCase{"retry-after-negative", "503 with Retry-After: -1",
                "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: -1\r\n\r\n"},
    HostileCase{"retry-after-text", "503 with Retry-After: soon",
                "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: soon\r\n\r\n"},
    HostileCase{
        "retry-after-past", "503 with a Retry-After of 1999 (RFC 850)",
        "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: Friday, 01-Jan-99 00:00:00 GMT\r\n\r\n"},
    HostileCase{"retry-after-years", "503 with Retry-After: 99999999: capped at 24 hours",
                "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 99999999\r\n\r\n"},
    // 15 text
    repeated("hostile-text", "200 with escape sequences, markup, a formula and bytes that are no UTF-8",
             "HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n\x1b[31m<script>=cmd|\xff\xfe!A0"),
    // 16 state
    repeated("cookies", "200 with Set-Cookie, HSTS, Alt-Svc and a challenge",
             "HTTP/1.1 200 OK\r\nSet-Cookie: id=1\r\nStrict-Transport-Security: max-age=9\r\nAlt-Svc: "
             "h2=\":1\"\r\n"
             "WWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"),
};

}  // namespace

std::span<const HostileCase> hostile_cases() {
  return cases;
}

}  // namespace pulter::tool
