#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "io/unique_fd.h"

namespace pulter::io {

// What a program asks of its process: signals, limits, names, its supervisor. Each says when to call it.

/// The signals that ask for an orderly stop.
enum class StopSignal : std::uint8_t { none, terminate, interrupt };

/// Takes SIGTERM and SIGINT over: they no longer end the program but make the descriptor readable (an Op of
/// kind `readable`). Before the first thread starts: threads inherit the mask. Errors: io_failed,
/// limit_reached.
[[nodiscard]] Result<UniqueFd> open_stop_signals();
/// The signal that came; `none` when none is waiting. Does not block.
[[nodiscard]] StopSignal take_stop_signal(int fd) noexcept;

/// From now on the same signals end the process at once, with status 0: for a stop that is under way already.
/// The calling thread.
void exit_on_stop_signals() noexcept;

/// Writing to a closed pipe or socket gives EPIPE, and over a limit of file sizes EFBIG, instead of ending the
/// program.
void ignore_write_signals() noexcept;

/// Raises the limit of open descriptors from soft to hard. The limit now in force.
std::uint64_t raise_descriptor_limit() noexcept;

/// No core file and no other process of this user may read the memory: secrets are in it.
void forbid_memory_dumps() noexcept;

/// Shown by top and ps; cut to 15 bytes. The calling thread.
void name_thread(std::string_view name) noexcept;
/// The calling thread runs on this CPU only. False where that is not allowed.
bool pin_thread(unsigned cpu) noexcept;
/// A better (negative) or worse nice value for the calling thread. False where that is not allowed.
bool set_thread_nice(int nice) noexcept;
/// CPUs that this program may run on; at least 1.
[[nodiscard]] unsigned usable_cpus() noexcept;

/// What this process uses now, as the kernel counts it. 0 where it does not say.
struct ProcessUsage {
  std::uint64_t cpu_us = 0;           ///< user and system, all threads
  std::uint64_t resident_bytes = 0;   ///< mapped files included
  std::uint64_t anonymous_bytes = 0;  ///< resident memory that belongs to no file
  std::uint64_t descriptors = 0;
  std::uint64_t descriptors_max = 0;
};
[[nodiscard]] ProcessUsage process_usage();

/// Unset and empty are different.
[[nodiscard]] std::optional<std::string> environment(const std::string& name);

/// Tells the service manager, as sd_notify(3) does: "READY=1", "STOPPING=1", "STATUS=…", one per line. False
/// when there is no manager (NOTIFY_SOCKET unset) or it does not listen; nobody needs to care.
bool notify_manager(std::string_view state) noexcept;

/// Random bytes of the kernel, for code that has no Io (getrandom(2)).
void fill_random(std::span<std::uint8_t> out) noexcept;

}  // namespace pulter::io
