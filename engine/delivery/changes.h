#pragma once

#include <string>

namespace pulter::delivery {

/// What changed durably, by id; empty: that kind of thing did not.
struct Change {
  std::string import_id;
  std::string event_id;
  std::string attempt_id;
};

/// Told by lanes after each commit, for those who watch. Losing one costs a watcher nothing but freshness.
class ChangeSink {
 public:
  virtual ~ChangeSink() = default;
  /// Whether anybody watches; asked first, so that nobody pays for what nobody sees.
  [[nodiscard]] virtual bool wanted() const noexcept = 0;
  virtual void changed(Change change) = 0;
};

}  // namespace pulter::delivery
