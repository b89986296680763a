#include <array>

#include "codec/base/ids.h"
#include "codec/csv/cell_reader.h"
#include "codec/csv/plan.h"
#include "engine/control/download.h"
#include "engine/control/fields.h"
#include "engine/control/import_lookup.h"
#include "engine/control/represent.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/limits.h"

// Rows that a receiver refused (contract, section 5): as a list, and as a CSV of the original columns plus
// `_error`.

namespace pulter::control {
namespace {

/// A cell that a spreadsheet would take for a formula gets a leading apostrophe (design, section 6); then
/// quoted.
std::string error_cell(const model::RowError& error, char delimiter) {
  std::string text = error.field.empty() ? error.message : error.field + ": " + error.message;
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    text.insert(0, "'");
  if (text.find_first_of(std::string("\"\r\n") + delimiter) == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? "\"\"" : std::string_view(&c, 1));
  return quoted + "\"";
}

/// The lines of errors.csv. The rows' own text is copied from the file as it stands there, quotes and all.
class ErrorLines final : public ResponseStream {
 public:
  ErrorLines(store::StoreClient& store, std::string import_id, csv::Plan plan,
             std::shared_ptr<store::OpenFile> file)
      : store_(store), import_id_(std::move(import_id)), plan_(std::move(plan)), file_(std::move(file)) {
    std::string_view header = file_->bytes().substr(0, plan_.data_begin);
    if (header.starts_with("\xef\xbb\xbf")) header.remove_prefix(3);
    header.remove_prefix(std::min(header.find_first_not_of("\r\n"), header.size()));
    while (header.ends_with('\n') || header.ends_with('\r')) header.remove_suffix(1);
    tail_ = std::string(1, plan_.dialect.delimiter) + "_error\r\n";
    pieces_ = {header, tail_, {}, {}};
  }

  io::Task<Result<std::size_t>> fill(io::Scope&, std::span<char> out) override {
    // Finding a row reads forward from the start of its batch: a few at a time, so that nobody waits for it.
    static constexpr int rows_at_once = 8;
    std::size_t count = 0;
    for (int rows = 0; count < out.size();) {
      count += copy_pieces(out.subspan(count));
      if (file_->failed()) co_return fail(ErrorCode::file_read_failed, "the file could not be read");
      if (count == out.size() || (rows++ == rows_at_once && count > 0)) break;
      if (next_ == page_.items.size()) {
        if (last_page_) break;
        Result<> loaded = co_await load_page();
        if (!loaded) co_return std::unexpected(std::move(loaded.error()));
        continue;
      }
      if (auto ok = begin_line(page_.items[next_++]); !ok) co_return std::unexpected(std::move(ok.error()));
    }
    co_return count;
  }

 private:
  io::Task<Result<>> load_page() {
    store::ListRowErrors list{import_id_, {limits::list_items_max, page_.next}};
    auto reply = co_await store_.call(std::move(list));
    if (!reply.done() || !reply.value) co_return fail(ErrorCode::store_unavailable, reply.detail);
    page_ = std::move(*reply.value);
    next_ = 0;
    last_page_ = page_.next.empty();
    co_return Result<>();
  }

  /// Row text, delimiters for cells that a short row lacks, the error, and behind it what a long row has too
  /// much.
  Result<> begin_line(const model::RowError& error) {
    const char delimiter = plan_.dialect.delimiter;
    const std::uint64_t columns = plan_.file_columns;
    std::uint64_t cells = 0;
    std::string_view row;
    std::string_view extra;
    if (error.row != 0 && error.row <= plan_.total_rows) {
      auto at = csv::locate_row(plan_, file_->bytes(), error.row);
      if (!at) return std::unexpected(std::move(at.error()));
      const std::string_view text = file_->bytes();
      csv::CellRead read;
      std::uint64_t split = at->offset;
      for (std::uint64_t from = at->offset;; from = read.next) {
        read = csv::read_cell(text, from, delimiter, [](char) {});
        ++cells;
        const std::uint64_t end = read.end == csv::CellEnd::file ? read.next : read.next - 1;
        if (cells <= columns) split = end;
        if (read.end == csv::CellEnd::delimiter) continue;
        row = text.substr(at->offset, split - at->offset);
        extra = text.substr(split, end - split);
        break;
      }
    }
    const std::uint64_t missing = columns > cells ? columns - std::max<std::uint64_t>(cells, 1) : 0;
    tail_ = std::string(missing + 1, delimiter) + error_cell(error, delimiter);
    pieces_ = {row, tail_, extra, "\r\n"};
    return {};
  }

  std::size_t copy_pieces(std::span<char> out) {
    std::size_t count = 0;
    for (std::string_view& piece : pieces_) {
      const std::size_t copied = piece.copy(out.data() + count, out.size() - count);
      piece.remove_prefix(copied);
      count += copied;
    }
    return count;
  }

  store::StoreClient& store_;
  std::string import_id_;
  csv::Plan plan_;
  std::shared_ptr<store::OpenFile> file_;
  std::string tail_;
  std::array<std::string_view, 4> pieces_;
  store::Listing<model::RowError> page_;
  std::size_t next_ = 0;
  bool last_page_ = false;
};

}  // namespace

io::Task<Response> list_row_errors(Context& context) {
  if (auto ok = only_parameters(context.request, {"limit", "cursor"}); !ok) co_return problem(ok.error());
  auto page = read_page(context.request);
  if (!page) co_return problem(page.error());
  Result<model::Import> import = co_await find_import(context);
  if (!import) co_return problem(import.error());
  store::ListRowErrors list{import->id, std::move(*page)};
  auto reply = co_await context.services.store.call(std::move(list));
  if (!reply.done() || !reply.value)
    co_return store_problem(reply.status, reply.detail, "the list of row errors");
  co_return list_response(*reply.value, [](json::Writer& w, const model::RowError& each) {
    w.begin_object().field("row", each.row);
    if (each.field.empty()) {
      w.field_null("field");
    } else {
      w.field("field", each.field);
    }
    w.field("message", each.message).field("webhookId", each.webhook_id);
    if (each.index == 0) {
      w.field_null("index");
    } else {
      w.field("index", each.index);
    }
    w.end_object();
  });
}

io::Task<Response> show_errors_csv(Context& context) {
  if (auto ok = only_parameters(context.request, {}); !ok) co_return problem(ok.error());
  Result<model::Import> import = co_await find_import(context);
  if (!import) co_return problem(import.error());
  auto content = co_await open_planned(context, *import);
  if (!content) co_return problem(content.error());
  Response response = download("text/csv; charset=utf-8", import->id + "-errors.csv");
  response.stream = std::make_unique<ErrorLines>(context.services.store, import->id, std::move(content->plan),
                                                 std::move(content->file));
  co_return response;
}

}  // namespace pulter::control
