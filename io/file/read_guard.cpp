#include "io/file/read_guard.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>

#include "codec/base/check.h"
#include "io/file/mapped_file.h"

namespace pulter::io {
namespace {

constexpr std::uintptr_t place_free = 0;
constexpr std::uintptr_t place_taken = 1;  ///< being filled in; no address is that small

struct Watched {
  std::atomic<std::uintptr_t> begin{place_free};
  std::atomic<std::uintptr_t> end{0};
  std::atomic<bool> failed{false};
};

// Zero-initialised and in place before any constructor runs. Lock-free atomics only: the handler may
// interrupt anything.
constinit std::array<Watched, MappedFile::mappings_max> table;
constinit std::atomic<std::size_t> places_used{0};
struct sigaction previous_action;
std::uintptr_t page_bytes = 0;
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

/// Puts zeros under the address if it is watched. Only async-signal-safe calls (mmap is a bare system call
/// here).
bool replace_by_zeros(std::uintptr_t address) {
  const std::size_t used = places_used.load();
  for (std::size_t i = 0; i < used; ++i) {
    const std::uintptr_t begin = table[i].begin.load();
    const std::uintptr_t end = table[i].end.load();
    if (begin <= place_taken || address < begin || address >= end) continue;
    table[i].failed.store(true);
    // To the end, not one page: a file of many lost pages must not use up the limit of mappings per process.
    const std::uintptr_t page = address & ~(page_bytes - 1);
    void* at = reinterpret_cast<void*>(page);
    return ::mmap(at, end - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1,
                  0) == at;
  }
  return false;
}

void on_bus_error(int signal, siginfo_t* info, void* context) {
  const int saved = errno;
  const bool ours = replace_by_zeros(reinterpret_cast<std::uintptr_t>(info->si_addr));
  errno = saved;
  if (ours) return;
  if ((previous_action.sa_flags & SA_SIGINFO) != 0)
    return previous_action.sa_sigaction(signal, info, context);
  if (previous_action.sa_handler != SIG_DFL && previous_action.sa_handler != SIG_IGN) {
    return previous_action.sa_handler(signal);
  }
  // The instruction runs again and ends the program as it would have without us.
  ::signal(signal, SIG_DFL);
}

bool install() {
  page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  struct sigaction action {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  return ::sigaction(SIGBUS, &action, &previous_action) == 0;
}

}  // namespace

std::optional<std::size_t> watch_reads(const void* begin, std::size_t size) {
  static const bool installed = install();
  PULTER_CHECK(installed);
  const auto from = reinterpret_cast<std::uintptr_t>(begin);
  for (std::size_t i = 0; i < table.size(); ++i) {
    std::uintptr_t expected = place_free;
    if (table[i].begin.load() != place_free) continue;
    if (!table[i].begin.compare_exchange_strong(expected, place_taken)) continue;
    table[i].failed.store(false);
    table[i].end.store(from + size);
    table[i].begin.store(from);
    std::size_t used = places_used.load();
    while (used < i + 1 && !places_used.compare_exchange_weak(used, i + 1)) {
    }
    return i;
  }
  return std::nullopt;
}

void unwatch_reads(std::size_t place) noexcept {
  table[place].begin.store(place_free);
}

bool reads_failed(std::size_t place) noexcept {
  return table[place].failed.load();
}

}  // namespace pulter::io
