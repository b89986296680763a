// Both ends of TLS in one process, over every Io. Servers of another make: tests/end_to_end/tls.
#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <string>

#include "codec/base/digest.h"
#include "io/net/tls_client.h"
#include "tests/unit/io/net/tls_peer.h"
#include "tests/unit/io/world.h"

namespace pulter::io::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Certificate& authority() {
  static const Certificate made = make_certificate({.common_name = "Test Root", .is_authority = true});
  return made;
}

const std::string& authority_file() {
  static const std::string path = write_temporary("root.pem", authority().pem);
  return path;
}

CertificateWish for_host(std::string name) {
  return {.common_name = name, .names = {name}};
}

class TlsTest : public IoTest {
 public:
  using IoTest::in;
  using IoTest::io;
  using IoTest::scope;

  /// What the receiver does with a connection once it is encrypted.
  using Behaviour = Task<> (*)(Scope& scope, TlsStream& stream);

  Task<> serve(TlsServer* end, int listener, Behaviour behave, int connections) {
    for (int i = 0; i < connections; ++i) {
      const std::int32_t fd = co_await accept(*scope, listener);
      PULTER_CHECK(fd >= 0);
      std::unique_ptr<TlsStream> stream = co_await end->accept(*scope, fd);
      if (stream == nullptr) continue;
      co_await behave(*scope, *stream);
      stream->close();
    }
    io->close(listener);
  }

  static Task<> echo(Scope& scope, TlsStream& stream) {
    std::array<char, 3000> buffer;
    while (true) {
      const std::int32_t count = co_await stream.receive(scope, buffer, never);
      if (count <= 0) break;
      const std::string_view part(buffer.data(), static_cast<std::size_t>(count));
      const std::int32_t sent = co_await stream.send_all(scope, part, never, nullptr);
      if (sent < 0) break;
    }
    co_await stream.shutdown(scope, never);
  }

  static Task<> say_goodbye(Scope& scope, TlsStream& stream) { co_await stream.shutdown(scope, never); }

  static Task<> cut_off(Scope& scope, TlsStream& stream) {
    const std::string_view some = "HTTP/1.1 200 OK\r\n\r\nhal";
    co_await stream.send_all(scope, some, never, nullptr);
    stream.cut();
  }

  /// Listens and serves `connections`; the address.
  net::Endpoint listen(TlsServerWish wish, Behaviour behave = echo, int connections = 1) {
    auto listener = io->listen_tcp(loopback());
    PULTER_CHECK(listener);
    const auto endpoint = io->local_endpoint(*listener);
    PULTER_CHECK(endpoint);
    server = std::make_unique<TlsServer>(*io, std::move(wish));
    scope->spawn(serve(server.get(), *listener, behave, connections));
    return *endpoint;
  }

  Task<Result<std::unique_ptr<TlsStream>>> connect_to(net::Endpoint endpoint, TlsPeer peer,
                                                      Instant deadline) {
    auto fd = io->open_tcp(net::Family::ipv4);
    PULTER_CHECK(fd);
    auto below = std::make_unique<TcpStream>(*io, *fd);
    const std::int32_t connected = co_await connect(*scope, *fd, endpoint, deadline);
    PULTER_CHECK(connected == 0);
    peer.port = endpoint.port;
    Result<std::unique_ptr<TlsStream>> stream =
        co_await client().connect(*scope, std::move(below), peer, deadline);
    co_return stream;
  }

  /// Connects once and closes again; why that failed, or "" and what was agreed on.
  Task<> visit(net::Endpoint endpoint, TlsPeer peer, std::string* out, bool* resumed = nullptr) {
    auto stream = co_await connect_to(endpoint, peer, in(seconds(10)));
    if (!stream) {
      *out = std::string(name(stream.error().code)) + ": " + stream.error().detail;
      co_return;
    }
    *out = (*stream)->version();
    if (resumed != nullptr) *resumed = (*stream)->resumed();
    const std::string_view hello = "hello";
    std::array<char, 16> buffer;
    co_await (*stream)->send_all(*scope, hello, never, nullptr);
    const std::int32_t count = co_await (*stream)->receive(*scope, buffer, never);
    if (count != 5) *out += ", no echo: " + ((*stream)->failure() ? (*stream)->failure()->detail : "");
    co_await (*stream)->shutdown(*scope, never);
    (*stream)->close();
  }

