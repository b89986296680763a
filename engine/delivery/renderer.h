#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/sign/signature.h"
#include "engine/delivery/outgoing.h"
#include "engine/delivery/render_desk.h"
#include "engine/limits.h"
#include "io/io.h"

namespace pulter::delivery {

/// Makes the bodies of a shard's lanes, two or three side by side where so many are waiting: their hashes
/// then take half of the time (codec/sign). One alone never waits for another. Where other shards have
/// nothing to do, they help: one large file is then not bound to one core.
///
/// What lanes ask for in one turn of the Io is done at that turn's end, in order of asking. One shard only.
class Renderer {
 public:
  /// `desks`: those of all shards, this one's at `own`; none: nobody helps. Nor with less than
  /// `helped_bytes_min` of a file.
  explicit Renderer(io::Io& io, std::span<RenderDesk> desks = {}, std::size_t own = 0,
                    std::uint64_t helped_bytes_min = limits::helped_bytes_min);
  /// Nothing may wait: the lanes have ended.
  ~Renderer();
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  /// Awaited by a lane: completes when all of its jobs are rendered and settled. Not cut short by cancelling:
  /// it ends in this turn or one of the next few.
  struct Request {
    Renderer& renderer;
    std::span<BodyJob> jobs;
    bool may_go_elsewhere = false;
    std::size_t left = 0;
    std::coroutine_handle<> caller = {};
    RenderOrder order = {};

    [[nodiscard]] bool await_ready() const noexcept { return jobs.empty(); }
    void await_suspend(std::coroutine_handle<> lane) noexcept;
    void await_resume() const noexcept {}
  };
  /// By this shard. `jobs` stay where they are until the result is there.
  [[nodiscard]] Request render(std::span<BodyJob> jobs) { return {*this, jobs}; }
  /// By another shard, if one has nothing to do: at most sign::bodies_together_max.
  [[nodiscard]] Request render_elsewhere(std::span<BodyJob> jobs) { return {*this, jobs, true}; }
  /// Whether another shard would take an order for so many bytes of a file now.
  [[nodiscard]] bool finds_help_for(std::uint64_t file_bytes) const;

  // For the shard's loop.

  /// Completes what other shards have rendered. True when there was something.
  bool collect();
  /// This shard has nothing to do until its Io says so: others may give it an order meanwhile.
  void open_desk();
  /// The end of that: does the order that was given.
  void close_desk();

 private:
  struct Waiting {
    BodyJob* job = nullptr;
    Request* request = nullptr;
  };
  static void on_turn(io::Op& op) noexcept;
  void work();
  bool lay_elsewhere(Request& request);

  io::Io& io_;
  std::span<RenderDesk> desks_;
  std::size_t own_;
  std::uint64_t helped_bytes_min_;
  io::Op turn_;
  std::vector<Waiting> queue_;
  std::vector<Request*> elsewhere_;  ///< one per helping shard at most
};

}  // namespace pulter::delivery
