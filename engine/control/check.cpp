#include <algorithm>
#include <optional>
#include <vector>

#include "codec/csv/plan.h"
#include "codec/gzip/unpacker.h"
#include "codec/json/batch_writer.h"
#include "engine/control/body_coding.h"
#include "engine/control/fields.h"
#include "engine/control/import_request.h"
#include "engine/control/represent.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/intake/planner.h"
#include "engine/intake/unpack.h"
#include "engine/limits.h"

// POST /v1/check: what an import would make of a file, from its first bytes, before anything is kept.

namespace pulter::control {
namespace {

constexpr std::uint64_t first_rows = 5;
constexpr std::size_t looked_at_bytes = 64 * 1024;

struct Asked {
  csv::PlanSettings plan;
  std::string encoding;
  std::uint64_t total_bytes = 0;  ///< of the whole file; 0: what is sent is all
};

Result<Asked> read_asked(const Context& context) {
  const Request& request = context.request;
  if (auto ok = only_parameters(request, {"fileName", "delimiter", "encoding", "totalBytes"}); !ok)
    return std::unexpected(std::move(ok.error()));
  std::vector<http::QueryParameter> settings;
  for (const http::QueryParameter& each : request.query) {
    if (each.name != "totalBytes") settings.push_back(each);
  }
  const json::Value object = object_of_query(settings);
  auto import = read_import_request(object, context.services.config, nullptr);
  if (!import) return std::unexpected(std::move(import.error()));
  auto total = number_parameter(request, "totalBytes", 0, UINT64_MAX);
  if (!total) return std::unexpected(std::move(total.error()));
  Asked asked;
  asked.encoding = import->encoding;
  asked.total_bytes = *total;
  if (!import->delimiter.empty()) asked.plan.delimiter = import->delimiter.front();
  return asked;
}

io::Task<Result<std::string>> read_head(Context& context) {
  std::string bytes;
  while (true) {
    Result<std::string_view> piece = co_await context.request.body.read();
    if (!piece) co_return std::unexpected(std::move(piece.error()));
    if (piece->empty()) co_return bytes;
    if (bytes.size() + piece->size() > limits::checked_bytes_max) {
      co_return fail(ErrorCode::payload_too_large,
                     "a check takes the first 8 MB of a file at most; say its length as totalBytes");
    }
    bytes.append(*piece);
  }
}

/// What a check looks at: all of a file, or its first bytes.
struct Head {
  std::string bytes;     ///< unpacked
  double file_part = 1;  ///< of the whole file, by the length that was told
  bool whole = true;
  std::optional<csv::Note> packed;  ///< that it is
};

/// The body is what lies in the file; unpacked it may be cut at any byte.
io::Task<Result<Head>> take_head(Context& context, std::string bytes, const Asked& asked) {
  Head head;
  head.whole = asked.total_bytes <= bytes.size();
  std::uint64_t used = bytes.size();
  const bool packed_for_its_way = body_coding(context.request) == Coding::gzip;
  if (packed_for_its_way || gzip::is_gzip(bytes)) {
    auto unpacked = co_await intake::unpack_head(context.scope, bytes, head.whole, limits::checked_bytes_max);
    if (!unpacked) co_return std::unexpected(std::move(unpacked.error()));
    used = unpacked->packed_bytes;
    head.whole = unpacked->whole;
    if (!packed_for_its_way)
      head.packed = {"unpacked", "The file is gzip-compressed; what is in it was looked at.", {}};
    head.bytes = std::move(unpacked->bytes);
  } else {
    head.bytes = std::move(bytes);
  }
  const std::uint64_t total = std::max(asked.total_bytes, used);
  if (total > 0) head.file_part = static_cast<double>(used) / static_cast<double>(total);
  co_return head;
}

/// The bytes up to the last line end before `end`: what follows may be half a row. In UTF-16 a line end has a
/// NUL behind it (little-endian).
std::string_view whole_lines(std::string_view bytes, std::size_t end) {
  const std::size_t at = bytes.rfind('\n', end);
  if (at == std::string_view::npos) return bytes;
  const bool wide = at + 1 < bytes.size() && bytes[at + 1] == '\0';
  return bytes.substr(0, at + (wide ? 2 : 1));
}

struct Looked {
  intake::Planned planned;
  std::shared_ptr<store::OpenFile> text;
};

/// Plans the bytes as an import's file would be. What lies in the spool for that is gone afterwards.
io::Task<Result<Looked>> look_at(Context& context, std::string_view bytes, const Asked& asked) {
  store::Spool& spool = context.services.spool;
  auto upload = co_await spool.begin(context.scope, 0);
  if (!upload) co_return std::unexpected(std::move(upload.error()));
  Result<> appended = co_await (*upload)->append(context.scope, bytes);
  if (!appended) co_return std::unexpected(std::move(appended.error()));
  auto file = co_await (*upload)->finish(context.scope);
  if (!file) co_return std::unexpected(std::move(file.error()));
  intake::PlanRequest request{.encoding = asked.encoding, .settings = asked.plan};
  io::Task<Result<intake::Planned>> planning =
      intake::plan_file(context.scope, spool, *file, std::move(request));
  Result<intake::Planned> planned = co_await std::move(planning);
  Result<Looked> looked = fail(ErrorCode::file_read_failed, "the bytes could not be read back");
  if (!planned) {
    looked = std::unexpected(std::move(planned.error()));
  } else {
    auto text = co_await spool.open(context.scope, planned->text);
    if (text) {
      looked = Looked{std::move(*planned), std::move(*text)};
    } else {
      looked = std::unexpected(std::move(text.error()));
    }
  }
  // An open file stays readable after its name is gone.
  if (looked && looked->planned.text.key != file->key)
    co_await spool.remove(context.scope, looked->planned.text.key);
  co_await spool.remove(context.scope, file->key);
  co_return looked;
}

std::string_view line_ends(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, looked_at_bytes);
  const auto lf = std::ranges::count(head, '\n');
  const auto cr = std::ranges::count(head, '\r');
  if (cr == 0) return "LF";
  if (lf == 0) return "CR";
  return lf == cr ? "CRLF" : "mixed";
}

std::string rows_json(const Looked& looked, std::uint64_t rows) {
  const csv::Plan& plan = looked.planned.plan;
  json::Envelope envelope;
  envelope.import_id = "check";
  const json::BatchWriter writer(plan, envelope);
  json::Position position = writer.begin_rows({1, plan.data_begin}, rows, json::RowLayout::commas, false);
  std::string out;
  std::vector<char> piece(looked_at_bytes);
  while (rows > 0 && !json::BatchWriter::finished(position)) {
    const std::size_t count = writer.fill(looked.text->bytes(), position, piece);
    out.append(piece.data(), count);
  }
  return out;
}

std::string check_json(const Looked& looked, std::string_view bytes, const Asked& asked, const Head& head) {
  const csv::Plan& plan = looked.planned.plan;
  const std::uint64_t shown = std::min(first_rows, plan.total_rows);
  const std::string rows = rows_json(looked, shown);
  std::uint64_t total = plan.total_rows;
  if (!head.whole && !bytes.empty()) {
    const double used = static_cast<double>(bytes.size()) / static_cast<double>(head.bytes.size());
    total = static_cast<std::uint64_t>(static_cast<double>(total) / (head.file_part * used));
  }
  std::string body;
  json::Writer w(body);
  w.begin_object().field("delimiter", std::string(1, plan.dialect.delimiter));
  w.field("delimiterSniffed", !asked.plan.delimiter.has_value());
  w.field("encoding", looked.planned.encoding).field("encodingDetected", asked.encoding.empty());
  w.field("lineEnds", line_ends(bytes));
  if (head.whole) {
    w.field("endsWithLineEnd", bytes.ends_with('\n') || bytes.ends_with('\r'));
  } else {
    w.field_null("endsWithLineEnd");
  }
  w.key("columns").begin_array();
  for (const csv::Column& column : plan.columns)
    w.begin_object().field("header", column.header).field("key", column.name).end_object();
  w.end_array().field("rows", total).field("rowsExact", head.whole).key("notes").begin_array();
  std::vector<csv::Note> notes = plan.notes;
  if (head.packed) notes.insert(notes.begin(), *head.packed);
  for (const csv::Note& note : notes) {
    w.begin_object().field("code", note.code).field("detail", note.detail).key("rows").begin_array();
    for (const std::uint64_t row : note.rows) w.unsigned_integer(row);
    w.end_array().end_object();
  }
  w.end_array().field_raw("firstRows", "[" + rows + "]");
  constexpr std::uint64_t index_member_bytes = 36;  // "__index":"…",
  w.field("bodyBytesPerRow", shown == 0 ? 0 : rows.size() / shown + index_member_bytes).end_object();
  return body;
}

/// Counts one check for as long as it holds its bytes.
class Place {
 public:
  explicit Place(std::size_t& count) : count_(count) { ++count_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { --count_; }

 private:
  std::size_t& count_;
};

}  // namespace

io::Task<Response> check_file(Context& context) {
  if (!body_coding(context.request)) co_return unknown_coding(context.request);
  auto asked = read_asked(context);
  if (!asked) co_return problem(asked.error());
  if (context.services.checks >= limits::checks_max)
    co_return problem(503, "limit_reached", "too many files are being checked; try again");
  const Place place(context.services.checks);
  Result<std::string> bytes = co_await read_head(context);
  if (!bytes) co_return problem(bytes.error());
  auto head = co_await take_head(context, std::move(*bytes), *asked);
  if (!head) co_return problem(head.error());
  const bool whole = head->whole;
  std::string_view used = whole ? std::string_view(head->bytes) : whole_lines(head->bytes, std::string::npos);
  auto looked = co_await look_at(context, used, *asked);
  if (!looked && !whole && looked.error().code == ErrorCode::unclosed_quote && looked.error().at > 0) {
    // The cut went through a quoted cell: its row is left out too.
    used = whole_lines(head->bytes, static_cast<std::size_t>(looked.error().at));
    looked = co_await look_at(context, used, *asked);
  }
  if (!looked) co_return problem(looked.error());
  std::string body = check_json(*looked, used, *asked, *head);
  if (looked->text->failed())
    co_return problem(500, "file_read_failed", "the bytes could not be read back; try again");
  co_return json_response(200, std::move(body));
}

}  // namespace pulter::control
