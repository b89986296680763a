#pragma once

#include <cstdint>

// Bugs that can be planted on purpose, to see whether the tests look (reliability.md, section 2). A normal
// build has none: `planted` is then false at compile time and nothing of a hook is left. Set the CMake option
// PULTER_PLANTED_BUG to one of the names below, or compile one file with it (tests/sim/CMakeLists.txt).

#ifndef PULTER_PLANTED_BUG
#define PULTER_PLANTED_BUG none
#endif

namespace pulter {

enum class Bug : std::uint8_t {
  none,
  acknowledge_before_durable,  ///< the next batch leaves before the answer to this one is on the disk
  digest_not_awaited,          ///< a first byte leaves before its digest is in the store
  resume_off_by_one,           ///< a resumed import goes on one batch too late
  short_send_ignored,          ///< the kernel took part of the bytes, and all are taken for sent
  new_id_on_retry,             ///< a retry gets an id of its own
  successor_overtakes,         ///< while a batch waits for its retry, the next one leaves
  buffer_reused_early,         ///< a body's buffer is given away while the kernel still sends from it
  redirect_followed,           ///< a 3xx is followed to its Location
  secret_logged,               ///< the signing secret gets into the response log
  cut_answer_accepted,         ///< a 2xx counts although its body was cut off
  retry_after_ignored,         ///< Retry-After is no floor
  schedule_ignored,            ///< a retry waits for Retry-After alone, and the store is told so
  full_disk_ignored,           ///< an answer that could not be stored counts as stored
  stop_ignored,                ///< a paused or cancelled import goes on
  private_address_dialled,   ///< of a mixed answer of the name servers, the good address excuses the bad one
  nothing_resumed_at_start,  ///< a restart does not look for unfinished work
  timeout_completes_twice,   ///< a time-out is handed out while the operation is still in the kernel
  imports_in_wrong_order,    ///< a lane takes its newest import first
  journal_forgets_its_last,  ///< a start leaves out the last group that was answered and not committed
};

inline constexpr Bug planted_bug = Bug::PULTER_PLANTED_BUG;

/// Whether this build has that bug on purpose.
[[nodiscard]] constexpr bool planted(Bug bug) noexcept {
  return planted_bug == bug;
}

}  // namespace pulter
