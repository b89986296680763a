#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "codec/csv/plan.h"
#include "codec/http/request_head.h"
#include "codec/http/request_reader.h"
#include "codec/http/response_reader.h"
#include "codec/json/reader.h"
#include "codec/net/url.h"
#include "codec/sign/secret.h"

// Every bound of the engine with its reason. A bound that belongs to a format stands beside its code in codec
// and is only named here: csv::row_bytes_max, csv::columns_max, csv::checkpoints_max, http::head_bytes_max,
// http::custom_headers_max, http::RequestLimits, http::ResponseLimits, json::depth_max, json::row_errors_max,
// net::url_bytes_max, sign::secret_chars_max.

namespace pulter::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t kib = 1024;
inline constexpr std::size_t mib = 1024 * kib;

// ---- control: requests from users
// ------------------------------------------------------------------------------

/// Connections to the control listeners together. One more is answered 503: a person or a program that waits
/// sees why, where a full accept queue would only hang.
inline constexpr std::size_t control_connections_max = 128;
/// What one connection reads at a time. Uploads go to the spool in pieces of this size: large enough that the
/// turn per piece costs under 1 % of its copying, small enough for 128 connections.
inline constexpr std::size_t control_buffer_bytes = 128 * kib;
/// A JSON request body. The longest legitimate ones are `metadata` and `columns`.
inline constexpr std::size_t json_body_bytes_max = 1 * mib;
/// Nearly every JSON body is below this. Longer ones are read a few at a time, and one more is answered 503:
/// 128 connections with 1 MiB each, as text and as a tree, would be most of the daemon's memory.
inline constexpr std::size_t small_body_bytes = 32 * kib;
inline constexpr std::size_t large_bodies_max = 8;
/// A JSON body that is not whole by then holds its place for nothing.
inline constexpr auto json_body_time_max = 30s;
/// `user` and `metadata` are repeated in every batch, so they are held shorter than a request.
inline constexpr std::size_t user_json_bytes_max = 64 * kib;
/// What a refused request may still send before its connection is closed: enough that a client that writes
/// before it reads gets to see the answer.
inline constexpr std::uint64_t drained_bytes_max = 4 * mib;
inline constexpr auto drain_time_max = 2s;
/// From the first byte of a request to the end of its head.
inline constexpr auto head_time_max = 10s;
/// Between two pieces of a request's body, and for one piece of an answer to be taken.
inline constexpr auto body_idle_max = 60s;
/// Between two requests on one connection.
inline constexpr auto keep_alive_max = 75s;
/// A piece of a streamed answer (file content, rows).
inline constexpr std::size_t answer_piece_bytes = 64 * kib;
/// Items of a list: given by default, and at most.
inline constexpr std::uint32_t list_items_default = 50;
inline constexpr std::uint32_t list_items_max = 200;
/// Rows of one `/rows` answer: a page of a table, not a download (that is `/content`).
inline constexpr std::uint64_t rows_page_default = 50;
inline constexpr std::uint64_t rows_page_max = 1000;
/// Events that one `POST /v1/events/resend` may put into lanes.
inline constexpr std::uint64_t resend_events_max = 10'000;

/// Attempts that figures are worked out from, the newest first: what a view costs stays the same however much
/// goes on.
inline constexpr std::uint32_t figures_attempts_max = 5000;
/// First bytes of a file that a check takes, and checks at a time: they are held in memory.
inline constexpr std::size_t checked_bytes_max = 8 * mib;
inline constexpr std::size_t checks_max = 2;
/// Signed-in pages, and how long a sign-in lasts.
inline constexpr std::size_t sessions_max = 256;
inline constexpr auto session_time_max = 12h;
/// Files that wait for their import, and how long one does: as long as somebody chooses its settings.
inline constexpr std::size_t uploads_max = 64;
inline constexpr auto upload_time_max = 1h;

