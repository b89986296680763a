// Tokenizer and writer together: a planned file to the bytes of its bodies (bench/README.md).

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "bench/contest.h"
#include "bench/yardsticks.h"
#include "codec/csv/kernel.h"
#include "codec/csv/kernel_table.h"
#include "codec/csv/plan.h"
#include "codec/json/batch_writer.h"

namespace pulter::bench {
namespace {

/// As large as a segment of the daemon's pool: bodies are written over the same warm memory again and again.
constexpr std::size_t segment_bytes = 256u << 10;

std::uint64_t write_bodies(std::string_view text, const csv::Plan& plan, const json::BatchWriter& writer,
                           char* out) {
  std::uint64_t bytes = 0;
  for (std::uint64_t index = 1; index <= plan.batch_count; ++index) {
    const Result<csv::BatchRange> range = csv::locate(plan, text, index);
    if (!range) std::abort();
    json::Position position = writer.begin(*range);
    while (!json::BatchWriter::finished(position)) bytes += writer.fill(text, position, {out, segment_bytes});
  }
  return bytes;
}

/// Every cell of the file, its own quotes left out.
KnownCells find_cells(std::string_view text, const csv::Plan& plan) {
  const auto index = std::make_unique<csv::CellIndex>();
  KnownCells known;
  known.columns = plan.file_columns;
  std::size_t at = plan.data_begin;
  while (at < text.size()) {
    const std::size_t size = std::min<std::size_t>(csv::scan_chunk_bytes, text.size() - at);
    csv::kernel_scalar.index(text.data() + at, size, ',', *index);
    const std::uint16_t last = index->row_end[index->rows - 1];
    for (std::uint16_t i = 0; i < last; ++i) {
      std::uint32_t begin = static_cast<std::uint16_t>(index->at[i] + 1);
      std::uint32_t end = index->at[i + 1];
      if (end > begin + 1 && text[at + begin] == '"') ++begin, --end;
      known.cells.push_back({static_cast<std::uint32_t>(at + begin), end - begin});
    }
    at += index->at[last] + 1u;
  }
  return known;
}

/// Keys as they stand between two cells, each with 64 readable bytes.
struct Keys {
  explicit Keys(const csv::Plan& plan) {
    for (const csv::Column& column : plan.columns) {
      texts.push_back((texts.empty() ? "\"" : "\",\"") + column.name + "\":\"");
      sizes.push_back(texts.back().size());
      texts.back().resize(sizes.back() + 64);
    }
    for (std::size_t i = 0; i < texts.size(); ++i)
      views.push_back(std::string_view(texts[i]).substr(0, sizes[i]));
  }
  std::vector<std::string> texts;
  std::vector<std::size_t> sizes;
  std::vector<std::string_view> views;
};

void bench_writer(benchmark::State& state, const std::string& name) {
  const std::string_view text = data_set(name).text();
  const Result<csv::Plan> plan = csv::make_plan(text, {});
  if (!plan) std::abort();
  const json::BatchWriter writer(*plan, {"imp_01HF3W2J7Q8Z5X4C3V2B1N0M9K", "default", "all",
                                         plan->batch_count, plan->total_rows, "{}", "{}"});
  const csv::Isa best = csv::active_isa();
  if (!csv::select_kernel("scalar")) std::abort();
  const json::BatchWriter plain(*plan, {"imp_01HF3W2J7Q8Z5X4C3V2B1N0M9K", "default", "all", plan->batch_count,
                                        plan->total_rows, "{}", "{}"});
  if (!csv::select_kernel(csv::name(best))) std::abort();

  std::string out(segment_bytes + 64, '\0');
  const KnownCells known = find_cells(text, *plan);
  const Keys keys(*plan);
  std::vector<Contestant> contestants = {
      {"write", [&] { return write_bodies(text, *plan, writer, out.data()); }},
      {"plain", [&] { return write_bodies(text, *plan, plain, out.data()); }}};
  if (have_avx512()) {
    contestants.push_back(
        {"roofline64", [&] { return copy_known_cells(text, known, keys.views, out.data(), segment_bytes); }});
    contestants.push_back({"roofline32", [&] {
                             return copy_known_cells_32(text, known, keys.views, out.data(), segment_bytes);
                           }});
  }
  contest(state, text.size(), contestants);
  state.counters["ns/cell"] = static_cast<double>(text.size()) / state.counters["GB/s"].value /
                              static_cast<double>(known.cells.size());
  state.counters["body_bytes"] = static_cast<double>(write_bodies(text, *plan, writer, out.data()));
}

}  // namespace

void add_writer_benches() {
  for (const std::string_view set : data_set_names) {
    const std::string name(set);
    benchmark::RegisterBenchmark(("write/" + name).c_str(),
                                 [name](benchmark::State& state) { bench_writer(state, name); })
        ->UseManualTime()
        ->Iterations(contest_iterations())
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace pulter::bench
