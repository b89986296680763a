// Bytes as a CSV, in some dialect: every kernel reads what the reference reader reads, and writes what the
// reference writer writes. Files that are refused are refused by every kernel for the same reason at the same
// place.
#include <array>
#include <string>

#include "codec/csv/kernel.h"
#include "codec/csv/plan.h"
#include "tests/fuzz/target.h"
#include "tests/unit/codec/csv/padded_text.h"
#include "tests/unit/codec/json/differential.h"

namespace pulter::fuzz {
namespace {

json::Check draw_check(Input& input) {
  json::Check check;
  constexpr std::array<char, 4> delimiters = {',', ';', '\t', '|'};
  // The usual ones half of the time, else whatever may be named.
  const std::uint8_t delimiter = input.byte();
  const auto other = static_cast<char>(delimiter & 0x7fU);
  const bool usual = delimiter < 0x80 || !csv::can_delimit(other);
  check.settings.delimiter = usual ? delimiters[delimiter % delimiters.size()] : other;
  check.settings.batch_size = 1U + input.byte() % 9U;
  const std::uint8_t flags = input.byte();
  check.settings.reject_ragged = (flags & 1U) != 0;
  if ((flags & 2U) != 0) check.settings.max_batch_bytes = 2'000 + std::uint64_t{input.byte()} * 50;
  check.buffers = {std::size_t{1} + input.byte(), std::size_t{64} + input.byte(), std::size_t{1} << 16U};
  return check;
}

std::string verdict(std::string_view text, const json::Check& check) {
  const csv::PaddedText padded(text);
  const auto plan = csv::make_plan(padded.view(), check.settings);
  if (!plan)
    return std::string(name(plan.error().code)) + "@" + std::to_string(plan.error().at) + plan.error().detail;
  return "rows " + std::to_string(plan->total_rows);
}

}  // namespace
}  // namespace pulter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pulter;
  fuzz::Input input(data, size);
  const json::Check check = fuzz::draw_check(input);
  std::string first;
  for (const csv::Isa isa : {csv::Isa::scalar, csv::Isa::avx2, csv::Isa::avx512}) {
    if (!csv::supported(isa)) continue;
    fuzz::require(csv::select_kernel(name(isa)).has_value(), "a supported kernel can be chosen");
    const std::string verdict = fuzz::verdict(input.rest(), check);
    if (first.empty()) first = verdict;
    fuzz::require(verdict == first,
                  "kernel " + std::string(name(isa)) + " says " + verdict + ", scalar " + first);
    if (!verdict.starts_with("rows ") && !verdict.starts_with("unclosed_quote")) continue;
    // The byte order mark is the product's to take away; the reference knows nothing of it.
    const std::string_view text = fuzz::without_mark(input.rest());
    if (fuzz::verdict(text, check) != verdict) continue;  // without its mark it may look like no text at all
    const std::string difference = json::differs(text, check);
    fuzz::require(difference.empty(), "kernel " + std::string(name(isa)) + ": " + difference);
  }
  return 0;
}
