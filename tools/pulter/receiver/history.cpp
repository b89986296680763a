#include "tools/pulter/receiver/history.h"

#include <fmt/format.h>
#include <xxhash.h>

namespace pulter::tool {

bool HashSet::insert(std::uint64_t hash) {
  if (hash == 0) hash = 1;
  if (2 * (size_ + 1) > slots_.size()) grow();
  for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at] == hash) return false;
    if (slots_[at] != 0) continue;
    slots_[at] = hash;
    ++size_;
    return true;
  }
}

void HashSet::grow() {
  std::vector<std::uint64_t> old(slots_.empty() ? 1024 : 2 * slots_.size());
  old.swap(slots_);
  size_ = 0;
  for (const std::uint64_t hash : old) {
    if (hash != 0) insert(hash);
  }
}

std::string History::take(const Receipt& receipt, std::string_view body) {
  ++totals_.requests;
  totals_.bytes += receipt.bytes;
  if (receipt.verified == Verified::yes) ++totals_.verified;
  if (receipt.verified == Verified::no) ++totals_.not_verified;
  Seen& seen = seen_[receipt.webhook_id];
  if (++seen.receipts > 1) {
    ++totals_.repeats;
    if (seen.digest == receipt.digest) return "";
    return fmt::format("webhook-id {} came with other bytes than before", receipt.webhook_id);
  }
  seen.digest = receipt.digest;
  if (receipt.head.event_name == "test") {
    ++totals_.tests;
    return "";
  }
  Delivery& delivery = deliveries_[receipt.path + " " + receipt.head.import_id];
  if (delivery.count == 0) {
    delivery.count = receipt.head.count;
    delivery.total_rows = receipt.head.total_rows;
  } else if (delivery.count != receipt.head.count || delivery.total_rows != receipt.head.total_rows) {
    return fmt::format("count or totalRows of {} changed from {} and {} to {} and {}", receipt.head.import_id,
                       delivery.count, delivery.total_rows, receipt.head.count, receipt.head.total_rows);
  }
  if (receipt.head.event_name == "all") return take_batch(delivery, receipt, body);
  ++totals_.lifecycle;
  const bool early = receipt.head.event_name == "import.completed" && delivery.first_receipts > 0 &&
                     delivery.answered < delivery.count;
  return early ? fmt::format("import.completed of {} came before its last batch was answered",
                             receipt.head.import_id)
               : "";
}

std::string History::take_batch(Delivery& delivery, const Receipt& receipt, std::string_view body) {
  const std::uint64_t index = receipt.head.index;
  if (index <= delivery.first_receipts) {
    return fmt::format("batch {} of {} came again under another webhook-id", index, receipt.head.import_id);
  }
  ++totals_.batches;
  totals_.rows += receipt.rows;
  delivery.rows += receipt.rows;
  std::string problem;
  if (index != delivery.first_receipts + 1) {
    problem = fmt::format("batch {} of {} came after batch {}", index, receipt.head.import_id,
                          delivery.first_receipts);
  } else if (index > delivery.answered + 1) {
    problem = fmt::format("batch {} of {} came before batch {} was answered with 2xx", index,
                          receipt.head.import_id, index - 1);
  } else if (index > delivery.count) {
    problem =
        fmt::format("batch {} of {} is beyond its count {}", index, receipt.head.import_id, delivery.count);
  } else if (index == delivery.count && delivery.rows != delivery.total_rows) {
    problem = fmt::format("{} has {} rows in its batches, but totalRows {}", receipt.head.import_id,
                          delivery.rows, delivery.total_rows);
  }
  delivery.first_receipts = index;
  if (delivery.row_ids.size() < row_ids_max) {
    each_row_id(body, receipt.head, [&](std::string_view row_id) {
      const bool fresh = delivery.row_ids.insert(XXH3_64bits(row_id.data(), row_id.size()));
      if (!fresh && problem.empty()) {
        problem = fmt::format("row {} of {} came twice", row_id, receipt.head.import_id);
      }
    });
  }
  return problem;
}

void History::answered(const Receipt& receipt, int status) {
  if (status < 200 || status > 299 || receipt.head.event_name != "all") return;
  Delivery& delivery = deliveries_[receipt.path + " " + receipt.head.import_id];
  delivery.answered = std::max(delivery.answered, receipt.head.index);
}

std::uint64_t History::receipts_of(const std::string& webhook_id) const {
  const auto found = seen_.find(webhook_id);
  return found == seen_.end() ? 0 : found->second.receipts;
}

History::Totals History::totals() const {
  Totals totals = totals_;
  for (const auto& [key, delivery] : deliveries_) {
    if (delivery.first_receipts == 0) continue;
    const bool whole = delivery.answered == delivery.count && delivery.rows == delivery.total_rows;
    ++(whole ? totals.imports_complete : totals.imports_incomplete);
  }
  return totals;
}

}  // namespace pulter::tool
