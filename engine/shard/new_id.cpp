#include "engine/shard/new_id.h"

#include <array>
#include <chrono>
#include <cstring>

#include "codec/base/ids.h"

namespace pulter::shard {

std::string new_id(io::Io& io, std::string_view prefix) {
  std::array<std::uint8_t, 10> random{};
  io.random(random);
  return make_id(prefix, static_cast<std::uint64_t>(unix_ms(io)), random);
}

std::int64_t unix_ms(io::Io& io) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(io.wall_now().time_since_epoch()).count();
}

std::uint64_t random_u64(io::Io& io) {
  std::array<std::uint8_t, 8> bytes{};
  io.random(bytes);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

}  // namespace pulter::shard
