#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "codec/base/result.h"
#include "codec/csv/plan.h"
#include "codec/csv/planner.h"
#include "engine/model/import.h"
#include "engine/store/spool.h"
#include "io/file/file.h"
#include "io/scope.h"

namespace pulter::intake {

/// Plans a file while it is copied into the spool, and so reads it from the cache instead of from memory.
/// What that takes (75 KiB) it holds during the copying only. It may stay without a plan: then the file is
/// planned afterwards.
class PlanAhead final : public io::CopyReader {
 public:
  explicit PlanAhead(csv::PlanSettings settings) : settings_(std::move(settings)) {}

  void read(std::string_view copied, bool whole) noexcept override;
  [[nodiscard]] const csv::PlanSettings& settings() const { return settings_; }
  /// Taken once, after the copy was made. It is of the bytes in the spool as they are.
  [[nodiscard]] std::optional<Result<csv::Plan>> take() { return std::exchange(plan_, std::nullopt); }

 private:
  csv::PlanSettings settings_;
  std::unique_ptr<csv::Planner> planner_;
  std::optional<Result<csv::Plan>> plan_;
};

/// How a file is to be read.
struct PlanRequest {
  std::string encoding;  ///< declared, or empty: found out
  csv::PlanSettings settings;
  std::uint64_t unpacked_bytes_max = 0;  ///< of a packed file; 0: intake::unpacked_bytes_max
  /// What make_plan says of the file's bytes by `settings`, where that is known already.
  std::optional<Result<csv::Plan>> ahead{};
};

/// What intake found out about a spooled file.
struct Planned {
  model::SpoolFile text;  ///< what is rendered from: the file itself, or its copy unpacked and in UTF-8
  std::string encoding;   ///< as taken
  csv::Plan plan;
};

/// Looks at a spooled file, unpacks it where it is gzip, converts it to UTF-8 where it is something else (a
/// byte order mark, a declared encoding, or bytes that are not UTF-8), and plans it. What passes over a
/// file runs on a worker thread, so that lanes go on; a small file is planned at once.
///
/// Errors: not_csv (it looks like something else, named), bad_compression, file_too_large (unpacked),
/// unknown_encoding, and those of csv::make_plan. After an error no copy stays behind. `file` itself is left
/// alone.
io::Task<Result<Planned>> plan_file(io::Scope& scope, store::Spool& spool, const model::SpoolFile& file,
                                    PlanRequest request);

}  // namespace pulter::intake
