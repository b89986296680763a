// The fuzzer's bytes are the plan of a simulation: its faults, its receivers, its files.
#include <span>
#include <string>

#include "io/log.h"
#include "tests/fuzz/target.h"
#include "tests/sim/plan.h"
#include "tests/sim/world.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pulter;
  io::set_log_level(io::LogLevel::error);
  fuzz::Input input(data, size);
  const std::uint64_t seed = std::uint64_t{input.byte()} << 8U | input.byte();
  const std::string_view rest = input.rest();
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(rest.data()), rest.size());
  sim::Plan plan = sim::make_plan(seed, sim::Choices(bytes));
  // A short run: many of them say more than a long one.
  plan.turns = plan.turns % 300;
  const std::string what = describe(plan);
  sim::Diary diary;
  {
    sim::World world(std::move(plan), diary);
    world.run();
  }
  if (diary.faults() == 0) return 0;
  diary.print(stderr);
  fuzz::require(false, diary.first_fault() + "\n" + what);
  return 0;
}
