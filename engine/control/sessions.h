#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "engine/control/caller.h"
#include "engine/model/token.h"
#include "io/io.h"

namespace pulter::control {

inline constexpr std::string_view session_cookie = "pulter_session";

/// The signed-in pages of this run of the daemon, in memory: a restart signs everybody out. Bounded by
/// limits::sessions_max (the one that ends first makes room) and limits::session_time_max. One shard only.
class Sessions {
 public:
  struct Session {
    std::string name;
    model::Scope scope;
    std::string token_id;
    std::string csrf_token;
    io::Instant ends;
  };
  struct Opened {
    std::string cookie;  ///< its value; the session itself keeps only its digest
    std::string csrf_token;
  };

  Opened open(io::Io& io, const model::Token& token, const model::Scope& scope);
  /// The session of a cookie's value, and its key; null when there is none or it ended.
  [[nodiscard]] const Session* find(io::Instant now, std::string_view cookie, std::string* key);
  void close(const std::string& key) { sessions_.erase(key); }
  /// A token is deleted: what it opened ends, and so does what is still being answered to it.
  void close_all_of(std::string_view token_id);
  /// Whether somebody who was let in still is: his session is open, or his token was not deleted meanwhile.
  [[nodiscard]] bool still_in(io::Instant now, const Caller& caller) const;
  [[nodiscard]] std::size_t count() const noexcept { return sessions_.size(); }

 private:
  void make_room(io::Instant now);

  std::unordered_set<std::string> deleted_tokens_;     ///< of this run; people delete few
  std::unordered_map<std::string, Session> sessions_;  ///< by the digest of the cookie
};

}  // namespace pulter::control
