#include "engine/store/core/handlers.h"

namespace pulter::store {
namespace {

void insert_small_file(Session& session, const model::SpoolFile& file) {
  if (!file.content) return;
  Query query = session.db.query("INSERT INTO small_files (key, content) VALUES (?, ?)").with(file.key);
  query.bind_blob(std::string_view(*file.content).substr(0, file.length));
  query.run();
}

}  // namespace

void insert_small_files(Session& session, const model::Import& import) {
  insert_small_file(session, import.file);
  if (import.text.key != import.file.key) insert_small_file(session, import.text);
}

void remove_small_file(Session& session, std::string_view key) {
  session.db.query("DELETE FROM small_files WHERE key = ?").with(key).run();
}

Answer handle(Session& session, GetSmallFile& request) {
  {
    Query query = session.db.query("SELECT content FROM small_files WHERE key = ?").with(request.key);
    if (query.row()) return done(query.blob());
  }
  const std::optional<Failure>& failure = session.db.failure();
  if (!failure) return not_found("The file " + request.key + " is not kept any more. Import it again.");
  // A lock goes away and memory comes back; a page that its disk does not give stays away.
  if (failure->kind != FailureKind::io) return {};
  return refuse(Status::unreadable,
                "The file " + request.key + " could not be read from the database: " + failure->detail);
}

}  // namespace pulter::store
