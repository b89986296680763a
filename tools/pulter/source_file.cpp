#include "tools/pulter/source_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "codec/csv/file_kind.h"
#include "codec/text/encoding.h"

namespace pulter::tool {
namespace {

constexpr std::size_t step_bytes = 1u << 20;
constexpr std::size_t head_bytes = 4096;

/// The encoding that is declared, or else found in the bytes.
text::EncodingDetector::Found encoding_of(const ReadOptions& options, std::string_view file) {
  text::EncodingDetector detector;
  for (std::size_t at = 0; at < file.size(); at += step_bytes) detector.feed(file.substr(at, step_bytes));
  text::EncodingDetector::Found found = detector.finish();
  if (options.encoding.empty()) return found;
  const std::optional<text::Encoding> declared = text::encoding_by_name(options.encoding);
  if (!declared) {
    throw Failure(ExitCode::usage, "--encoding: \"" + options.encoding +
                                       "\" is none that Pulter reads: utf-8, utf-16, utf-16le, utf-16be, "
                                       "windows-1252, latin1, ascii.");
  }
  if (found.bom_bytes == 0) found.encoding = *declared;
  return found;
}

/// The same text in UTF-8, as an unnamed temporary file.
io::blocking::Descriptor converted(std::string_view file, text::Encoding from) {
  io::blocking::Descriptor copy = value_or_throw(io::blocking::temporary_file());
  text::Utf8Converter converter(from);
  std::string out;
  for (std::size_t at = 0; at < file.size(); at += step_bytes) {
    check(converter.feed(file.substr(at, step_bytes), out));
    check(io::blocking::write_all(copy.number(), out));
    out.clear();
  }
  check(converter.finish());
  check(io::blocking::write_all(copy.number(), out));
  return copy;
}

}  // namespace

SourceFile read_source(const ReadOptions& options) {
  const std::string name = options.file == "-" ? std::string("Standard input") : options.file;
  io::blocking::Descriptor file =
      options.file == "-" ? value_or_throw(io::blocking::copy_to_temporary(io::blocking::standard_input))
                          : value_or_throw(io::blocking::open_for_reading(options.file));
  if (!io::blocking::is_regular_file(file))
    file = value_or_throw(io::blocking::copy_to_temporary(file.number()));
  SourceFile source{value_or_throw(io::MappedFile::open(file.number())), "", {}};
  if (const auto kind = csv::not_csv_kind(source.text().substr(0, head_bytes)); kind) {
    throw Failure(ExitCode::failed, name + " is no CSV: it looks like " + *kind + ".");
  }
  const text::EncodingDetector::Found found = encoding_of(options, source.text());
  source.encoding = text::name(found.encoding);
  if (found.encoding != text::Encoding::utf8) {
    const io::blocking::Descriptor copy = converted(source.text(), found.encoding);
    source.mapping = value_or_throw(io::MappedFile::open(copy.number()));
  }
  csv::PlanSettings settings;
  settings.delimiter = delimiter_of(options.delimiter);
  settings.batch_size = options.batch_size;
  Result<csv::Plan> plan = csv::make_plan(source.text(), settings);
  check_readable(source, name);
  if (!plan) throw Failure(ExitCode::failed, name + " cannot be imported: " + plan.error().detail);
  source.plan = *std::move(plan);
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
  if (text.size() == 1 && csv::sniffed_delimiters.find(text.front()) != std::string_view::npos)
    return text.front();
  throw Failure(ExitCode::usage, "--delimiter takes one of , ; | or the word tab, not \"" + text + "\".");
}

}  // namespace pulter::tool
