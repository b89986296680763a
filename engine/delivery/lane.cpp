#include "engine/delivery/lane.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "codec/base/planted.h"
#include "engine/delivery/event_id.h"
#include "engine/delivery/retry_schedule.h"
#include "engine/delivery/row_errors.h"
#include "engine/limits.h"
#include "engine/shard/new_id.h"
#include "io/log.h"

namespace pulter::delivery {

using model::Trigger;
using store::Disposition;
using store::Status;

namespace {

/// Bytes of the file whose body is rendered in a few microseconds.
constexpr std::uint64_t small_body_bytes = 16 * limits::kib;

/// Nothing was written, and it may be one day.
bool may_try_again(Status status) {
  return status == Status::unavailable || status == Status::disk_full;
}

}  // namespace

Lane::Lane(io::Scope& shard, LaneServices services, std::string webhook_id, std::uint64_t epoch)
    : scope_(shard.io(), &shard),
      services_(services),
      webhook_id_(std::move(webhook_id)),
      epoch_(epoch),
      ahead_(scope_, services_.renderer) {}

io::Task<> Lane::run(shard::Turn turn) {
  turn_ = std::move(turn);
  connection_ = std::make_unique<Connection>(scope_);
  bool has_worked = false;
  while (!stopping()) {
    if (!turn_) turn_ = co_await services_.turns.take(scope_);
    if (!turn_ || stopping()) break;
    if (std::exchange(idle_, false) && !was_poked_) {
      co_await linger();
      if (!was_poked_) break;
    }
    poked_.clear();
    was_poked_ = false;
    store::NextWork ask{key()};
    auto reply = co_await services_.store.call(std::move(ask));
    if (reply.status == Status::fenced) break;
    if (!reply.done()) {
      co_await pause(limits::store_retry_wait);
      continue;
    }
    store::LaneWork next = std::move(*reply.value);
    if (next.kind == store::LaneWork::Kind::none) {
      co_await linger();
      if (!was_poked_) break;
      continue;
    }
    const bool is_task = next.kind == store::LaneWork::Kind::task;
    const io::Instant now = scope_.io().now();
    const io::Instant due = !is_task && next.event ? due_at(*next.event, now) : now;
    const bool is_far = due - now > limits::idle_connection_max;
    if (is_far || (has_worked && services_.turns.contended())) {
      // Hours may pass until a retry; what is known here can be asked for again. And where others wait, each
      // import takes its turn at the end of the queue.
      has_worked = false;
      next = {};
      co_await step_aside(due);
      continue;
    }
    if (!use_webhook(next.webhook)) {
      co_await pause(limits::store_retry_wait);
      continue;
    }
    has_worked = true;
    if (is_task) {
      co_await perform(std::move(next));
    } else {
      co_await deliver(std::move(next));
    }
  }
  co_await connection_->close();
  connection_.reset();
  turn_.release();
  co_await scope_.join();
}

/// `now`, or later.
io::Instant Lane::due_at(const model::Event& event, io::Instant now) {
  const std::int64_t wait_ms = event.next_attempt_at_ms - shard::unix_ms(scope_.io());
  if (event.next_attempt_at_ms == 0 || wait_ms <= 0) return now;
  return now + std::chrono::milliseconds(wait_ms);
}

/// Gives the turn back, with the connection that it stands for, until `until` or a poke.
io::Task<> Lane::step_aside(io::Instant until) {
  co_await drop_connection();
  turn_.release();
  if (until > scope_.io().now()) co_await poked_.wait(scope_, until);
}

/// No descriptor was to be had although there was a turn: not the receiver's fault, so no attempt is spent.
io::Task<> Lane::wait_for_descriptor(const Error& error) {
  if (services_.turns.note_shortage(scope_.io().now())) {
    io::log(io::LogLevel::warning, "Requests wait because no descriptor is free", {{"reason", error.detail}});
  }
  co_await pause(limits::descriptor_retry_wait);
}

/// Takes the webhook's settings as they are now; between two events, so that one event sees one state.
bool Lane::use_webhook(const model::Webhook& webhook) {
  auto url = net::parse_url(webhook.url);
  if (!url) return false;
  std::vector<sign::Secret> secrets;
  const std::int64_t now_ms = shard::unix_ms(scope_.io());
  for (const model::LiveSecret& secret : webhook.secrets) {
    if (secret.expires_at_ms != 0 && secret.expires_at_ms <= now_ms) continue;
    auto parsed = sign::Secret::parse(secret.text);
    if (parsed) secrets.push_back(std::move(*parsed));
  }
  if (secrets.empty()) return false;
  const bool same_place = url_.scheme == url->scheme && url_.host == url->host && url_.port == url->port &&
                          webhook_.tls == webhook.tls;
  if (!same_place) connection_->retire();
  webhook_ = webhook;
  url_ = std::move(*url);
  secrets_ = std::move(secrets);
  return true;
}

/// Keeps the connection for a moment after the last event: imports of one webhook often follow each other.
io::Task<> Lane::linger() {
  if (!connection_->alive()) co_return;
  const shard::IdleTurn idle(services_.turns, poked_);
  if (idle.asked()) co_return;
  const io::Instant until = scope_.io().now() + limits::idle_connection_max;
  co_await poked_.wait(scope_, until);
}

io::Task<> Lane::pause(io::Duration duration) {
  const io::Instant until = scope_.io().now() + duration;
  co_await poked_.wait(scope_, until);
}

/// One import, from where it stands to its end, or until something else is to be done first.
io::Task<> Lane::deliver(store::LaneWork work) {
  Run run{std::move(work), nullptr};
  const std::uint64_t count = run.work.import.count;
  std::uint64_t cursor = model::next_cursor(run.delivery(), count, run.delivery().cursor);
  model::Event first = event_at(run, cursor);
  const bool made = co_await make_source(run, std::move(first), cursor);
  if (!made) co_return;

  std::optional<Outgoing> current;
  // Without a digest it could never be rendered: it is opened anew, so that its digest is durable first.
  if (run.work.event && !run.work.event->body_digest.empty()) {
    current.emplace();  // rendered when there is a connection
    current->event = *run.work.event;
    current->cursor = cursor;
  } else {
    current = co_await open_event(run, cursor);
  }

  while (current && !stopping()) {
    const bool due = co_await wait_until_due(*current);
    if (!due) break;
    co_await renew_connection();
    AttemptRun attempt(scope_, *connection_, services_.dialer, services_.bodies, services_.config, webhook_,
                       url_);
    const Trigger trigger = current->event.attempts == 0 ? Trigger::delivery : Trigger::retry;
    if (has_waited(run, current->event)) scope_.spawn(show_in_flight(current->event.id));
    const bool connected = co_await attempt.connect(*current, trigger);
    if (attempt.found_no_descriptor()) {
      co_await wait_for_descriptor(*attempt.facts().error);
      continue;
    }
    if (connected) {
      const bool fresh = co_await make_fresh(run, current, cursor);
      if (!fresh) break;
      co_await attempt.send(*run.source, *current);
      render_ahead(run, current->cursor);
    }
    if (ahead_.is_idle()) run.source->drop_held_file();
    co_await settle_attempt(attempt, *current);
    if (scope_.cancelled()) break;  // nobody knows how it ended: it is sent again, with the same id and bytes

    store::Record record = make_record(run, *current, attempt);
    const bool delivered = record.disposition == Disposition::delivered;
    const bool retry = record.disposition == Disposition::retry;
    bool has_next = false;
    if (delivered) has_next = co_await ahead_.wait();
    if (has_next) record.next_event = *ahead_.first();
    if (retry) note_retry(current->event, record);
    const std::uint64_t following = record.next_cursor;
    Step step = Step::go_on;
    if (has_next && services_.config.durability == config::Durability::relaxed) {
      step = co_await commit_overlapped(std::move(record));
    } else {
      step = co_await commit(std::move(record));
    }
    if (step != Step::go_on) break;
    if (retry) {
      if constexpr (planted(Bug::successor_overtakes)) {
        if (auto overtaking = ahead_.take()) current = std::move(overtaking);
      }
      ahead_.clear();  // it may take hours: their signatures would be too old, and others want the buffers
      continue;
    }
    if (!delivered || following == model::cursor_end(count)) break;
    cursor = following;
    current = ahead_.take();
    if (!current) current = co_await open_event(run, cursor);
  }
  ahead_.clear();
  co_await finish_background();
}

/// What the store will know of an event that is to be tried again.
void Lane::note_retry(model::Event& event, const store::Record& record) {
  event.attempts = record.attempt.number;
  event.attempts_in_budget += record.spends_budget ? 1 : 0;
  event.next_attempt_at_ms = record.retry_at_ms;
  if constexpr (planted(Bug::new_id_on_retry)) event.id = shard::new_id(scope_.io(), "evt_");
}

/// A task: a resend or a test, between two batches. The cursor stays where it is.
io::Task<> Lane::perform(store::LaneWork work) {
  Run run{std::move(work), nullptr};
  model::Event event = *run.work.event;
  const bool is_test = event.name == "test";
  if (is_test) {
    run.source = BodySource::for_test(event, webhook_.template_id.value_or(std::string("default")));
  } else {
    const bool made = co_await make_source(run, event, 0);
    if (!made) co_return;
  }
  std::optional<Outgoing> outgoing = co_await reopen_event(run, std::move(event), 0);
  if (!outgoing || stopping()) co_return;
  co_await renew_connection();
  AttemptRun attempt(scope_, *connection_, services_.dialer, services_.bodies, services_.config, webhook_,
                     url_);
  const Trigger trigger = run.work.task_kind == store::LaneTaskKind::test ? Trigger::test : Trigger::resend;
  if (is_test) scope_.spawn(show_in_flight(outgoing->event.id));
  const bool connected = co_await attempt.connect(*outgoing, trigger);
  if (attempt.found_no_descriptor()) {
    co_await wait_for_descriptor(*attempt.facts().error);
    co_return;
  }
  if (connected) co_await attempt.send(*run.source, *outgoing);
  co_await settle_attempt(attempt, *outgoing);
  if (scope_.cancelled()) co_return;
  store::Record record = make_record(run, *outgoing, attempt);
  // A person asked for one attempt and reads its result; the schedule is for deliveries.
  const bool stale = record.disposition == Disposition::retry && !record.spends_budget;
  if (record.disposition == Disposition::retry && !stale) record.disposition = Disposition::halted;
  co_await commit(std::move(record));
}

/// Reads the plan; the file is opened when there is a buffer to render into. False: the delivery has halted
/// at `event`.
io::Task<bool> Lane::make_source(Run& run, model::Event event, std::uint64_t cursor) {
  auto source = BodySource::make(services_.spool, run.work.import, run.work.plan);
  run.work.plan = {};  // the source has it, read
  if (source) {
    run.source = std::move(*source);
    co_return true;
  }
  co_await halt_unsendable(run, std::move(event), cursor, source.error());
  co_return false;
}

/// The event of a step, as far as it can be told without the file. One that is open already and could not be
/// rendered then keeps its count of attempts.
model::Event Lane::event_at(const Run& run, std::uint64_t cursor) const {
  const model::Import& import = run.work.import;
  model::Event event;
  event.id = event_id(import, webhook_id_, cursor);
  if (run.work.event && run.work.event->id == event.id) return *run.work.event;
  event.import_id = import.id;
  event.webhook_id = webhook_id_;
  if (cursor == model::cursor_started) {
    event.name = "import.started";
  } else if (cursor > import.count) {
    event.name = import.error.code.empty() ? "import.completed" : "import.failed";
  } else {
    event.index = cursor;
  }
  return event;
}

Result<model::Event> Lane::next_event(const Run& run, std::uint64_t cursor) {
  model::Event event = event_at(run, cursor);
  if (event.index == 0) return event;
  auto range = run.source->batch(event.index);
  if (!range) return fail(std::move(range.error()));
  event.first_row = range->first_row;
  event.rows = range->rows;
  return event;
}

/// The event at `cursor`, rendered, and durable with its digest. Nothing when the lane has to look again.
io::Task<std::optional<Outgoing>> Lane::open_event(Run& run, std::uint64_t cursor) {
  std::optional<Outgoing> none;
  const Step settled = co_await finish_background();
  if (settled != Step::go_on) co_return none;
  model::Event unopened = event_at(run, cursor);
  shard::BodyBuffer buffer = co_await services_.bodies.take(scope_);
  if (!buffer) co_return none;
  const bool readable = co_await open_file(run, buffer, unopened, cursor);
  if (!readable) co_return none;
  auto event = next_event(run, cursor);
  if (!event) {
    buffer.release();
    co_await halt_unsendable(run, std::move(unopened), cursor, event.error());
    co_return none;
  }
  std::optional<Outgoing> outgoing = co_await render(run, std::move(*event), cursor, std::move(buffer));
  if (!outgoing) co_return none;
  if constexpr (planted(Bug::digest_not_awaited)) co_return outgoing;
  const io::Instant now = scope_.io().now();
  outgoing->buffer.lend(now + shard::loan_delay);
  while (!stopping()) {
    store::OpenEvent request{.lane = key(), .cursor = cursor, .event = outgoing->event};
    auto reply = co_await services_.store.call(std::move(request));
    if (reply.done()) co_return outgoing;
    if (reply.status == Status::fenced) fenced_ = true;
    // unknown: it may be stored already; a second try then answers conflict, and NextWork says with which id.
    if (!may_try_again(reply.status) && reply.status != Status::unknown) break;
    co_await pause(limits::store_retry_wait);
  }
  co_return none;
}

/// Renders and signs an event whose id is known; its digest, where there is one, must come out again.
io::Task<std::optional<Outgoing>> Lane::reopen_event(Run& run, model::Event event, std::uint64_t cursor) {
  shard::BodyBuffer buffer = co_await services_.bodies.take(scope_);
  if (!buffer) co_return std::optional<Outgoing>();
  const bool readable = co_await open_file(run, buffer, event, cursor);
  if (!readable) co_return std::optional<Outgoing>();
  co_return co_await render(run, std::move(event), cursor, std::move(buffer));
}

/// Opens the file that `event` is rendered from. False: it cannot be read; the delivery was halted, or has to
/// be looked at again, and the buffer is free.
io::Task<bool> Lane::open_file(Run& run, shard::BodyBuffer& buffer, const model::Event& event,
                               std::uint64_t cursor) {
  Result<> opened = co_await run.source->open_file(scope_);
  if (opened) co_return true;
  buffer.release();
  if (opened.error().code == ErrorCode::limit_reached) {
    co_await wait_for_descriptor(opened.error());
    co_return false;
  }
  model::Event unopened = event;
  co_await halt_unsendable(run, std::move(unopened), cursor, opened.error());
  co_return false;
}

io::Task<std::optional<Outgoing>> Lane::render(Run& run, model::Event event, std::uint64_t cursor,
                                               shard::BodyBuffer buffer) {
  const std::int64_t now_s = shard::unix_ms(scope_.io()) / 1000;
  auto start = run.source->begin(event);
  if (!start) {
    co_await halt_unsendable(run, std::move(event), cursor, start.error());
    co_return std::optional<Outgoing>();
  }
  BodyJob job{.source = run.source.get(),
              .event = event,
              .cursor = cursor,
              .start = std::move(*start),
              .secrets = secrets_,
              .timestamp = now_s,
              .buffer = std::move(buffer),
              .outgoing = {}};
  Renderer::Request request = services_.renderer.render(std::span(&job, 1));
  co_await request;
  if (!job.outgoing) {
    co_await halt_unsendable(run, std::move(event), cursor, job.outgoing.error());
    co_return std::optional<Outgoing>();
  }
  co_return std::optional<Outgoing>(std::move(*job.outgoing));
}

/// The next successors, rendered while the event at `cursor` is in flight: several, so that they are signed
/// side by side, and by all shards that have nothing to do. This shard does what nobody else has begun.
void Lane::render_ahead(Run& run, std::uint64_t cursor) {
  while (!draining_) {
    // Whole groups only, where something is under way already: a body alone takes twice as long to sign.
    if (!ahead_.is_empty() && services_.bodies.free_count() < 2 * bodies_ahead_max) return;
    const bool is_served = ahead_.is_served_here();
    if (is_served && !services_.renderer.finds_help_for(run.work.import.text.length)) return;
    std::vector<BodyJob> jobs = next_jobs(run, ahead_.last_cursor(cursor));
    if (jobs.empty()) return;
    std::uint64_t file_bytes = 0;
    for (const BodyJob& job : jobs) file_bytes += job.start.rows.end - job.start.rows.offset;
    const bool elsewhere = services_.renderer.finds_help_for(file_bytes);
    if (is_served && !elsewhere) return;
    ahead_.render(std::move(jobs), run.source, elsewhere);
  }
}

/// What follows `cursor`, as far as buffers are to be had: half of the spare ones at most. One that fails is
/// met again, and told, when its turn comes.
///
/// A small body is made even where others wait for a buffer, in the one that just sent its predecessor: they
/// wait a few microseconds longer, and its event is opened by the commit that records the one before.
/// Otherwise it takes a commit of its own, which holds a buffer, so that others wait: once many lanes did,
/// they would do so for good.
std::vector<BodyJob> Lane::next_jobs(Run& run, std::uint64_t cursor) {
  const std::uint64_t count = run.work.import.count;
  const std::size_t buffers = std::max<std::size_t>(1, services_.bodies.free_count() / 2);
  const std::size_t wanted = run.source->is_readable() ? std::min(buffers, bodies_ahead_max) : 0;
  const std::int64_t now_s = shard::unix_ms(scope_.io()) / 1000;
  std::vector<BodyJob> jobs;
  jobs.reserve(wanted);
  while (jobs.size() < wanted) {
    cursor = model::next_cursor(run.delivery(), count, cursor + 1);
    if (cursor == model::cursor_end(count)) break;
    auto event = next_event(run, cursor);
    if (!event) break;
    auto start = run.source->begin(*event);
    if (!start) break;
    const bool is_small = start->rows.end - start->rows.offset <= small_body_bytes;
    shard::BodyBuffer buffer =
        is_small && jobs.empty() ? services_.bodies.try_take_back() : services_.bodies.try_take();
    if (!buffer) break;
    jobs.push_back({.source = run.source.get(),
                    .event = std::move(*event),
                    .cursor = cursor,
                    .start = std::move(*start),
                    .secrets = secrets_,
                    .timestamp = now_s,
                    .buffer = std::move(buffer),
                    .outgoing = {}});
  }
  return jobs;
}

/// Whether the store has the event as pending: it waits for a retry, or waited while its import was stopped.
bool Lane::has_waited(const Run& run, const model::Event& event) {
  const std::optional<model::Event>& found = run.work.event;
  const bool was_pending = found && found->id == event.id && found->state == model::EventState::pending;
  return event.attempts > 0 || was_pending;
}

/// Beside the request, which does not wait for it: the Record that follows comes later in the store's order.
io::Task<> Lane::show_in_flight(std::string event_id) {
  store::BeginAttempt begin{key(), event_id};
  const auto reply = co_await services_.store.call(std::move(begin));
  ChangeSink* const sink = services_.changes;
  if (reply.done() && sink != nullptr && sink->wanted()) sink->changed({{}, event_id, {}});
}

/// True when the event may leave now; false when the lane was poked, is stopping, lost its lease, or has to
/// wait so long that it holds nothing meanwhile.
io::Task<bool> Lane::wait_until_due(Outgoing& outgoing) {
  const io::Instant now = scope_.io().now();
  const io::Instant due = due_at(outgoing.event, now);
  if (due > now) {
    outgoing.buffer.lend(now);  // what is in it can be made again
    if (due - now > limits::idle_connection_max) co_return false;
    const shard::IdleTurn idle(services_.turns, poked_);
    if (idle.asked()) co_return false;
    const std::int32_t waited = co_await poked_.wait(scope_, due);
    if (waited != -ETIMEDOUT) co_return false;
  }
  if (stopping()) co_return false;
  co_return lease_.valid_at(scope_.io().boot_now());
}

/// Signs `current` anew where its signature is old. Only once there is a connection: a receiver that cannot
/// be reached, however often that is tried, costs no rendering. False: look again.
io::Task<bool> Lane::make_fresh(Run& run, std::optional<Outgoing>& current, std::uint64_t cursor) {
  const std::int64_t age_s = shard::unix_ms(scope_.io()) / 1000 - current->timestamp;
  const bool is_old = age_s > limits::signature_age_s_max;
  const bool is_retry = !current->buffer && current->event.attempts > 0;
  if (!is_old && !is_retry) co_return true;
  current->buffer.release();  // the next one comes from the same pool
  current = co_await reopen_event(run, current->event, cursor);
  co_return current.has_value();
}

io::Task<> Lane::settle_attempt(AttemptRun& attempt, const Outgoing& outgoing) {
  services_.counters.in_flight.add(1);
  co_await attempt.settle(outgoing);
  services_.counters.in_flight.add(-1);
  co_await renew_connection();
}

/// A connection that broke, in its last request or idle since, makes room for a new one.
io::Task<> Lane::renew_connection() {
  if (connection_->spent()) co_await drop_connection();
}

io::Task<> Lane::drop_connection() {
  co_await connection_->close();
  connection_ = std::make_unique<Connection>(scope_);
}

store::Record Lane::make_record(Run& run, const Outgoing& outgoing, AttemptRun& attempt) {
  Verdict verdict = judge_exchange(attempt.facts(), webhook_);
  if constexpr (planted(Bug::redirect_followed)) {
    if (const auto there = net::parse_url(attempt.facts().location)) {
      url_ = *there;
      connection_->retire();
      verdict.disposition = Disposition::retry;
      verdict.at_once = true;
    }
  }
  store::Record record;
  record.lane = key();
  record.import_id = outgoing.event.import_id;
  record.cursor = outgoing.cursor;
  record.task_id = run.work.kind == store::LaneWork::Kind::task ? run.work.task_id : 0;
  record.attempt = std::move(attempt.attempt());
  record.attempt.outcome = verdict.outcome;
  record.attempt.error = verdict.error;
  if constexpr (planted(Bug::secret_logged)) record.attempt.error += webhook_.secrets.front().text;
  record.disposition = verdict.disposition;
  record.spends_budget = !verdict.at_once;
  record.reason = verdict.error;
  if (verdict.disposition == Disposition::delivered) {
    record.row_errors = std::move(attempt.row_errors());
    if (record.task_id == 0) {
      record.next_cursor = model::next_cursor(run.delivery(), run.work.import.count, outgoing.cursor + 1);
    }
  }
  if (verdict.disposition == Disposition::retry && !verdict.at_once) {
    const std::uint32_t made = outgoing.event.attempts_in_budget + 1;
    const auto delay_ms =
        retry_delay_ms(webhook_.retry_schedule_s, made, verdict.floor_s, shard::random_u64(scope_.io()));
    if (delay_ms) {
      record.retry_at_ms = shard::unix_ms(scope_.io()) + *delay_ms;
    } else {
      record.disposition = Disposition::halted;
      record.reason =
          "The retry schedule is spent after " + std::to_string(made) + " attempts. Last: " + verdict.error;
    }
  }
  count(record, outgoing);
  return record;
}

void Lane::count(const store::Record& record, const Outgoing& outgoing) {
  metrics::DeliveryCounters& counters = services_.counters;
  const model::Attempt& attempt = record.attempt;
  counters.attempts[static_cast<std::size_t>(attempt.outcome)].add();
  counters.retries.add(attempt.trigger == Trigger::retry ? 1 : 0);
  counters.body_bytes.add(attempt.body_bytes);
  counters.attempt_time.observe(std::chrono::microseconds(attempt.duration_us));
  counters.connections.add(attempt.phases.connect_us >= 0 ? 1 : 0);
  counters.encrypted_connections.add(attempt.phases.tls_us >= 0 ? 1 : 0);
  counters.row_errors.add(record.row_errors.size());
  if (record.task_id != 0) return;
  counters.halts.add(record.disposition == Disposition::halted ? 1 : 0);
  if (record.disposition != Disposition::delivered || outgoing.event.index == 0) return;
  counters.batches_delivered.add();
  counters.rows_delivered.add(outgoing.event.rows);
}

/// Tells those who watch what a commit changed.
void Lane::tell(const store::Record& record) {
  ChangeSink* const sink = services_.changes;
  if (sink == nullptr || !sink->wanted()) return;
  sink->changed({record.import_id, record.attempt.event_id, record.attempt.id});
  if (record.next_event) sink->changed({{}, record.next_event->id, {}});
}

/// Makes a record durable, however long the store cannot: the answer is held in memory and nothing more is
/// sent.
io::Task<Lane::Step> Lane::commit(store::Record record) {
  const Step before = co_await finish_background();
  if (before == Step::stop) co_return Step::stop;
  if constexpr (planted(Bug::acknowledge_before_durable)) {
    scope_.spawn(commit_in_background(std::move(record)));
    co_return Step::go_on;
  }
  while (true) {
    store::Record copy = record;
    auto reply = co_await services_.store.call(std::move(copy));
    switch (reply.status) {
      case Status::done:
        tell(record);
        idle_ = reply.value->idle;
        if (reply.value->go_on && !reply.value->task_waiting && before == Step::go_on) co_return Step::go_on;
        co_return Step::ask_again;
      case Status::unavailable:
      case Status::disk_full:
        if constexpr (planted(Bug::full_disk_ignored)) co_return Step::go_on;
        break;
      case Status::fenced:
        fenced_ = true;
        co_return Step::stop;
      case Status::conflict:
      case Status::unknown:
      case Status::not_found:
      case Status::unreadable:
        // The store knows better where this delivery stands; NextWork tells.
        co_return Step::ask_again;
    }
    if (scope_.cancelled()) co_return Step::stop;
    co_await pause(limits::store_retry_wait);
  }
}

/// relaxed: the commit of one answer overlaps the next request; the one before it must be durable by now.
io::Task<Lane::Step> Lane::commit_overlapped(store::Record record) {
  const Step before = co_await finish_background();
  if (before != Step::go_on) {
    // What made the last commit say so must be looked at first, but this answer is kept all the same.
    const Step step = co_await commit(std::move(record));
    co_return step == Step::stop ? Step::stop : before;
  }
  record.next_leaves = true;
  background_running_ = true;
  background_step_ = Step::go_on;
  background_done_.clear();
  scope_.spawn(commit_in_background(std::move(record)));
  co_return Step::go_on;
}

io::Task<> Lane::commit_in_background(store::Record record) {
  // After the next request has left: the store's thread, woken first, may take this core for its commit.
  const io::Instant next_turn = scope_.io().now();
  co_await io::sleep_until(scope_, next_turn);
  while (true) {
    store::Record copy = record;
    auto reply = co_await services_.store.call(std::move(copy));
    if (may_try_again(reply.status) && !scope_.cancelled()) {
      const io::Instant until = scope_.io().now() + limits::store_retry_wait;
      co_await io::sleep_until(scope_, until);
      continue;
    }
    if (reply.done()) tell(record);
    if (reply.status == Status::fenced) fenced_ = true;
    const bool go_on = reply.done() && reply.value->go_on && !reply.value->task_waiting;
    background_step_ = go_on ? Step::go_on : (fenced_ ? Step::stop : Step::ask_again);
    break;
  }
  background_running_ = false;
  background_done_.set();
}

io::Task<Lane::Step> Lane::finish_background() {
  while (background_running_) {
    // Not by this scope's leave: a commit is waited for also while the lane is being stopped.
    const std::int32_t waited = co_await background_done_.wait(scope_);
    if (waited == -ECANCELED) break;
  }
  co_return std::exchange(background_step_, Step::go_on);
}

/// An event that cannot be rendered: the delivery halts with the reason in the response log; nothing was
/// sent.
io::Task<> Lane::halt_unsendable(Run& run, model::Event event, std::uint64_t cursor, const Error& error) {
  if (error.code == ErrorCode::cancelled) co_return;
  if (error.code == ErrorCode::store_unavailable) {
    // It says nothing about the file: the lane asks again.
    co_await pause(limits::store_retry_wait);
    co_return;
  }
  const bool is_task = run.work.kind == store::LaneWork::Kind::task;
  if (!is_task) {
    store::OpenEvent request{.lane = key(), .cursor = cursor, .event = event};
    auto reply = co_await services_.store.call(std::move(request));
    const bool is_open = reply.done() || (reply.value && reply.value->id == event.id);
    if (!is_open) {
      if (reply.status == Status::fenced) fenced_ = true;
      if (may_try_again(reply.status)) co_await pause(limits::store_retry_wait);
      co_return;
    }
  }
  store::Record record;
  record.lane = key();
  record.import_id = run.work.import.id;
  record.cursor = cursor;
  record.task_id = is_task ? run.work.task_id : 0;
  record.attempt.id = shard::new_id(scope_.io(), "att_");
  record.attempt.event_id = event.id;
  record.attempt.number = event.attempts + 1;
  record.attempt.trigger = is_task ? Trigger::resend : Trigger::delivery;
  record.attempt.started_at_ms = shard::unix_ms(scope_.io());
  record.attempt.outcome = model::Outcome::unreachable;
  record.attempt.error = error.detail;
  record.disposition = Disposition::halted;
  record.reason = error.detail;
  co_await commit(std::move(record));
}

}  // namespace pulter::delivery
