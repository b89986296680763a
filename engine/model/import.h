#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/csv/note.h"

namespace pulter::model {

enum class ImportState : std::uint8_t {
  receiving,
  queued,
  delivering,
  completed,
  paused,
  halted,
  failed,
  cancelled,
};
inline constexpr std::array import_states = {
    ImportState::receiving, ImportState::queued, ImportState::delivering, ImportState::completed,
    ImportState::paused,    ImportState::halted, ImportState::failed,     ImportState::cancelled};
[[nodiscard]] std::string_view name(ImportState state);
[[nodiscard]] std::optional<ImportState> parse_import_state(std::string_view text);

/// A file of an import: named by its key, never by a path (store.md, point 8).
struct SpoolFile {
  std::string key;  ///< empty: none
  std::uint64_t length = 0;
  std::string digest;  ///< "xxh3:<32 hex>" of the whole content
  /// A small file on its way into the store: `length` bytes and csv::padding_bytes zeros. Null anywhere else.
  std::shared_ptr<const std::string> content{};
};

/// Why an import failed: a problem object's stable code and its sentence. Empty code: it did not fail.
struct Problem {
  std::string code;
  std::string detail;
};

/// What was asked for with an import.
struct ImportSettings {
  std::uint32_t batch_size = 5000;
  bool data_sync = true;
  std::string delimiter;  ///< one character, or empty: sniffed
  std::string encoding;   ///< declared name, or empty: detected
  std::uint64_t max_rows = 0;
  std::uint64_t max_bytes = 0;  ///< maxFileSize, for content that comes later; 0: the daemon's own limit
  bool reject_ragged = false;
  std::vector<std::pair<std::string, std::string>> columns;
  bool drop_unmapped = false;
  std::string user_json;      ///< compact object
  std::string metadata_json;  ///< compact object
};

/// Where one lane stands with one import. The lane's position is `cursor`:
///
///     0 = import.started   1 … count = batches   count+1 = import.completed (or .failed)   count+2 = done
///
/// Steps that the webhook does not listen to are passed over by whoever computes the next cursor
/// (`next_cursor`).
struct Delivery {
  std::string import_id;
  std::string webhook_id;
  std::int64_t seq = 0;  ///< order of acceptance in the lane
  std::uint64_t cursor = 0;
  bool wants_rows = true;
  bool wants_started = false;
  bool wants_ended = false;  ///< import.completed, or import.failed for an import that failed
  std::uint64_t batches_delivered = 0;
  std::uint64_t rows_delivered = 0;
  std::uint64_t row_errors = 0;
  std::string halted_event_id;  ///< empty: not halted
  bool cancelled = false;
  bool started = false;          ///< its first event was opened
  std::string last_status_text;  ///< what went wrong last, for people; empty after a delivery
  std::int32_t last_status = 0;
  std::int64_t next_attempt_at_ms =
      0;  ///< of the open event, for views; 0: it does not wait to be tried again
};

/// One upload of one CSV through an importer.
struct Import {
  std::string id;
  std::string template_id;
  std::string file_name;
  SpoolFile file;  ///< as it came
  SpoolFile text;  ///< as it is read: the same key, or a converted copy in UTF-8
  ImportSettings settings;
  bool planned = false;  ///< false: receiving
  std::uint64_t total_rows = 0;
  std::uint64_t count = 0;
  std::string encoding;                                      ///< as taken
  std::string delimiter;                                     ///< as taken
  std::vector<std::pair<std::string, std::string>> columns;  ///< header in the file → key as sent
  std::vector<csv::Note> notes;
  Problem error;
  bool paused = false;
  bool cancelled = false;
  bool content_removed = false;  ///< dataSync false or retention: file and events are gone
  std::int64_t created_at_ms = 0;
  std::int64_t started_at_ms = 0;
  std::int64_t completed_at_ms = 0;
  std::vector<Delivery> deliveries;  ///< one per webhook, in order of webhook id
};

inline constexpr std::uint64_t cursor_started = 0;
/// The cursor one past the last step: nothing is left to deliver.
[[nodiscard]] inline std::uint64_t cursor_end(std::uint64_t count) {
  return count + 2;
}
/// The first step at or after `cursor` that this delivery wants; `cursor_end(count)` when none is left.
[[nodiscard]] std::uint64_t next_cursor(const Delivery& delivery, std::uint64_t count, std::uint64_t cursor);

/// Nothing is left to do for this lane: all was delivered, or it was cancelled.
[[nodiscard]] bool has_ended(const Import& import, const Delivery& delivery);
/// Each lane has ended. An import that is still receiving has ended only when it was cancelled.
[[nodiscard]] bool has_ended(const Import& import);

/// Derived from the log, never set beside it (contract, section 4). The first that holds, over all lanes:
///
///     failed (an error) · cancelled · receiving (no plan yet) · completed (each lane ended; cancelled when
///     every lane was) · paused · halted (any lane: a standstill is not hidden behind another lane's
///     progress) · delivering (an event was opened) · queued
[[nodiscard]] ImportState state_of(const Import& import);
/// The same for one lane of an import: receiving · cancelled · completed (failed for an import that failed) ·
/// paused · halted · delivering · queued. A lane of a failed import has only its `import.failed` to deliver.
[[nodiscard]] ImportState state_of(const Import& import, const Delivery& delivery);

}  // namespace pulter::model
