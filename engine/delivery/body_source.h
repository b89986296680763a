#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "codec/base/result.h"
#include "codec/csv/plan.h"
#include "codec/json/batch_writer.h"
#include "engine/model/event.h"
#include "engine/model/import.h"
#include "engine/store/spool.h"
#include "engine/store/store_client.h"
#include "io/scope.h"

namespace pulter::delivery {

/// A body as a stream of bytes: where its writing stands.
struct BodyPosition {
  json::BatchWriter::Position batch;
  std::string fixed;             ///< lifecycle and test bodies are small: they are held whole
  std::size_t fixed_offset = 0;
  bool is_fixed = false;
};

/// Everything that the bodies of one import are a pure function of: its file, its plan, its settings.
/// Immutable after `open`; keeps the file mapped for as long as it lives.
class BodySource {
 public:
  /// Maps the file and decodes the plan. Errors: gone (content removed), file_read_failed, store_corrupt.
  static io::Task<Result<std::unique_ptr<BodySource>>> open(io::Scope& scope, store::Spool& spool,
                                                            const model::Import& import, std::string_view plan);

  [[nodiscard]] const csv::Plan& plan() const { return plan_; }
  [[nodiscard]] std::string_view text() const;

  /// The rows that batch `index` holds.
  [[nodiscard]] Result<csv::BatchRange> batch(std::uint64_t index) const;
  /// The body of a batch (`name` "all"), or of a lifecycle event (`index` 0).
  [[nodiscard]] Result<BodyPosition> begin(std::string_view name, std::uint64_t index) const;
  /// Writes as much as fits; returns the bytes written. Error: file_read_failed, then every byte so far is void.
  [[nodiscard]] Result<std::size_t> fill(BodyPosition& position, std::span<char> out) const;
  [[nodiscard]] bool finished(const BodyPosition& position) const;

 private:
  BodySource() = default;

  csv::Plan plan_;
  std::shared_ptr<store::OpenFile> file_;
  std::unique_ptr<json::BatchWriter> writer_;
};

}  // namespace pulter::delivery
