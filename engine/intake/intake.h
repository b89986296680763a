#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codec/base/result.h"
#include "engine/intake/planner.h"
#include "engine/model/import.h"
#include "engine/store/spool.h"
#include "engine/store/store_client.h"
#include "io/scope.h"

namespace pulter::intake {

/// What somebody asked for with an import; what is not given falls back to the importer, then to the
/// defaults.
struct ImportRequest {
  std::string template_id = std::string("default");
  std::string webhook_url;  ///< already checked by the caller (contract, section 8)
  std::string file_name;
  std::optional<std::uint32_t> batch_size;
  std::optional<bool> data_sync;
  std::string delimiter;
  std::string encoding;
  std::uint64_t max_rows = 0;
  std::uint64_t max_bytes = 0;  ///< maxFileSize
  bool reject_ragged = false;
  std::optional<std::vector<std::pair<std::string, std::string>>> columns;
  std::optional<bool> drop_unmapped;
  std::string user_json;      ///< compact object, or empty: generated
  std::string metadata_json;  ///< compact object, or empty: {}
  std::string idempotency_key;
};

struct Accepted {
  model::Import import;
  bool repeated = false;  ///< the idempotency key was seen before: this is the first import
};

struct IntakeSettings {
  std::uint64_t max_file_bytes = 0;  ///< 0: no limit
  std::uint64_t max_rows = 0;
  std::uint64_t max_batch_bytes = 0;
};

/// Turns a spooled file into an import: looks at the bytes, converts them to UTF-8 where they are not, plans
/// the batches and writes the import with its place in each lane, in one durable step.
///
/// One per shard that runs control. Bad files become a `failed` import with the reason; only what is no CSV
/// at all, and files over the stated limits, are refused with an error. Who calls pokes the lanes of the
/// import afterwards.
class Intake {
 public:
  Intake(store::StoreClient& store, store::Spool& spool, IntakeSettings settings);

  /// The first import of this idempotency key, if there is one: asked before the content is read.
  io::Task<Result<std::optional<model::Import>>> find_repeat(const std::string& idempotency_key);
  /// For a file that is still to be copied into the spool: what plans it meanwhile. Null where it would not be
  /// planned as it is, or the importer cannot be found: then `accept` says why.
  io::Task<std::unique_ptr<PlanAhead>> plan_ahead(io::Scope& scope, const ImportRequest& request);
  /// A file that is in the spool becomes an import. On an error the file is removed from the spool again.
  /// `ahead`, or null, saw it come; its plan counts where the importer's settings are still the same.
  io::Task<Result<Accepted>> accept(io::Scope& scope, ImportRequest request, model::SpoolFile file,
                                    PlanAhead* ahead = nullptr);
  /// An import without content yet (`receiving`).
  io::Task<Result<Accepted>> announce(io::Scope& scope, ImportRequest request);
  /// Its content came.
  io::Task<Result<model::Import>> fill(io::Scope& scope, const std::string& import_id, model::SpoolFile file);

 private:
  /// An import that is not stored yet, and what goes with it into the store.
  struct Draft {
    model::Import import;
    std::optional<model::Webhook> ensured;  ///< made with it, where the importer has none for its URL
    bool only_ensured = false;              ///< that webhook alone gets the import
    std::string idempotency_key;
  };
  io::Task<Result<model::Importer>> find_importer(const std::string& template_id);
  io::Task<Result<Draft>> draft(io::Scope& scope, const ImportRequest& request);
  io::Task<Result<Accepted>> store_draft(Draft draft, std::string plan, bool* may_be_stored);
  void remember(const model::SpoolFile& text);
  io::Task<> remove_files(io::Scope& scope, const model::Import& import);

  store::StoreClient& store_;
  store::Spool& spool_;
  IntakeSettings settings_;
};

}  // namespace pulter::intake
