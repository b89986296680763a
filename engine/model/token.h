#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pulter::model {

/// What a token allows: "admin" (everything), "read" (GET and HEAD), "upload:<templateId>" (making imports
/// for that importer and nothing else; may stand in a web page).
struct Scope {
  enum class Kind : std::uint8_t { admin, read, upload };
  Kind kind = Kind::read;
  std::string template_id{};  ///< with upload

  friend bool operator==(const Scope&, const Scope&) = default;
};
[[nodiscard]] inline std::optional<Scope> parse_scope(std::string_view text) {
  if (text == "admin") return Scope{Scope::Kind::admin};
  if (text == "read") return Scope{Scope::Kind::read};
  constexpr std::string_view upload = "upload:";
  if (!text.starts_with(upload) || text.size() == upload.size()) return std::nullopt;
  return Scope{Scope::Kind::upload, std::string(text.substr(upload.size()))};
}
[[nodiscard]] inline std::string to_string(const Scope& scope) {
  if (scope.kind == Scope::Kind::upload) return "upload:" + scope.template_id;
  return scope.kind == Scope::Kind::admin ? "admin" : "read";
}

/// A token for the TCP listener. The token itself is not kept.
struct Token {
  std::string id;      ///< "tok_" and a ULID
  std::string name;    ///< for people
  std::string scope;   ///< as parse_scope reads it
  std::string digest;  ///< sign::token_digest of it
  std::int64_t created_at_ms = 0;
};

}  // namespace pulter::model
