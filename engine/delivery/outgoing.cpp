#include "engine/delivery/outgoing.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "codec/base/check.h"
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

/// A body on its way through the steps.
struct Work {
  BodyJob* job = nullptr;
  BodyPosition position;
  std::optional<sign::Signer> signer;
  Digest digest;
  std::uint64_t bytes = 0;
  std::size_t filled = 0;  ///< of the buffer
  bool failed = false;

  [[nodiscard]] bool in_work() const { return !failed && !job->source->finished(position); }
};

void fail_job(Work& work, Error error) {
  work.failed = true;
  work.job->outgoing = std::unexpected(std::move(error));
}

void begin(Work& work, BodyJob& job) {
  work.job = &job;
  work.position = job.start;
  work.signer.emplace(job.secrets, job.event.id, job.timestamp);
}

/// Renders the next bytes; where the body does not fit, over those that were signed already.
std::string_view render_step(Work& work) {
  const std::span<char> window = work.job->buffer.window();
  if (work.filled == window.size()) work.filled = 0;
  const auto step = window.subspan(work.filled, std::min(render_step_bytes, window.size() - work.filled));
  auto written = work.job->source->fill(work.position, step);
  if (!written) {
    fail_job(work, std::move(written.error()));
    return {};
  }
  work.filled += *written;
  work.bytes += *written;
  return {step.data(), *written};
}

void finish(Work& work) {
  BodyJob& job = *work.job;
  std::string digest_now = work.digest.text();
  if (!job.event.body_digest.empty() && job.event.body_digest != digest_now) {
    job.outgoing = digest_differs(job.event, digest_now);
    return;
  }
  job.event.body_digest = std::move(digest_now);
  job.event.body_bytes = work.bytes;
  Outgoing outgoing;
  outgoing.cursor = job.cursor;
  outgoing.start = std::move(job.start);
  outgoing.timestamp = job.timestamp;
  outgoing.signature = work.signer->finish();
  if (work.bytes <= job.buffer.window().size()) outgoing.in_buffer = static_cast<std::size_t>(work.bytes);
  outgoing.event = std::move(job.event);
  job.outgoing = std::move(outgoing);
}

}  // namespace

void render_together(std::span<BodyJob* const> jobs) {
  PULTER_CHECK(jobs.size() <= sign::bodies_together_max);
  std::array<Work, sign::bodies_together_max> works;
  const std::span<Work> mine = std::span(works).first(jobs.size());
  for (std::size_t i = 0; i < mine.size(); ++i) begin(mine[i], *jobs[i]);
  while (true) {
    std::array<sign::Signer::Part, sign::bodies_together_max> parts;
    std::size_t count = 0;
    for (Work& work : mine) {
      if (!work.in_work()) continue;
      const std::string_view part = render_step(work);
      if (work.failed) continue;
      work.digest.update(part);
      parts[count++] = {&*work.signer, part};
    }
    if (count == 0) break;
    sign::Signer::update_together(std::span(parts).first(count));
  }
  for (Work& work : mine) {
    if (!work.failed) finish(work);
  }
}

void settle(BodyJob& job) {
  if (job.outgoing && job.outgoing->in_buffer > 0) job.outgoing->buffer = std::move(job.buffer);
  job.buffer.release();
}

Result<Outgoing> prepare(BodySource& source, model::Event event, std::uint64_t cursor,
                         std::span<const sign::Secret> secrets, std::int64_t timestamp,
                         shard::BodyBuffer buffer) {
  auto start = source.begin(event);
  if (!start) return fail(std::move(start.error()));
  BodyJob job{.source = &source,
              .event = std::move(event),
              .cursor = cursor,
              .start = std::move(*start),
              .secrets = secrets,
              .timestamp = timestamp,
              .buffer = std::move(buffer),
              .outgoing = {}};
  BodyJob* const only = &job;
  render_together(std::span(&only, 1));
  settle(job);
  return std::move(job.outgoing);
}

}  // namespace pulter::delivery
