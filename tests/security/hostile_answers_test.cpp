// Section 2 of the project's list of attacks: the receiver is hostile, or broken. Every row runs against the
// code that real requests run through, and says what the request must come to.
#include <gtest/gtest.h>

#include <string>

#include "tests/security/exchange.h"

namespace pulter::security {
namespace {

using model::Outcome;
using std::chrono::milliseconds;
using std::chrono::seconds;
using store::Disposition;

io::Task<> ok_each_time(Peer& peer) {
  while (true) {
    const bool got = co_await peer.read_request();
    if (!got) co_return;
    co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }
}

/// What every failed attempt must be: tried again, on another connection, within the time limit.
void expect_retry(const Ended& ended, std::string_view code, Outcome outcome) {
  EXPECT_EQ(ended.code(), code) << ended.verdict.error;
  EXPECT_EQ(ended.verdict.outcome, outcome) << ended.verdict.error;
  EXPECT_EQ(ended.verdict.disposition, Disposition::retry);
  EXPECT_FALSE(ended.kept_alive);
  EXPECT_LE(ended.took, seconds(62));
}

void expect_delivered(const Ended& ended, bool kept_alive) {
  EXPECT_EQ(ended.verdict.outcome, Outcome::delivered) << ended.verdict.error;
  EXPECT_EQ(ended.kept_alive, kept_alive);
}

TEST(HostileAnswers, AnHonestReceiverKeepsItsConnection) {
  Exchange exchange;
  exchange.serve(ok_each_time);
  for (int i = 0; i < 3; ++i) expect_delivered(exchange.post(), true);
  EXPECT_EQ(exchange.connections(), 1U);
}

// Row 1: slowness.

TEST(HostileAnswers, Row1HeadersOneByteASecond) {
  Exchange exchange;
  exchange.serve([](Peer& peer) -> io::Task<> {
    co_await peer.read_request();
    const std::string endless = "HTTP/1.1 200 OK\r\nX-Slow: " + std::string(1000, 'a');
    co_await peer.drip(endless, seconds(1));
  });
  const Ended ended = exchange.post();
  expect_retry(ended, "timed_out", Outcome::unknown);
  EXPECT_EQ(ended.took / seconds(1), 60) << "the webhook's time limit ends it";
}

TEST(HostileAnswers, Row1BodyDribblesAfterA200) {
  Exchange exchange;
  exchange.serve([](Peer& peer) -> io::Task<> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    const std::string body(1000, 'a');
    co_await peer.drip(body, seconds(1));
  });
  const Ended ended = exchange.post();
  // The body is inside the limit, and a 2xx counts only when it is whole: its body may name refused rows.
  expect_retry(ended, "timed_out", Outcome::unknown);
  EXPECT_EQ(ended.attempt.status, 200) << "what was seen is in the log";
}

TEST(HostileAnswers, Row1BodyDribblesAfterARefusal) {
  Exchange exchange;
  exchange.serve([](Peer& peer) -> io::Task<> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 1000\r\n\r\n");
    const std::string body(1000, 'a');
    co_await peer.drip(body, seconds(1));
  });
  const Ended ended = exchange.post();
  // A refusal needs no body to be one.
  EXPECT_EQ(ended.verdict.outcome, Outcome::refused);
  EXPECT_EQ(ended.verdict.disposition, Disposition::halted);
  EXPECT_FALSE(ended.kept_alive);
}

TEST(HostileAnswers, Row1NothingAtAll) {
  Exchange exchange;
  exchange.serve([](Peer& peer) -> io::Task<> {
    co_await peer.read_request();
    co_await peer.wait(std::chrono::hours(1));
  });
  expect_retry(exchange.post(), "timed_out", Outcome::unknown);
}

TEST(HostileAnswers, Row1NeverReads) {
  Exchange exchange({.socket_buffer_bytes = 64});
  exchange.serve([](Peer& peer) -> io::Task<> { co_await peer.wait(std::chrono::hours(1)); });
  const Ended ended = exchange.post();
  expect_retry(ended, "timed_out", Outcome::unreachable);
  EXPECT_FALSE(ended.facts.sent_whole);
}

// Row 2: size.

