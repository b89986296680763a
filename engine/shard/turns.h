#pragma once

#include <cstddef>
#include <cstdint>

#include "io/scope.h"

namespace pulter::shard {

class Turns;

/// The right of a lane to be under way: to hold one connection and one mapped file. Given back when this
/// dies.
class Turn {
 public:
  Turn() = default;
  Turn(Turn&& other) noexcept;
  Turn& operator=(Turn&& other) noexcept;
  ~Turn() { release(); }

  explicit operator bool() const noexcept { return turns_ != nullptr; }
  void release() noexcept;

 private:
  friend class Turns;
  explicit Turn(Turns* turns) noexcept : turns_(turns) {}
  Turns* turns_ = nullptr;
};

/// While it lives, its holder keeps a connection that it does not use. When another lane needs the turn, the
/// longest idle holder is asked to leave: `event` is set and `asked` is true; also from the start, when
/// somebody waits already.
class IdleTurn {
 public:
  IdleTurn(Turns& turns, io::Event& event) noexcept;
  ~IdleTurn();
  IdleTurn(const IdleTurn&) = delete;
  IdleTurn& operator=(const IdleTurn&) = delete;
  [[nodiscard]] bool asked() const noexcept { return asked_; }

 private:
  friend class Turns;
  Turns& turns_;
  io::Event& event_;
  IdleTurn* newer_ = nullptr;
  IdleTurn* older_ = nullptr;
  bool asked_ = false;
};

/// The turns of one shard: as many as there are descriptors for. Where they are out, idle connections are
/// closed, the least recently used first, and then lanes wait in order of asking; nothing fails for want of a
/// descriptor. One shard only.
class Turns {
 public:
  explicit Turns(std::uint64_t count) noexcept : count_(count), free_(count) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// Waits for a turn in order of asking. Empty: the scope was cancelled.
  io::Task<Turn> take(io::Scope& scope);
  /// Somebody waits: whoever can go on later should make room now.
  [[nodiscard]] bool contended() const noexcept { return first_waiter_ != nullptr; }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t free_count() const noexcept { return free_; }
  /// A descriptor was refused although turns were left. True when the operator should be told: once a minute.
  [[nodiscard]] bool note_shortage(io::Instant now) noexcept;

 private:
  friend class Turn;
  friend class IdleTurn;
  struct Waiter {
    io::Event event;
    Waiter* next = nullptr;
  };
  void give_back() noexcept;
  void remove(Waiter& waiter) noexcept;
  void remove(IdleTurn& idle) noexcept;
  void ask_longest_idle() noexcept;

  std::uint64_t count_;
  std::uint64_t free_;
  Waiter* first_waiter_ = nullptr;
  Waiter* last_waiter_ = nullptr;
  IdleTurn* oldest_idle_ = nullptr;
  IdleTurn* newest_idle_ = nullptr;
  bool has_told_ = false;
  io::Instant told_at_{};
};

/// The turns of each of `shards` shards, where this process may open `descriptors` in all (see
/// limits::reserved_descriptors). Pure.
[[nodiscard]] std::uint64_t turns_per_shard(std::uint64_t descriptors, std::uint64_t shards) noexcept;

}  // namespace pulter::shard
