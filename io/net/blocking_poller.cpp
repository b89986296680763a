#include "io/net/blocking_poller.h"

#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace pulter::io::blocking {
namespace {

epoll_event event_for(std::uint64_t key, bool for_reading, bool for_writing) {
  epoll_event event{};
  if (for_reading) event.events |= EPOLLIN;
  if (for_writing) event.events |= EPOLLOUT;
  event.data.u64 = key;
  return event;
}

}  // namespace

Result<Poller> Poller::create() {
  Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) {
    return fail(ErrorCode::io_failed, errno,
                std::string("Cannot make an epoll: ") + std::strerror(errno) + ".");
  }
  return Poller(std::move(epoll));
}

void Poller::add(const Descriptor& descriptor, std::uint64_t key, bool for_writing) {
  epoll_event event = event_for(key, true, for_writing);
  ::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor.number(), &event);
}

void Poller::change(const Descriptor& descriptor, std::uint64_t key, bool for_reading, bool for_writing) {
  epoll_event event = event_for(key, for_reading, for_writing);
  ::epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, descriptor.number(), &event);
}

void Poller::remove(const Descriptor& descriptor) {
  ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, descriptor.number(), nullptr);
}

const std::vector<Poller::Ready>& Poller::wait(int timeout_ms) {
  std::array<epoll_event, 256> events;
  const int count = ::epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()), timeout_ms);
  ready_.clear();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    // An error or hang-up is seen by the next read or write, whichever the owner waits for.
    const bool broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    ready_.push_back(
        {event.data.u64, broken || (event.events & EPOLLIN) != 0, broken || (event.events & EPOLLOUT) != 0});
  }
  return ready_;
}

Result<Descriptor> stop_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  Descriptor signals(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals) {
    return fail(ErrorCode::io_failed, errno,
                std::string("Cannot watch for signals: ") + std::strerror(errno) + ".");
  }
  return signals;
}

}  // namespace pulter::io::blocking
