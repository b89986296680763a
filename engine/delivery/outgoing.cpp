#include "engine/delivery/outgoing.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "codec/base/digest.h"
#include "codec/sign/signature.h"

namespace pulter::delivery {
namespace {

std::unexpected<Error> digest_differs(const model::Event& event, const std::string& digest) {
  return fail(ErrorCode::store_corrupt,
              "The body of event " + event.id + " comes out as " + digest + ", but " + event.body_digest +
                  " was logged when it was first sent. Nothing was sent. The stored file or the database was "
                  "changed from "
                  "outside: restore them, or cancel the import and upload the file again.");
}

}  // namespace

Result<Outgoing> prepare(BodySource& source, model::Event event, std::uint64_t cursor,
                         std::span<const sign::Secret> secrets, std::int64_t timestamp,
                         shard::BodyBuffer buffer) {
  auto start = source.begin(event);
  if (!start) return fail(std::move(start.error()));

  sign::Signer signer(secrets, event.id, timestamp);
  Digest digest;
  const std::span<char> window = buffer.window();
  std::uint64_t bytes = 0;
  std::size_t filled = 0;
  BodyPosition position = *start;
  while (!source.finished(position)) {
    if (filled == window.size()) filled = 0;
    const auto step = window.subspan(filled, std::min(render_step_bytes, window.size() - filled));
    auto written = source.fill(position, step);
    if (!written) return fail(std::move(written.error()));
    const std::string_view part(step.data(), *written);
    signer.update(part);
    digest.update(part);
    filled += *written;
    bytes += *written;
  }

  std::string digest_now = digest.text();
  if (!event.body_digest.empty() && event.body_digest != digest_now) return digest_differs(event, digest_now);
  event.body_digest = std::move(digest_now);
  event.body_bytes = bytes;
  Outgoing outgoing;
  outgoing.cursor = cursor;
  outgoing.start = *start;
  outgoing.timestamp = timestamp;
  outgoing.signature = signer.finish();
  if (bytes <= window.size()) {
    outgoing.in_buffer = static_cast<std::size_t>(bytes);
    outgoing.buffer = std::move(buffer);
  }
  outgoing.event = std::move(event);
  return outgoing;
}

}  // namespace pulter::delivery
