#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "codec/base/result.h"
#include "tools/pulter/receiver/hostile.h"
#include "tools/pulter/receiver/receipt.h"

namespace pulter::tool {

/// How one request is answered.
struct Reply {
  int status = 200;                       ///< 0: no answer at all
  std::vector<std::string> headers = {};  ///< "Retry-After: 1"
  std::string body = {};
  std::uint64_t delay_ms = 0;      ///< before the first byte
  std::uint64_t dribble_ms = 0;    ///< between two bytes; 0: all at once
  bool close = false;              ///< after the answer
  bool reset = false;              ///< close with a reset
  std::string_view verbatim = {};  ///< instead of an answer made of the above: these bytes
  std::string_view again = {};     ///< and then these, without end
};

/// One way to misbehave, chosen by its name.
struct ChaosCase {
  std::string_view name;
  std::string_view help;
  /// `receipts` counts how often this webhook-id came, from 1; `body` is the request's.
  Reply (*reply)(const Receipt& receipt, std::uint64_t receipts, std::string_view body);
};
[[nodiscard]] std::span<const ChaosCase> chaos_cases();

/// Decides the answers: well-behaved but for what --delay, --fail and --chaos ask.
class Behaviour {
 public:
  std::uint64_t delay_ms = 0;

  /// "3:500" or "3-5:503": the third (to fifth) request is answered so. Errors: usage.
  [[nodiscard]] Result<> add_failure(std::string_view text);
  /// Errors: usage, naming the cases there are.
  [[nodiscard]] Result<> set_chaos(std::string_view name);

  /// An answer to a request of which only the head is there yet; nothing: it is to be read whole.
  [[nodiscard]] std::optional<Reply> early_reply(const std::string& webhook_id);
  [[nodiscard]] Reply reply_to(const Receipt& receipt, std::uint64_t receipts, std::string_view body);

 private:
  struct Failure {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    int status = 500;
  };
  std::vector<Failure> failures_;
  const ChaosCase* chaos_ = nullptr;
  const HostileCase* hostile_ = nullptr;
  std::unordered_set<std::string> answered_early_;
  std::uint64_t requests_ = 0;
};

/// The bytes of an answer.
[[nodiscard]] std::string reply_text(const Reply& reply);

}  // namespace pulter::tool
