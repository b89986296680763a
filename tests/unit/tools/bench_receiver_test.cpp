// The bench's receiver must be a judge: a sender that it lets pass has sent the right bytes.

#include <gtest/gtest.h>

#include <array>

#include "codec/sign/signature.h"
#include "io/terminal.h"
#include "tools/pulter/bench/receiver.h"

namespace pulter::tool::bench {
namespace {

constexpr std::string_view row_id = "ee6add27-e2c1-44f7-8ab2-08a6e0423206";
constexpr std::string_view other_row_id = "0e6add27-e2c1-44f7-8ab2-08a6e0423200";

std::string body_text(std::string_view import_id, int index, std::string_view name, std::string_view id) {
  return R"({"id":")" + std::string(import_id) + R"(","templateId":"default","index":)" +
         std::to_string(index) + R"(,"count":2,"totalRows":2,"event_name":"all","data":[{"name":")" +
         std::string(name) + R"(","__index":")" + std::string(id) +
         R"("}],"user":{"id":"u1"},"metadata":{}})";
}

class BenchReceiver : public testing::Test {
 protected:
  /// Sends a body, signed for `signed_body`, and reads the answer.
  void send(const std::string& body, const std::string& signed_body) {
    const auto secret = sign::Secret::parse(Receiver::secret_text);
    const std::int64_t now = io::wall_ns() / 1'000'000'000;
    sign::Signer signer(*secret, "evt_1", now);
    signer.update(signed_body);
    const std::string head =
        "POST /h/0 HTTP/1.1\r\nHost: x\r\nwebhook-id: evt_1\r\nwebhook-timestamp: " + std::to_string(now) +
        "\r\nwebhook-signature: " + std::string(signer.finish()) +
        "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n";
    ASSERT_TRUE(io::blocking::send_all(socket_, head + body));
    std::array<char, 256> answer{};
    const auto got = io::blocking::receive(socket_, answer);
    ASSERT_TRUE(got && *got);
    EXPECT_TRUE(std::string_view(answer.data(), **got).starts_with("HTTP/1.1 200"));
  }
  void send(const std::string& body) { send(body, body); }

  std::string digest_of(std::string_view import_id, std::string_view name, std::string_view id) {
    receiver_.reset();
    send(body_text(import_id, 1, name, id));
    send(body_text(import_id, 2, "Zoë", id));
    return receiver_.seen().digest;
  }

  Receiver receiver_{{.verify = true}};
  io::blocking::Descriptor socket_ = *io::blocking::connect_loopback(receiver_.port());
};

TEST_F(BenchReceiver, DigestLeavesIdsOutAndNothingElse) {
  const std::string digest = digest_of("imp_1", "Ada", row_id);
  EXPECT_EQ(digest_of("imp_2", "Ada", other_row_id), digest);
  EXPECT_NE(digest_of("imp_1", "Adb", row_id), digest);
  EXPECT_EQ(receiver_.seen().rows, 2u);
  EXPECT_EQ(receiver_.seen().problem, "");
}

TEST_F(BenchReceiver, SeesAWrongSignature) {
  send(body_text("imp_1", 1, "Ada", row_id), "something else");
  EXPECT_TRUE(receiver_.failed());
}

TEST_F(BenchReceiver, SeesABatchThatWasLeftOut) {
  send(body_text("imp_1", 2, "Ada", row_id));
  EXPECT_TRUE(receiver_.failed());
}

TEST_F(BenchReceiver, SeesNoProblemAfterReset) {
  send(body_text("imp_1", 1, "Ada", row_id), "something else");
  receiver_.reset();
  EXPECT_FALSE(receiver_.failed());
  EXPECT_EQ(receiver_.requests(), 0u);
}

}  // namespace
}  // namespace pulter::tool::bench
