// What one delivered batch costs the store: a Record with the event that comes next, in commits of 1, 16 and
// 128 from as many lanes, on a file. Yardstick in the same run: appending the same bytes to a file, one write
// and one sync for each group.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "codec/base/check.h"
#include "engine/store/core/core.h"
#include "engine/store/inline_store.h"
#include "engine/store/sqlite_schema.h"

namespace {

using namespace pulter;  // NOLINT(google-build-using-namespace): a program of its own
using namespace pulter::store;

constexpr std::uint64_t lanes_count = 1000;
constexpr std::uint64_t batches = 1'000'000'000;
constexpr std::int64_t now_ms = 1'700'000'000'000;

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "pulter-bench-store-XXXXXX").string();
    PULTER_CHECK(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

std::string spread_id(const char* prefix, std::uint64_t lane, std::uint64_t number) {
  // As the daemon's computed ids: no order in them.
  std::uint64_t mixed = (lane * 1'000'003 + number) * 0x9e3779b97f4a7c15;
  mixed ^= mixed >> 29U;
  char text[64];
  std::snprintf(text, sizeof text, "%s%010llX%016llX", prefix, static_cast<unsigned long long>(mixed >> 24U),
                static_cast<unsigned long long>(mixed * 0xbf58476d1ce4e5b9));
  return text;
}

class Deliveries {
 public:
  explicit Deliveries(const std::string& path) {
    auto opened = open_core(path, now_ms);
    PULTER_CHECK(opened.has_value());
    core_ = std::move(*opened);
    PULTER_CHECK(begin_epoch(core_->database()).has_value());
    std::vector<Request> requests;
    for (std::uint64_t i = 0; i < lanes_count; ++i) {
      lanes_.push_back({"wh_" + spread_id("", i, 7), "imp_" + spread_id("", i, 9), 0, {}});
      Lane& lane = lanes_.back();
      model::Webhook webhook;
      webhook.id = lane.webhook_id;
      webhook.url = "http://127.0.0.1/" + lane.webhook_id;
      webhook.secrets = {{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 0}};
      webhook.events = {"all"};
      webhook.template_id = "default";
      requests.emplace_back(PutWebhook{webhook});
      model::Import import;
      import.id = lane.import_id;
      import.template_id = "default";
      import.file_name = "contacts.csv";
      import.file = import.text = {"key-" + import.id, 1234, "xxh3:00"};
      import.planned = true;
      import.count = batches;
      import.total_rows = batches * 10;
      requests.emplace_back(CreateImport{import, "plan", lane.webhook_id, ""});
      requests.emplace_back(AcquireShard{model::store_shard_of(lane.webhook_id)});
    }
    for (const JobAnswer& answer : run(std::move(requests))) {
      if (const auto* epoch = std::get_if<std::uint64_t>(&answer.answer.value)) epoch_ = *epoch;
    }
    std::vector<Request> opens;
    for (std::uint64_t i = 0; i < lanes_count; ++i) {
      lanes_[i].open = event(i, 1);
      opens.emplace_back(OpenEvent{{lanes_[i].webhook_id, epoch_}, 0, lanes_[i].open});
      std::get<OpenEvent>(opens.back()).cursor = cursor_of(i);
    }
    run(std::move(opens));
  }

  /// The next `count` lanes have their batch delivered.
  void deliver(std::uint64_t count) {
    std::vector<Request> records;
    records.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) records.emplace_back(next_record());
    run(std::move(records));
    core_->tidy(false);
  }
  [[nodiscard]] std::int64_t wal_pages() const { return core_->database().wal_pages(); }

 private:
  struct Lane {
    std::string webhook_id;
    std::string import_id;
    std::uint64_t cursor = 0;
    model::Event open;
  };

  std::uint64_t cursor_of(std::uint64_t lane) {
    // A fresh delivery stands at its first step, whatever that is.
    Query query =
        core_->database().query("SELECT cursor FROM deliveries WHERE import_id = ? AND webhook_id = ?");
    query.with(lanes_[lane].import_id, lanes_[lane].webhook_id);
    PULTER_CHECK(query.row());
    return lanes_[lane].cursor = query.unsigned_integer();
  }

  model::Event event(std::uint64_t lane, std::uint64_t index) const {
    model::Event made;
    made.id = spread_id("evt_", lane, index);
    made.import_id = lanes_[lane].import_id;
    made.webhook_id = lanes_[lane].webhook_id;
    made.index = index;
    made.first_row = index * 10 + 1;
    made.rows = 10;
    made.body_bytes = 1500;
    made.body_digest = "xxh3:00112233445566778899aabbccddeeff";
    return made;
  }

  Record next_record() {
    const std::uint64_t number = next_lane_++ % lanes_count;
    Lane& lane = lanes_[number];
    Record record;
    record.lane = {lane.webhook_id, epoch_};
    record.import_id = lane.import_id;
    record.cursor = lane.cursor;
    model::Attempt& attempt = record.attempt;
    attempt.id = "att_01HF7YAT00" + std::to_string(1'000'000'000'000'000 + next_lane_);
    attempt.event_id = lane.open.id;
    attempt.number = 1;
    attempt.started_at_ms = now_ms;
    attempt.duration_us = 50'123;
    attempt.remote_address = "127.0.0.1:40000";
    attempt.request_headers =
        "Host: 127.0.0.1:40000\r\nContent-Type: application/json\r\nContent-Length: 1500\r\nUser-Agent: "
        "Pulter/0.1\r\n"
        "webhook-id: " +
        lane.open.id +
        "\r\nwebhook-timestamp: 1700000000\r\nwebhook-signature: "
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=\r\nPulter-Attempt: 1";
    attempt.body_bytes = 1500;
    attempt.body_digest = lane.open.body_digest;
    attempt.status = 200;
    attempt.response_headers = "Content-Length: 2\r\nContent-Type: text/plain";
    attempt.response_body = "ok";
    attempt.outcome = model::Outcome::delivered;
    lane.cursor = lane.cursor == 0 ? 1 : lane.cursor;
    record.next_cursor = lane.cursor + 1;
    record.next_event = event(number, lane.cursor + 1);
    lane.open = *record.next_event;
    lane.cursor = record.next_cursor;
    return record;
  }

  std::vector<JobAnswer> run(std::vector<Request> requests) {
    std::vector<Job> jobs;
    for (Request& request : requests) jobs.push_back(Job{0, jobs.size(), std::move(request)});
    std::vector<JobAnswer> answers;
    core_->run_group(jobs, now_ms, answers);
    for (const JobAnswer& answer : answers) {
      if (answer.answer.status == Status::done) continue;
      std::fprintf(stderr, "bench_store: %s\n", answer.answer.detail.c_str());
      std::abort();
    }
    return answers;
  }

  std::unique_ptr<Core> core_;
  std::vector<Lane> lanes_;
  std::uint64_t epoch_ = 0;
  std::uint64_t next_lane_ = 0;
};

void count_records(benchmark::State& state) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

void record_delivered(benchmark::State& state) {
  const Folder folder;
  Deliveries deliveries(folder.path + "/pulter.db");
  std::int64_t pages = 0;
  for (auto _ : state) {
    const std::int64_t before = deliveries.wal_pages();
    deliveries.deliver(static_cast<std::uint64_t>(state.range(0)));
    const std::int64_t after = deliveries.wal_pages();
    pages += after > before ? after - before : 0;
  }
  count_records(state);
  state.counters["pages/record"] =
      static_cast<double>(pages) / static_cast<double>(state.iterations() * state.range(0));
}

/// The bytes of such a record's rows, and nothing else.
void append_yardstick(benchmark::State& state) {
  const Folder folder;
  const int fd = ::open((folder.path + "/log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  PULTER_CHECK(fd >= 0);
  const std::string group(static_cast<std::size_t>(state.range(0)) * 900, 'x');
  for (auto _ : state) {
    PULTER_CHECK(::write(fd, group.data(), group.size()) == static_cast<ssize_t>(group.size()));
    PULTER_CHECK(::fdatasync(fd) == 0);
  }
  ::close(fd);
  count_records(state);
}

BENCHMARK(append_yardstick)->Arg(1)->Arg(16)->Arg(128);
BENCHMARK(record_delivered)->Arg(1)->Arg(16)->Arg(128);

}  // namespace
