#pragma once

#include <liburing.h>

#include <memory>
#include <optional>
#include <span>

#include "codec/base/result.h"
#include "io/time.h"

namespace pulter::io {

/// The result of one kernel operation.
struct RingCompletion {
  std::uint64_t user_data;
  std::int32_t result;
};

/// One io_uring: set up, probed and spoken to. Nothing here knows an Op.
///
/// Belongs to the thread that opened it (SINGLE_ISSUER): every call is made there.
class Ring {
 public:
  /// `entries` is the submission queue's size, the completion queue is four times as large; halved where
  /// memory is short. Errors: not_supported, limit_reached; the text says why there is no ring here and what
  /// to do.
  [[nodiscard]] static Result<std::unique_ptr<Ring>> open(unsigned entries);
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  /// The next free entry, zeroed; null while the submission queue is full.
  [[nodiscard]] io_uring_sqe* next_entry() noexcept;
  /// Hands what was filled in to the kernel. What it does not take now (EBUSY, EAGAIN, EINTR) goes with the
  /// next call.
  void submit() noexcept;
  /// As submit, then waits for a completion, at most `timeout` (nothing: for ever; zero: does not wait).
  void submit_and_wait(std::optional<Duration> timeout) noexcept;
  [[nodiscard]] bool has_completions() const noexcept { return io_uring_cq_ready(&ring_) != 0; }
  /// Takes completions out; fewer than asked for when there are no more.
  std::size_t take(std::span<RingCompletion> out) noexcept;

  [[nodiscard]] unsigned entries() const noexcept { return entries_; }

 private:
  Ring() = default;
  io_uring ring_{};
  unsigned entries_ = 0;
};

/// What a failed io_uring_setup means to the user: cause and cure.
[[nodiscard]] Error ring_error(int number);

}  // namespace pulter::io