  std::string visit_once(TlsServerWish wish, TlsPeer peer) {
    std::string out;
    const net::Endpoint endpoint = listen(std::move(wish));
    scope->spawn(visit(endpoint, peer, &out));
    run();
    return out;
  }

  TlsClient& client() {
    if (client_ == nullptr) client_ = std::make_unique<TlsClient>(*io, settings);
    return *client_;
  }

  ~TlsTest() override {
    scope.reset();
    server.reset();
    client_.reset();
  }

  TlsSettings settings{.system_ca_file = authority_file(), .extra_ca_file = {}};
  std::unique_ptr<TlsServer> server;
  std::unique_ptr<TlsClient> client_;
};

INSTANTIATE_TEST_SUITE_P(All, TlsTest, testing::ValuesIn(backends()), backend_name);

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_P(TlsTest, AgreesOnTheNewestVersion) {
  const Certificate good = make_certificate(for_host("hooks.example"), &authority());
  EXPECT_EQ(visit_once({.certificate = good}, {.host = "hooks.example"}), "TLSv1.3");
  EXPECT_EQ(server->server_name(), "hooks.example");
  EXPECT_EQ(server->protocol(), "http/1.1");
}

TEST_P(TlsTest, SpeaksVersion12AndNothingBelow) {
  const Certificate good = make_certificate(for_host("hooks.example"), &authority());
  EXPECT_EQ(visit_once({.certificate = good, .version_max = 0x0303}, {.host = "hooks.example"}), "TLSv1.2");
  const std::string old = visit_once({.certificate = good, .version_min = 0x0301, .version_max = 0x0302},
                                     {.host = "hooks.example"});
  EXPECT_TRUE(has(old, "tls_failed: TLS with hooks.example failed: it ended the connection with the alert"))
      << old;
}

TEST_P(TlsTest, RefusesWhatIsNotValidNow) {
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::seconds>(io->wall_now().time_since_epoch()).count();
  CertificateWish wish = for_host("hooks.example");
  wish.not_after = now - 60;
  const std::string expired =
      visit_once({.certificate = make_certificate(wish, &authority())}, {.host = "hooks.example"});
  EXPECT_TRUE(has(expired, "tls_failed: TLS: the certificate of hooks.example has expired (")) << expired;
  wish.not_before = now + 3600;
  wish.not_after = now + 7200;
  const std::string early =
      visit_once({.certificate = make_certificate(wish, &authority())}, {.host = "hooks.example"});
  EXPECT_TRUE(has(early, "is not valid before")) << early;
}

TEST_P(TlsTest, RefusesAnExpiredAuthority) {
  const Certificate old_root =
      make_certificate({.common_name = "Old Root", .not_after = 1600000000, .is_authority = true});
  settings.extra_ca_file = write_temporary("old.pem", old_root.pem);
  const std::string out = visit_once({.certificate = make_certificate(for_host("hooks.example"), &old_root)},
                                     {.host = "hooks.example"});
  EXPECT_TRUE(has(out, "the authority \"CN = Old Root\" has expired")) << out;
}

TEST_P(TlsTest, RefusesSelfSignedAndUnknownRoots) {
  const Certificate own = make_certificate(for_host("hooks.example"));
  const std::string self_signed = visit_once({.certificate = own}, {.host = "hooks.example"});
  EXPECT_TRUE(has(self_signed, "the certificate of hooks.example is self-signed")) << self_signed;
  const Certificate stranger = make_certificate({.common_name = "Strange Root", .is_authority = true});
  const Certificate leaf = make_certificate(for_host("hooks.example"), &stranger);
  const std::string alone = visit_once({.certificate = leaf}, {.host = "hooks.example"});
  EXPECT_TRUE(has(alone, "issued by \"CN = Strange Root\", an unknown root")) << alone;
  const std::string with_root =
      visit_once({.certificate = leaf, .chain = stranger.pem}, {.host = "hooks.example"});
  EXPECT_TRUE(has(with_root, "\"CN = Strange Root\" is an unknown root")) << with_root;
}

