#include "engine/intake/unpack.h"

#include <algorithm>
#include <utility>

#include "codec/gzip/unpacker.h"

namespace pulter::intake {
namespace {

gzip::UnpackLimits unpack_limits(std::uint64_t bytes_max) {
  return {.bytes_max = bytes_max == 0 ? unpacked_bytes_max : bytes_max};
}

/// One step on the worker thread.
struct UnpackStep {
  gzip::Unpacker& unpacker;
  std::string_view packed;
  std::string& out;
  std::size_t size;
  Result<std::size_t> taken = 0;

  static void run(void* self) noexcept {
    auto& step = *static_cast<UnpackStep*>(self);
    step.taken = step.unpacker.feed(step.packed, step.out, step.size);
  }
};

class UnpackingUpload final : public store::Upload {
 public:
  UnpackingUpload(std::unique_ptr<store::Upload> upload, std::uint64_t bytes_max)
      : upload_(std::move(upload)), unpacker_(unpack_limits(bytes_max)) {}

  io::Task<Result<>> append(io::Scope& scope, std::string_view bytes) override;
  io::Task<Result<model::SpoolFile>> finish(io::Scope& scope) override;

 private:
  std::unique_ptr<store::Upload> upload_;
  gzip::Unpacker unpacker_;
  std::string piece_;
};

io::Task<Result<>> UnpackingUpload::append(io::Scope& scope, std::string_view bytes) {
  while (!bytes.empty()) {
    piece_.clear();
    UnpackStep step{unpacker_, bytes, piece_, unpack_step_bytes};
    co_await io::offload(scope, &UnpackStep::run, &step);
    if (scope.cancelled()) co_return fail(ErrorCode::cancelled, "The upload was stopped.");
    if (!step.taken) co_return fail(std::move(step.taken.error()));
    bytes.remove_prefix(*step.taken);
    Result<> appended = co_await upload_->append(scope, piece_);
    if (!appended) co_return appended;
  }
  co_return Result<>();
}

io::Task<Result<model::SpoolFile>> UnpackingUpload::finish(io::Scope& scope) {
  Result<> whole = unpacker_.finish();
  if (!whole) co_return fail(std::move(whole.error()));
  co_return co_await upload_->finish(scope);
}

}  // namespace

std::unique_ptr<store::Upload> unpack_into(std::unique_ptr<store::Upload> upload, std::uint64_t bytes_max) {
  return std::make_unique<UnpackingUpload>(std::move(upload), bytes_max);
}

io::Task<Result<model::SpoolFile>> unpack_file(io::Scope& scope, store::Spool& spool,
                                               const store::OpenFile& packed, std::uint64_t bytes_max) {
  auto begun = co_await spool.begin(scope, 0);
  if (!begun) co_return fail(std::move(begun.error()));
  const std::unique_ptr<store::Upload> upload = unpack_into(std::move(*begun), bytes_max);
  Result<> appended = co_await upload->append(scope, packed.bytes());
  // What came of a mapping that could not be read is void, whatever the unpacker says of it.
  if (packed.failed()) {
    co_return fail(ErrorCode::file_read_failed,
                   "The uploaded file could not be read back: it was cut short, or the disk under the data "
                   "folder fails. Nothing was sent. Check the disk and upload the file again.");
  }
  if (!appended) co_return fail(std::move(appended.error()));
  co_return co_await upload->finish(scope);
}

io::Task<Result<UnpackedHead>> unpack_head(io::Scope& scope, std::string_view packed, bool is_all,
                                           std::size_t bytes_max) {
  gzip::Unpacker unpacker(unpack_limits(0));
  UnpackedHead head;
  std::string_view rest = packed;
  while (!rest.empty() && head.bytes.size() < bytes_max) {
    const std::size_t size = std::min(bytes_max, head.bytes.size() + unpack_step_bytes);
    UnpackStep step{unpacker, rest, head.bytes, size};
    co_await io::offload(scope, &UnpackStep::run, &step);
    if (scope.cancelled()) co_return fail(ErrorCode::cancelled, "The check was stopped.");
    if (!step.taken) co_return fail(std::move(step.taken.error()));
    rest.remove_prefix(*step.taken);
  }
  head.packed_bytes = unpacker.packed_bytes();
  head.whole = is_all && rest.empty();
  if (head.whole) {
    Result<> end = unpacker.finish();
    if (!end) co_return fail(std::move(end.error()));
  }
  co_return head;
}

}  // namespace pulter::intake
