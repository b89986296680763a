#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "engine/model/import.h"
#include "io/io.h"

namespace pulter::control {

/// Files that came before their import: one is looked at and its settings are chosen while it travels. Each
/// is durable in the spool; that it is here is known to this run of the daemon alone, and what a restart
/// forgets is swept as any leftover. Bounded by limits::uploads_max and limits::upload_time_max.
class Uploads {
 public:
  struct Upload {
    std::string id;  ///< "upl_" and a ULID
    std::string idempotency_key;
    model::SpoolFile file;
    io::Instant ends;
  };

  [[nodiscard]] bool has_room() const noexcept;
  void add(Upload upload) { uploads_.push_back(std::move(upload)); }
  [[nodiscard]] const Upload* newest() const { return uploads_.empty() ? nullptr : &uploads_.back(); }
  /// The one that came with this key; null when there is none, or the key is empty.
  [[nodiscard]] const Upload* find_repeat(std::string_view idempotency_key) const;
  /// The file, which is the caller's from now on. Nothing: there is none of that id.
  [[nodiscard]] std::optional<model::SpoolFile> take(std::string_view id);
  /// Files whose time is over: to be removed from the spool.
  [[nodiscard]] std::optional<model::SpoolFile> take_ended(io::Instant now);

 private:
  std::deque<Upload> uploads_;  ///< in order of arrival, so the first ends first
};

}  // namespace pulter::control
