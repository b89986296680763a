#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/net/endpoint.h"
#include "io/time.h"

namespace pulter::io {

/// What an Op asks of the kernel. One kind is one kernel operation; nothing here loops or retries.
enum class OpKind : std::uint8_t {
  timer,            ///< completes at `due` with 0
  accept,           ///< result: the accepted descriptor (close-on-exec, blocking)
  connect,          ///< to `endpoint` (TCP); result 0
  connect_unix,     ///< to the path in `data`,`size`; result 0
  send,             ///< `data`,`size`; result: bytes sent, may be short
  receive,          ///< into `data`,`size`; result: bytes, 0 at end of stream
  receive_message,  ///< as receive, and one descriptor passed beside the bytes lands in `passed_fd`
                    ///< (SCM_RIGHTS)
  read,             ///< file read at `offset`; result: bytes, may be short
  write,            ///< file write at `offset`; result: bytes, may be short
  readable,         ///< completes with 0 when `fd` can be read or was closed by the peer
  writable,         ///< completes with 0 when `fd` takes bytes again
  work,             ///< runs `run(argument)` on the worker thread (blocking file work); result 0
};

/// One operation: storage of the caller, who keeps it alive and unmoved from `Io::submit` until `done` was
/// called.
///
/// It is completed exactly once, also when it was cancelled. `result` is the kernel's: ≥ 0, or -errno
/// (-ECANCELED where a cancel won the race). `done` runs on the thread of its Io, from `Io::run_once`, never
/// from inside `submit` or `cancel`; it may submit again, also this same Op.
struct Op {
  OpKind kind = OpKind::timer;
  bool pending = false;  ///< set by submit, cleared right before `done`
  int fd = -1;
  char* data = nullptr;
  std::size_t size = 0;
  std::uint64_t offset = 0;
  Instant due = never;
  net::Endpoint endpoint;
  int passed_fd = -1;
  void (*run)(void* argument) noexcept = nullptr;
  void* argument = nullptr;

  std::int32_t result = 0;
  void (*done)(Op& op) noexcept = nullptr;
  void* owner = nullptr;  ///< the caller's, untouched by Io

  // The implementation's own.
  Op* next = nullptr;
  Op* previous = nullptr;
  std::uint32_t slot = 0;

  Op() = default;
  Op(const Op&) = delete;
  Op& operator=(const Op&) = delete;
};

}  // namespace pulter::io
