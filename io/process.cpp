#include "io/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "codec/base/check.h"
#include "io/net/socket_address.h"
#include "io/system_error.h"

namespace pulter::io {

Result<UniqueFd> open_stop_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  const int failed = ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  if (failed != 0) return fail(system_error(failed, "Cannot take over the stop signals"));
  UniqueFd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return fail(system_error(errno, "Cannot take over the stop signals"));
  return fd;
}

StopSignal take_stop_signal(int fd) noexcept {
  signalfd_siginfo info{};
  if (::read(fd, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return StopSignal::none;
  return info.ssi_signo == SIGINT ? StopSignal::interrupt : StopSignal::terminate;
}

void exit_on_stop_signals() noexcept {
  struct sigaction action {};
  action.sa_handler = [](int) { _exit(0); };
  sigset_t stops;
  sigemptyset(&stops);
  for (const int signal : {SIGTERM, SIGINT}) {
    sigaction(signal, &action, nullptr);
    sigaddset(&stops, signal);
  }
  pthread_sigmask(SIG_UNBLOCK, &stops, nullptr);
}

void ignore_write_signals() noexcept {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
}

std::uint64_t raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return limit.rlim_cur;
}

void forbid_memory_dumps() noexcept {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void name_thread(std::string_view name) noexcept {
  // TASK_COMM_LEN: a longer name would be refused.
  constexpr std::size_t name_bytes_max = 15;
  const std::string cut(name.substr(0, name_bytes_max));
  ::pthread_setname_np(::pthread_self(), cut.c_str());
}

bool pin_thread(unsigned cpu) noexcept {
  if (cpu >= CPU_SETSIZE) return false;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return ::pthread_setaffinity_np(::pthread_self(), sizeof set, &set) == 0;
}

bool set_thread_nice(int nice) noexcept {
  // In Linux the value belongs to the thread, not the process (setpriority(2), C library/kernel differences).
  const auto thread = static_cast<id_t>(::syscall(SYS_gettid));
  return ::setpriority(PRIO_PROCESS, thread, nice) == 0;
}

unsigned usable_cpus() noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
}

namespace {

/// The bytes behind a name in /proc/self/status, which counts in kB.
std::uint64_t status_bytes(std::string_view status, std::string_view name) {
  const std::size_t at = status.find(name);
  if (at == std::string_view::npos) return 0;
  std::uint64_t kib = 0;
  for (const char c : status.substr(at + name.size())) {
    if (c >= '0' && c <= '9') kib = kib * 10 + static_cast<std::uint64_t>(c - '0');
    if (c == '\n') break;
  }
  return kib * 1024;
}

std::uint64_t microseconds(const timeval& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(time.tv_usec);
}

std::uint64_t count_descriptors() {
  DIR* const folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  std::uint64_t entries = 0;
  while (::readdir(folder) != nullptr) ++entries;
  ::closedir(folder);
  // Less ".", ".." and the folder's own.
  return entries > 3 ? entries - 3 : 0;
}

}  // namespace

ProcessUsage process_usage() {
  ProcessUsage usage;
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0)
    usage.cpu_us = microseconds(used.ru_utime) + microseconds(used.ru_stime);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) usage.descriptors_max = limit.rlim_cur;
  usage.descriptors = count_descriptors();
  const UniqueFd file(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> text{};
  const ssize_t size = file ? ::read(file.get(), text.data(), text.size()) : 0;
  if (size > 0) {
    const std::string_view status(text.data(), static_cast<std::size_t>(size));
    usage.resident_bytes = status_bytes(status, "VmRSS:");
    usage.anonymous_bytes = status_bytes(status, "RssAnon:");
  }
  return usage;
}

std::optional<std::string> environment(const std::string& name) {
  const char* value = ::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

bool notify_manager(std::string_view state) noexcept {
  const std::optional<std::string> path = environment("NOTIFY_SOCKET");
  if (!path || path->size() < 2) return false;
  std::optional<SocketAddress> address = to_socket_address(*path);
  if (!address) return false;
  if (path->front() == '@') {
    // An abstract address begins with a zero byte and has no final one.
    reinterpret_cast<char*>(&address->storage)[sizeof(sa_family_t)] = '\0';
    --address->size;
  }
  const UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd) return false;
  return ::sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL, address->get(), address->size) ==
         static_cast<ssize_t>(state.size());
}

void fill_random(std::span<std::uint8_t> out) noexcept {
  while (!out.empty()) {
    const ssize_t count = ::getrandom(out.data(), out.size(), 0);
    PULTER_CHECK(count > 0 || errno == EINTR);
    if (count > 0) out = out.subspan(static_cast<std::size_t>(count));
  }
}

}  // namespace pulter::io
