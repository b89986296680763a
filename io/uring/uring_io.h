#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "io/io.h"
#include "io/op_list.h"
#include "io/timer_heap.h"
#include "io/unique_fd.h"
#include "io/uring/worker.h"

namespace pulter::io {

class Ring;
struct OpExtra;

struct UringSettings {
  unsigned entries = 1024;          ///< of the submission queue; 4096 take 0.55 MB of locked memory
  std::string tcp_congestion = {};  ///< see tcp_congestion_control(7); empty: what the host uses
  /// For how long after its last completion the Io looks for the next one without sleeping: it then comes
  /// sooner by the time that the machine needs to wake a core, which is busy meanwhile. Zero: sleeps at once.
  Duration busy_poll = Duration::zero();
  Worker* worker = nullptr;  ///< runs `work`; outlives the Io. Null: the Io starts one of its own when needed
};

/// Io over one io_uring. Made and used on one thread.
///
/// A turn enters the kernel once: submissions, cancels, the wait (its timeout is the next timer),
/// completions. An Op is known to the kernel by kind, generation and slot, so a completion that comes after
/// its slot was reused is seen and dropped. In steady state nothing is allocated.
class UringIo final : public Io, private WorkOwner {
 public:
  /// Errors: not_supported, limit_reached; the text names cause and cure.
  [[nodiscard]] static Result<std::unique_ptr<UringIo>> create(const UringSettings& settings);
  /// PULTER_CHECKs that no operation is pending: cancel and join the scopes first. To be destroyed on
  /// its own thread: the kernel lets no other one end the read that wake() rings.
  ~UringIo() override;

  void submit(Op& op) override;
  void cancel(Op& op) override;
  std::size_t run_once(Instant until) override;
  void wake() noexcept override;
  [[nodiscard]] Instant now() override;
  [[nodiscard]] WallTime wall_now() override;
  [[nodiscard]] Duration boot_now() override;
  void random(std::span<std::uint8_t> out) override;

  [[nodiscard]] Result<int> open_tcp(net::Family family) override;
  [[nodiscard]] Result<int> open_unix() override;
  [[nodiscard]] Result<int> listen_tcp(const net::Endpoint& endpoint) override;
  [[nodiscard]] Result<int> listen_unix(const UnixListener& listener) override;
  [[nodiscard]] Result<net::Endpoint> local_endpoint(int fd) override;
  [[nodiscard]] Result<net::Endpoint> peer_endpoint(int fd) override;
  [[nodiscard]] PeerCredentials peer_credentials(int fd) override;
  void shutdown(int fd) noexcept override;
  void close(int fd) noexcept override;

  /// Operations that were submitted and not completed, less the Io's own.
  [[nodiscard]] std::size_t pending_operations() const noexcept { return pending_count_; }

 private:
  struct Slot {
    Op* op = nullptr;
    std::uint32_t generation = 0;
    OpExtra* extra = nullptr;
    bool cancelling = false;  ///< a cancel was asked for
    bool in_cancels = false;  ///< and waits in `cancels_`
  };

  UringIo(std::unique_ptr<Ring> ring, UniqueFd wake_fd, const UringSettings& settings);
  void count_on(int fd, int difference);
  void queue_kernel(Op& op);
  void arm_wake();
  static void on_wake(Op& op) noexcept;

  // Parts of a turn.
  void collect_work();
  void expire_timers();
  void fill_ring();
  bool fill_one(Op& op);
  bool fill_cancel(Op& op);
  void enter(Instant until);
  bool poll(Instant end);
  void reap();
  void on_completion(std::uint64_t user_data, std::int32_t result);
  void release_slot(std::uint32_t index);
  void finish(Op& op, std::int32_t result);
  void run_finished();
  void work_finished(Op& op) noexcept override;

  UringSettings settings_;
  std::unique_ptr<Ring> ring_;
  UniqueFd wake_fd_;
  std::uint64_t wake_count_ = 0;  ///< where the kernel writes the eventfd's value
  Op wake_op_;
  bool closing_ = false;

  TimerHeap timers_;
  OpList submissions_;  ///< not yet in the kernel
  OpList cancels_;      ///< in the kernel, to be told to end
  OpList finished_;     ///< result is there, `done` not yet called
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::unique_ptr<OpExtra>> extras_;
  std::vector<OpExtra*> free_extras_;
  std::vector<std::uint32_t> pending_on_;  ///< by descriptor
  std::size_t pending_count_ = 0;
  std::size_t completed_ = 0;  ///< in this turn
  bool running_ = false;
  Instant poll_until_{};  ///< no sleep before then

  std::unique_ptr<Worker> own_worker_;
  std::mutex worked_mutex_;
  OpList worked_;  ///< came back from the worker; guarded by `worked_mutex_`

  std::atomic<bool> woken_{false};
  std::atomic<bool> sleeping_{false};
};

}  // namespace pulter::io
