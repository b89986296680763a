#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "codec/base/result.h"
#include "codec/csv/batch_pass.h"
#include "codec/csv/plan.h"
#include "codec/csv/row_measure.h"

namespace pulter::csv {

/// Plans a file that is still coming: what has come is read as it does, so that the processor's cache still
/// holds it. `make_plan` is `finish` alone, and both give the same for the same file, errors included.
///
/// Allocates nothing per row. Itself about 75 KiB large. One thread at a time.
class Planner {
 public:
  explicit Planner(PlanSettings settings);
  Planner(const Planner&) = delete;
  Planner& operator=(const Planner&) = delete;

  /// Reads on. `so_far` is the beginning of the file with `padding_bytes` readable behind it: the same and
  /// more at each call, perhaps elsewhere in memory; it is not kept. What is wrong with the file `finish`
  /// says.
  void read(std::string_view so_far);
  /// `file` is all of it. Called once, at last. Errors: those of make_plan.
  [[nodiscard]] Result<Plan> finish(std::string_view file);

 private:
  /// Keeps where batches begin, at most checkpoints_max of them.
  class Checkpoints final : public BatchPass::Sink {
   public:
    explicit Checkpoints(Plan& plan) : plan_(plan) {}
    bool batch(const BatchRange& range) override;

   private:
    Plan& plan_;
  };

  Result<> begin(std::string_view file);
  Result<> take_dialect(std::string_view file);
  void begin_early(std::string_view so_far);

  PlanSettings settings_;
  Plan plan_;
  Checkpoints sink_{plan_};
  std::optional<RowMeasure> measure_;
  std::optional<BatchPass> pass_;  ///< none: not begun
  bool needs_all_ = false;         ///< the beginning alone did not say enough
  std::optional<Error> problem_;
};

}  // namespace pulter::csv
