#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/csv/plan.h"
#include "io/file/mapped_file.h"
#include "tools/pulter/command_offline.h"

namespace pulter::tool {

/// A file as intake would read it: unpacked, mapped, in UTF-8, planned.
struct SourceFile {
  io::MappedFile mapping;
  std::string encoding;            ///< as taken
  std::uint64_t packed_bytes = 0;  ///< of a gzip file; 0: it is none
  csv::Plan plan;

  [[nodiscard]] std::string_view text() const { return mapping.bytes(); }
};

/// Opens, unpacks where it is gzip, converts where it is not UTF-8 (both into unnamed temporary files) and
/// plans a file. Failures carry the sentence that an import of it would show.
[[nodiscard]] SourceFile read_source(const ReadOptions& options);

/// A Failure when the file could not be read while it was mapped (truncated, failing disk).
void check_readable(const SourceFile& source, const std::string& name);

}  // namespace pulter::tool
