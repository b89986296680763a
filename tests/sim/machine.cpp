#include "tests/sim/machine.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "codec/base/check.h"

namespace pulter::sim {
namespace {

using namespace std::chrono_literals;
using engine::Message;

std::vector<std::unique_ptr<engine::ShardLoop>> make_loops(io::SimIo& io, store::Store& store,
                                                           store::Spool& spool, const config::Config& config,
                                                           std::span<delivery::RenderDesk> desks,
                                                           const WorldFaults& faults) {
  std::vector<std::unique_ptr<engine::ShardLoop>> loops;
  const auto count = static_cast<std::uint32_t>(desks.size());
  for (std::uint32_t index = 0; index < count; ++index) {
    const engine::ShardPlace place{.index = index, .count = count, .desks = desks, .helped_bytes_min = 1};
    loops.push_back(std::make_unique<engine::ShardLoop>(io, store, spool, config, place,
                                                        std::make_unique<Names>(io, faults)));
  }
  return loops;
}

}  // namespace

io::Task<Result<std::unique_ptr<store::Upload>>> ProcessSpool::begin(io::Scope& scope,
                                                                     std::uint64_t max_bytes) {
  if (is_dead_) co_return fail(ErrorCode::io_failed, "The process is gone.");
  auto upload = co_await disk_.begin(scope, max_bytes);
  co_return upload;
}

io::Task<Result<model::SpoolFile>> ProcessSpool::adopt(io::Scope& scope, int fd, std::uint64_t max_bytes,
                                                       io::CopyReader* reader) {
  if (is_dead_) co_return fail(ErrorCode::io_failed, "The process is gone.");
  auto file = co_await disk_.adopt(scope, fd, max_bytes, reader);
  co_return file;
}

io::Task<Result<std::shared_ptr<store::OpenFile>>> ProcessSpool::open(io::Scope& scope,
                                                                      const model::SpoolFile& file) {
  auto opened = co_await disk_.open(scope, file);
  co_return opened;
}

io::Task<Result<>> ProcessSpool::remove(io::Scope& scope, std::string_view key) {
  if (is_dead_) co_return fail(ErrorCode::io_failed, "The process is gone.");
  auto removed = co_await disk_.remove(scope, key);
  co_return removed;
}

io::Task<Result<std::vector<std::string>>> ProcessSpool::list(io::Scope& scope, std::int64_t before_ms) {
  auto keys = co_await disk_.list(scope, before_ms);
  co_return keys;
}

Machine::Process::Process(Machine& machine)
    : inner(*machine.disk_, machine.io_,
            [&machine]() -> io::Duration {
              if (machine.chance_.hits(machine.faults_.slow_sync)) {
                return std::chrono::milliseconds(machine.chance_.below(5000));
              }
              return std::chrono::microseconds(100 + machine.chance_.below(300));
            }),
      store(inner, machine.io_, machine.judge_, machine.faults_),
      files(machine.spool_),
      desks(std::make_unique<delivery::RenderDesk[]>(machine.plan_.shards)),
      loops(make_loops(machine.io_, store, files, machine.config_, {desks.get(), machine.plan_.shards},
                       machine.faults_)),
      intake(loops[0]->store(), loops[0]->files(),
             {.max_file_bytes = 0, .max_rows = 0, .max_batch_bytes = machine.config_.max_batch_bytes}) {
  // Every third world has all files in the store, every third all in the spool, and every third some of each.
  constexpr std::array small_max = {limits::small_file_bytes_max, std::size_t{0}, std::size_t{500}};
  for (const auto& loop : loops)
    loop->files().set_small_max(small_max[machine.plan_.seed % small_max.size()]);
}

Machine::Machine(io::SimIo& io, Judge& judge, const Plan& plan, const WorldFaults& faults,
                 const config::Config& config)
    : io_(io),
      judge_(judge),
      plan_(plan),
      faults_(faults),
      config_(config),
      chance_(io.chance().next()),
      paused_until_(plan.shards) {
  auto core = store::open_core();
  PULTER_CHECK(core);
  disk_ = std::move(*core);
}

Machine::~Machine() {
  if (process_) crash(false);
}

std::int64_t Machine::wall_ms() {
  return std::chrono::floor<std::chrono::milliseconds>(io_.wall_now()).time_since_epoch().count();
}

void Machine::start() {
  PULTER_CHECK(process_ == nullptr);
  process_ = std::make_unique<Process>(*this);
  std::ranges::fill(paused_until_, io::Instant{});
  for (const auto& loop : process_->loops) loop->start();
}

void Machine::crash(bool keep) {
  process_->inner.crash(keep);
  process_->files.die();
  for (const auto& loop : process_->loops) {
    loop->post({.kind = Message::Kind::cancel, .webhook_id = {}, .patience = {}});
  }
  std::ranges::fill(paused_until_, io::Instant{});
  while (!ended()) turn(io_.now() + 1s);
  settle();
}

void Machine::drain(io::Duration patience) {
  for (const auto& loop : process_->loops) {
    loop->post({.kind = Message::Kind::drain, .webhook_id = {}, .patience = patience});
  }
}

bool Machine::ended() const {
  return std::ranges::all_of(process_->loops, [](const auto& loop) { return loop->finished(); });
}

void Machine::bury() {
  process_->inner.crash(false);
  settle();
}

/// The store's timer was cancelled: its completion is still on its way.
void Machine::settle() {
  const io::Instant settled = io_.now() + io::SimFaults{}.late_max + 1ms;
  while (io_.now() < settled) io_.run_once(settled);
  process_.reset();
}

void Machine::turn(io::Instant until) {
  const auto& loops = process_->loops;
  const std::size_t first = chance_.below(loops.size());
  engine::ShardLoop* last = nullptr;
  for (std::size_t i = 0; i < loops.size(); ++i) {
    const std::size_t index = (first + i) % loops.size();
    if (paused_until_[index] > io_.now()) {
      until = std::min(until, paused_until_[index]);
      continue;
    }
    if (last != nullptr) last->turn(io_.now());
    last = loops[index].get();
  }
  if (last == nullptr || last->finished()) {
    io_.run_once(until);
  } else {
    last->turn(until);
  }
}

bool Machine::started() const {
  return std::ranges::all_of(process_->loops, [](const auto& loop) { return loop->started(); });
}

std::string Machine::problem() const {
  for (const auto& loop : process_->loops) {
    if (!loop->problem().empty()) return loop->problem();
  }
  return {};
}

void Machine::poke(const std::string& webhook_id) {
  const std::size_t index = model::store_shard_of(webhook_id) % process_->loops.size();
  if (index == 0) return process_->loops[0]->dispatcher().poke(webhook_id);
  process_->loops[index]->post({.kind = Message::Kind::poke, .webhook_id = webhook_id, .patience = {}});
}

}  // namespace pulter::sim
