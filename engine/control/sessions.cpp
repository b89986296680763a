#include "engine/control/sessions.h"

#include <algorithm>
#include <array>

#include "codec/sign/token.h"
#include "engine/limits.h"

namespace pulter::control {
namespace {

/// 256 random bits as text without the token's prefix: nobody shall take it for a token.
std::string random_text(io::Io& io) {
  std::array<std::uint8_t, 32> random{};
  io.random(random);
  return sign::generate_token(random).substr(sign::token_prefix.size());
}

}  // namespace

Sessions::Opened Sessions::open(io::Io& io, const model::Token& token, const model::Scope& scope) {
  make_room(io.now());
  Opened opened{random_text(io), random_text(io)};
  sessions_[sign::token_digest(opened.cookie)] =
      Session{token.name, scope, token.id, opened.csrf_token, io.now() + limits::session_time_max};
  return opened;
}

const Sessions::Session* Sessions::find(io::Instant now, std::string_view cookie, std::string* key) {
  if (cookie.empty() || cookie.size() > sign::token_chars_max) return nullptr;
  *key = sign::token_digest(cookie);
  const auto found = sessions_.find(*key);
  if (found == sessions_.end()) return nullptr;
  if (found->second.ends > now) return &found->second;
  sessions_.erase(found);
  return nullptr;
}

bool Sessions::still_in(io::Instant now, const Caller& caller) const {
  if (caller.kind == Caller::Kind::token) return !deleted_tokens_.contains(caller.token_id);
  if (caller.kind != Caller::Kind::page) return true;
  const auto found = sessions_.find(caller.session_key);
  return found != sessions_.end() && found->second.ends > now;
}

void Sessions::close_all_of(std::string_view token_id) {
  deleted_tokens_.emplace(token_id);
  std::erase_if(sessions_, [&](const auto& each) { return each.second.token_id == token_id; });
}

void Sessions::make_room(io::Instant now) {
  std::erase_if(sessions_, [&](const auto& each) { return each.second.ends <= now; });
  if (sessions_.size() < limits::sessions_max) return;
  sessions_.erase(std::ranges::min_element(sessions_, {}, [](const auto& each) { return each.second.ends; }));
}

}  // namespace pulter::control
