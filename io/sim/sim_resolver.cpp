#include "io/sim/sim_resolver.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace pulter::io {

void SimResolver::set(const std::string& name, std::vector<Answer> answers) {
  scripts_[name] = Script{std::move(answers), 0};
}

Task<Result<std::vector<net::IpAddress>>> SimResolver::resolve(Scope& scope, std::string_view name,
                                                               Instant deadline) {
  ++lookups_;
  Answer answer;
  if (const auto found = scripts_.find(name); found != scripts_.end()) {
    Script& script = found->second;
    answer = script.answers[std::min(script.next++, script.answers.size() - 1)];
  }
  const Instant due = io_.now() + answer.delay;
  const std::int32_t slept = co_await sleep_until(scope, std::min(due, deadline));
  if (slept < 0) co_return fail(ErrorCode::cancelled, "Looking a name up was stopped.");
  if (due > deadline)
    co_return fail(ErrorCode::timed_out,
                   "The name " + std::string(name) + " could not be looked up in time.");
  if (answer.addresses.empty())
    co_return fail(answer.error, "The name " + std::string(name) + " could not be looked up.");
  co_return std::move(answer.addresses);
}

}  // namespace pulter::io