TEST(HostileAnswers, Row2InfiniteBody) {
  Exchange exchange;
  exchange.serve([](Peer& peer) -> io::Task<> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(64 * 1024, 'a');
    co_await peer.flood(piece);
  });
  const Ended ended = exchange.post();
  expect_delivered(ended, false);
  EXPECT_LE(ended.facts.answer_bytes, 2U * 1024 * 1024) << "reading stops soon after the limit";
  EXPECT_EQ(ended.attempt.response_body.size(), 16U * 1024);
}

TEST(HostileAnswers, Row2HugeBodyByItsLength) {
  Exchange exchange;
  exchange.serve([](Peer& peer) -> io::Task<> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 500 No\r\nContent-Length: 99999999999\r\n\r\n");
    const std::string piece(64 * 1024, 'a');
    co_await peer.flood(piece);
  });
  const Ended ended = exchange.post();
  EXPECT_EQ(ended.verdict.disposition, Disposition::retry);
  EXPECT_EQ(ended.attempt.status, 500);
  EXPECT_LT(ended.took, seconds(1));
}

// Row 3: compression.

TEST(HostileAnswers, Row3NothingIsUnpacked) {
  Exchange exchange;
  exchange.serve([](Peer& peer) -> io::Task<> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08");
    co_await peer.send(std::string_view("\0", 1));
    co_await peer.wait(seconds(5));
  });
  const Ended ended = exchange.post();
  expect_delivered(ended, true);
  EXPECT_EQ(ended.attempt.response_body, std::string("\x1f\x8b\x08\0", 4)) << "as it came";
  EXPECT_NE(exchange.received().find("Accept-Encoding: identity\r\n"), std::string::npos);
}

// Rows 4 to 6: floods of what is not body.

struct FloodCase {
  const char* what;
  const char* start;
  const char* again;
};

