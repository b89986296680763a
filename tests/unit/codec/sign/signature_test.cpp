#include "codec/sign/signature.h"

#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include <array>
#include <vector>

namespace pulter::sign {
namespace {

constexpr std::int64_t timestamp = 1'700'000'000;
constexpr std::string_view contract_body =
    R"({"id":"clewr9x160001bxowssfzcznm","templateId":"cl6q9lmji2146jk99hfc01rea","index":1,"count":1,)"
    R"("totalRows":1,"event_name":"all","data":[{"last_name":"Rodmann","age":"44",)"
    R"("__index":"ee6add27-e2c1-44f7-8ab2-08a6e0423206"}],)"
    R"("user":{"id":"modu8402j7gqtltvqx264p"},"metadata":{}})";
constexpr std::string_view contract_signature = "v1,Skvddn5jAiboj4S1Mi4oJuExe/+ZJTMrf6GlgV0fO7c=";

Secret secret(std::string_view text) {
  return Secret::parse(text).value();
}
Secret contract_secret() {
  return secret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
}

std::string sign_in_steps(const Secret& key, std::string_view body, std::size_t step) {
  Signer signer(key, "msg_test1", timestamp);
  for (std::size_t at = 0; at < body.size(); at += step) signer.update(body.substr(at, step));
  return std::string(signer.finish());
}

// The same, written the obvious way: everything in one string.
std::string oracle(const Secret& key, std::string_view id, std::int64_t time, std::string_view body) {
  const std::string signed_text = std::string(id) + "." + std::to_string(time) + "." + std::string(body);
  std::array<std::uint8_t, 32> mac;
  unsigned mac_bytes = 0;
  HMAC(EVP_sha256(), key.key().data(), key.key().size(),
       reinterpret_cast<const std::uint8_t*>(signed_text.data()), signed_text.size(), mac.data(), &mac_bytes);
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text = "v1,";
  for (std::size_t i = 0; i < 33; i += 3) {
    const unsigned bits = (unsigned{mac[i]} << 16) | (i + 1 < 32 ? unsigned{mac[i + 1]} << 8 : 0U) |
                          (i + 2 < 32 ? unsigned{mac[i + 2]} : 0U);
    for (unsigned shift = 18;; shift -= 6) {
      text.push_back(alphabet[(bits >> shift) & 63]);
      if (shift == 0) break;
    }
  }
  text.back() = '=';
  return text;
}

TEST(Signer, ContractVector) {
  ASSERT_EQ(contract_body.size(), 274U);
  EXPECT_EQ(sign_in_steps(contract_secret(), contract_body, contract_body.size()), contract_signature);
}

TEST(Signer, AnyCutGivesTheSame) {
  for (std::size_t step = 1; step <= contract_body.size(); ++step) {
    ASSERT_EQ(sign_in_steps(contract_secret(), contract_body, step), contract_signature) << step;
  }
}

TEST(Signer, StandardWebhooksVector) {
  // Published in the libraries of https://github.com/standard-webhooks/standard-webhooks.
  Signer signer(secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1'614'265'330);
  signer.update(R"({"test": 2432232314})");
  EXPECT_EQ(signer.finish(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signer, AllBodyLengths) {
  std::string body;
  const Secret key = secret("raw bytes, not base64");
  for (std::size_t length = 0; length <= 512; ++length) {
    ASSERT_EQ(sign_in_steps(key, body, 7), oracle(key, "msg_test1", timestamp, body)) << length;
    body.push_back(static_cast<char>(length * 37));
  }
}

TEST(Signer, KeyLengthsOfRfc4231) {
  // The key shapes of RFC 4231 (short, block-sized, longer than a block), through the whole construction.
  for (const std::size_t length : {1UL, 4UL, 20UL, 25UL, 63UL, 64UL, 65UL, 131UL}) {
    const Secret key = secret(std::string(length, '\xaa'));
    EXPECT_EQ(sign_in_steps(key, "Hi There", 3), oracle(key, "msg_test1", timestamp, "Hi There")) << length;
  }
}

TEST(Signer, SeveralLiveSecrets) {
  std::vector<Secret> secrets;
  for (std::size_t i = 0; i < live_secrets_max; ++i) secrets.push_back(secret("secret " + std::to_string(i)));
  std::string body(100'000, 'x');
  Signer signer(secrets, "evt_1", 5);
  signer.update(body);
  const std::string header(signer.finish());
  EXPECT_EQ(header.size(), live_secrets_max * (signature_chars + 1) - 1);
  std::string expected;
  for (const Secret& each : secrets)
    expected += (expected.empty() ? "" : " ") + oracle(each, "evt_1", 5, body);
  EXPECT_EQ(header, expected);
}

// Bodies of different lengths and numbers of secrets, in parts that run dry one after the other.
TEST(Signer, TogetherOrAloneIsTheSame) {
  const std::vector<Secret> one = {secret("first")};
  const std::vector<Secret> four = {secret("a"), secret("b"), secret("c"), secret("d")};
  const std::vector<std::string> bodies = {std::string(200'000, 'x'), std::string(70'001, 'y'), "z"};
  for (const Sha256Kernel kernel : {Sha256Kernel::boringssl, best_sha256_kernel()}) {
    for (const std::vector<Secret>& second : {one, four}) {
      std::vector<Signer> signers;
      signers.emplace_back(one, "evt_1", 5);
      signers.emplace_back(second, "evt_22", 6);
      signers.emplace_back(four, "evt_333", 7);
      for (std::size_t at = 0; at < bodies[0].size(); at += 30'011) {
        std::vector<Signer::Part> parts;
        for (std::size_t i = 0; i < bodies.size(); ++i) {
          if (at < bodies[i].size())
            parts.push_back({&signers[i], std::string_view(bodies[i]).substr(at, 30'011)});
        }
        Signer::update_together(parts, kernel);
      }
      EXPECT_EQ(signers[0].finish(), oracle(one[0], "evt_1", 5, bodies[0]));
      EXPECT_TRUE(signers[1].finish().starts_with(oracle(second[0], "evt_22", 6, bodies[1])));
      EXPECT_TRUE(signers[2].finish().ends_with(oracle(four[3], "evt_333", 7, bodies[2])));
    }
  }
}

TEST(SignerDeathTest, MisuseIsABug) {
  EXPECT_DEATH(Signer(std::span<const Secret>(), "a", 1), "check failed");
  EXPECT_DEATH(Signer(contract_secret(), "a.b", 1), "check failed");
}

Result<> check(std::string_view header, std::string_view body = contract_body, std::int64_t now = timestamp,
               std::string_view time_text = "1700000000") {
  const Secret key = contract_secret();
  return verify(std::span(&key, 1), "msg_test1", time_text, body, header, now);
}

TEST(Verify, TakesTheRightOneAmongOthers) {
  EXPECT_TRUE(check(contract_signature));
  EXPECT_TRUE(check("v1a,abc v1,wrong " + std::string(contract_signature) + " v2,x"));
  EXPECT_TRUE(check("  " + std::string(contract_signature) + " "));
}

TEST(Verify, RefusesEveryChangedByte) {
  for (std::size_t i = 0; i < contract_signature.size(); ++i) {
    std::string changed(contract_signature);
    changed[i] ^= 1;
    EXPECT_FALSE(check(changed)) << i;
  }
  std::string body(contract_body);
  body.back() = ']';
  EXPECT_FALSE(check(contract_signature, body));
  EXPECT_FALSE(check(contract_signature.substr(0, 46)));
  EXPECT_FALSE(check(""));
  EXPECT_FALSE(check("v1,"));
  EXPECT_FALSE(check(contract_signature.substr(3)));
}

TEST(Verify, TimeMustBeNear) {
  EXPECT_TRUE(check(contract_signature, contract_body, timestamp + 300));
  EXPECT_TRUE(check(contract_signature, contract_body, timestamp - 300));
  EXPECT_FALSE(check(contract_signature, contract_body, timestamp + 301));
  EXPECT_FALSE(check(contract_signature, contract_body, timestamp - 301));
  const Secret key = contract_secret();
  EXPECT_TRUE(
      verify(std::span(&key, 1), "msg_test1", "1700000000", contract_body, contract_signature, 0, -1));
  for (const std::string_view text :
       {"", "abc", "1700000000 ", "+1700000000", "01700000000", "1.7e9", "99999999999999999999"}) {
    EXPECT_FALSE(check(contract_signature, contract_body, timestamp, text)) << text;
  }
}

TEST(Verify, SaysWhatIsWrong) {
  EXPECT_NE(check("v2,x").error().detail.find("no \"v1,\""), std::string::npos);
  EXPECT_NE(check(contract_signature, "x").error().detail.find("secret"), std::string::npos);
  EXPECT_EQ(check("v2,x").error().code, ErrorCode::bad_signature);
}

TEST(Verify, AnyLiveSecretWillDo) {
  const std::vector<Secret> secrets = {secret("new"), contract_secret()};
  EXPECT_TRUE(verify(secrets, "msg_test1", "1700000000", contract_body, contract_signature, timestamp));
}

}  // namespace
}  // namespace pulter::sign
