#pragma once

#include <coroutine>
#include <cstddef>
#include <span>
#include <vector>

#include "codec/sign/signature.h"
#include "engine/delivery/outgoing.h"
#include "io/io.h"

namespace pulter::delivery {

/// Bodies that a lane has rendered ahead: as many as are signed side by side. More would only cool the
/// caches.
inline constexpr std::size_t bodies_ahead_max = sign::bodies_together_max;

/// Makes the bodies of a shard's lanes, two or three side by side where so many are waiting: their hashes
/// then take half of the time (codec/sign). One alone never waits for another.
///
/// What lanes ask for in one turn of the Io is done at that turn's end, in order of asking. One shard only.
class Renderer {
 public:
  explicit Renderer(io::Io& io);
  /// Nothing may wait: the lanes have ended.
  ~Renderer();
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  /// Awaited by a lane: completes when all of its jobs are prepared. Not cut short by cancelling: it ends in
  /// this turn or one of the next few.
  struct Request {
    Renderer& renderer;
    std::span<BodyJob> jobs;
    std::size_t left = 0;
    std::coroutine_handle<> caller = {};

    [[nodiscard]] bool await_ready() const noexcept { return jobs.empty(); }
    void await_suspend(std::coroutine_handle<> lane) noexcept;
    void await_resume() const noexcept {}
  };
  /// `jobs` stay where they are until the result is there.
  [[nodiscard]] Request render(std::span<BodyJob> jobs) { return {*this, jobs}; }

 private:
  struct Waiting {
    BodyJob* job = nullptr;
    Request* request = nullptr;
  };
  static void on_turn(io::Op& op) noexcept;
  void work();

  io::Io& io_;
  io::Op turn_;
  std::vector<Waiting> queue_;
};

}  // namespace pulter::delivery
