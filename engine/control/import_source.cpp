#include "engine/control/import_source.h"

#include <optional>

#include "engine/control/fields.h"
#include "engine/control/services.h"
#include "io/file/file.h"

namespace pulter::control {
namespace {

/// Opening may wait for a disk or a network file system: done on the worker thread.
struct Opening {
  const std::string& path;
  std::optional<Result<io::UniqueFd>> opened;
};

void open_path(void* argument) noexcept {
  Opening& opening = *static_cast<Opening*>(argument);
  opening.opened = io::open_to_read(opening.path);
}

Error named(Error error) {
  error.field = "source";
  return error;
}

}  // namespace

io::Task<Result<model::SpoolFile>> spool_source(Context& context, const ImportSource& source,
                                                std::uint64_t max_bytes, io::CopyReader* reader) {
  store::Spool& spool = context.services.spool;
  if (source.kind == ImportSource::Kind::upload) {
    // Who may only upload for one importer brings the file itself.
    if (context.request.caller.scope.kind != model::Scope::Kind::admin)
      co_return refuse_field(ErrorCode::forbidden, "source", "names an upload; send the CSV as the body");
    auto file = context.services.uploads.take(source.upload_id);
    if (file && max_bytes != 0 && file->length > max_bytes) {
      Result<> removed = co_await spool.remove(context.scope, file->key);
      if (!removed) co_return std::unexpected(std::move(removed.error()));
      co_return fail(ErrorCode::file_too_large, "the file has " + std::to_string(file->length) +
                                                    " bytes; at most " + std::to_string(max_bytes) +
                                                    " are taken");
    }
    if (file) co_return std::move(*file);
    co_return refuse_field(ErrorCode::not_found, "source",
                           "names an upload that is not there (any more); send the file again");
  }
  if (context.request.door != Door::unix_socket) {
    co_return refuse_field(ErrorCode::forbidden, "source",
                           "is for the Unix socket only; send the CSV as the body");
  }
  if (source.kind == ImportSource::Kind::passed_fd) {
    const int fd = context.request.passed_fd.get();
    if (fd < 0) {
      co_return refuse_field(
          ErrorCode::bad_value, "source",
          "says that an open file comes beside the request, but none came (SCM_RIGHTS, with the "
          "first byte of the request)");
    }
    co_return co_await spool.adopt(context.scope, fd, max_bytes, reader);
  }
  Opening opening{source.path, std::nullopt};
  co_await io::offload(context.scope, open_path, &opening);
  if (!*opening.opened) co_return std::unexpected(named(std::move(opening.opened->error())));
  co_return co_await spool.adopt(context.scope, (*opening.opened)->get(), max_bytes, reader);
}

}  // namespace pulter::control
