#pragma once

#include <string_view>
#include <vector>

#include "engine/model/event.h"

namespace pulter::delivery {

/// The rows that a 2xx answer reports as refused (contract, section 5), each with its 1-based number in the
/// file.
///
/// A row named by `__index` is looked for among the rows of `event`; one that is not there keeps number 0, so
/// that the report is never lost. Pure.
[[nodiscard]] std::vector<model::RowError> read_row_errors(std::string_view answer_body,
                                                           std::string_view import_id,
                                                           const model::Event& event);

}  // namespace pulter::delivery
