#include <algorithm>
#include <cstring>
#include <memory>

#include "codec/csv/plan.h"
#include "codec/json/batch_writer.h"
#include "engine/control/download.h"
#include "engine/control/fields.h"
#include "engine/control/import_lookup.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/limits.h"

namespace pulter::control {
namespace {

/// A spooled file, as it is.
class FileStream final : public ResponseStream {
 public:
  explicit FileStream(std::shared_ptr<store::OpenFile> file) : file_(std::move(file)) {}

  [[nodiscard]] std::optional<std::uint64_t> length() const override { return file_->bytes().size(); }
  io::Task<Result<std::size_t>> fill(io::Scope&, std::span<char> out) override {
    const std::string_view rest = file_->bytes().substr(offset_);
    const std::size_t count = std::min(out.size(), rest.size());
    std::memcpy(out.data(), rest.data(), count);
    // Only after the copy is it known whether the mapping could be read.
    if (file_->failed()) co_return fail(ErrorCode::file_read_failed, "the file could not be read to its end");
    offset_ += count;
    co_return count;
  }

 private:
  std::shared_ptr<store::OpenFile> file_;
  std::size_t offset_ = 0;
};

/// {"data":[rows…],"next":offset|null}: rows as they stand in `data` of a batch.
class RowsStream final : public ResponseStream {
 public:
  RowsStream(std::shared_ptr<store::OpenFile> file, const csv::Plan& plan, const json::Envelope& envelope,
             std::uint64_t next)
      : file_(std::move(file)), writer_(plan, envelope) {
    tail_ = next == 0 ? R"(],"next":null})" : R"(],"next":)" + std::to_string(next) + "}";
  }
  void begin(const csv::RowPosition& from, std::uint64_t rows) {
    position_ = writer_.begin_rows(from, rows, json::RowLayout::commas, true);
    has_rows_ = true;
  }

  io::Task<Result<std::size_t>> fill(io::Scope&, std::span<char> out) override {
    static constexpr std::string_view head = R"({"data":[)";
    std::size_t count = 0;
    if (!head_written_) count = head.copy(out.data(), head.size());
    head_written_ = true;
    if (has_rows_ && !json::BatchWriter::finished(position_)) {
      count += writer_.fill(file_->bytes(), position_, out.subspan(count));
      if (file_->failed())
        co_return fail(ErrorCode::file_read_failed, "the file could not be read to its end");
    }
    const bool rows_done = !has_rows_ || json::BatchWriter::finished(position_);
    if (rows_done && !tail_.empty() && out.size() - count >= tail_.size()) {
      count += tail_.copy(out.data() + count, tail_.size());
      tail_.clear();
    }
    co_return count;
  }

 private:
  std::shared_ptr<store::OpenFile> file_;
  json::BatchWriter writer_;
  json::Position position_;
  std::string tail_;
  bool head_written_ = false;
  bool has_rows_ = false;
};

}  // namespace

io::Task<Response> show_content(Context& context) {
  if (auto ok = only_parameters(context.request, {}); !ok) co_return problem(ok.error());
  Result<model::Import> import = co_await find_import(context);
  if (!import) co_return problem(import.error());
  if (import->file.key.empty() || import->content_removed) co_return problem(no_content_error(*import));
  auto file = co_await context.services.spool.open(context.scope, import->file);
  if (!file) co_return problem(file.error());
  const std::string name = import->file_name.empty() ? import->id + ".csv" : import->file_name;
  Response response = download("application/octet-stream", name);
  response.stream = std::make_unique<FileStream>(std::move(*file));
  co_return response;
}

io::Task<Response> show_rows(Context& context) {
  const Request& request = context.request;
  if (auto ok = only_parameters(request, {"offset", "limit"}); !ok) co_return problem(ok.error());
  const auto offset = number_parameter(request, "offset", 0, UINT64_MAX - limits::rows_page_max - 1);
  if (!offset) co_return problem(offset.error());
  const auto limit = number_parameter(request, "limit", limits::rows_page_default, limits::rows_page_max);
  if (!limit) co_return problem(limit.error());

  Result<model::Import> import = co_await find_import(context);
  if (!import) co_return problem(import.error());
  auto content = co_await open_planned(context, *import);
  if (!content) co_return problem(content.error());
  const csv::Plan& plan = content->plan;
  store::OpenFile& file = *content->file;

  const std::uint64_t begin = std::min(*offset, plan.total_rows);
  const std::uint64_t rows = std::min(*limit, plan.total_rows - begin);
  const bool more = begin + rows < plan.total_rows;
  json::Envelope envelope;
  envelope.import_id = import->id;
  auto stream = std::make_unique<RowsStream>(content->file, plan, envelope, more ? begin + rows : 0);
  if (rows > 0) {
    auto from = csv::locate_row(plan, file.bytes(), begin + 1);
    if (file.failed()) from = fail(ErrorCode::file_read_failed, "the file could not be read");
    if (!from) co_return problem(from.error());
    stream->begin(*from, rows);
  }
  Response response;
  response.stream = std::move(stream);
  co_return response;
}

}  // namespace pulter::control
