#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tools/pulter/receiver/receipt.h"

namespace pulter::tool {

/// A set of 64-bit hashes with open addressing: a million row ids take 16 MiB and a few milliseconds.
class HashSet {
 public:
  /// False when it was there already. 0 is kept as 1.
  bool insert(std::uint64_t hash);
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  void grow();
  std::vector<std::uint64_t> slots_;
  std::size_t size_ = 0;
};

/// What a receiver has seen so far, and whether it was as promised (contract, sections 2 and 4): batches of
/// an import come from 1 to `count`, each after its predecessor was answered with 2xx, every row once, the
/// same bytes under the same webhook-id. Paths stand for webhooks.
class History {
 public:
  /// Row ids are compared up to so many rows; beyond, only counted.
  static constexpr std::size_t row_ids_max = 20'000'000;

  /// Takes a receipt and its body; the sentence that comes back says what was wrong, "" when nothing was.
  [[nodiscard]] std::string take(const Receipt& receipt, std::string_view body);
  /// Remembers what was answered: only a 2xx lets the successor come.
  void answered(const Receipt& receipt, int status);
  /// How often this webhook-id was received, the present receipt included.
  [[nodiscard]] std::uint64_t receipts_of(const std::string& webhook_id) const;

  struct Totals {
    std::uint64_t requests = 0;
    std::uint64_t batches = 0;  ///< different ones
    std::uint64_t rows = 0;     ///< in different batches
    std::uint64_t bytes = 0;    ///< of all bodies, repeats included
    std::uint64_t repeats = 0;
    std::uint64_t lifecycle = 0;
    std::uint64_t tests = 0;
    std::uint64_t verified = 0;
    std::uint64_t not_verified = 0;  ///< wrong signatures
    std::uint64_t imports_complete = 0;
    std::uint64_t imports_incomplete = 0;
  };
  [[nodiscard]] Totals totals() const;

 private:
  struct Delivery {
    std::uint64_t first_receipts = 0;  ///< index of the last batch that came for the first time
    std::uint64_t answered = 0;        ///< highest index answered with 2xx
    std::uint64_t count = 0;
    std::uint64_t total_rows = 0;
    std::uint64_t rows = 0;
    HashSet row_ids;
  };
  struct Seen {
    std::string digest;
    std::uint64_t receipts = 0;
  };

  [[nodiscard]] std::string take_batch(Delivery& delivery, const Receipt& receipt, std::string_view body);

  std::unordered_map<std::string, Delivery> deliveries_;  // path and import id
  std::unordered_map<std::string, Seen> seen_;            // webhook-id
  Totals totals_;
};

}  // namespace pulter::tool
