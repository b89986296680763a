// How fast a body is signed, alone and beside others. Yardsticks in the same run: copying the same bytes, and
// BoringSSL's SHA-256, which a signature made alone can never beat.

#include <benchmark/benchmark.h>
#include <openssl/sha.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "codec/base/digest.h"
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

BENCHMARK(copy_yardstick)->Arg(1'000)->Arg(1'500'000);
BENCHMARK(sha256_yardstick)->Arg(1'000)->Arg(1'500'000);
BENCHMARK(sha256_lanes)->ArgsProduct({{1'024, 1'500'032}, {1, 2, 3}});
BENCHMARK(sign_bodies_together)->ArgsProduct({{1'000, 1'500'000}, {1, 2, 3}});
BENCHMARK(sign_body)->Args({1'000, 1})->Args({1'500'000, 1})->Args({1'500'000, 2});
BENCHMARK(digest_body)->Arg(1'000)->Arg(1'500'000);

}  // namespace

BENCHMARK_MAIN();
