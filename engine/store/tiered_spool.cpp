#include "engine/store/tiered_spool.h"

#include <cerrno>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "codec/base/digest.h"
#include "codec/csv/plan.h"
#include "engine/store/spool_key.h"
#include "io/file/file.h"

namespace pulter::store {
namespace {

class HeldFile final : public OpenFile {
 public:
  HeldFile(std::shared_ptr<const std::string> content, std::uint64_t length)
      : content_(std::move(content)), length_(length) {}
  [[nodiscard]] std::string_view bytes() const override {
    return std::string_view(*content_).substr(0, length_);
  }
  [[nodiscard]] bool failed() const override { return false; }

 private:
  std::shared_ptr<const std::string> content_;
  std::uint64_t length_;
};

/// `bytes` with their padding, and no more memory than that: what grew in pieces may hold twice as much.
std::shared_ptr<const std::string> padded(std::string_view bytes) {
  std::string content;
  content.reserve(bytes.size() + csv::padding_bytes);
  content.append(bytes).append(csv::padding_bytes, '\0');
  return std::make_shared<const std::string>(std::move(content));
}

model::SpoolFile small_file(io::Io& io, std::string_view bytes) {
  return {make_small_key(io), bytes.size(), digest_text(bytes), padded(bytes)};
}

Error too_large(std::uint64_t bytes_max) {
  return {ErrorCode::file_too_large, -1,
          "The file is larger than " + std::to_string(bytes_max) + " bytes. Split it, or raise the limit."};
}

std::uint64_t limit_of(std::uint64_t max_bytes) {
  return max_bytes == 0 ? std::numeric_limits<std::uint64_t>::max() : max_bytes;
}

/// Memory until it is not small any more, then the other spool.
class TieredUpload final : public Upload {
 public:
  TieredUpload(Spool& large, std::size_t small_max, std::uint64_t max_bytes)
      : large_(large), small_max_(small_max), max_bytes_(max_bytes) {}

  io::Task<Result<>> append(io::Scope& scope, std::string_view bytes) override {
    if (!upload_ && bytes.size() <= small_max_ - held_.size()) {
      held_.append(bytes);
      if (held_.size() > limit_of(max_bytes_)) co_return fail(too_large(max_bytes_));
      co_return Result<>();
    }
    if (!upload_) {
      Result<> moved = co_await move_over(scope);
      if (!moved) co_return moved;
    }
    co_return co_await upload_->append(scope, bytes);
  }

  io::Task<Result<model::SpoolFile>> finish(io::Scope& scope) override {
    if (upload_) co_return co_await upload_->finish(scope);
    co_return small_file(scope.io(), held_);
  }

 private:
  io::Task<Result<>> move_over(io::Scope& scope) {
    auto begun = co_await large_.begin(scope, max_bytes_);
    if (!begun) co_return fail(std::move(begun.error()));
    upload_ = std::move(*begun);
    const std::string held = std::exchange(held_, {});
    if (held.empty()) co_return Result<>();
    co_return co_await upload_->append(scope, held);
  }

  Spool& large_;
  std::size_t small_max_;
  std::uint64_t max_bytes_;
  std::string held_;
  std::unique_ptr<Upload> upload_;
};

/// The whole content behind `fd`, where that is an ordinary file of at most `small_max` bytes. Nothing else
/// is touched: what is read from a pipe would be missing afterwards.
io::Task<std::optional<std::string>> read_small(io::Scope& scope, int fd, std::size_t small_max) {
  const std::optional<std::uint64_t> size = io::regular_file_size(fd);
  if (!size || *size > small_max) co_return std::nullopt;
  // Its size is not relied on: it may grow meanwhile, and the files of /proc say 0.
  std::string content(small_max + 1, '\0');
  std::size_t length = 0;
  while (length < content.size()) {
    const std::span<char> rest = std::span<char>(content).subspan(length);
    const std::int32_t count = co_await io::read_at(scope, fd, rest, length);
    if (count == -EINTR) continue;
    if (count < 0) co_return std::nullopt;
    if (count == 0) break;
    length += static_cast<std::size_t>(count);
  }
  if (length > small_max) co_return std::nullopt;
  content.resize(length);
  co_return std::optional<std::string>(std::move(content));
}

Error read_error(Status status, std::string detail) {
  switch (status) {
    case Status::not_found:
      return {ErrorCode::gone, -1, std::move(detail)};
    case Status::fenced:
      return {ErrorCode::cancelled, -1, std::move(detail)};
    case Status::unreadable:
      return {ErrorCode::file_read_failed, -1, std::move(detail)};
    default:
      return {ErrorCode::store_unavailable, -1, "The file could not be read from the store: " + detail};
  }
}

}  // namespace

io::Task<Result<std::unique_ptr<Upload>>> TieredSpool::begin(io::Scope&, std::uint64_t max_bytes) {
  std::unique_ptr<Upload> upload = std::make_unique<TieredUpload>(large_, small_max_, max_bytes);
  co_return upload;
}

io::Task<Result<model::SpoolFile>> TieredSpool::adopt(io::Scope& scope, int fd, std::uint64_t max_bytes,
                                                      io::CopyReader* reader) {
  std::optional<std::string> content = co_await read_small(scope, fd, small_max_);
  if (!content) co_return co_await large_.adopt(scope, fd, max_bytes, reader);
  if (content->size() > limit_of(max_bytes)) co_return fail(too_large(max_bytes));
  co_return small_file(scope.io(), *content);
}

io::Task<Result<std::shared_ptr<OpenFile>>> TieredSpool::open(io::Scope& scope,
                                                              const model::SpoolFile& file) {
  std::shared_ptr<OpenFile> opened;
  if (!file.content && !is_small_key(file.key)) co_return co_await large_.open(scope, file);
  RecentFiles::Content held = file.content ? file.content : store_.store().recent_files().find(file.key);
  if (held) {
    opened = std::make_shared<HeldFile>(std::move(held), file.length);
    co_return opened;
  }
  GetSmallFile get{file.key};
  auto reply = co_await store_.call(std::move(get));
  if (!reply.done()) co_return fail(read_error(reply.status, std::move(reply.detail)));
  const std::string content = std::move(*reply.value);
  if (content.size() != file.length || digest_text(content) != file.digest) {
    co_return fail(ErrorCode::file_read_failed,
                   "The file " + file.key + " in the store is not what was stored. Import it again.");
  }
  held = padded(content);
  store_.store().recent_files().put(file.key, held);
  opened = std::make_shared<HeldFile>(std::move(held), file.length);
  co_return opened;
}

io::Task<Result<>> TieredSpool::remove(io::Scope& scope, std::string_view key) {
  if (!is_small_key(key)) co_return co_await large_.remove(scope, key);
  store_.store().recent_files().erase(key);
  co_return Result<>();
}

io::Task<Result<std::vector<std::string>>> TieredSpool::list(io::Scope& scope, std::int64_t before_ms) {
  co_return co_await large_.list(scope, before_ms);
}

}  // namespace pulter::store