TEST_P(TlsTest, NeedsTheIntermediateCertificates) {
  const Certificate middle = make_certificate({.common_name = "Middle", .is_authority = true}, &authority());
  const Certificate leaf = make_certificate(for_host("hooks.example"), &middle);
  const std::string missing = visit_once({.certificate = leaf}, {.host = "hooks.example"});
  EXPECT_TRUE(has(missing, "whose intermediate certificate the receiver does not send")) << missing;
  EXPECT_EQ(visit_once({.certificate = leaf, .chain = middle.pem}, {.host = "hooks.example"}), "TLSv1.3");
}

TEST_P(TlsTest, TrustsAnIntermediateThatIsNamed) {
  const Certificate root = make_certificate({.common_name = "Private Root", .is_authority = true});
  const Certificate middle = make_certificate({.common_name = "Private Middle", .is_authority = true}, &root);
  settings.extra_ca_file = write_temporary("middle.pem", middle.pem);
  const Certificate leaf = make_certificate(for_host("hooks.example"), &middle);
  EXPECT_EQ(visit_once({.certificate = leaf}, {.host = "hooks.example"}), "TLSv1.3");
}

TEST_P(TlsTest, AnAuthorityMustBeOne) {
  // A certificate for a host signs another one: it may not.
  const Certificate host = make_certificate(for_host("evil.example"), &authority());
  const Certificate forged = make_certificate(for_host("hooks.example"), &host);
  const std::string out = visit_once({.certificate = forged, .chain = host.pem}, {.host = "hooks.example"});
  EXPECT_TRUE(has(out, "tls_failed: TLS: ")) << out;
}

