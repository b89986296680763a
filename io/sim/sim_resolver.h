#pragma once

#include <map>
#include <string>
#include <vector>

#include "io/net/resolver.h"

namespace pulter::io {

/// Name servers that a test makes up: what a name leads to may change from one look-up to the next, fail, or
/// take its time on the virtual clock. Nothing is cached, so every look-up counts.
class SimResolver final : public Resolver {
 public:
  struct Answer {
    std::vector<net::IpAddress> addresses;  ///< none: `error`
    ErrorCode error = ErrorCode::name_not_found;
    Duration delay{};
  };

  explicit SimResolver(Io& io) noexcept : io_(io) {}

  /// Answers of `name`, one after another; the last one stays. Names never set do not exist.
  void set(const std::string& name, std::vector<Answer> answers);
  [[nodiscard]] std::size_t lookups() const noexcept { return lookups_; }

  Task<Result<std::vector<net::IpAddress>>> resolve(Scope& scope, std::string_view name,
                                                    Instant deadline) override;

 private:
  struct Script {
    std::vector<Answer> answers;
    std::size_t next = 0;
  };

  Io& io_;
  std::map<std::string, Script, std::less<>> scripts_;
  std::size_t lookups_ = 0;
};

}  // namespace pulter::io
