#include "tools/pulter/source_file.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "codec/csv/file_kind.h"
#include "codec/gzip/unpacker.h"
#include "codec/text/encoding.h"
#include "io/text/iconv_decoder.h"

namespace pulter::tool {
namespace {

constexpr std::size_t step_bytes = 1u << 20;
constexpr std::size_t head_bytes = 4096;

/// Opens the file or standard input as something that can be mapped.
io::MappedFile open_source(const ReadOptions& options) {
  io::blocking::Descriptor file =
      options.file == "-" ? value_or_throw(io::blocking::copy_to_temporary(io::blocking::standard_input))
                          : value_or_throw(io::blocking::open_for_reading(options.file));
  if (!io::blocking::is_regular_file(file))
    file = value_or_throw(io::blocking::copy_to_temporary(file.number()));
  return value_or_throw(io::MappedFile::open(file.number()));
}

/// What is in a gzip file, as an unnamed temporary file.
io::MappedFile unpacked(std::string_view packed) {
  const io::blocking::Descriptor copy = value_or_throw(io::blocking::temporary_file());
  // The same ratio as for an upload; how large it becomes is the user's own disk's business.
  gzip::Unpacker unpacker({});
  std::string out;
  while (!packed.empty()) {
    out.clear();
    packed.remove_prefix(value_or_throw(unpacker.feed(packed, out, step_bytes)));
    check(io::blocking::write_all(copy.number(), out));
  }
  check(unpacker.finish());
  return value_or_throw(io::MappedFile::open(copy.number()));
}

/// The same text in UTF-8, as an unnamed temporary file.
io::MappedFile converted(std::string_view file, const text::DeclaredEncoding& from) {
  const io::blocking::Descriptor copy = value_or_throw(io::blocking::temporary_file());
  const std::unique_ptr<text::Decoder> decoder = value_or_throw(io::open_decoder(from));
  std::string out;
  for (std::size_t at = 0; at < file.size(); at += step_bytes) {
    check(decoder->feed(file.substr(at, step_bytes), out));
    check(io::blocking::write_all(copy.number(), out));
    out.clear();
  }
  check(decoder->finish(out));
  check(io::blocking::write_all(copy.number(), out));
  return value_or_throw(io::MappedFile::open(copy.number()));
}

/// The encoding that is sure before the file was read whole: named by a mark, or declared.
std::optional<text::DeclaredEncoding> known_encoding(const ReadOptions& options, std::string_view file) {
  if (const auto mark = text::find_byte_order_mark(file.substr(0, 4)))
    return text::find_encoding(text::name(mark->encoding));
  if (options.encoding.empty()) return std::nullopt;
  if (const auto declared = text::find_encoding(options.encoding)) return declared;
  throw Failure(ExitCode::usage, "--encoding: \"" + options.encoding +
                                     "\" is none that Pulter reads: " + text::known_encodings() + ".");
}

csv::Plan plan_or_throw(Result<csv::Plan> plan, const SourceFile& source, const std::string& name) {
  check_readable(source, name);
  if (!plan) throw Failure(ExitCode::failed, name + " cannot be imported: " + plan.error().detail);
  return *std::move(plan);
}

}  // namespace

SourceFile read_source(const ReadOptions& options) {
  const std::string name = options.file == "-" ? std::string("Standard input") : options.file;
  SourceFile source{open_source(options), "utf-8", 0, {}};
  if (gzip::is_gzip(source.text().substr(0, head_bytes))) {
    source.packed_bytes = source.text().size();
    source.mapping = unpacked(source.text());
  }
  std::optional<text::DeclaredEncoding> encoding = known_encoding(options, source.text());
  csv::PlanSettings settings;
  settings.delimiter = delimiter_of(options.delimiter);
  settings.batch_size = options.batch_size;
  if (!encoding || encoding->encoding == text::Encoding::utf8) {
    if (const auto kind = csv::not_csv_kind(source.text().substr(0, head_bytes)))
      throw Failure(ExitCode::failed, name + " is no CSV: it looks like " + *kind + ".");
    Result<csv::Plan> plan = csv::make_plan(source.text(), settings);
    // Bytes that are no UTF-8, and nobody said that they should be: what intake takes them for, too.
    if (encoding || plan || plan.error().code != ErrorCode::bad_encoding) {
      source.plan = plan_or_throw(std::move(plan), source, name);
      return source;
    }
    encoding = text::find_encoding(text::name(text::Encoding::windows1252));
  }
  source.encoding = encoding->name;
  source.mapping = converted(source.text(), *encoding);
  source.plan = plan_or_throw(csv::make_plan(source.text(), settings), source, name);
  return source;
}

void check_readable(const SourceFile& source, const std::string& name) {
  const Result<> readable = source.mapping.check();
  if (!readable)
    throw Failure(ExitCode::failed, name + " could not be read to its end: " + readable.error().detail);
}

std::optional<char> delimiter_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (text == "tab" || text == "\\t") return '\t';
  if (text.size() == 1 && csv::can_delimit(text.front())) return text.front();
  throw Failure(
      ExitCode::usage,
      "--delimiter takes one ASCII character that is no quote and no line end, such as , ; or |, or the word "
      "tab; not \"" +
          text + "\".");
}

}  // namespace pulter::tool