TEST_P(TlsTest, RefusesChainsWithoutEnd) {
  std::string chain;
  Certificate above = authority();
  for (int i = 0; i < 12; ++i) {
    above = make_certificate({.common_name = "Middle " + std::to_string(i), .is_authority = true}, &above);
    chain.insert(0, above.pem);
  }
  const Certificate leaf = make_certificate(for_host("hooks.example"), &above);
  const std::string deep = visit_once({.certificate = leaf, .chain = chain}, {.host = "hooks.example"});
  EXPECT_TRUE(has(deep, "tls_failed: TLS: ")) << deep;
  std::string long_chain;
  while (long_chain.size() < 200'000) long_chain += chain;
  const std::string large = visit_once({.certificate = leaf, .chain = long_chain}, {.host = "hooks.example"});
  EXPECT_TRUE(has(large, "EXCESSIVE_MESSAGE_SIZE")) << large;
}

struct NameCase {
  const char* what;
  CertificateWish wish;
  TlsPeer peer;
  bool good;
};

TEST_P(TlsTest, ChecksTheName) {
  net::IpAddress address;
  address.bytes = {192, 0, 2, 7};
  const std::vector<NameCase> cases{
      {"one of several", {.names = {"a.example", "b.example"}}, {.host = "b.example"}, true},
      {"another case", {.names = {"A.Example"}}, {.host = "a.example"}, true},
      {"another host", {.names = {"a.example"}}, {.host = "b.example"}, false},
      {"a suffix", {.names = {"example"}}, {.host = "a.example"}, false},
      {"a wildcard", {.names = {"*.example.com"}}, {.host = "a.example.com"}, true},
      {"a wildcard over two labels", {.names = {"*.example.com"}}, {.host = "a.b.example.com"}, false},
      {"a wildcard and its parent", {.names = {"*.example.com"}}, {.host = "example.com"}, false},
      {"a wildcard inside a label", {.names = {"a*.example.com"}}, {.host = "ab.example.com"}, false},
      {"the common name alone", {.common_name = "a.example"}, {.host = "a.example"}, false},
      {"a zero byte in the name",
       {.names = {std::string("a.example\0.evil.example", 23)}},
       {.host = "a.example"},
       false},
      {"an address", {.addresses = {"192.0.2.7"}}, {.host = "192.0.2.7", .literal = address}, true},
      {"another address", {.addresses = {"192.0.2.8"}}, {.host = "192.0.2.7", .literal = address}, false},
      {"an address as a name", {.names = {"192.0.2.7"}}, {.host = "192.0.2.7", .literal = address}, false},
  };
  for (const NameCase& each : cases) {
    const std::string out = visit_once({.certificate = make_certificate(each.wish, &authority())}, each.peer);
    EXPECT_EQ(out == "TLSv1.3", each.good) << each.what << ": " << out;
    EXPECT_NE(has(out, "the certificate is for another host"), each.good) << each.what << ": " << out;
  }
}

TEST_P(TlsTest, NamesWhatTheCertificateIsFor) {
  const Certificate other = make_certificate({.names = {"one.example", "two.example"}}, &authority());
  const std::string out = visit_once({.certificate = other}, {.host = "hooks.example"});
  EXPECT_TRUE(has(out, "it is for one.example, two.example, not for hooks.example")) << out;
}

TEST_P(TlsTest, SendsNoServerNameForAnAddress) {
  net::IpAddress address;
  address.bytes = {192, 0, 2, 7};
  const Certificate good = make_certificate({.addresses = {"192.0.2.7"}}, &authority());
  EXPECT_EQ(visit_once({.certificate = good}, {.host = "192.0.2.7", .literal = address}), "TLSv1.3");
  EXPECT_EQ(server->server_name(), "");
}

TEST_P(TlsTest, PresentsAClientCertificate) {
  const Certificate good = make_certificate(for_host("hooks.example"), &authority());
  const Certificate clients = make_certificate({.common_name = "Client Root", .is_authority = true});
  const Certificate own = make_certificate({.common_name = "pulter"}, &clients);
  const TlsServerWish wish{.certificate = good, .client_ca = clients.pem};
  const TlsIdentity identity{.ca = {}, .certificate = own.pem, .private_key = own.key};
  EXPECT_EQ(visit_once(wish, {.host = "hooks.example", .identity = &identity}), "TLSv1.3");
  // In TLS 1.3 the client is done before the server has looked: the alert comes with the first read.
  const std::string without = visit_once(wish, {.host = "hooks.example"});
  EXPECT_TRUE(has(without, "it asks for a client certificate")) << without;
  const TlsIdentity broken{.ca = {}, .certificate = own.pem, .private_key = good.key};
  const std::string wrong_key = visit_once(wish, {.host = "hooks.example", .identity = &broken});
  EXPECT_TRUE(
      has(wrong_key,
          "bad_value: The webhook's client certificate cannot be used: the private_key does not belong"))
      << wrong_key;
}

TEST_P(TlsTest, TrustsTheAuthorityOfOneWebhookForThatOneOnly) {
  const Certificate root = make_certificate({.common_name = "Customer Root", .is_authority = true});
  const Certificate leaf = make_certificate(for_host("hooks.example"), &root);
  const TlsIdentity identity{.ca = root.pem, .certificate = {}, .private_key = {}};
  EXPECT_EQ(visit_once({.certificate = leaf}, {.host = "hooks.example", .identity = &identity}), "TLSv1.3");
  const std::string other = visit_once({.certificate = leaf}, {.host = "hooks.example"});
  EXPECT_TRUE(has(other, "unknown root")) << other;
}

TEST_P(TlsTest, BadFilesOfCertificatesAreNamed) {
  const auto load = [this](const std::string& path) {
    TlsClient fresh(*io, {.system_ca_file = authority_file(), .extra_ca_file = path});
    Result<> loaded = fresh.load();
    return loaded ? std::string() : std::string(name(loaded.error().code)) + ": " + loaded.error().detail;
  };
  EXPECT_EQ(load(authority_file()), "");
  const std::string missing = load("/nowhere/ca.pem");
  EXPECT_TRUE(has(missing, "bad_config: ") && has(missing, "/nowhere/ca.pem")) << missing;
  EXPECT_TRUE(has(load(write_temporary("empty.pem", "")), "holds no certificate"));
  const std::string broken = authority().pem.substr(0, 80) + "%%%%" + authority().pem.substr(84);
  EXPECT_TRUE(has(load(write_temporary("broken.pem", authority().pem + broken)), "cannot be read"));
}

TEST_P(TlsTest, ReadsTheTrustedCertificatesAgainWhenTheirFileChanges) {
  const Certificate next_root = make_certificate({.common_name = "Next Root", .is_authority = true});
  const std::string file = write_temporary("changing.pem", authority().pem);
  settings = {.system_ca_file = {}, .extra_ca_file = file, .look_interval = milliseconds(20)};
  const Certificate old_leaf = make_certificate(for_host("hooks.example"), &authority());
  const Certificate new_leaf = make_certificate(for_host("hooks.example"), &next_root);
  const auto visit_now = [&](const Certificate& leaf) {
    return visit_once({.certificate = leaf}, {.host = "hooks.example", .owner = "wh_1"});
  };
  EXPECT_EQ(visit_now(old_leaf), "TLSv1.3");
  const auto pass_time = [&] {
    const Instant then = in(settings.look_interval);
    while (io->now() < then) io->run_once(then);
  };
  std::ofstream(file) << "nothing of use";
  pass_time();
  EXPECT_EQ(visit_now(old_leaf), "TLSv1.3") << "what cannot be read leaves everything as it was";
  std::ofstream(file) << next_root.pem;
  pass_time();
  EXPECT_EQ(visit_now(new_leaf), "TLSv1.3");
  EXPECT_EQ(client().sessions().size(), 1U) << "no session of the authority that is gone";
  EXPECT_TRUE(has(visit_now(old_leaf), "unknown root"));
}

TEST_P(TlsTest, ResumesASessionOfTheSameWebhookOnly) {
  const Certificate good = make_certificate(for_host("hooks.example"), &authority());
  for (const int version : {0x0303, 0x0304}) {
    const net::Endpoint endpoint = listen({.certificate = good, .version_max = version}, echo, 4);
    std::string out;
    bool resumed = false;
    const auto go = [&](std::string_view owner) {
      scope->spawn(visit(endpoint, {.host = "hooks.example", .owner = owner}, &out, &resumed));
      const Instant end = in(seconds(5));
      out.clear();
      while (out.empty() && io->now() < end) io->run_once(end);
      const Instant settled = in(milliseconds(50));
      while (io->now() < settled) io->run_once(settled);
      return resumed;
    };
    EXPECT_FALSE(go("wh_1"));
    EXPECT_TRUE(go("wh_1")) << out;
    EXPECT_FALSE(go("wh_2")) << "another webhook must not resume it";
    EXPECT_TRUE(go("wh_1"));
    run();
  }
}

Task<> send_and_count(Scope& scope, TlsStream& stream, std::string_view bytes, Instant deadline,
                      std::uint64_t* sent, std::int32_t* result) {
  *result = co_await stream.send_all(scope, bytes, deadline, sent);
}

Task<> receive_digest(Scope& scope, TlsStream& stream, std::size_t size, std::string* out) {
  Digest digest;
  std::vector<char> buffer(20000);
  std::size_t count = 0;
  while (count < size) {
    const std::int32_t received = co_await stream.receive(scope, buffer, never);
    if (received <= 0) break;
    digest.update(std::string_view(buffer.data(), static_cast<std::size_t>(received)));
    count += static_cast<std::size_t>(received);
  }
  *out = digest.text();
}

std::string pattern(std::size_t size) {
  std::string bytes(size, 0);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2654435761U >> 13U);
  return bytes;
}

