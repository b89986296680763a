// How fast a body is signed, alone, beside others and beside its rendering. Yardsticks in the same run:
// copying the same bytes, and BoringSSL's SHA-256, which a signature made alone can never beat.

#include <benchmark/benchmark.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/data_sets.h"
#include "codec/base/digest.h"
#include "codec/csv/plan.h"
#include "codec/json/batch_writer.h"
#include "codec/sign/sha256.h"
#include "codec/sign/sha256_lanes.h"
#include "codec/sign/signature.h"

namespace {

using pulter::sign::Secret;
using pulter::sign::Signer;

constexpr std::size_t segment_bytes = 64 * 1024;

std::string make_body(std::size_t size) {
  std::string body(size, '\0');
  std::uint32_t state = 1;
  for (char& c : body) c = static_cast<char>(' ' + ((state = state * 1'664'525 + 1'013'904'223) >> 26));
  return body;
}

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

void copy_yardstick(benchmark::State& state) {
  const std::string body = make_body(static_cast<std::size_t>(state.range(0)));
  std::string to(body.size(), '\0');
  for (auto _ : state) {
    std::memcpy(to.data(), body.data(), body.size());
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state);
}

void sha256_yardstick(benchmark::State& state) {
  const std::string body = make_body(static_cast<std::size_t>(state.range(0)));
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> hash;
  for (auto _ : state) {
    SHA256(reinterpret_cast<const std::uint8_t*>(body.data()), body.size(), hash.data());
    benchmark::DoNotOptimize(hash);
  }
  count_bytes(state);
}

// Signs as the renderer does: in segments. The second argument is the number of live secrets.
void sign_body(benchmark::State& state) {
  const std::string body = make_body(static_cast<std::size_t>(state.range(0)));
  std::vector<Secret> secrets;
  for (std::int64_t i = 0; i < state.range(1); ++i)
    secrets.push_back(Secret::parse("secret " + std::to_string(i)).value());
  std::string header;
  for (auto _ : state) {
    Signer signer(secrets, "evt_01HF7YAT00000000000000000A", 1'700'000'000);
    for (std::size_t at = 0; at < body.size(); at += segment_bytes) {
      signer.update(std::string_view(body).substr(at, segment_bytes));
    }
    header = signer.finish();
    benchmark::DoNotOptimize(header.data());
  }
  count_bytes(state);
  state.SetLabel(header.substr(0, 15));
}

// The kernel alone: range(1) messages side by side. Bytes are those of all messages together.
void sha256_lanes(benchmark::State& state) {
  using namespace pulter::sign;
  if (!supported(Sha256Kernel::lanes)) return state.SkipWithError("no SHA instructions");
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto lane_count = static_cast<std::size_t>(state.range(1));
  std::array<std::string, sha256_lanes_max> bodies;
  std::array<Sha256State, sha256_lanes_max> states;
  std::array<std::uint32_t*, sha256_lanes_max> state_pointers{};
  std::array<const std::uint8_t*, sha256_lanes_max> blocks{};
  for (std::size_t i = 0; i < lane_count; ++i) {
    bodies[i] = make_body(size);
    states[i] = sha256_start;
    state_pointers[i] = states[i].data();
    blocks[i] = reinterpret_cast<const std::uint8_t*>(bodies[i].data());
  }
  for (auto _ : state) {
    sha256_lanes_step(state_pointers.data(), blocks.data(), lane_count, size / sha256_block_bytes);
    benchmark::DoNotOptimize(states);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0) * state.range(1));
}

// range(1) bodies signed side by side, in segments, as the renderer does.
void sign_bodies_together(benchmark::State& state) {
  using namespace pulter::sign;
  const auto body_count = static_cast<std::size_t>(state.range(1));
  std::vector<std::string> bodies(body_count, make_body(static_cast<std::size_t>(state.range(0))));
  const Secret secret = Secret::parse("secret").value();
  std::string header;
  for (auto _ : state) {
    std::vector<Signer> signers;
    for (std::size_t i = 0; i < body_count; ++i)
      signers.emplace_back(secret, "evt_01HF7YAT00000000000000000A", 1);
    std::vector<Signer::Part> parts(body_count);
    for (std::size_t at = 0; at < bodies[0].size(); at += segment_bytes) {
      for (std::size_t i = 0; i < body_count; ++i) {
        parts[i] = {&signers[i], std::string_view(bodies[i]).substr(at, segment_bytes)};
      }
      Signer::update_together(parts);
    }
    for (Signer& signer : signers) header = signer.finish();
    benchmark::DoNotOptimize(header.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0) * state.range(1));
}

void digest_body(benchmark::State& state) {
  const std::string body = make_body(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    pulter::Digest digest;
    for (std::size_t at = 0; at < body.size(); at += segment_bytes) {
      digest.update(std::string_view(body).substr(at, segment_bytes));
    }
    benchmark::DoNotOptimize(digest.text());
  }
  count_bytes(state);
}

/// Up to three bodies of a file rendered and signed as a lane does it: a segment of each, then the hashes of
/// all segments while these are in the second-level cache.
class Bodies {
 public:
  Bodies(std::string_view file, std::size_t together)
      : file_(file),
        plan_(pulter::csv::make_plan(file, {}).value()),
        writer_(plan_, {"imp_1", "default", "all", plan_.batch_count, plan_.total_rows, "{}", "{}"}),
        segments_(together, std::string(segment_bytes, '\0')) {}

  /// Goes over all bodies and returns their bytes; what is not wanted is left out.
  std::uint64_t run(bool render, bool hash) {
    std::uint64_t bytes = 0;
    for (std::uint64_t first = 1; first <= plan_.batch_count; first += segments_.size()) {
      const std::uint64_t count = std::min<std::uint64_t>(segments_.size(), plan_.batch_count + 1 - first);
      bytes += run_group(first, count, render, hash);
    }
    sizes_known_ = true;
    return bytes;
  }

 private:
  struct Body {
    pulter::json::Position position;
    std::optional<Signer> signer;
  };

  std::uint64_t run_group(std::uint64_t first, std::uint64_t count, bool render, bool hash) {
    std::array<Body, pulter::sign::bodies_together_max> bodies;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (render) bodies[i].position = writer_.begin(pulter::csv::locate(plan_, file_, first + i).value());
      bodies[i].signer.emplace(secret_, "evt_01HF7YAT00000000000000000A", 1'700'000'000);
    }
    std::uint64_t bytes = 0;
    for (std::size_t step = 0;; ++step) {
      std::array<Signer::Part, pulter::sign::bodies_together_max> parts;
      std::size_t part_count = 0;
      for (std::uint64_t i = 0; i < count; ++i) {
        const std::size_t size = render ? render_step(bodies[i], first + i, i) : size_of(first + i, step);
        if (size == 0) continue;
        bytes += size;
        parts[part_count++] = {&*bodies[i].signer, std::string_view(segments_[i]).substr(0, size)};
      }
      if (part_count == 0) break;
      if (hash) Signer::update_together(std::span(parts).first(part_count));
    }
    for (std::uint64_t i = 0; i < count; ++i) benchmark::DoNotOptimize(bodies[i].signer->finish().data());
    return bytes;
  }
  std::size_t render_step(Body& body, std::uint64_t index, std::size_t segment) {
    if (pulter::json::BatchWriter::finished(body.position)) return 0;
    const std::size_t size = writer_.fill(file_, body.position, segments_[segment]);
    if (sizes_.size() <= index) sizes_.resize(index + 1);
    if (!sizes_known_) sizes_[index].push_back(size);
    return size;
  }
  /// Of a step of a body, as it was when it was rendered.
  [[nodiscard]] std::size_t size_of(std::uint64_t index, std::size_t step) const {
    return step < sizes_[index].size() ? sizes_[index][step] : 0;
  }

  std::string_view file_;
  pulter::csv::Plan plan_;
  pulter::json::BatchWriter writer_;
  std::vector<std::string> segments_;
  Secret secret_ = Secret::parse("secret").value();
  std::vector<std::vector<std::size_t>> sizes_;
  bool sizes_known_ = false;
};

// What rendering and signing cost together, as a multiple of what they cost alone: rendering without a hash,
// hashing the same number of bytes that lie in the second-level cache already. range(0) bodies side by side.
void render_and_sign(benchmark::State& state, std::string_view set_name) {
  const bool tiny = std::getenv("PULTER_BENCH_TINY") != nullptr;
  const pulter::bench::DataSet set = pulter::bench::make_data_set(set_name, (tiny ? 1u : 32u) << 20);
  Bodies bodies(set.text(), static_cast<std::size_t>(state.range(0)));
  const auto timed = [&bodies](bool render, bool hash) {
    const std::clock_t begin = std::clock();
    const std::uint64_t bytes = bodies.run(render, hash);
    return std::pair(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC, bytes);
  };
  std::uint64_t bytes = bodies.run(true, true);
  double rendering = 1e9;
  double hashing = 1e9;
  double together = 1e9;
  for (auto _ : state) {
    rendering = std::min(rendering, timed(true, false).first);
    hashing = std::min(hashing, timed(false, true).first);
    const auto [seconds, written] = timed(true, true);
    together = std::min(together, seconds);
    bytes = written;
    state.SetIterationTime(seconds);
  }
  const auto speed = [bytes](double seconds) { return static_cast<double>(bytes) / 1e9 / seconds; };
  state.counters["GB/s"] = speed(together);
  state.counters["render"] = speed(rendering);
  state.counters["hash"] = speed(hashing);
  state.counters["x_sum"] = together / (rendering + hashing);
}

BENCHMARK_CAPTURE(render_and_sign, contacts, "contacts")->Arg(1)->Arg(3)->UseManualTime()->Iterations(9);
BENCHMARK_CAPTURE(render_and_sign, long_text, "long_text")->Arg(1)->Arg(3)->UseManualTime()->Iterations(9);
BENCHMARK(copy_yardstick)->Arg(1'000)->Arg(1'500'000);
BENCHMARK(sha256_yardstick)->Arg(1'000)->Arg(1'500'000);
BENCHMARK(sha256_lanes)->ArgsProduct({{1'024, 1'500'032}, {1, 2, 3}});
BENCHMARK(sign_bodies_together)->ArgsProduct({{1'000, 1'500'000}, {1, 2, 3}});
BENCHMARK(sign_body)->Args({1'000, 1})->Args({1'500'000, 1})->Args({1'500'000, 2});
BENCHMARK(digest_body)->Arg(1'000)->Arg(1'500'000);

}  // namespace

BENCHMARK_MAIN();
