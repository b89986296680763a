#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/store/core/session.h"
#include "engine/store/store.h"

// One function per request: the whole of what the store does, as plain SQL on an open transaction.

namespace pulter::store {

// importers.cpp
[[nodiscard]] Answer handle(Session& session, PutImporter& request);
[[nodiscard]] Answer handle(Session& session, GetImporter& request);
[[nodiscard]] Answer handle(Session& session, ListImporters& request);
[[nodiscard]] Answer handle(Session& session, DeleteImporter& request);
// webhooks.cpp
[[nodiscard]] Answer handle(Session& session, PutWebhook& request);
[[nodiscard]] Answer handle(Session& session, EnsureWebhook& request);
[[nodiscard]] Answer handle(Session& session, GetWebhook& request);
[[nodiscard]] Answer handle(Session& session, ListWebhooks& request);
[[nodiscard]] Answer handle(Session& session, DeleteWebhook& request);
// create_import.cpp
[[nodiscard]] Answer handle(Session& session, CreateImport& request);
[[nodiscard]] Answer handle(Session& session, FillImport& request);
// retention.cpp
/// Files of so many bytes came (or went, where it is negative).
void count_kept_bytes(Session& session, std::int64_t bytes);

// imports.cpp
[[nodiscard]] Answer handle(Session& session, GetImport& request);
[[nodiscard]] Answer handle(Session& session, FindImportByKey& request);
[[nodiscard]] Answer handle(Session& session, GetPlan& request);
[[nodiscard]] Answer handle(Session& session, ListImports& request);
[[nodiscard]] Answer handle(Session& session, ListRowErrors& request);
// import_commands.cpp
[[nodiscard]] Answer handle(Session& session, CommandImport& request);
// small_files.cpp
[[nodiscard]] Answer handle(Session& session, GetSmallFile& request);
// lanes.cpp
[[nodiscard]] Answer handle(Session& session, AcquireShard& request);
[[nodiscard]] Answer handle(Session& session, ListBusyLanes& request);
[[nodiscard]] Answer handle(Session& session, NextWork& request);
[[nodiscard]] Answer handle(Session& session, OpenEvent& request);
[[nodiscard]] Answer handle(Session& session, BeginAttempt& request);
[[nodiscard]] Answer handle(Session& session, Lookup& request);
// lane_tasks.cpp
[[nodiscard]] Answer handle(Session& session, AddLaneTask& request);
// record.cpp
[[nodiscard]] Answer handle(Session& session, Record& request);
// events.cpp
[[nodiscard]] Answer handle(Session& session, GetEvent& request);
[[nodiscard]] Answer handle(Session& session, ListEvents& request);
[[nodiscard]] Answer handle(Session& session, ListAttempts& request);
// retention.cpp
[[nodiscard]] Answer handle(Session& session, RetentionStep& request);
[[nodiscard]] Answer handle(Session& session, ListSpoolKeys& request);
[[nodiscard]] Answer handle(Session& session, SumSpoolBytes& request);
[[nodiscard]] Answer handle(Session& session, ProbeWrite& request);
// figures.cpp
[[nodiscard]] Answer handle(Session& session, CountImports& request);
[[nodiscard]] Answer handle(Session& session, CountEvents& request);
[[nodiscard]] Answer handle(Session& session, ListRecentAttempts& request);
[[nodiscard]] Answer handle(Session& session, ListLanes& request);
// event_figures.cpp
[[nodiscard]] Answer handle(Session& session, DescribeEvents& request);
// lane_marks.cpp
[[nodiscard]] Answer handle(Session& session, ListLaneMarks& request);
// batch_marks.cpp
[[nodiscard]] Answer handle(Session& session, ListBatchMarks& request);
// tokens.cpp
[[nodiscard]] Answer handle(Session& session, CreateToken& request);
[[nodiscard]] Answer handle(Session& session, ListTokens& request);
[[nodiscard]] Answer handle(Session& session, FindToken& request);
[[nodiscard]] Answer handle(Session& session, DeleteToken& request);

// Shared by them.

// webhooks.cpp
[[nodiscard]] std::optional<model::Webhook> find_webhook(Session& session, std::string_view id);
/// Enabled webhooks of the importer and of all, in order of their ids.
[[nodiscard]] std::vector<model::Webhook> webhooks_of(Session& session, std::string_view template_id);
void disable_webhook(Session& session, std::string_view id, std::string_view reason);
/// Cancels what is unfinished for a webhook, and takes it away.
void remove_webhook(Session& session, std::string_view id);

/// The webhook of that importer for that URL: the oldest.
[[nodiscard]] std::optional<model::Webhook> find_webhook_by_url(Session& session,
                                                                const std::optional<std::string>& template_id,
                                                                std::string_view url);
void insert_webhook(Session& session, const model::Webhook& webhook);

// small_files.cpp
/// Stores the content of those of an import's files that come with it.
void insert_small_files(Session& session, const model::Import& import);
void remove_small_file(Session& session, std::string_view key);

// imports.cpp
/// " AND …" for everything that the list asks for; `state` on demand. bind_filter gives its parameters, in
/// order.
[[nodiscard]] std::string filter_sql(const ListImports& list, bool with_state);
void bind_filter(Query& query, const ListImports& list, bool with_state);
/// With all its deliveries.
[[nodiscard]] std::optional<model::Import> find_import(Session& session, std::string_view id);
/// Without its deliveries.
[[nodiscard]] std::optional<model::Import> find_import_alone(Session& session, std::string_view id);
[[nodiscard]] std::string find_plan(Session& session, std::string_view import_id);
/// Derives the state anew and sets `completed_at` when the last lane ended: true then. To be called whenever
/// a lane started, halted, ended or was commanded.
bool refresh_state(Session& session, std::string_view id);
/// The same; the import as it is then.
model::Import refresh_import(Session& session, std::string_view id);

// lanes.cpp
/// The answer to give when the lane belongs to a later epoch.
[[nodiscard]] std::optional<Answer> fence(Session& session, const LaneKey& lane);
[[nodiscard]] std::optional<model::Delivery> find_delivery(Session& session, std::string_view import_id,
                                                           std::string_view webhook_id);
void mark_started(Session& session, std::string_view import_id, std::string_view webhook_id);
/// The import's part of it: when it started, and its state.
void note_start(Session& session, std::string_view import_id);

// lane_marks.cpp
void mark_lane(Session& session, std::string_view import_id, std::string_view webhook_id,
               LaneMark::Kind kind);
/// Each lane of the import that goes on, or went on until now.
void mark_lanes(Session& session, const model::Import& import, LaneMark::Kind kind);

// lane_tasks.cpp
struct LaneTask {
  std::int64_t id = 0;
  LaneTaskKind kind = LaneTaskKind::resend;
  std::string event_id;
  std::uint32_t attempts = 0;
  std::int64_t retry_at_ms = 0;
};
/// The oldest task that may be tried now.
[[nodiscard]] std::optional<LaneTask> due_task(Session& session, std::string_view webhook_id);
/// The task that will be tried next, due or not.
[[nodiscard]] std::optional<LaneTask> next_task(Session& session, std::string_view webhook_id);
[[nodiscard]] std::optional<LaneTask> find_task(Session& session, std::int64_t id);

// events.cpp
[[nodiscard]] std::string filter_sql(const ListEvents& list);
void bind_filter(Query& query, const ListEvents& list);
[[nodiscard]] std::optional<model::Event> find_event(Session& session, std::string_view id);
/// `created_at_ms` and `webhook_id` are the store's.
void insert_event(Session& session, const model::Event& event, std::string_view webhook_id);
/// An event's row number, by which its attempts name it; 0: there is none.
[[nodiscard]] std::int64_t event_number(Session& session, std::string_view id);
void insert_attempt(Session& session, const model::Attempt& attempt, std::int64_t event_number);
/// The event, its attempts and its tasks.
void remove_event(Session& session, std::int64_t number, std::string_view id);

}  // namespace pulter::store