TEST_P(TlsTest, CarriesABodyLargerThanItsBuffers) {
  const Certificate good = make_certificate(for_host("hooks.example"), &authority());
  const std::string body = pattern(3'000'001);
  std::string digest;
  struct Both {
    static Task<> go(TlsTest& test, net::Endpoint endpoint, const std::string& bytes, std::string* out) {
      auto stream = co_await test.connect_to(endpoint, {.host = "hooks.example"}, never);
      PULTER_CHECK(stream);
      std::uint64_t sent = 0;
      std::int32_t result = 1;
      Scope sending(*test.io, test.scope.get());
      sending.spawn(send_and_count(sending, **stream, bytes, never, &sent, &result));
      co_await receive_digest(*test.scope, **stream, bytes.size(), out);
      co_await sending.join();
      EXPECT_EQ(result, 0);
      EXPECT_EQ(sent, bytes.size());
      co_await (*stream)->shutdown(*test.scope, never);
      (*stream)->close();
    }
  };
  const net::Endpoint endpoint = listen({.certificate = good});
  scope->spawn(Both::go(*this, endpoint, body, &digest));
  run();
  EXPECT_EQ(digest, digest_text(body));
}

TEST_P(TlsTest, CloseNotifyIsTheEndAndACutIsAnError) {
  const Certificate good = make_certificate(for_host("hooks.example"), &authority());
  struct Reader {
    static Task<> go(TlsTest& test, net::Endpoint endpoint, std::string* out) {
      auto stream = co_await test.connect_to(endpoint, {.host = "hooks.example"}, never);
      PULTER_CHECK(stream);
      std::array<char, 100> buffer;
      std::int32_t count = 1;
      while (count > 0) {
        count = co_await (*stream)->receive(*test.scope, buffer, never);
        if (count > 0) out->append(buffer.data(), static_cast<std::size_t>(count));
      }
      *out += count == 0 ? "[end]" : "[" + std::string(name((*stream)->failure()->code)) + "]";
      (*stream)->close();
    }
  };
  std::string polite;
  scope->spawn(Reader::go(*this, listen({.certificate = good}, say_goodbye), &polite));
  run();
  EXPECT_EQ(polite, "[end]");
  std::string cut;
  scope->spawn(Reader::go(*this, listen({.certificate = good}, cut_off), &cut));
  run();
  EXPECT_EQ(cut, "HTTP/1.1 200 OK\r\n\r\nhal[connection_closed]");
}

