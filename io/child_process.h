#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codec/base/result.h"
#include "io/net/blocking.h"

namespace pulter::io {

/// What to start, and how.
struct ChildOptions {
  std::vector<std::string>
      command;  ///< the program's path, or its name to be found in PATH, and its arguments
  /// Added to this process's environment; a name that is there already is replaced.
  std::vector<std::pair<std::string, std::string>> environment;
  std::string folder;         ///< working folder; empty: this process's
  std::string output_file;    ///< gets standard output and errors; empty: /dev/null
  std::optional<int> input;   ///< becomes standard input; none: /dev/null. Stays the caller's
  std::optional<int> output;  ///< becomes standard output instead of `output_file`. Stays the caller's
};

/// A program that this process started and has to wait for. It gets SIGTERM when the thread that started it
/// ends, so that nothing is left behind. Movable; the destructor kills what still runs.
class ChildProcess {
 public:
  /// How a program ended.
  struct Ended {
    int exit_code = 0;  ///< 128 + the signal's number where a signal ended it
    std::uint64_t cpu_ns = 0;
  };

  /// Starts a program. Errors: io_failed when no process can be made; a program that cannot be run ends with
  /// 127.
  [[nodiscard]] static Result<ChildProcess> start(const ChildOptions& options);

  ChildProcess() = default;
  ChildProcess(ChildProcess&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();

  [[nodiscard]] int pid() const { return pid_; }
  [[nodiscard]] bool running();
  /// User and system time of all its threads so far, those that ended included; 0 when it cannot be told.
  [[nodiscard]] std::uint64_t cpu_ns() const;
  /// Memory that no file stands behind, in bytes (proc(5), RssAnon); 0 when it has ended.
  [[nodiscard]] std::uint64_t anonymous_bytes() const;

  void terminate();  ///< SIGTERM
  void kill();       ///< SIGKILL
  /// Waits for its end. Only once.
  Ended wait();

 private:
  int pid_ = -1;
};

/// A pipe: what is written to `second` can be read from `first`. Neither is passed on to children by itself.
/// Errors: io_failed.
[[nodiscard]] Result<std::pair<blocking::Descriptor, blocking::Descriptor>> make_pipe();
/// CPU time of the calling thread.
[[nodiscard]] std::uint64_t thread_cpu_ns();
/// The path of the running program.
[[nodiscard]] std::string own_path();

}  // namespace pulter::io