TEST(HostileAnswers, Rows4To6Floods) {
  static FloodCase now;
  const FloodCase cases[] = {
      {"endless headers", "HTTP/1.1 200 OK\r\n", "X-More: of it\r\n"},
      {"one endless header",
       "HTTP/1.1 200 OK\r\nX-Long: ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
      {"an endless header name", "HTTP/1.1 200 OK\r\n",
       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
      {"an endless reason", "HTTP/1.1 200 ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
      {"interim answers", "", "HTTP/1.1 100 Continue\r\n\r\n"},
      {"interim answers with headers", "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"},
      {"chunk extensions",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=", "bbbbbbbbbbbbbbbbbbbbbbbbbb"},
      {"chunks of one byte", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"},
      {"padded chunk sizes", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0000000001\r\na\r\n"},
      {"endless trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X-More: of it\r\n"},
  };
  for (const FloodCase& each : cases) {
    now = each;
    Exchange exchange;
    exchange.serve([](Peer& peer) -> io::Task<> {
      co_await peer.read_request();
      co_await peer.send(now.start);
      std::string many;
      while (many.size() < 4096) many += now.again;
      co_await peer.flood(many);
    });
    SCOPED_TRACE(each.what);
    const Ended ended = exchange.post();
    EXPECT_TRUE(ended.code() == "response_too_large" || ended.code() == "bad_response") << ended.code();
    EXPECT_EQ(ended.verdict.outcome, Outcome::unknown);
    EXPECT_EQ(ended.verdict.disposition, Disposition::retry);
    EXPECT_FALSE(ended.kept_alive);
    EXPECT_LT(ended.facts.answer_bytes, 2U * 1024 * 1024);
    EXPECT_LT(ended.took, seconds(5));
  }
}

// Rows 7 to 9 and 13: what is not one plain HTTP/1.1 answer. All of these byte for byte: tests/golden/http.

struct BytesCase {
  const char* what;
  const char* bytes;
};

TEST(HostileAnswers, Rows7To9And13Malformed) {
  static BytesCase now;
  const BytesCase cases[] = {
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"},
      {"a list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 42,30\r\n\r\nok"},
      {"a signed length", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok"},
      {"a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok"},
      {"a hexadecimal length", "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok"},
      {"a length over 64 bits", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\nok"},
      {"a length with a unit", "HTTP/1.1 200 OK\r\nContent-Length: 2s\r\n\r\nok"},
      {"both kinds of length",
       "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"chunked is not last", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"},
      {"an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
      {"a bare LF", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"},
      {"a bare CR", "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n"},
      {"a folded line", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n"},
      {"a space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok"},
      {"a version that is none", "HTTP/1.10 200 OK\r\nContent-Length: 2\r\n\r\nok"},
      {"status 99", "HTTP/1.1 99 No\r\nContent-Length: 2\r\n\r\nok"},
      {"status 600", "HTTP/1.1 600 No\r\nContent-Length: 2\r\n\r\nok"},
      {"HTTP/0.9", "<html>ok</html>"},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"another protocol is switched to", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"},
      {"another protocol", "220 mail.example ESMTP\r\n"},
      {"TLS", "\x15\x03\x03"},
  };
  for (const BytesCase& each : cases) {
    now = each;
    Exchange exchange;
    exchange.serve([](Peer& peer) -> io::Task<> {
      co_await peer.read_request();
      co_await peer.send(now.bytes);
      co_await peer.wait(seconds(5));
    });
    SCOPED_TRACE(each.what);
    const Ended ended = exchange.post();
    EXPECT_TRUE(ended.code() == "bad_response" || ended.code() == "connection_closed") << ended.code();
    EXPECT_EQ(ended.verdict.outcome, Outcome::unknown);
    EXPECT_EQ(ended.verdict.disposition, Disposition::retry);
    EXPECT_FALSE(ended.kept_alive);
  }
}

TEST(HostileAnswers, Row13AnswersWithoutABody) {
  static const char* now;
  for (const char* answer : {"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
                             "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"}) {
    now = answer;
    Exchange exchange;
    exchange.serve([](Peer& peer) -> io::Task<> {
      co_await peer.read_request();
      co_await peer.send(now);
      co_await peer.wait(seconds(5));
    });
    const Ended ended = exchange.post();
    EXPECT_EQ(ended.verdict.outcome, Outcome::delivered) << answer;
    // A 204 has no body: what follows it belongs to nobody.
    EXPECT_EQ(ended.kept_alive, std::string_view(answer).find("hello") == std::string_view::npos);
  }
}

TEST(HostileAnswers, Row13OldHttpIsNotKeptOpen) {
  Exchange exchange;
  exchange.serve([](Peer& peer) -> io::Task<> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok");
    co_await peer.wait(seconds(5));
  });
  const Ended ended = exchange.post();
  EXPECT_EQ(ended.verdict.outcome, Outcome::delivered);
  EXPECT_FALSE(ended.kept_alive);
}

// Row 10: an answer for a request that was not sent yet would acknowledge a batch that nobody processed.

TEST(HostileAnswers, Row10AnswersInAdvanceAcknowledgeNothing) {
  Exchange exchange;
  exchange.serve([](Peer& peer) -> io::Task<> {
    co_await peer.read_request();
    if (peer.number() == 1) {
      co_await peer.send(
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    } else {
      co_await peer.send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    }
    co_await peer.wait(seconds(5));
  });
  expect_delivered(exchange.post(), false);
  EXPECT_EQ(exchange.post().attempt.status, 503) << "the answer in advance must not count";
  EXPECT_EQ(exchange.connections(), 2U);
}

TEST(HostileAnswers, Row10BytesOnAnIdleConnectionEndIt) {
  Exchange exchange;
  exchange.serve([](Peer& peer) -> io::Task<> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    co_await peer.wait(milliseconds(100));
    if (peer.number() == 1) co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    co_await peer.wait(seconds(5));
  });
  expect_delivered(exchange.post(), true);
  exchange.run_for(seconds(1));
  expect_delivered(exchange.post(), true);
  EXPECT_EQ(exchange.connections(), 2U);
}

// Row 11: an answer before the request is whole.

TEST(HostileAnswers, Row11EarlyAnswersCountAtOnce) {
  static const char* now;
  struct Case {
    const char* answer;
    Disposition disposition;
    std::int64_t floor_s;
  };
  for (const Case& each :
       {Case{"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n", Disposition::halted, 0},
        Case{"HTTP/1.1 401 Who\r\nContent-Length: 0\r\n\r\n", Disposition::halted, 0},
        Case{"HTTP/1.1 429 Slow\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n", Disposition::retry, 30},
        Case{"HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", Disposition::retry, 0}}) {
    now = each.answer;
    Exchange exchange({.socket_buffer_bytes = 64});
    exchange.serve([](Peer& peer) -> io::Task<> {
      co_await peer.read_some(100);
      co_await peer.send(now);
      co_await peer.wait(milliseconds(300));
    });
    const Ended ended = exchange.post();
    EXPECT_EQ(ended.verdict.disposition, each.disposition) << each.answer << ended.verdict.error;
    EXPECT_EQ(ended.verdict.outcome, Outcome::refused);
    EXPECT_EQ(ended.verdict.floor_s, each.floor_s);
    EXPECT_FALSE(ended.facts.sent_whole) << "the rest must not leave";
    EXPECT_FALSE(ended.kept_alive);
    EXPECT_LT(ended.took, seconds(2));
  }
}

// Row 12: the connection breaks at every stage.

TEST(HostileAnswers, Row12BreaksAtEveryStage) {
  static std::string_view answer;
  static std::size_t cut;
  static bool by_reset;
  answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  for (const bool reset : {false, true}) {
    for (std::size_t at = 0; at < answer.size(); ++at) {
      cut = at;
      by_reset = reset;
      Exchange exchange;
      exchange.serve([](Peer& peer) -> io::Task<> {
        co_await peer.read_request();
        co_await peer.send(answer.substr(0, cut));
        co_await peer.wait(milliseconds(5));
        if (by_reset) peer.reset();
      });
      SCOPED_TRACE(std::to_string(at) + (reset ? " reset" : " closed"));
      const Ended ended = exchange.post();
      expect_retry(ended, reset ? "receive_failed" : "connection_closed", Outcome::unknown);
      EXPECT_FALSE(ended.verdict.at_once) << "a fresh connection: the schedule applies";
    }
  }
}

TEST(HostileAnswers, Row12BreaksWhileTheRequestLeaves) {
  Exchange exchange({.socket_buffer_bytes = 64});
  exchange.serve([](Peer& peer) -> io::Task<> {
    co_await peer.read_some(100);
    peer.reset();
  });
  const Ended ended = exchange.post();
  EXPECT_EQ(ended.verdict.outcome, Outcome::unreachable) << ended.verdict.error;
  EXPECT_EQ(ended.verdict.disposition, Disposition::retry);
}

TEST(HostileAnswers, Row12RefusedAndSilentAddresses) {
  Exchange refused;
  const Ended at_once = refused.post();
  expect_retry(at_once, "connect_failed", Outcome::unreachable);
  Exchange silent;
  silent.io().drop_packets_to({net::Family::ipv4, {127, 0, 0, 1}});
  const Ended later = silent.post();
  expect_retry(later, "timed_out", Outcome::unreachable);
  EXPECT_EQ(later.took / milliseconds(1), 10000) << "the time limit of connecting";
}

TEST(HostileAnswers, Row12AStaleConnectionIsTriedAgainAtOnce) {
  for (const bool reset : {false, true}) {
    static bool by_reset;
    by_reset = reset;
    Exchange exchange;
    exchange.serve([](Peer& peer) -> io::Task<> {
      co_await peer.read_request();
      co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      if (peer.number() > 1) co_await peer.wait(seconds(5));
      co_await peer.read_request();
      if (by_reset) peer.reset();
    });
    expect_delivered(exchange.post(), true);
    const Ended stale = exchange.post();
    EXPECT_TRUE(stale.verdict.at_once) << stale.verdict.error;
    EXPECT_EQ(stale.verdict.disposition, Disposition::retry);
    expect_delivered(exchange.post(), true);
    EXPECT_EQ(exchange.connections(), 2U);
  }
}

TEST(HostileAnswers, Row12AStaleConnectionThatAnsweredAByteIsNot) {
  Exchange exchange;
  exchange.serve([](Peer& peer) -> io::Task<> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    co_await peer.read_request();
    co_await peer.send("H");
  });
  expect_delivered(exchange.post(), true);
  const Ended ended = exchange.post();
  EXPECT_FALSE(ended.verdict.at_once);
  expect_retry(ended, "connection_closed", Outcome::unknown);
}

// Row 14: Retry-After.

TEST(HostileAnswers, Row14RetryAfter) {
  static const char* now;
  struct Case {
    const char* text;
    std::int64_t floor_s;
  };
  for (const Case& each :
       {Case{"120", 120}, Case{"0", 0}, Case{"-1", 0}, Case{"99999999", 86400}, Case{"1e308", 0},
        Case{"120.5", 0}, Case{"99999999999999999999999", 86400}, Case{"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        Case{"Fri, 01 Jan 2100 00:00:00 GMT", 86400}, Case{"Friday, 01-Jan-99 00:00:00 GMT", 0},
        Case{"soon", 0}}) {
    now = each.text;
    Exchange exchange;
    exchange.serve([](Peer& peer) -> io::Task<> {
      co_await peer.read_request();
      const std::string answer =
          "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: " + std::string(now) + "\r\n\r\n";
      co_await peer.send(answer);
    });
    const Ended ended = exchange.post();
    EXPECT_EQ(ended.verdict.floor_s, each.floor_s) << each.text;
    EXPECT_EQ(ended.verdict.disposition, Disposition::retry);
  }
}

// Rows 15 and 16: what an answer may leave behind.

TEST(HostileAnswers, Row15TextIsKeptAsItCame) {
  Exchange exchange;
  exchange.serve([](Peer& peer) -> io::Task<> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n\x1b[31m<script>=cmd|\xff\xfe!A0");
    co_await peer.wait(seconds(5));
  });
  const Ended ended = exchange.post();
  expect_delivered(ended, true);
  EXPECT_EQ(ended.attempt.response_body, "\x1b[31m<script>=cmd|\xff\xfe!A0");
}

TEST(HostileAnswers, Row16NothingOfAnAnswerComesBack) {
  Exchange exchange;
  exchange.serve([](Peer& peer) -> io::Task<> {
    while (true) {
      const bool got = co_await peer.read_request();
      if (!got) co_return;
      co_await peer.send(
          "HTTP/1.1 401 Who\r\nSet-Cookie: id=1\r\nStrict-Transport-Security: max-age=9\r\nAlt-Svc: "
          "h2=\":1\"\r\n"
          "WWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
    }
  });
  EXPECT_EQ(exchange.post().verdict.disposition, Disposition::halted);
  EXPECT_EQ(exchange.post().verdict.disposition, Disposition::halted);
  EXPECT_EQ(exchange.received().find("Cookie"), std::string::npos);
  EXPECT_EQ(exchange.received().find("Authorization"), std::string::npos);
}

// Section 1, row 10: redirects.

TEST(HostileAnswers, RedirectsAreNeverFollowed) {
  static int now;
  for (const int status : {300, 301, 302, 303, 305, 307, 308, 332}) {
    now = status;
    Exchange exchange;
    exchange.serve([](Peer& peer) -> io::Task<> {
      co_await peer.read_request();
      const std::string answer = "HTTP/1.1 " + std::to_string(now) +
                                 " Go\r\nLocation: http://127.0.0.1:9999/\r\nContent-Length: 0\r\n\r\n";
      co_await peer.send(answer);
    });
    const Ended ended = exchange.post();
    EXPECT_EQ(ended.verdict.disposition, Disposition::halted) << status;
    EXPECT_NE(ended.verdict.error.find("http://127.0.0.1:9999/"), std::string::npos);
    EXPECT_EQ(exchange.connections(), 1U);
  }
}

TEST(HostileAnswers, ALocationInASuccessIsNothing) {
  Exchange exchange;
  exchange.serve([](Peer& peer) -> io::Task<> {
    co_await peer.read_request();
    co_await peer.send(
        "HTTP/1.1 201 Made\r\nContent-Location: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n");
  });
  expect_delivered(exchange.post(), true);
  EXPECT_EQ(exchange.connections(), 1U);
}

}  // namespace
}  // namespace pulter::security
