#include "engine/store/core/handlers.h"

namespace pulter::store {
namespace {

model::Token read_token(Query& query) {
  model::Token token;
  token.id = query.text();
  token.name = query.text();
  token.scope = query.text();
  token.digest = query.text();
  token.created_at_ms = query.integer();
  return token;
}

}  // namespace

Answer handle(Session& session, CreateToken& request) {
  model::Token token = std::move(request.token);
  token.created_at_ms = session.now_ms;
  session.db.query("INSERT INTO tokens (id, name, scope, digest, created_at) VALUES (?, ?, ?, ?, ?)")
      .with(token.id, token.name, token.scope, token.digest, token.created_at_ms)
      .run();
  return done(std::move(token));
}

Answer handle(Session& session, ListTokens& request) {
  const auto cursor = cursor_of(request.page, newest);
  if (!cursor) return bad_cursor(request.page);
  Query query = session.db
                    .query(
                        "SELECT number, id, name, scope, digest, created_at FROM tokens WHERE number < ?"
                        " ORDER BY number DESC LIMIT ?")
                    .with(*cursor, items_of(request.page) + 1);
  return done(read_page<model::Token>(query, request.page, read_token));
}

Answer handle(Session& session, FindToken& request) {
  Query query = session.db.query("SELECT id, name, scope, digest, created_at FROM tokens WHERE digest = ?")
                    .with(request.digest);
  if (!query.row()) return not_found("There is no such token.");
  return done(read_token(query));
}

Answer handle(Session& session, DeleteToken& request) {
  {
    Query query = session.db.query("SELECT 1 FROM tokens WHERE id = ?").with(request.id);
    if (!query.row()) {
      return not_found("There is no token '" + request.id +
                       "'. See the existing ones with: pulter tokens list");
    }
  }
  session.db.query("DELETE FROM tokens WHERE id = ?").with(request.id).run();
  return done(Nothing{});
}

}  // namespace pulter::store
