// Any text as a configuration file: it is taken, or refused with the line; what is taken is within its
// bounds.
#include "engine/config/config.h"

#include <array>
#include <string>

#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pulter;
  fuzz::Input input(data, size);
  const std::size_t which = input.byte();
  config::Config config;
  const auto loaded = config::load_config(config, input.rest(), "fuzz.toml");
  if (!loaded) {
    fuzz::require(loaded.error().code == ErrorCode::bad_config, "a refusal is bad_config");
    fuzz::require(loaded.error().detail.find("fuzz.toml") != std::string::npos, "a refusal names the file");
  } else {
    fuzz::require(config.shards <= 1024, "the number of shards is bounded");
    fuzz::require(config.max_batch_bytes > 0, "a batch may have bytes");
  }
  const auto settings = config::settings();
  const std::array<std::string, 1> value = {std::string(input.rest())};
  config::Config other;
  const auto set = config::set(other, settings[which % settings.size()].name, value);
  if (!set) fuzz::require(!set.error().detail.empty(), "a refusal has a reason");
  return 0;
}
