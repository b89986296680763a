#include "io/uring/ring.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "codec/base/check.h"
#include "io/system_error.h"

namespace pulter::io {
namespace {

constexpr unsigned entries_min = 64;
constexpr unsigned completions_per_entry = 4;

// Best first. DEFER_TASKRUN needs Linux 6.1, COOP_TASKRUN 5.19; an older kernel answers EINVAL.
constexpr std::array setup_flags = {
    IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
    IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN,
};

constexpr unsigned needed_features = IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG | IORING_FEAT_SUBMIT_STABLE;

constexpr std::array needed_operations = {
    IORING_OP_ACCEPT, IORING_OP_CONNECT, IORING_OP_SEND,     IORING_OP_RECV,         IORING_OP_RECVMSG,
    IORING_OP_READ,   IORING_OP_WRITE,   IORING_OP_POLL_ADD, IORING_OP_ASYNC_CANCEL,
};

int set_up(io_uring& ring, unsigned entries, io_uring_params& params) {
  int result = -EINVAL;
  for (const unsigned flags : setup_flags) {
    params = {};
    params.flags = flags;
    params.cq_entries = entries * completions_per_entry;
    result = io_uring_queue_init_params(entries, &ring, &params);
    if (result != -EINVAL) return result;
  }
  return result;
}

bool can_all(io_uring& ring, const io_uring_params& params) {
  if ((params.features & needed_features) != needed_features) return false;
  io_uring_probe* probe = io_uring_get_probe_ring(&ring);
  if (probe == nullptr) return false;
  const bool all = std::all_of(needed_operations.begin(), needed_operations.end(), [&](int operation) {
    return io_uring_opcode_supported(probe, operation) != 0;
  });
  io_uring_free_probe(probe);
  return all;
}

/// What comes back from the kernel in the course of things: the next turn goes on where this one stopped.
void check_harmless(int result) {
  if (result >= 0) return;
  PULTER_CHECK(result == -ETIME || result == -EINTR || result == -EAGAIN || result == -EBUSY ||
               result == -ENOMEM);
}

}  // namespace

Error ring_error(int number) {
  const std::string what = "Cannot set up io_uring";
  switch (number) {
    case EPERM:
    case EACCES:
      return system_error(
          number, what,
          "It is forbidden here. In a container, allow io_uring_setup, io_uring_enter and "
          "io_uring_register in the seccomp profile (Docker: --security-opt seccomp=FILE); on a host, "
          "set the sysctl kernel.io_uring_disabled to 0.",
          ErrorCode::not_supported);
    case ENOSYS:
    case EINVAL:
      return system_error(
          number, what,
          "This kernel has no io_uring that Pulter can use: Linux 6.1 or newer is needed (uname -r), "
          "with CONFIG_IO_URING.",
          ErrorCode::not_supported);
    case ENOMEM:
      return system_error(
          number, what,
          "The limit of locked memory is too low: raise it to 64 MiB (ulimit -l 65536, or "
          "LimitMEMLOCK=64M in the systemd unit). The limit counts all programs of this user.",
          ErrorCode::limit_reached);
    default:
      return system_error(number, what, {}, ErrorCode::not_supported);
  }
}

Result<std::unique_ptr<Ring>> Ring::open(unsigned entries) {
  std::unique_ptr<Ring> ring(new Ring());
  io_uring_params params{};
  int result = -ENOMEM;
  for (entries = std::max(entries, entries_min); entries >= entries_min; entries /= 2) {
    result = set_up(ring->ring_, entries, params);
    if (result != -ENOMEM) break;
  }
  if (result < 0) return fail(ring_error(-result));
  ring->entries_ = entries;
  if (!can_all(ring->ring_, params)) return fail(ring_error(ENOSYS));
  // Saves looking the ring up at every entry; where it is not possible nothing changes.
  io_uring_register_ring_fd(&ring->ring_);
  return ring;
}

Ring::~Ring() {
  if (entries_ != 0) io_uring_queue_exit(&ring_);
}

io_uring_sqe* Ring::next_entry() noexcept {
  io_uring_sqe* entry = io_uring_get_sqe(&ring_);
  if (entry != nullptr) *entry = {};
  return entry;
}

void Ring::submit() noexcept {
  check_harmless(io_uring_submit(&ring_));
}

void Ring::submit_and_wait(std::optional<Duration> timeout) noexcept {
  // With deferred task work a turn that does not wait still has to ask for its completions.
  if (timeout == Duration::zero()) return check_harmless(io_uring_submit_and_get_events(&ring_));
  __kernel_timespec limit{};
  if (timeout) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*timeout);
    limit.tv_sec = seconds.count();
    limit.tv_nsec = (*timeout - seconds).count();
  }
  io_uring_cqe* ignored = nullptr;
  check_harmless(io_uring_submit_and_wait_timeout(&ring_, &ignored, 1, timeout ? &limit : nullptr, nullptr));
}

std::size_t Ring::take(std::span<RingCompletion> out) noexcept {
  std::array<io_uring_cqe*, 64> batch{};
  const auto room = static_cast<unsigned>(std::min(out.size(), batch.size()));
  const unsigned count = io_uring_peek_batch_cqe(&ring_, batch.data(), room);
  for (unsigned i = 0; i < count; ++i) out[i] = {batch[i]->user_data, batch[i]->res};
  io_uring_cq_advance(&ring_, count);
  return count;
}

}  // namespace pulter::io