/// Answers whatever comes first with `bytes`, not encrypted, and closes.
Task<> answer_plainly(Scope& scope, int listener, std::string bytes) {
  const std::int32_t fd = co_await accept(scope, listener);
  std::array<char, 2000> buffer;
  co_await receive(scope, fd, buffer);
  if (!bytes.empty()) co_await send_all(scope, fd, bytes);
  scope.io().shutdown(fd);
  scope.io().close(fd);
  scope.io().close(listener);
}

TEST_P(TlsTest, TellsWhatIsNotTls) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"HTTP/1.1 400 Bad Request\r\n\r\n", "it does not speak TLS on this port. Is it an http URL?"},
      {"220 mail.example ESMTP\r\n", "it does not speak TLS on this port"},
      {"", "it closed the connection during the handshake"},
      {std::string("\x15\x03\x03\x00\x02\x02\x28", 7), "alert \"handshake failure\""},
      {std::string("\x15\x03\x03\x00\x02\x02\x70", 7), "alert \"unrecognized name\""},
      {std::string("\x16\x03\x03\x00\x04\x02\xff\xff\xff", 9), "protocol error"},
  };
  for (const auto& [bytes, expected] : cases) {
    auto listener = io->listen_tcp(loopback());
    const auto endpoint = io->local_endpoint(*listener);
    scope->spawn(answer_plainly(*scope, *listener, bytes));
    std::string out;
    scope->spawn(visit(*endpoint, {.host = "hooks.example"}, &out));
    run();
    EXPECT_TRUE(has(out, expected)) << out;
  }
}

