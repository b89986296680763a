#include "tools/pulter/bench/fan_out.h"

#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "tools/pulter/failure.h"

namespace pulter::tool::bench {
namespace {

constexpr std::size_t connection_count = 32;

}  // namespace

void make_webhooks(Daemon& daemon, const Receiver& receiver, std::size_t lanes) {
  for (std::size_t lane = 0; lane < lanes; ++lane) daemon.make_webhook(receiver.url(lane));
}

std::uint64_t batches_of(const Uploads& uploads) {
  return (uploads.rows + uploads.batch_size - 1) / uploads.batch_size;
}

std::vector<std::int64_t> upload_all(const Daemon& daemon, const Receiver& receiver, const Uploads& uploads) {
  std::vector<std::int64_t> accepted_ns(uploads.count);
  std::vector<std::string> targets;
  for (std::size_t lane = 0; lane < uploads.lanes; ++lane) {
    targets.push_back(fmt::format("/v1/imports?batchSize={}&webhookUrl={}", uploads.batch_size,
                                  percent_encode(receiver.url(lane))));
  }
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::string problem;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::min(connection_count, uploads.count); ++i) {
    threads.emplace_back([&] {
      HttpClient client(daemon.socket());
      try {
        for (std::size_t at = next++; at < uploads.count; at = next++) {
          (void)client.send_json({.method = "POST",
                                  .target = targets[at % targets.size()],
                                  .body = uploads.csv,
                                  .content_type = "text/csv"});
          accepted_ns[at] = now_ns();
        }
      } catch (const std::exception& failure) {
        const std::lock_guard lock(mutex);
        problem = failure.what();
        next = uploads.count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (!problem.empty()) throw Failure(ExitCode::failed, "An upload of the bench failed: " + problem);
  return accepted_ns;
}

}  // namespace pulter::tool::bench
