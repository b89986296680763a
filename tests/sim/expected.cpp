#include "tests/sim/expected.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "codec/base/row_id.h"
#include "tests/reference/csv_reader.h"
#include "tests/reference/row_writer.h"

namespace pulter::sim {
namespace {

constexpr std::string_view metadata_begin = "\"metadata\":{\"file\":";

/// What stands between `before` and `end` from `at` on; moves `at` behind it.
bool take_between(std::string_view text, std::size_t& at, std::string_view before, char end,
                  std::string& out) {
  if (text.compare(at, before.size(), before) != 0) return false;
  const std::size_t begin = at + before.size();
  const std::size_t stop = text.find(end, begin);
  if (stop == std::string_view::npos) return false;
  out = std::string(text.substr(begin, stop - begin));
  at = stop;
  return true;
}

}  // namespace

ExpectedImport::ExpectedImport(const ImportPlan& plan, std::size_t file)
    : batch_size_(plan.batch_size), file_(file) {
  reference::CsvText text = reference::read_csv(plan.csv, ',');
  header_ = text.rows.front();
  rows_.assign(std::make_move_iterator(text.rows.begin() + 1), std::make_move_iterator(text.rows.end()));
}

std::string ExpectedImport::user(std::size_t file) {
  return "{\"id\":\"u" + std::to_string(file) + "\"}";
}

std::string ExpectedImport::metadata(std::size_t file) {
  return "{\"file\":" + std::to_string(file) + "}";
}

std::string ExpectedImport::head(std::string_view import_id, std::string_view event_name, std::uint64_t index,
                                 std::uint64_t count, std::uint64_t rows) const {
  return "{\"id\":\"" + std::string(import_id) +
         "\",\"templateId\":\"default\",\"index\":" + std::to_string(index) +
         ",\"count\":" + std::to_string(count) + ",\"totalRows\":" + std::to_string(rows) +
         ",\"event_name\":\"" + std::string(event_name) + "\",\"data\":[";
}

std::string ExpectedImport::tail() const {
  return "],\"user\":" + user(file_) + ",\"metadata\":" + metadata(file_) + "}";
}

std::string ExpectedImport::failed_body(std::string_view import_id) const {
  return head(import_id, "import.failed", 0, 0, 0) + tail();
}

std::string ExpectedImport::body(std::string_view import_id, std::string_view event_name,
                                 std::uint64_t index) const {
  std::string body = head(import_id, event_name, index, count(), rows());
  std::vector<reference::Key> keys;
  for (std::size_t cell = 0; cell < header_.size(); ++cell) keys.push_back({header_[cell], cell});
  const RowIdSeed seed = row_id_seed(import_id);
  const std::uint64_t first = index == 0 ? 0 : (index - 1) * batch_size_;
  const std::uint64_t end = index == 0 ? 0 : std::min<std::uint64_t>(first + batch_size_, rows());
  for (std::uint64_t row = first; row < end; ++row) {
    if (row > first) body += ',';
    body += reference::json_row(rows_[row], keys, header_.size(), true,
                                reference::row_id(seed.a, seed.b, row + 1));
  }
  return body + tail();
}

bool read_labels(std::string_view body, BodyLabels& labels) {
  std::size_t at = 0;
  std::string ignored;
  std::string index;
  std::string count;
  const bool good = take_between(body, at, "{\"id\":\"", '"', labels.import_id) &&
                    take_between(body, at, "\",\"templateId\":\"", '"', ignored) &&
                    take_between(body, at, "\",\"index\":", ',', index) &&
                    take_between(body, at, ",\"count\":", ',', count) &&
                    take_between(body, at, ",\"totalRows\":", ',', ignored) &&
                    take_between(body, at, ",\"event_name\":\"", '"', labels.event_name);
  if (!good) return false;
  labels.index = std::strtoull(index.c_str(), nullptr, 10);
  labels.count = std::strtoull(count.c_str(), nullptr, 10);
  const std::size_t metadata = body.rfind(metadata_begin);
  if (metadata != std::string_view::npos) {
    labels.file =
        std::strtoull(std::string(body.substr(metadata + metadata_begin.size())).c_str(), nullptr, 10);
  }
  return labels.event_name == "test" || metadata != std::string_view::npos;
}

}  // namespace pulter::sim
