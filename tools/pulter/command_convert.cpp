#include <vector>

#include "codec/json/batch_writer.h"
#include "tools/pulter/command_offline.h"
#include "tools/pulter/source_file.h"

namespace pulter::tool {
namespace {

/// With the file's bytes that become them, these stay in the core's own cache until the kernel takes them.
constexpr std::size_t buffer_bytes = 256u << 10;

}  // namespace

ExitCode run_convert(Context&, const ReadOptions& options, bool with_index) {
  const SourceFile source = read_source(options);
  if (source.plan.total_rows == 0) return ExitCode::delivered;
  // The rows' ids are a pure function of the import's id, which a file without an import does not have.
  json::Envelope envelope;
  envelope.import_id = "convert";
  const json::BatchWriter writer(source.plan, envelope);
  json::Position position = writer.begin_rows({1, source.plan.data_begin}, source.plan.total_rows,
                                              json::RowLayout::lines, with_index);
  std::vector<char> buffer(buffer_bytes);
  while (!json::BatchWriter::finished(position)) {
    const std::size_t count = writer.fill(source.text(), position, buffer);
    check_readable(source, options.file);
    const Result<> written = io::blocking::write_all(io::blocking::standard_output, {buffer.data(), count});
    if (!written) throw Failure(written.error());
  }
  return ExitCode::delivered;
}

}  // namespace pulter::tool
