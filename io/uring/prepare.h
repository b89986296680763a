#pragma once

#include <liburing.h>

#include "io/net/socket_address.h"
#include "io/op.h"

namespace pulter::io {

inline constexpr std::size_t passed_fds_max = 16;

/// What the kernel reads or writes beside the buffer of an Op; lives until its completion.
struct OpExtra {
  SocketAddress address;
  msghdr message{};
  iovec vector{};
  alignas(cmsghdr) char control[CMSG_SPACE(passed_fds_max * sizeof(int))];
};

/// True for the kinds whose entry points to an OpExtra.
[[nodiscard]] constexpr bool needs_extra(OpKind kind) noexcept {
  return kind == OpKind::connect || kind == OpKind::connect_unix || kind == OpKind::receive_message;
}

/// Fills a zeroed entry for `op`; all but user_data. `extra` is null unless needs_extra. False when the
/// operation cannot be asked of the kernel at all (a Unix path that is too long).
[[nodiscard]] bool prepare(io_uring_sqe& entry, Op& op, OpExtra* extra) noexcept;

/// The first descriptor that came with a message, or -1; all others are closed. Each is close-on-exec.
[[nodiscard]] int take_passed_fd(OpExtra& extra) noexcept;

}  // namespace pulter::io