// ---- control: the live stream
// ----------------------------------------------------------------------------------

/// Listeners of /v1/stream: each holds one of the control connections.
inline constexpr std::size_t stream_listeners_max = 64;
/// What a listener that reconnects can be given again (Last-Event-ID), in messages and in bytes together.
inline constexpr std::size_t stream_history_messages = 1024;
inline constexpr std::size_t stream_history_bytes = 2 * mib;
/// A comment line is sent after this silence, so that proxies and clients see a living connection.
inline constexpr auto stream_heartbeat = 10s;

// ---- intake: files
// -------------------------------------------------------------------------------------------

/// A file of at most so many bytes is kept in the store, beside its import: it becomes durable with the
/// commit that the import needs anyhow, where a file of its own costs two syncs more. Over it, writing the
/// bytes twice (log and database) costs more than the syncs. It bounds too what is planned on the shard's
/// thread, and what a lane holds.
inline constexpr std::size_t small_file_bytes_max = 16 * kib;
/// Content of small files that is remembered after it was stored, so that its lane need not read it back: the
/// newest.
inline constexpr std::size_t small_files_recent_bytes_max = 16 * mib;
/// What is converted to UTF-8 at a time on the worker thread, small files too: about 0.2 ms.
inline constexpr std::size_t convert_step_bytes = 256 * kib;
/// How much of a file is looked at to see that it is no CSV at all.
inline constexpr std::size_t sniffed_bytes = 64 * kib;

// ---- store: between an answer and the next commit
// ----------------------------------------------------------------------------------------------------------

/// Room for requests that are durable in the journal and not committed yet: what a start after a crash reads
/// and carries out again, well under a second of work.
inline constexpr std::size_t journal_bytes = 4 * mib;
/// A commit follows after so many of them, ...
inline constexpr std::size_t uncommitted_requests_max = 1000;
/// ... when the first of them was answered so long ago, ...
inline constexpr auto uncommitted_time_max = 200ms;
/// ... or when nothing came for so long. What comes alone after that is committed at once: the journal would
/// only add a sync.
inline constexpr auto quiet_before_commit = 5ms;

// ---- upkeep ----------------------------------------------------------------------------------------------

/// How soon a store that cannot write shows in /readyz, and one that can again.
inline constexpr auto upkeep_tick = 1s;
/// Ticks between two looks at what is kept no longer.
inline constexpr std::uint64_t retention_ticks = 5;

/// How often a change is made anew because somebody else's came between reading and writing: each time
/// somebody got through, so a few are plenty.
inline constexpr int update_tries_max = 8;
/// The record of an import stays so long after its files and events went: who uploaded what, and how it
/// ended.
inline constexpr auto import_record_time = std::chrono::days(365);
/// A spooled file that no import names may be on its way into one for so long.
inline constexpr auto leftover_age_min = 1h;

// ---- delivery: requests to receivers
// ---------------------------------------------------------------------------

