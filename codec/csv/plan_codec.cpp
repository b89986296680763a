// The stored form of a plan; plan_format.md describes it.

#include <xxhash.h>

#include <bit>
#include <concepts>
#include <cstring>
#include <string>

#include "codec/csv/plan.h"

namespace pulter::csv {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are stored as they lie in memory");

constexpr std::string_view magic = "pltrplan";
constexpr std::uint32_t version = 1;
constexpr std::size_t checksum_bytes = 8;

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  template <std::unsigned_integral Number>
  void number(Number value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out_.append(bytes, sizeof value);
  }

  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    out_.append(value);
  }

 private:
  std::string& out_;
};

/// Reads what Writer wrote; once something is missing, everything further is zero and `good` is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <std::unsigned_integral Number>
  void number(Number& value) {
    value = 0;
    const std::string_view bytes = take(sizeof value);
    if (good_) std::memcpy(&value, bytes.data(), bytes.size());
  }

  void text(std::string& value) {
    std::uint32_t size = 0;
    number(size);
    value = take(size);
  }

  /// The number of items that follow, each of at least `item_bytes_min`: never more than the bytes could
  /// hold.
  [[nodiscard]] std::size_t count(std::size_t item_bytes_min) {
    std::uint32_t count = 0;
    number(count);
    if (count > rest_.size() / item_bytes_min) good_ = false;
    return good_ ? count : 0;
  }

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool finished() const { return good_ && rest_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) good_ = false;
    if (!good_) return {};
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  std::string_view rest_;
  bool good_ = true;
};

/// The plan's numbers in stored order; `each` is called with every one of them.
template <class SomePlan, class Each>
void each_number(SomePlan& plan, Each&& each) {
  each(plan.file_bytes);
  each(plan.data_begin);
  each(plan.total_rows);
  each(plan.batch_count);
  each(plan.max_batch_bytes);
  each(plan.envelope_bytes);
  each(plan.short_rows);
  each(plan.long_rows);
  each(plan.blank_lines);
  each(plan.checkpoint_stride);
  each(plan.file_columns);
  each(plan.batch_size);
}

void read_columns(Reader& reader, Plan& plan) {
  plan.columns.resize(reader.count(12));
  for (Column& column : plan.columns) {
    reader.number(column.source);
    reader.text(column.name);
    reader.text(column.header);
  }
}

void read_notes(Reader& reader, Plan& plan) {
  plan.notes.resize(reader.count(12));
  for (Note& note : plan.notes) {
    reader.text(note.code);
    reader.text(note.detail);
    note.rows.resize(reader.count(8));
    for (std::uint64_t& row : note.rows) reader.number(row);
  }
}

void read_checkpoints(Reader& reader, Plan& plan) {
  plan.checkpoints.resize(reader.count(16));
  std::uint64_t batch = 1;
  for (Checkpoint& checkpoint : plan.checkpoints) {
    checkpoint.batch = batch;
    batch += plan.checkpoint_stride;
    reader.number(checkpoint.first_row);
    reader.number(checkpoint.offset);
  }
}

/// What every reader of a plan relies on.
bool consistent(const Plan& plan) {
  if (plan.file_columns > columns_max || plan.columns.size() > plan.file_columns) return false;
  if (plan.data_begin > plan.file_bytes || plan.total_rows > plan.file_bytes) return false;
  if (plan.batch_count > plan.total_rows || (plan.batch_count == 0) != (plan.total_rows == 0)) return false;
  if (plan.batch_size == 0 || plan.max_batch_bytes <= plan.envelope_bytes) return false;
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    if (plan.columns[i].source >= plan.file_columns) return false;
    if (i > 0 && plan.columns[i].source <= plan.columns[i - 1].source) return false;
  }
  const std::uint64_t stride = plan.checkpoint_stride;
  if (stride == 0 || plan.checkpoints.size() > checkpoints_max) return false;
  const std::uint64_t wanted = plan.batch_count / stride + (plan.batch_count % stride != 0 ? 1 : 0);
  if (plan.checkpoints.size() != wanted) return false;
  Checkpoint before{0, 0, plan.data_begin};
  for (std::size_t i = 0; i < plan.checkpoints.size(); ++i) {
    const Checkpoint& here = plan.checkpoints[i];
    if (i == 0 ? here.first_row != 1 : here.offset <= before.offset) return false;
    if (here.first_row <= before.first_row || here.first_row > plan.total_rows) return false;
    if (here.offset < before.offset || here.offset >= plan.file_bytes) return false;
    before = here;
  }
  return true;
}

std::unexpected<Error> corrupt() {
  return fail(ErrorCode::store_corrupt, "The stored plan of the import is damaged; import the file again.");
}

}  // namespace

std::string encode(const Plan& plan) {
  std::string out(magic);
  Writer writer(out);
  writer.number(version);
  writer.number(static_cast<std::uint8_t>(plan.dialect.delimiter));
  writer.number(static_cast<std::uint8_t>(plan.send_extra ? 1 : 0));
  each_number(plan, [&writer](auto value) { writer.number(value); });
  writer.number(static_cast<std::uint32_t>(plan.columns.size()));
  for (const Column& column : plan.columns) {
    writer.number(column.source);
    writer.text(column.name);
    writer.text(column.header);
  }
  writer.number(static_cast<std::uint32_t>(plan.notes.size()));
  for (const Note& note : plan.notes) {
    writer.text(note.code);
    writer.text(note.detail);
    writer.number(static_cast<std::uint32_t>(note.rows.size()));
    for (const std::uint64_t row : note.rows) writer.number(row);
  }
  writer.number(static_cast<std::uint32_t>(plan.checkpoints.size()));
  for (const Checkpoint& checkpoint : plan.checkpoints) {
    writer.number(checkpoint.first_row);
    writer.number(checkpoint.offset);
  }
  writer.number(std::uint64_t{XXH3_64bits(out.data(), out.size())});
  return out;
}

Result<Plan> decode(std::string_view bytes) {
  if (!bytes.starts_with(magic) || bytes.size() < magic.size() + sizeof version + checksum_bytes)
    return corrupt();
  const std::string_view body = bytes.substr(0, bytes.size() - checksum_bytes);
  std::uint64_t checksum = 0;
  Reader(bytes.substr(body.size())).number(checksum);
  if (checksum != XXH3_64bits(body.data(), body.size())) return corrupt();

  Reader reader(body.substr(magic.size()));
  std::uint32_t stored_version = 0;
  reader.number(stored_version);
  if (stored_version != version) {
    return fail(ErrorCode::not_supported,
                "The import's plan was stored by another version of Pulter (plan format " +
                    std::to_string(stored_version) + "); this one reads format " + std::to_string(version) +
                    ".");
  }
  Plan plan;
  std::uint8_t delimiter = 0;
  std::uint8_t send_extra = 0;
  reader.number(delimiter);
  reader.number(send_extra);
  plan.dialect.delimiter = static_cast<char>(delimiter);
  plan.send_extra = send_extra != 0;
  each_number(plan, [&reader](auto& value) { reader.number(value); });
  read_columns(reader, plan);
  read_notes(reader, plan);
  read_checkpoints(reader, plan);
  if (!reader.finished() || !consistent(plan)) return corrupt();
  return plan;
}

}  // namespace pulter::csv
