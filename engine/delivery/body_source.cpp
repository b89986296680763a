#include "engine/delivery/body_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "codec/base/check.h"

namespace pulter::delivery {

Result<std::unique_ptr<BodySource>> BodySource::make(store::Spool& spool, const model::Import& import,
                                                     std::string_view plan) {
  std::unique_ptr<BodySource> source(new BodySource());
  source->spool_ = &spool;
  source->envelope_ = {.import_id = import.id,
                       .template_id = import.template_id,
                       .event_name = "all",
                       .count = import.count,
                       .total_rows = import.total_rows,
                       .user_json = import.settings.user_json,
                       .metadata_json = import.settings.metadata_json};
  if (plan.empty()) return source;
  if (import.content_removed) {
    return fail(ErrorCode::gone,
                "The file of import " + import.id +
                    " was removed (dataSync false, or its retention ended): its batches can no longer be "
                    "rendered. Upload the file again to send it again.");
  }
  auto decoded = csv::decode(plan);
  if (!decoded) return fail(std::move(decoded.error()));
  source->plan_ = std::move(*decoded);
  source->text_ = import.text;
  source->writer_ = std::make_unique<json::BatchWriter>(source->plan_, source->envelope_);
  return source;
}

io::Task<Result<>> BodySource::open_file(io::Scope& scope) {
  if (file_ || spool_ == nullptr || text_.key.empty()) co_return Result<>();
  auto file = co_await spool_->open(scope, text_);
  if (!file) co_return fail(std::move(file.error()));
  file_ = std::move(*file);
  co_return Result<>();
}

void BodySource::drop_held_file() {
  if (is_small()) file_.reset();
}

io::Task<Result<std::unique_ptr<BodySource>>> BodySource::open(io::Scope& scope, store::Spool& spool,
                                                               const model::Import& import,
                                                               std::string_view plan) {
  auto source = make(spool, import, plan);
  if (!source) co_return source;
  Result<> opened = co_await (*source)->open_file(scope);
  if (!opened) co_return fail(std::move(opened.error()));
  co_return source;
}

std::unique_ptr<BodySource> BodySource::for_test(const model::Event& event, std::string_view template_id) {
  std::unique_ptr<BodySource> source(new BodySource());
  // A pure function of the event's id, so that a resend of the test has the same bytes.
  const std::size_t prefix = event.id.find('_') + 1;
  source->envelope_ = {.import_id = "imp_" + event.id.substr(prefix),
                       .template_id = std::string(template_id),
                       .event_name = "test",
                       .count = 1,
                       .total_rows = 1,
                       .user_json = "{\"id\":\"test\"}",
                       .metadata_json = "{}"};
  return source;
}

std::string_view BodySource::text() const {
  return file_ ? file_->bytes() : std::string_view();
}

Result<> BodySource::check_file() const {
  if (file_ && file_->failed()) {
    return fail(
        ErrorCode::file_read_failed,
        "The spooled file of import " + envelope_.import_id +
            " could not be read: it was cut short, or its disk fails. Nothing was sent from the damaged "
            "part. Check the disk under the data folder, then resume or upload the file again.");
  }
  return {};
}

Result<csv::BatchRange> BodySource::batch(std::uint64_t index) {
  if (found_ && found_->index == index) return *found_;
  auto range = csv::locate(plan_, text(), index);
  if (auto intact = check_file(); !intact) return fail(std::move(intact.error()));
  if (range) found_ = *range;
  return range;
}

Result<BodyPosition> BodySource::begin(const model::Event& event) {
  BodyPosition position;
  if (event.name == "all") {
    if (!writer_) {
      return fail(ErrorCode::gone,
                  "Event " + event.id + " has no rows to render: its import was never planned.");
    }
    auto range = batch(event.index);
    if (!range) return fail(std::move(range.error()));
    position.rows = writer_->begin(*range);
    return position;
  }
  envelope_.event_name = event.name;
  position.fixed = std::make_shared<const std::string>(
      event.name == "test" ? json::test_body(envelope_) : json::lifecycle_body(envelope_));
  return position;
}

Result<std::size_t> BodySource::fill(BodyPosition& position, std::span<char> out) const {
  if (position.fixed != nullptr) {
    const std::size_t take = std::min(out.size(), position.fixed->size() - position.fixed_offset);
    std::memcpy(out.data(), position.fixed->data() + position.fixed_offset, take);
    position.fixed_offset += take;
    return take;
  }
  PULTER_CHECK(file_ != nullptr);
  const std::size_t written = writer_->fill(text(), position.rows, out);
  if (auto intact = check_file(); !intact) return fail(std::move(intact.error()));
  return written;
}

bool BodySource::finished(const BodyPosition& position) const {
  return position.fixed != nullptr ? position.fixed_offset == position.fixed->size()
                                   : json::BatchWriter::finished(position.rows);
}

}  // namespace pulter::delivery
