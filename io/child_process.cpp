#include "io/child_process.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

namespace pulter::io {
namespace {

constexpr int not_runnable = 127;
constexpr std::uint64_t ns_per_s = 1'000'000'000;
constexpr std::uint64_t ns_per_us = 1'000;

std::uint64_t in_ns(const timespec& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * ns_per_s + static_cast<std::uint64_t>(time.tv_nsec);
}

std::uint64_t in_ns(const timeval& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * ns_per_s +
         static_cast<std::uint64_t>(time.tv_usec) * ns_per_us;
}

void move_to(int from, int to) {
  if (from < 0 || ::dup2(from, to) < 0) ::_exit(not_runnable);
}

/// The pointers that exec takes: they point into `words`.
std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> out;
  for (const auto& [name, value] : added) out.push_back(name + "=" + value);
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view one(*at);
    const std::string_view name = one.substr(0, one.find('='));
    if (std::ranges::find(added, name, [](const auto& each) { return each.first; }) == added.end()) {
      out.emplace_back(one);
    }
  }
  return out;
}

/// In the new process: never returns, and never allocates, for other threads may have held the heap's lock.
[[noreturn]] void become(const ChildOptions& options, char* const* arguments, char* const* environment) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  const char* sink = options.output_file.empty() ? "/dev/null" : options.output_file.c_str();
  const int log = ::open(sink, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  move_to(options.input ? *options.input : ::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  move_to(options.output ? *options.output : log, STDOUT_FILENO);
  move_to(log, STDERR_FILENO);
  if (!options.folder.empty() && ::chdir(options.folder.c_str()) != 0) ::_exit(not_runnable);
  ::execvpe(arguments[0], arguments, environment);
  ::_exit(not_runnable);
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const ChildOptions& options) {
  std::vector<std::string> words = options.command;
  const std::vector<char*> arguments = pointers(words);
  std::vector<std::string> variables = environment_with(options.environment);
  const std::vector<char*> environment = pointers(variables);
  const pid_t pid = ::fork();
  if (pid == 0) become(options, arguments.data(), environment.data());
  if (pid < 0) {
    return fail(
        ErrorCode::io_failed, errno,
        "Cannot start " + words.front() + ": " + std::strerror(errno) + ". Is the process limit reached?");
  }
  ChildProcess child;
  child.pid_ = pid;
  return child;
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this != &other) {
    kill();
    wait();
    pid_ = std::exchange(other.pid_, -1);
  }
  return *this;
}

ChildProcess::~ChildProcess() {
  kill();
  wait();
}

bool ChildProcess::running() {
  if (pid_ < 0) return false;
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0;
}

std::uint64_t ChildProcess::cpu_ns() const {
  clockid_t clock = 0;
  timespec time{};
  if (pid_ < 0 || ::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return in_ns(time);
}

std::uint64_t ChildProcess::anonymous_bytes() const {
  std::array<char, 4096> text{};
  const int file = ::open(("/proc/" + std::to_string(pid_) + "/status").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t size = ::read(file, text.data(), text.size());
  ::close(file);
  const std::string_view status(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  constexpr std::string_view name = "RssAnon:";
  std::size_t at = status.find(name);
  if (at == std::string_view::npos) return 0;
  at = status.find_first_of("0123456789", at + name.size());
  if (at == std::string_view::npos) return 0;
  std::uint64_t kib = 0;
  std::from_chars(status.data() + at, status.data() + status.size(), kib);
  return kib * 1024;
}

void ChildProcess::terminate() {
  if (pid_ > 0) ::kill(pid_, SIGTERM);
}

void ChildProcess::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

ChildProcess::Ended ChildProcess::wait() {
  if (pid_ < 0) return {};
  int status = 0;
  rusage usage{};
  while (::wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, in_ns(usage.ru_utime) + in_ns(usage.ru_stime)};
}

Result<std::pair<blocking::Descriptor, blocking::Descriptor>> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorCode::io_failed, errno,
                std::string("Cannot make a pipe: ") + std::strerror(errno) + ".");
  }
  return std::pair{blocking::Descriptor(ends[0]), blocking::Descriptor(ends[1])};
}

std::uint64_t thread_cpu_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return in_ns(time);
}

std::string own_path() {
  std::array<char, PATH_MAX> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  return std::string(path.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
}

}  // namespace pulter::io
