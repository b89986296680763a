#include "codec/http/request_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pulter::http {
namespace {

// All events of one request as text, fed in steps of `step` bytes; "!code" for an error.
std::string events(std::string_view wire, std::size_t step, RequestReader& reader) {
  std::string said;
  std::string body;
  const auto flush = [&] {
    if (!body.empty()) said += "body " + body + "\n";
    body.clear();
  };
  for (std::size_t at = 0;; at += step) {
    const bool over = at >= wire.size();
    std::string_view rest = over ? std::string_view() : wire.substr(at, step);
    for (;;) {
      const auto got = reader.feed(rest);
      if (!got) return said + "!" + std::string(name(got.error().code));
      rest.remove_prefix(got->consumed);
      if (got->event == RequestEvent::body) {
        body += got->body;
      } else if (got->event == RequestEvent::head) {
        said += std::string(reader.method()) + " " + std::string(reader.path()) + " ? " +
                std::string(reader.query()) + "\n";
      } else if (got->event == RequestEvent::complete) {
        flush();
        return said + "complete" + (reader.keep_alive() ? "" : " close") + (rest.empty() ? "" : " pipelined");
      } else {
        EXPECT_TRUE(rest.empty());
        break;
      }
    }
    if (over) {
      flush();
      return said + "need_more";
    }
  }
}

std::string events(std::string_view wire) {
  RequestReader whole;
  const std::string said = events(wire, wire.size() + 1, whole);
  for (std::size_t step = 1; step < 64 && wire.size() < 4'000; ++step) {
    RequestReader reader;
    const std::string other = events(wire, step, reader);
    // Whether a pipelined byte is seen depends on the cut: it is a matter of the connection.
    if (!said.ends_with(" pipelined")) {
      EXPECT_EQ(other, said) << "step " << step;
    }
  }
  return said;
}

TEST(RequestReader, Get) {
  EXPECT_EQ(events("GET /v1/imports?limit=2&cursor=a%20b HTTP/1.1\r\nHost: pulter\r\n\r\n"),
            "GET /v1/imports ? limit=2&cursor=a%20b\ncomplete");
  EXPECT_EQ(events("GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"), "GET / ? \ncomplete close");
  EXPECT_EQ(events("GET /? HTTP/1.0\r\n\r\n"), "GET / ? \ncomplete close");
}

TEST(RequestReader, BodyWithLength) {
  EXPECT_EQ(events("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\na\r\n"),
            "POST /x ? \nbody a\r\n\nneed_more");
  EXPECT_EQ(events("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"),
            "PUT /x ? \nbody hello\ncomplete");
  EXPECT_EQ(events("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), "POST /x ? \ncomplete");
}

TEST(RequestReader, BodyInChunks) {
  EXPECT_EQ(events("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                   "chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"),
            "POST /x ? \nbody hello\ncomplete");
}

TEST(RequestReader, PipelinedBytesAreLeft) {
  EXPECT_EQ(events("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"),
            "GET /1 ? \ncomplete pipelined");
}

TEST(RequestReader, NextRequestOnTheSameConnection) {
  RequestReader reader;
  EXPECT_FALSE(reader.in_request());
  EXPECT_EQ(events("POST /1?a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", 7, reader),
            "POST /1 ? a\nbody hi\ncomplete");
  reader.next();
  EXPECT_FALSE(reader.in_request());
  EXPECT_EQ(events("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n", 5, reader), "GET /2 ? \ncomplete");
  reader.next();
  ASSERT_TRUE(reader.feed("GET"));
  EXPECT_TRUE(reader.in_request());
}

TEST(RequestReader, HeadersAndExpectation) {
  RequestReader reader;
  const std::string wire =
      "POST /v1/imports HTTP/1.1\r\nHost: pulter\r\nContent-Type: text/csv\r\nContent-Length: 4096\r\n"
      "Expect: 100-continue\r\nIdempotency-Key: k1\r\n\r\n";
  const auto step = reader.feed(wire);
  ASSERT_TRUE(step);
  EXPECT_EQ(step->event, RequestEvent::head);
  EXPECT_EQ(step->consumed, wire.size());
  EXPECT_EQ(reader.header("content-type"), "text/csv");
  EXPECT_EQ(reader.header("IDEMPOTENCY-KEY"), "k1");
  EXPECT_EQ(reader.header("authorization"), std::nullopt);
  EXPECT_TRUE(reader.expects_continue());
  EXPECT_EQ(reader.content_length(), 4096U);
  EXPECT_EQ(reader.headers().size(), 5U);
}

TEST(RequestReader, ChunkedHasNoLength) {
  RequestReader reader;
  ASSERT_TRUE(reader.feed("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
  EXPECT_EQ(reader.content_length(), std::nullopt);
}

TEST(RequestReader, AbsoluteFormLosesItsAuthority) {
  EXPECT_EQ(events("GET http://pulter/v1/x?y HTTP/1.1\r\nHost: pulter\r\n\r\n"), "GET /v1/x ? y\ncomplete");
  EXPECT_EQ(events("GET http://pulter HTTP/1.1\r\nHost: pulter\r\n\r\n"), "GET / ? \ncomplete");
}

TEST(RequestReader, UpgradeOffersAreIgnored) {
  EXPECT_EQ(events("GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                   "HTTP2-Settings: AAMAAABkAAQAoAAA\r\n\r\n"),
            "GET /x ? \ncomplete");
  EXPECT_EQ(events("POST /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: "
                   "2\r\n\r\nhi"),
            "POST /x ? \nbody hi\ncomplete");
}

TEST(RequestReader, RefusesAmbiguousAndMalformed) {
  const std::string host = "Host: a\r\n";
  for (const std::string& wire : std::vector<std::string>{
           "GET /x HTTP/1.1\r\n\r\n",                     // no Host
           "GET /x HTTP/1.1\r\n" + host + host + "\r\n",  // two
           "GET /x HTTP/2.0\r\n" + host + "\r\n",
           "GET /x HTTP/0.9\r\n\r\n",
           "GET /x\r\n\r\n",
           "GET  /x HTTP/1.1\r\n" + host + "\r\n",
           "GET /x  HTTP/1.1\r\n" + host + "\r\n",
           "GET /x HTTP/1.1\n" + host + "\r\n",
           "GET /x HTTP/1.1\r\nHost: a\n\r\n",
           "\r\nGET /x HTTP/1.1\r\n" + host + "\r\n",
           "GET /x y HTTP/1.1\r\n" + host + "\r\n",
           "GET /x\x01 HTTP/1.1\r\n" + host + "\r\n",
           "GET x HTTP/1.1\r\n" + host + "\r\n",
           "OPTIONS * HTTP/1.1\r\n" + host + "\r\n",
           "CONNECT a:1 HTTP/1.1\r\n" + host + "\r\n",
           "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: identity\r\n\r\n",
           "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked, chunked\r\n\r\n",
           "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
           "GET / HTTP/1.1\r\n" + host + "X : y\r\n\r\n",
           "GET / HTTP/1.1\r\n" + host + "X: y\r\n z\r\n\r\n",
           "GET / HTTP/1.1\r\n" + host + "X: y\rz\r\n\r\n",
           "GET / HTTP/1.1\r\n" + host + std::string("X: \0\r\n\r\n", 8),
       }) {
    const std::string said = events(wire);
    EXPECT_TRUE(said == "!bad_request" || said == "!method_not_allowed") << wire << said;
  }
  EXPECT_EQ(events("BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n"), "!method_not_allowed");
}

TEST(RequestReader, Limits) {
  EXPECT_EQ(events("GET /" + std::string(70'000, 'a') + " HTTP/1.1\r\n"), "!headers_too_large");
  EXPECT_EQ(events("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(70'000, 'a')), "!headers_too_large");
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 127; ++i) many += "X: y\r\n";
  EXPECT_EQ(events(many + "\r\n"), "GET / ? \ncomplete");
  EXPECT_EQ(events(many + "X: y\r\n\r\n"), "!headers_too_large");
}

TEST(RequestReader, LargeBodyPassesThrough) {
  RequestReader reader;
  ASSERT_EQ(reader.feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000000\r\n\r\n")->event,
            RequestEvent::head);
  const std::string piece(1'000'000, 'x');
  for (int i = 0; i < 10'000; ++i) {
    const auto step = reader.feed(piece);
    ASSERT_TRUE(step);
    ASSERT_EQ(step->body.data(), piece.data());
    ASSERT_EQ(step->consumed, piece.size());
  }
  EXPECT_EQ(reader.feed("")->event, RequestEvent::complete);
}

}  // namespace
}  // namespace pulter::http
