#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/model/event.h"
#include "engine/model/import.h"
#include "engine/model/importer.h"
#include "engine/model/token.h"
#include "engine/model/webhook.h"
#include "engine/store/recent_files.h"

// The store's messages. Flat requests and answers with an id, asynchronous; no transaction, iterator or
// callback crosses a call, so the same interface runs over SQLite's thread, a helper process or a simulation
// (store.md).
//
// Every request names its answer as `Answer`. Requests of lanes carry a `LaneKey` and are a compare-and-set
// on the delivery's cursor: a lane that lost its ownership gets `fenced`, one that is behind gets `conflict`.

namespace pulter::store {

enum class Status : std::uint8_t {
  done,
  not_found,
  conflict,     ///< the answer's value is what is there now
  fenced,       ///< the lane belongs to a later epoch: stop, write nothing
  unknown,      ///< the answer to a commit got lost: `Lookup` before anything is sent
  unavailable,  ///< nothing was written (lock, I/O error …): `detail` says why and what to do
  disk_full,    ///< nothing was written, and nothing will be until there is room
  unreadable,   ///< what was asked for is there, and the disk does not give it: asking again will not help
};

/// A lane as its owner names it.
struct LaneKey {
  std::string webhook_id;
  std::uint64_t epoch = 0;
};

struct Nothing {};

struct Page {
  std::uint32_t limit = 50;
  std::string cursor;  ///< as given by the answer before; empty: from the start
};
template <class T>
struct Listing {
  std::vector<T> items;
  std::string next;  ///< empty: this was the last page
};

// ---- registry
// ------------------------------------------------------------------------------------------------

struct PutImporter {
  using Answer = model::Importer;
  model::Importer importer;
  bool create = true;  ///< true: conflict when the id exists; false: not_found when it does not
};
struct GetImporter {
  using Answer = model::Importer;
  std::string id;
};
struct ListImporters {
  using Answer = Listing<model::Importer>;
  Page page;
};
struct DeleteImporter {
  using Answer = Nothing;
  std::string id;  ///< conflict while unfinished imports use it
};

struct PutWebhook {
  using Answer = model::Webhook;
  model::Webhook webhook;
  bool create = true;
  /// What the change was made from. conflict, with what is there now, when somebody changed it meanwhile (a
  /// person, or a 410); none: whatever is there.
  std::optional<model::Webhook> before{};
};
/// Finds the importer's webhook for that URL, or makes it from `candidate` (contract, section 3).
struct EnsureWebhook {
  using Answer = model::Webhook;
  model::Webhook candidate;
};
struct GetWebhook {
  using Answer = model::Webhook;
  std::string id;
};
struct ListWebhooks {
  using Answer = Listing<model::Webhook>;
  std::optional<std::string> template_id;
  Page page;
};
struct DeleteWebhook {
  using Answer = Nothing;
  std::string id;  ///< its unfinished deliveries are cancelled; its events stay until retention
};

// ---- imports
// -------------------------------------------------------------------------------------------------

/// Makes an import. Its lanes are `webhook_id`, or where that is empty every enabled webhook of its importer
/// and every webhook that belongs to all. A planned import gets its place (`seq`) in each lane inside this
/// insert. done: the import as stored. conflict: a repeat of `idempotency_key`; the value is the first
/// import.
struct CreateImport {
  using Answer = model::Import;
  model::Import import;  ///< small files with their content, which is stored in the same commit
  std::string plan;      ///< csv::encode(plan); empty while receiving
  std::string webhook_id;
  std::string idempotency_key;
  /// The importer's webhook for this one's URL, made from it where there is none, as EnsureWebhook does.
  std::optional<model::Webhook> ensured{};
  bool only_ensured = false;  ///< the import goes to that webhook alone; `webhook_id` is empty
};
/// Fills an import that is `receiving` (file, plan, counts, notes, or the problem) and queues it. conflict:
/// it is not.
struct FillImport {
  using Answer = model::Import;
  model::Import import;  ///< id, and all that intake found out
  std::string plan;
};
struct GetImport {
  using Answer = model::Import;
  std::string id;
};
struct FindImportByKey {
  using Answer = model::Import;
  std::string idempotency_key;
};
struct GetPlan {
  using Answer = std::string;
  std::string import_id;
};
/// The content of a small file. not_found: retention removed it. unreadable: its pages cannot be read.
struct GetSmallFile {
  using Answer = std::string;
  std::string key;
};
struct ListImports {
  using Answer = Listing<model::Import>;
  std::optional<std::string> template_id;
  std::optional<model::ImportState> state;
  Page page;                     ///< newest first
  std::string file_name_part{};  ///< empty: any
  std::int64_t since_ms = 0;     ///< created at or after
  std::int64_t until_ms = 0;     ///< created before; 0: any time
  bool oldest_first = false;
};
enum class ImportCommand : std::uint8_t { pause, resume, cancel };
/// A command is a row; the lane's owner carries it out (store.md, point 6). conflict: not possible in this
/// state. Resume clears `paused` and each lane's halt, puts the halted events back to pending with a fresh
/// budget.
struct CommandImport {
  using Answer = model::Import;
  std::string import_id;
  ImportCommand command = ImportCommand::pause;
};
struct ListRowErrors {
  using Answer = Listing<model::RowError>;
  std::string import_id;
  Page page;
};

// ---- lanes
// ---------------------------------------------------------------------------------------------------

/// Takes a store shard. SQLite answers every time, with the epoch before plus one at each start of the store.
struct AcquireShard {
  using Answer = std::uint64_t;  ///< the epoch
  std::uint32_t store_shard = 0;
};
/// The webhooks of one store shard that have unfinished work: asked once at start.
struct ListBusyLanes {
  using Answer = std::vector<std::string>;
  std::uint32_t store_shard = 0;
};

enum class LaneTaskKind : std::uint8_t { resend, test };
/// Puts one event into the lane's queue of tasks: done between two batches, does not move the cursor.
struct AddLaneTask {
  using Answer = model::Event;
  LaneTaskKind kind = LaneTaskKind::resend;
  std::string event_id;                   ///< resend: the stored event
  std::optional<model::Event> new_event;  ///< test: the event to be stored with the task
};

/// What a lane should do next.
struct LaneWork {
  enum class Kind : std::uint8_t { none, delivery, task };
  Kind kind = Kind::none;
  model::Webhook webhook;
  model::Import import;  ///< with exactly this webhook's delivery in `deliveries`; empty id for a test task
  std::string plan;      ///< encoded plan of that import
  std::optional<model::Event>
      event;  ///< the open event at the cursor (retry, or after a restart), or the task's
  std::int64_t task_id = 0;
  LaneTaskKind task_kind = LaneTaskKind::resend;
};
/// The oldest task, else the delivery with the lowest seq that is neither paused, halted nor ended. A halted
/// delivery of a webhook with `on_halt = hold` answers none until it is resumed or cancelled. A disabled
/// webhook answers none.
struct NextWork {
  using Answer = LaneWork;
  LaneKey lane;
};

/// The event for the delivery's cursor, stored with its digest before its first byte leaves. One that is open
/// there without a digest (its file could not be read) gets what it lacks.
struct OpenEvent {
  using Answer = model::Event;  ///< conflict: the event that is open there already, or the cursor moved
  LaneKey lane;
  std::uint64_t cursor = 0;
  model::Event event;
};

/// A request for that event is about to leave: one that waited shows as `delivering`. Nobody has to await it.
struct BeginAttempt {
  using Answer = Nothing;
  LaneKey lane;
  std::string event_id;
};

enum class Disposition : std::uint8_t {
  delivered,  ///< cursor → `next_cursor`
  retry,      ///< at `retry_at_ms`
  halted,     ///< the delivery stops here
  gone,       ///< 410: halted, and the webhook is disabled with `reason`
};
/// One attempt and what follows from it, in one commit; with it, where there is one, the event that comes
/// next.
struct Record {
  using Answer = struct Recorded;
  LaneKey lane;
  std::string import_id;     ///< empty for a test
  std::uint64_t cursor = 0;  ///< compared with the delivery's; ignored for tasks
  std::int64_t task_id =
      0;  ///< not 0: a task's attempt; the cursor stays, and the task ends with any disposition but retry
  model::Attempt attempt;
  Disposition disposition = Disposition::delivered;
  /// False: a kept-alive connection turned out to be dead before any byte of an answer: tried again at once,
  /// without using up a place in the retry schedule.
  bool spends_budget = true;
  std::uint64_t next_cursor = 0;
  std::int64_t retry_at_ms = 0;
  std::string reason;
  std::vector<model::RowError> row_errors;
  std::optional<model::Event> next_event;  ///< opened at `next_cursor` in the same commit
  /// Its request leaves without waiting for this commit (relaxed), so it is on its way whatever was stopped.
  bool next_leaves = false;
};
/// What the lane must know after a Record, read in the same commit.
struct Recorded {
  bool go_on = true;          ///< false: paused, cancelled, disabled or ended: ask NextWork
  bool task_waiting = false;  ///< a task wants its turn: ask NextWork
  bool import_ended =
      false;          ///< the last lane of the import ended with this: its content may be due (RetentionStep)
  bool idle = false;  ///< the lane has nothing more to do: NextWork would answer none
};
/// Was it written? For a Record or OpenEvent that was answered `unknown`.
struct Lookup {
  using Answer = model::Delivery;
  LaneKey lane;
  std::string import_id;
};

// ---- log
// -----------------------------------------------------------------------------------------------------

struct GetEvent {
  using Answer = model::Event;
  std::string id;
};
struct ListEvents {
  using Answer = Listing<model::Event>;
  std::optional<std::string> import_id;
  std::optional<std::string> webhook_id;
  std::optional<model::EventState> state;
  std::optional<std::string> name;
  Page page;  ///< newest first
  std::optional<std::uint64_t> index{};
  std::int64_t since_ms = 0;  ///< created at or after
  std::int64_t until_ms = 0;  ///< created before; 0: any time
  bool oldest_first = false;
};
struct ListAttempts {
  using Answer = Listing<model::Attempt>;
  std::string event_id;
  Page page;  ///< oldest first
};

// ---- figures: what views show beside the resources
// ---------------------------------------------------------------------------------------------

/// How many a list has; nothing over listing_total_max, where counting would cost more than it tells.
inline constexpr std::uint64_t listing_total_max = 10'000;
struct Totals {
  std::optional<std::uint64_t> total;
  std::vector<std::pair<std::string, std::uint64_t>> counts;  ///< by state; of imports only
};
/// As the list with this filter, whose page does not matter; `counts` leave its state out.
struct CountImports {
  using Answer = Totals;
  ListImports filter;
};
struct CountEvents {
  using Answer = Totals;
  ListEvents filter;
};

/// One letter a batch: `.` not sent, `d` delivered, `r` delivered after a retry, `e` delivered with rows
/// refused, `f` in flight, `w` waits to be tried again, `h` halted, `x` cancelled. not_found: no such lane.
struct ListBatchMarks {
  using Answer = std::string;
  std::string import_id;
  std::string webhook_id;
};

/// What is shown with an event and does not belong to it.
struct EventFigures {
  std::string file_name;               ///< of its import; empty: a test, or the import is gone
  std::uint64_t count = 0;             ///< batches of its import
  std::uint64_t row_errors = 0;        ///< of its batch, as far as they are kept
  std::int64_t last_duration_us = -1;  ///< of its last attempt; -1: none yet
};
/// In the order of `event_ids`; an event that is gone has figures of nothing.
struct DescribeEvents {
  using Answer = std::vector<EventFigures>;
  std::vector<std::string> event_ids;
};

/// A moment at which one lane of an import stopped or went on.
struct LaneMark {
  enum class Kind : std::uint8_t { halted, paused, resumed };
  std::int64_t at_ms = 0;
  Kind kind = Kind::halted;
};
/// "halted", "paused", "resumed".
[[nodiscard]] std::string_view name(LaneMark::Kind kind);
/// The last ones, oldest first.
struct ListLaneMarks {
  using Answer = std::vector<LaneMark>;
  std::string import_id;
  std::string webhook_id;
  std::uint32_t limit = 100;
};

/// One attempt as figures need it.
struct AttemptFigures {
  std::string webhook_id;
  std::string import_id;
  std::int64_t started_at_ms = 0;
  std::int64_t duration_us = 0;
  std::uint64_t rows = 0;
  std::int32_t status = 0;
  bool delivered = false;
  bool halted = false;  ///< its event stands still now
};
/// The last attempts, newest first: of everything, or of one lane of one import.
struct ListRecentAttempts {
  using Answer = std::vector<AttemptFigures>;
  std::string import_id;  ///< empty: of everything
  std::string webhook_id;
  std::int64_t since_ms = 0;
  std::uint32_t limit = 1000;
};

/// What each lane has to do.
struct LaneFigures {
  std::string webhook_id;
  bool enabled = true;
  std::uint64_t queue = 0;  ///< imports that wait behind the one at the head
  std::uint64_t tasks = 0;  ///< resends and tests that wait for their turn
  bool held = false;        ///< an import stands still there
  std::string import_id;    ///< at its head; empty: none
  std::string file_name;
  std::string event_id;  ///< the open one; empty: none
  std::uint64_t index = 0;
  std::uint64_t count = 0;
  bool in_flight = false;
  std::int32_t last_status = 0;
  std::int64_t next_attempt_at_ms = 0;  ///< 0: it does not wait to be tried again
  std::int64_t in_flight_since_ms = 0;  ///< 0: nothing is in flight
  std::int64_t waiting_since_ms = 0;    ///< the first of the attempts that failed in a row; 0: does not wait
};
struct ListLanes {
  using Answer = std::vector<LaneFigures>;
};

// ---- access
// --------------------------------------------------------------------------------------------------

struct CreateToken {
  using Answer = model::Token;
  model::Token token;
};
struct ListTokens {
  using Answer = Listing<model::Token>;
  Page page;  ///< newest first
};
struct FindToken {
  using Answer = model::Token;
  std::string digest;
};
struct DeleteToken {
  using Answer = Nothing;
  std::string id;
};

// ---- upkeep
// --------------------------------------------------------------------------------------------------

/// One small step of retention: removes at most 500 rows of events older than `before_ms`, and names the
/// spool keys whose imports ended before then (or are dataSync=false and ended). Call again while `more`.
struct RetentionStep {
  struct Removed {
    /// For Spool::remove. Small files are out of the store already; the spool has to forget them.
    std::vector<std::string> spool_keys;
    std::uint64_t bytes = 0;  ///< of the files that the keys name
    bool more = false;
  };
  using Answer = Removed;
  std::int64_t before_ms = 0;
  /// Not 0: too much is kept, so the imports that ended first are due whatever their age, until files of so
  /// many bytes are named.
  std::uint64_t bytes_over = 0;
  /// The records themselves of imports that ended before then and have neither files nor events any more.
  std::int64_t records_before_ms = 0;
};
/// Writes one row as it is: done when the disk takes writes again. For whoever waits for that.
struct ProbeWrite {
  using Answer = Nothing;
};
/// The bytes of all files that imports still name: a count that is kept with them. One look-up.
struct SumSpoolBytes {
  using Answer = std::uint64_t;
};
/// The spool keys that any import still names: what is in the spool beside them is left over from a crash.
struct ListSpoolKeys {
  using Answer = std::vector<std::string>;
};

using Request =
    std::variant<PutImporter, GetImporter, ListImporters, DeleteImporter, PutWebhook, EnsureWebhook,
                 GetWebhook, ListWebhooks, DeleteWebhook, CreateImport, FillImport, GetImport,
                 FindImportByKey, GetPlan, GetSmallFile, ListImports, CommandImport, ListRowErrors,
                 AcquireShard, ListBusyLanes, AddLaneTask, NextWork, OpenEvent, BeginAttempt, Record, Lookup,
                 GetEvent, ListEvents, ListAttempts, RetentionStep, SumSpoolBytes, ProbeWrite, ListSpoolKeys,
                 CountImports, CountEvents, ListBatchMarks, ListRecentAttempts, ListLanes, DescribeEvents,
                 ListLaneMarks, CreateToken, ListTokens, FindToken, DeleteToken>;

using AnswerValue =
    std::variant<Nothing, model::Importer, Listing<model::Importer>, model::Webhook, Listing<model::Webhook>,
                 model::Import, Listing<model::Import>, std::string, Listing<model::RowError>, std::uint64_t,
                 std::vector<std::string>, model::Event, LaneWork, Recorded, model::Delivery,
                 Listing<model::Event>, Listing<model::Attempt>, RetentionStep::Removed, Totals,
                 std::vector<AttemptFigures>, std::vector<LaneFigures>, std::vector<EventFigures>,
                 std::vector<LaneMark>, model::Token, Listing<model::Token>>;

struct Answer {
  std::uint64_t id = 0;  ///< of the request
  Status status = Status::done;
  std::string detail;  ///< why not done, for people
  AnswerValue value;   ///< the request's `Answer` type when done or conflict; Nothing otherwise
};

/// A client's door to the store: one per shard.
using PortId = std::uint32_t;

/// How the store tells a client that answers wait. Called from the store's thread.
struct Waker {
  void (*wake)(void* argument) noexcept = nullptr;
  void* argument = nullptr;
};

/// Durable state. What arrives during one commit goes into the next, over all ports; an answer `done` to a
/// write is given only after its commit is on the disk.
class Store {
 public:
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Before the first submit. Any thread, before shards run.
  virtual PortId open_port(Waker waker) = 0;
  /// After the last take: the waker is not called any more once this returned. What still comes is thrown
  /// away.
  virtual void close_port(PortId port) = 0;
  /// Hands a request over; its answer comes later, by `take`. The port's thread. Answers of one port keep the
  /// order of their requests among writes, and among reads.
  virtual void submit(PortId port, std::uint64_t id, Request request) = 0;
  /// The next answer that waits, if any. The port's thread.
  virtual bool take(PortId port, Answer& answer) = 0;
  /// Why writes or reads are not done at present, for people and for readiness (disk full, a failed sync …);
  /// empty: all is well. It clears by itself with the next commit or read that goes through, where one can.
  /// Any thread.
  [[nodiscard]] virtual std::string trouble() const = 0;
  /// Small files that were just stored or read. Any thread.
  [[nodiscard]] RecentFiles& recent_files() { return recent_files_; }

 protected:
  Store() = default;

 private:
  RecentFiles recent_files_;
};

}  // namespace pulter::store