/// Descriptors that are not for connections to receivers: a connection and its file for each of control's,
/// and those of the store, the rings, the resolver and the programs themselves. Where it would be more than
/// half of what this process may open, half it is.
inline constexpr std::uint64_t reserved_descriptors = 2 * control_connections_max + 64;
/// Lanes of one shard that may be under way at a time, each with its connection and its mapped file: at
/// least, however few descriptors there are, and at most, so that all shards' files can be mapped at once.
inline constexpr std::uint64_t turns_min = 4;
inline constexpr std::uint64_t turns_max_of_all_shards = 60'000;
/// Work that found no descriptor all the same (EMFILE, ENFILE) looks again after this.
inline constexpr auto descriptor_retry_wait = 100ms;
/// Body buffers of one shard: for one lane at full speed one that leaves and two groups that are rendered
/// ahead, one of them by another shard; more let several receivers be slow to read at once before their
/// buffers are taken from them.
inline constexpr std::size_t body_buffers_per_shard = 12;
/// Bytes of the file from which on a group of bodies is given to another shard: rendering them takes several
/// times as long as waking that shard and being woken by it.
inline constexpr std::uint64_t helped_bytes_min = 128 * kib;
/// Body bytes that one buffer holds: a usual batch (5,000 rows of 250 bytes) whole. A larger body leaves in
/// windows.
inline constexpr std::size_t body_window_bytes = 2 * mib;
/// A receiver that takes no byte for so long gives its buffer back when others wait for one: long enough for
/// a receiver that is only busy, short enough for hundreds that do not read to be found out in a second.
inline constexpr auto stalled_send_patience = 20ms;
/// What is rendered at a time for a receiver that was that slow: no less than TLS encrypts at a time.
inline constexpr std::size_t slow_window_bytes = 256 * kib;
inline constexpr auto dns_time_max = 5s;
inline constexpr auto connect_time_max = 10s;
inline constexpr auto tls_time_max = 10s;
/// A closing connection says good-bye for so long at most.
inline constexpr auto close_time_max = 100ms;
/// A signature made ahead is made anew when it is older: receivers refuse requests with old timestamps.
inline constexpr std::int64_t signature_age_s_max = 30;
/// Between two tries while the store cannot write (disk full): long enough to cost nothing, short enough to
/// go on soon.
inline constexpr auto store_retry_wait = 1s;
/// A lane without work keeps its connection for so long: imports of one webhook often follow each other.
inline constexpr auto idle_connection_max = 2s;
/// What the response log keeps of an answer's body and of its headers.
inline constexpr std::size_t logged_answer_bytes = 16 * kib;
inline constexpr std::size_t logged_header_bytes = 16 * kib;
/// Row errors that are kept of one import; more are counted only.
inline constexpr std::uint64_t row_errors_kept_per_answer = json::row_errors_max;
/// Messages from one shard to another that may wait; beyond, the receiving shard looks into the store
/// instead.
inline constexpr std::size_t mailbox_messages = 1024;

// ---- registry: what users may store
// ----------------------------------------------------------------------------

inline constexpr std::size_t name_bytes_max = 256;
/// Each of the texts that a webhook brings along for TLS: a chain of eight certificates, with room.
inline constexpr std::size_t webhook_pem_bytes_max = 32 * kib;
inline constexpr std::size_t description_bytes_max = 1024;
inline constexpr std::size_t file_name_bytes_max = 255;
inline constexpr std::size_t idempotency_key_bytes_max = 255;
inline constexpr std::size_t retry_schedule_steps_max = 32;
/// 3 days: a longer wait is a `resume` by a person.
inline constexpr std::uint32_t retry_wait_s_max = 259'200;
inline constexpr std::uint32_t batch_rows_max = 1'000'000;
inline constexpr std::uint32_t answer_time_ms_min = 1'000;
inline constexpr std::uint32_t answer_time_ms_max = 3'600'000;
inline constexpr std::size_t allowed_hosts_max = 64;
/// Live secrets of one webhook: the new one and those in their overlap. Each adds a signature to every
/// request.
inline constexpr std::size_t live_secrets_max = 4;
inline constexpr std::uint32_t secret_overlap_s_default = 24 * 3600;
inline constexpr std::uint32_t secret_overlap_s_max = 7 * 24 * 3600;

/// Anonymous memory that control can hold at most: its connections' buffers, heads and JSON bodies, one piece
/// of an answer each, and the stream's history. A parsed JSON tree is counted as four times its text.
inline constexpr std::size_t control_bytes_max =
    control_connections_max * (control_buffer_bytes + http::RequestLimits{}.head_bytes + answer_piece_bytes +
                               5 * small_body_bytes + small_file_bytes_max) +
    large_bodies_max * 5 * json_body_bytes_max + checks_max * 2 * checked_bytes_max + stream_history_bytes;

}  // namespace pulter::limits
