#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/plan.h"

namespace pulter::sim {

/// What the bodies of one import must be, from the reference parser and the reference writer.
class ExpectedImport {
 public:
  ExpectedImport(const ImportPlan& plan, std::size_t file);

  [[nodiscard]] std::uint64_t rows() const { return rows_.size(); }
  [[nodiscard]] std::uint64_t count() const { return (rows() + batch_size_ - 1) / batch_size_; }
  /// The whole body of batch `index` (1 …), or of the lifecycle event `event_name` (`index` 0).
  [[nodiscard]] std::string body(std::string_view import_id, std::string_view event_name,
                                 std::uint64_t index) const;
  /// The whole body of `import.failed`: nothing of the file was read, so nothing of it is counted.
  [[nodiscard]] std::string failed_body(std::string_view import_id) const;

  /// `user` and `metadata` of the import of that file: every body says by them which file it belongs to.
  [[nodiscard]] static std::string user(std::size_t file);
  [[nodiscard]] static std::string metadata(std::size_t file);

 private:
  [[nodiscard]] std::string head(std::string_view import_id, std::string_view event_name, std::uint64_t index,
                                 std::uint64_t count, std::uint64_t rows) const;
  [[nodiscard]] std::string tail() const;

  std::vector<std::vector<std::string>> rows_;
  std::vector<std::string> header_;
  std::uint64_t batch_size_;
  std::size_t file_;
};

/// What a body says of itself, read with nothing of the product's.
struct BodyLabels {
  std::string import_id;
  std::string event_name;
  std::uint64_t index = 0;
  std::uint64_t count = 0;
  std::size_t file = SIZE_MAX;  ///< SIZE_MAX: a test event
};
/// False: it is no body of ours.
[[nodiscard]] bool read_labels(std::string_view body, BodyLabels& labels);

}  // namespace pulter::sim
