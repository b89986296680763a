#include "tests/unit/engine/store/store_bench.h"

namespace pulter::store {

Answer StoreBench::run(Request request) {
  std::vector<Job> jobs;
  jobs.push_back(Job{0, 1, std::move(request)});
  std::vector<JobAnswer> answers;
  core->run_group(jobs, now_ms, answers, durability);
  return std::move(answers.front().answer);
}

void StoreBench::expect_done(Status status, const std::string& detail) {
  EXPECT_EQ(status, Status::done) << detail;
}

void StoreBench::open(const std::string& path) {
  auto opened = open_core(path, now_ms);
  ASSERT_TRUE(opened.has_value()) << opened.error().detail;
  core = std::move(*opened);
  ASSERT_TRUE(core->start().has_value());
}

model::Webhook StoreBench::a_webhook(std::string id, std::vector<std::string> events) {
  model::Webhook webhook;
  webhook.id = std::move(id);
  webhook.url = "https://example.com/" + webhook.id;
  webhook.secrets = {{"whsec_" + webhook.id, 0}};
  webhook.events = std::move(events);
  webhook.template_id = "default";
  return webhook;
}

model::Import StoreBench::an_import(std::string id, std::uint64_t count) {
  model::Import import;
  import.id = std::move(id);
  import.template_id = "default";
  import.file_name = "contacts.csv";
  import.file = import.text = {"key-" + import.id, 1234, "xxh3:00"};
  import.planned = true;
  import.count = count;
  import.total_rows = count * 10;
  import.settings.batch_size = 10;
  return import;
}

model::Event StoreBench::an_event(const std::string& import_id, std::uint64_t cursor) {
  model::Event event;
  event.id = "evt_" + import_id + "_" + std::to_string(cursor);
  event.import_id = import_id;
  event.index = cursor;
  event.first_row = (cursor - 1) * 10 + 1;
  event.rows = 10;
  event.body_bytes = 500;
  event.body_digest = "xxh3:" + std::to_string(cursor);
  return event;
}

void StoreBench::make_webhook(const std::string& id, std::vector<std::string> events) {
  must(PutWebhook{a_webhook(id, std::move(events)), true});
}

model::Import StoreBench::make_import(const std::string& id, std::uint64_t count) {
  return must(CreateImport{an_import(id, count), "plan of " + id, "", ""});
}

LaneKey StoreBench::lane(const std::string& webhook_id) {
  return {webhook_id, must(AcquireShard{model::store_shard_of(webhook_id)})};
}

LaneWork StoreBench::next_work(const std::string& webhook_id) {
  return must(NextWork{lane(webhook_id)});
}

model::Event StoreBench::open_event(const std::string& import_id, const std::string& webhook_id,
                                    std::uint64_t cursor) {
  model::Event event = an_event(import_id, cursor);
  event.id += "_" + webhook_id;
  return must(OpenEvent{lane(webhook_id), cursor, std::move(event)});
}

Record StoreBench::a_record(const model::Event& event, Disposition disposition, std::uint64_t count) {
  Record record;
  record.lane = lane(event.webhook_id);
  record.import_id = event.import_id;
  record.cursor = event.index;
  record.attempt.id = "att_" + std::to_string(++attempts);
  record.attempt.event_id = event.id;
  record.attempt.number = event.attempts + 1;
  record.attempt.status = disposition == Disposition::delivered ? 200 : 500;
  record.attempt.outcome =
      disposition == Disposition::delivered ? model::Outcome::delivered : model::Outcome::refused;
  record.disposition = disposition;
  if (disposition == Disposition::delivered) {
    record.next_cursor = event.index < count ? event.index + 1 : model::cursor_end(count);
  } else {
    record.reason = "it said 500";
  }
  if (disposition == Disposition::retry) record.retry_at_ms = now_ms + 5000;
  return record;
}

Recorded StoreBench::deliver(const std::string& import_id, const std::string& webhook_id,
                             std::uint64_t cursor, std::uint64_t count) {
  return must(a_record(open_event(import_id, webhook_id, cursor), Disposition::delivered, count));
}

std::string StoreBench::state(const std::string& import_id) {
  return std::string(model::name(model::state_of(must(GetImport{import_id}))));
}

std::string StoreBench::listed_state(const std::string& import_id) {
  Query query = core->database().query("SELECT state FROM imports WHERE id = ?").with(import_id);
  return query.row() ? query.text() : "none";
}

std::int64_t StoreBench::count_rows(const std::string& table) {
  Query query = core->database().query("SELECT count(*) FROM " + table);
  return query.row() ? query.integer() : -1;
}

}  // namespace pulter::store
