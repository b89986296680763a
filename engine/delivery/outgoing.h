#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "codec/base/result.h"
#include "codec/sign/secret.h"
#include "engine/delivery/body_source.h"
#include "engine/model/event.h"
#include "engine/shard/body_pool.h"

namespace pulter::delivery {

/// A body that is ready to leave: what its first pass found out, and, where it fits into one buffer, its
/// bytes.
///
/// A larger body is rendered twice: once for its length, digest and signature, and again window by window
/// while the socket takes it (architecture, section 3, point 6).
struct Outgoing {
  model::Event event;          ///< with body_bytes and body_digest set
  std::uint64_t cursor = 0;    ///< the delivery's step this is for
  BodyPosition start;          ///< where the body begins
  std::int64_t timestamp = 0;  ///< Unix seconds that were signed
  std::string signature;
  shard::BodyBuffer buffer;
  std::size_t in_buffer = 0;  ///< bytes of the body in the buffer: all of it, or 0
};

/// One body to be made: what it is a function of, and, once rendered, what came of it.
struct BodyJob {
  const BodySource* source = nullptr;
  model::Event event;  ///< with id, name and index set; given away to `outgoing`
  std::uint64_t cursor = 0;
  BodyPosition start;  ///< where `source` begins with the event's body
  std::span<const sign::Secret> secrets;
  std::int64_t timestamp = 0;
  shard::BodyBuffer buffer;
  Result<Outgoing> outgoing;
};

/// Bytes that are rendered, signed and digested at a time: they stay in the core's own cache between the
/// three.
inline constexpr std::size_t render_step_bytes = 64 * 1024;

/// Renders and signs 1 to sign::bodies_together_max bodies side by side: a step of each, then the signatures
/// of all steps in one go while the bytes are in the core's cache. Works in the jobs' buffers, which stay
/// theirs; one source may serve several jobs.
///
/// An event that has a digest already (a retry, a resend, a restart) must come out the same: otherwise
/// store_corrupt, and nothing may be sent. Other errors: those of BodySource. A pure computation: any thread,
/// as long as it has the jobs for itself; `settle` follows where their buffers are from.
void render_together(std::span<BodyJob* const> jobs);

/// Hands a rendered job's buffer to its result when the whole body is in it, or else back to the pool: others
/// may wait for it. The thread of the buffer's pool.
void settle(BodyJob& job);

/// Renders one body and settles it. Errors: also those of BodySource::begin.
[[nodiscard]] Result<Outgoing> prepare(BodySource& source, model::Event event, std::uint64_t cursor,
                                       std::span<const sign::Secret> secrets, std::int64_t timestamp,
                                       shard::BodyBuffer buffer);

}  // namespace pulter::delivery