TEST_P(TlsTest, ASilentReceiverEndsAtTheDeadline) {
  auto listener = io->listen_tcp(loopback());
  const auto endpoint = io->local_endpoint(*listener);
  struct Silent {
    static Task<> go(TlsTest& test, net::Endpoint to, Result<>* out) {
      auto stream = co_await test.connect_to(to, {.host = "hooks.example"}, test.in(milliseconds(100)));
      *out = stream ? Result<>() : Result<>(std::unexpected(stream.error()));
    }
  };
  Result<> out;
  scope->spawn(Silent::go(*this, *endpoint, &out));
  run();
  io->close(*listener);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, ErrorCode::timed_out);
}

/// Reads nothing for two seconds, then everything.
Task<> read_late(Scope& scope, TlsStream& stream) {
  co_await sleep_until(scope, scope.io().now() + seconds(2));
  std::string digest;
  co_await receive_digest(scope, stream, 30'000'000, &digest);
  co_await stream.send_all(scope, digest, never, nullptr);
  co_await stream.shutdown(scope, never);
}

TEST_P(TlsTest, GoesOnAfterAStalledSend) {
  const Certificate good = make_certificate(for_host("hooks.example"), &authority());
  const std::string body = pattern(30'000'000);
  struct Sender {
    static Task<> go(TlsTest& test, net::Endpoint endpoint, std::string_view bytes, std::string* out) {
      auto stream = co_await test.connect_to(endpoint, {.host = "hooks.example"}, never);
      PULTER_CHECK(stream);
      std::uint64_t total = 0;
      int stalls = 0;
      while (total < bytes.size()) {
        std::uint64_t sent = 0;
        const std::string_view rest = bytes.substr(static_cast<std::size_t>(total));
        const std::int32_t result =
            co_await (*stream)->send_all(*test.scope, rest, test.in(milliseconds(100)), &sent);
        total += sent;
        if (result == -ETIMEDOUT) ++stalls;
        if (result < 0 && result != -ETIMEDOUT) break;
      }
      EXPECT_GT(stalls, 3);
      std::array<char, 100> buffer;
      const std::int32_t count = co_await (*stream)->receive(*test.scope, buffer, never);
      if (count > 0) out->assign(buffer.data(), static_cast<std::size_t>(count));
      (*stream)->close();
    }
  };
  std::string digest;
  scope->spawn(Sender::go(*this, listen({.certificate = good}, read_late), body, &digest));
  run();
  EXPECT_EQ(digest, digest_text(body));
}

TEST(TlsBuffers, FewLargeOnesThenSmallOnes) {
  TlsBuffers buffers;
  std::vector<TlsBuffer> taken;
  for (std::size_t i = 0; i < TlsBuffers::large_max + 3; ++i) taken.push_back(buffers.take());
  EXPECT_EQ(TlsBuffers::plain_bytes(taken.front()), TlsBuffers::large_plain_bytes);
  EXPECT_EQ(TlsBuffers::plain_bytes(taken.back()), TlsBuffers::small_plain_bytes);
  const char* warm = taken.front().bytes.get();
  for (TlsBuffer& each : taken) buffers.give_back(std::move(each));
  buffers.give_back({});
  std::swap(taken.front(), taken.back());
  for (std::size_t i = 1; i < TlsBuffers::large_max; ++i) (void)buffers.take();
  EXPECT_EQ(buffers.take().bytes.get(), warm) << "last in, first out";
}

TEST(TlsSessions, AreBounded) {
  TlsSessions sessions;
  const Instant now{hours(1)};
  for (std::size_t i = 0; i < TlsSessions::sessions_max + 10; ++i)
    sessions.put(std::to_string(i), nullptr, now);
  EXPECT_EQ(sessions.size(), TlsSessions::sessions_max);
}

}  // namespace
}  // namespace pulter::io::test
