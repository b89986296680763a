#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "codec/csv/plan.h"
#include "codec/json/batch_writer.h"
#include "engine/model/event.h"
#include "engine/model/import.h"
#include "engine/store/spool.h"
#include "engine/store/spool_key.h"
#include "io/scope.h"

namespace pulter::delivery {

/// Where the writing of one body stands; a copy is a place to come back to.
struct BodyPosition {
  json::Position rows;
  std::shared_ptr<const std::string> fixed;  ///< lifecycle and test bodies are small and held whole
  std::size_t fixed_offset = 0;
};

/// Everything that the bodies of one import are a pure function of: its file, its plan, its settings
/// (architecture, section 3, point 5). Keeps the file mapped while it lives. One thread, but for `fill` and
/// `finished`: any number of threads at once, each with a position of its own.
class BodySource {
 public:
  /// Decodes the plan; `plan` may be empty where only lifecycle bodies are wanted. Rows want `open_file`
  /// first. Errors: gone (the content was removed), store_corrupt (the plan cannot be read).
  static Result<std::unique_ptr<BodySource>> make(store::Spool& spool, const model::Import& import,
                                                  std::string_view plan);
  /// Opens the file where there is one and it is not open. Errors: those of Spool::open.
  io::Task<Result<>> open_file(io::Scope& scope);
  [[nodiscard]] bool is_readable() const { return file_ != nullptr || text_.key.empty(); }
  /// Lets go of a file that is held in memory, until `open_file`: thousands of lanes may wait for their answers at
  /// once. A mapped one costs nothing and stays.
  void drop_held_file();
  /// Both in one. Errors of both.
  static io::Task<Result<std::unique_ptr<BodySource>>> open(io::Scope& scope, store::Spool& spool,
                                                            const model::Import& import,
                                                            std::string_view plan);
  /// The source of a test event, which belongs to no import.
  static std::unique_ptr<BodySource> for_test(const model::Event& event, std::string_view template_id);

  [[nodiscard]] std::string_view import_id() const { return envelope_.import_id; }
  [[nodiscard]] const csv::Plan& plan() const { return plan_; }
  [[nodiscard]] std::string_view text() const;
  /// Its file lives in the store: what is open of it is held in memory.
  [[nodiscard]] bool is_small() const { return store::is_small_key(text_.key); }
  [[nodiscard]] const json::BatchWriter& writer() const { return *writer_; }

  /// The rows that batch `index` holds. Errors: not_found, file_read_failed.
  [[nodiscard]] Result<csv::BatchRange> batch(std::uint64_t index);
  /// Where the body of `event` starts: its name and index say which one it is.
  [[nodiscard]] Result<BodyPosition> begin(const model::Event& event);
  /// Writes as much as fits and returns the bytes written; fewer than `out` holds only when finished.
  /// Error: file_read_failed: the file was cut short or its disk fails; what was written is void.
  [[nodiscard]] Result<std::size_t> fill(BodyPosition& position, std::span<char> out) const;
  [[nodiscard]] bool finished(const BodyPosition& position) const;

 private:
  BodySource() = default;
  [[nodiscard]] Result<> check_file() const;

  csv::Plan plan_;
  json::Envelope envelope_;
  store::Spool* spool_ = nullptr;  ///< null: a test's
  model::SpoolFile text_;          ///< key empty: bodies of this one have no rows
  std::shared_ptr<store::OpenFile> file_;
  std::unique_ptr<json::BatchWriter> writer_;
  std::optional<csv::BatchRange> found_;  ///< the last one: its event and its body both ask for it
};

}  // namespace pulter::delivery
