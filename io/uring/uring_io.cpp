#include "io/uring/uring_io.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "codec/base/check.h"
#include "io/net/sockets.h"
#include "io/process.h"
#include "io/system_error.h"
#include "io/uring/prepare.h"
#include "io/uring/ring.h"

namespace pulter::io {
namespace {

Duration clock_now(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec);
}

}  // namespace

Result<std::unique_ptr<UringIo>> UringIo::create(const UringSettings& settings) {
  Result<std::unique_ptr<Ring>> ring = Ring::open(settings.entries);
  if (!ring) return fail(ring.error());
  UniqueFd wake_fd(::eventfd(0, EFD_CLOEXEC));
  if (!wake_fd) return fail(system_error(errno, "Cannot make an eventfd"));
  return std::unique_ptr<UringIo>(new UringIo(std::move(*ring), std::move(wake_fd), settings));
}

UringIo::UringIo(std::unique_ptr<Ring> ring, UniqueFd wake_fd, const UringSettings& settings)
    : settings_(settings), ring_(std::move(ring)), wake_fd_(std::move(wake_fd)) {
  arm_wake();
}

UringIo::~UringIo() {
  PULTER_CHECK(pending_count_ == 0);
  // The kernel still owns `wake_count_`: it gives it back before this memory goes.
  closing_ = true;
  cancel(wake_op_);
  while (wake_op_.pending) run_once(never);
  const std::lock_guard worker_is_out(worked_mutex_);
}

void UringIo::arm_wake() {
  wake_op_.kind = OpKind::read;
  wake_op_.fd = wake_fd_.get();
  wake_op_.data = reinterpret_cast<char*>(&wake_count_);
  wake_op_.size = sizeof wake_count_;
  wake_op_.owner = this;
  wake_op_.done = &UringIo::on_wake;
  submit(wake_op_);
}

void UringIo::on_wake(Op& op) noexcept {
  UringIo& self = *static_cast<UringIo*>(op.owner);
  if (!self.closing_) self.arm_wake();
}

void UringIo::count_on(int fd, int difference) {
  if (fd < 0) return;
  const auto index = static_cast<std::size_t>(fd);
  if (index >= pending_on_.size()) {
    // A number that no descriptor can have comes back as EBADF; it must not size this table.
    if (index >= (std::size_t{1} << 24U)) return;
    pending_on_.resize(index + 1);
  }
  pending_on_[index] += static_cast<std::uint32_t>(difference);
}

void UringIo::wake() noexcept {
  woken_.store(true);
  // The flag that the owner sets before it sleeps saves the system call whenever it is awake.
  if (!sleeping_.exchange(false)) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_fd_.get(), &one, sizeof one);
}

Instant UringIo::now() {
  return Instant(clock_now(CLOCK_MONOTONIC));
}
WallTime UringIo::wall_now() {
  return WallTime(clock_now(CLOCK_REALTIME));
}
Duration UringIo::boot_now() {
  return clock_now(CLOCK_BOOTTIME);
}

void UringIo::random(std::span<std::uint8_t> out) {
  fill_random(out);
}

Result<int> UringIo::open_tcp(net::Family family) {
  return open_tcp_socket(family, settings_.tcp_congestion);
}
Result<int> UringIo::open_unix() {
  return open_unix_socket();
}
Result<int> UringIo::listen_tcp(const net::Endpoint& endpoint) {
  return listen_on_tcp(endpoint);
}
Result<int> UringIo::listen_unix(const UnixListener& listener) {
  return listen_on_unix(listener);
}
Result<net::Endpoint> UringIo::local_endpoint(int fd) {
  return local_endpoint_of(fd);
}
Result<net::Endpoint> UringIo::peer_endpoint(int fd) {
  return peer_endpoint_of(fd);
}
PeerCredentials UringIo::peer_credentials(int fd) {
  return peer_credentials_of(fd);
}

void UringIo::shutdown(int fd) noexcept {
  ::shutdown(fd, SHUT_RDWR);
}

void UringIo::close(int fd) noexcept {
  // Closing would neither end the operation nor the connection, and the number could be given out anew.
  const auto index = static_cast<std::size_t>(fd);
  PULTER_CHECK(fd >= 0 && (index >= pending_on_.size() || pending_on_[index] == 0));
  ::close(fd);
}

}  // namespace pulter::io
