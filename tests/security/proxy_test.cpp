// Requests through an HTTP proxy: what it is asked, what its answers come to, and that the address policy
// stays.
#include <gtest/gtest.h>

#include <string>

#include "codec/net/ip_text.h"
#include "tests/security/exchange.h"

namespace pulter::security {
namespace {

using std::chrono::seconds;

/// What the proxy of a test answers to CONNECT; it hangs up afterwards.
std::string connect_answer;  // NOLINT: scripts have no captures

io::Task<> proxy_script(Peer& peer) {
  co_await peer.read_some(1);
  co_await peer.wait(seconds(1));
  if (peer.received().starts_with("C")) {
    std::size_t before = 0;
    while (peer.received().find("\r\n\r\n") == std::string::npos && peer.received().size() > before) {
      before = peer.received().size();
      co_await peer.read_some(1);
    }
    co_await peer.send(connect_answer);
    co_await peer.wait(seconds(1));
    co_return;
  }
  const bool got = co_await peer.read_request();
  if (!got) co_return;
  co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  co_await peer.wait(seconds(1));
}

class Proxy : public testing::Test {
 protected:
  Proxy() {
    exchange.config().allow_networks.clear();
    use("http://10.0.0.7:3128");
    exchange.listen({*net::parse_ip("10.0.0.7"), 3128});
    exchange.serve(proxy_script);
    exchange.resolver().set("hooks.example", {{.addresses = {*net::parse_ip("93.184.215.14")}}});
  }

  void use(const std::string& url) {
    const std::string values[] = {url};
    ASSERT_TRUE(config::set(exchange.config(), "proxy", values));
  }
  Ended post(const std::string& url) {
    exchange.webhook().url = url;
    return exchange.post();
  }

  Exchange exchange;
};

TEST_F(Proxy, HttpIsAskedForInAbsoluteForm) {
  const Ended ended = post("http://hooks.example/hook?x=1");
  EXPECT_EQ(ended.verdict.outcome, model::Outcome::delivered) << ended.verdict.error;
  EXPECT_EQ(ended.attempt.remote_address, "10.0.0.7:3128") << "its network need not be allowed";
  EXPECT_TRUE(exchange.received().starts_with(
      "POST http://hooks.example/hook?x=1 HTTP/1.1\r\nHost: hooks.example\r\n"))
      << exchange.received();
}

TEST_F(Proxy, HttpsIsAskedForByConnect) {
  connect_answer = "HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nno!\n";
  const Ended ended = post("https://hooks.example/hook");
  EXPECT_EQ(ended.code(), "connect_failed");
  EXPECT_EQ(ended.verdict.disposition, store::Disposition::retry);
  EXPECT_EQ(ended.verdict.outcome, model::Outcome::unreachable);
  EXPECT_EQ(
      ended.verdict.error,
      "The proxy 10.0.0.7:3128 gives no connection to hooks.example: it answered 403. Check its rules.");
  EXPECT_TRUE(exchange.received().starts_with(
      "CONNECT hooks.example:443 HTTP/1.1\r\nHost: hooks.example:443\r\nUser-Agent: Pulter/"))
      << exchange.received();
  EXPECT_EQ(exchange.received().find("webhook-"), std::string::npos) << "nothing of the request";
}

TEST_F(Proxy, WhatItsAnswersComeTo) {
  const struct {
    std::string answer;
    std::string words;
  } cases[] = {
      {"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
       "it wants a user name (407)"},
      {"HTTP/1.1 200 Fine\r\n\r\nHTTP/1.1 200 OK", "it sent more than its answer"},
      {"SSH-2.0-OpenSSH\r\n", "its answer is no HTTP"},
      {"HTTP/1.1 101 Switching\r\n\r\n", "its answer is no HTTP"},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'a'), "its answer is no HTTP"},
      {"HTTP/1.1 2", "it closed the connection instead of answering"},
      // A tunnel: what follows is the receiver's, and this one does not know TLS.
      {"HTTP/1.1 200 Connection established\r\n\r\n", "TLS with hooks.example failed"},
  };
  for (const auto& each : cases) {
    connect_answer = each.answer;
    const Ended ended = post("https://hooks.example/hook");
    EXPECT_NE(ended.verdict.error.find(each.words), std::string::npos)
        << each.answer << ": " << ended.verdict.error;
    EXPECT_EQ(ended.verdict.outcome, model::Outcome::unreachable) << ended.verdict.error;
  }
}

TEST_F(Proxy, ASilentOneEndsAtTheTimeLimitOfConnecting) {
  exchange.serve([](Peer& peer) -> io::Task<> { co_await peer.wait(std::chrono::hours(1)); });
  const Ended ended = post("https://hooks.example/hook");
  EXPECT_EQ(ended.code(), "timed_out");
  EXPECT_EQ(ended.took / seconds(1), 10);
}

TEST_F(Proxy, TheAddressPolicyStays) {
  exchange.resolver().set("inside.example", {{.addresses = {*net::parse_ip("10.1.2.3")}}});
  for (const char* url : {"https://127.0.0.1/", "http://169.254.169.254/", "https://inside.example/",
                          "https://metadata.google.internal/", "https://hooks.example:22/"}) {
    const Ended ended = post(url);
    EXPECT_EQ(ended.code(), "address_refused") << url << ": " << ended.verdict.error;
  }
  EXPECT_EQ(post("https://missing.example/").code(), "name_not_found");
  EXPECT_EQ(exchange.connections(), 0U);
}

TEST_F(Proxy, MayHaveAName) {
  use("http://proxy.internal:3128/");
  EXPECT_NE(post("http://hooks.example/hook").verdict.error.find("The proxy cannot be found"),
            std::string::npos);
  exchange.resolver().set("proxy.internal", {{.addresses = {*net::parse_ip("10.0.0.7")}}});
  EXPECT_EQ(post("http://hooks.example/hook").verdict.outcome, model::Outcome::delivered);
}

TEST_F(Proxy, OnlyPlainAddressesAreTaken) {
  for (const char* url :
       {"https://10.0.0.7:3128", "http://me:secret@10.0.0.7:3128", "http://10.0.0.7/path", "10.0.0.7"}) {
    const std::string values[] = {url};
    EXPECT_FALSE(config::set(exchange.config(), "proxy", values)) << url;
  }
  use("");
  EXPECT_FALSE(exchange.config().proxy);
}

}  // namespace
}  // namespace pulter::security
