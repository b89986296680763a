#pragma once

#include <string>
#include <string_view>

#include "engine/config/config.h"
#include "engine/control/pages.h"
#include "engine/control/resend_job.h"
#include "engine/control/sessions.h"
#include "engine/control/uploads.h"
#include "engine/intake/intake.h"
#include "engine/store/spool.h"
#include "engine/store/store_client.h"
#include "io/io.h"
#include "io/net/resolver.h"

namespace pulter::control {

class Hub;

/// Tells the lane of a webhook, on whichever shard it lives, that there may be work: the work itself is in
/// the store.
class LaneNotifier {
 public:
  virtual ~LaneNotifier() = default;
  /// Never blocks, never fails: a lost poke would lose nothing but time. The control shard only.
  virtual void poke(std::string_view webhook_id) = 0;
};

/// Whether the daemon can take work, and where not, why. Set by the engine, read by /readyz.
struct Readiness {
  bool ready = false;
  std::string reason = "starting";
};

/// Further lines for /metrics, in Prometheus' text format.
class MetricsSource {
 public:
  virtual ~MetricsSource() = default;
  virtual void append_metrics(std::string& out) = 0;
};

/// What the control API stands on. One per control shard, which owns none of it; everything must outlive the
/// server.
struct Services {
  io::Io& io;
  const config::Config& config;
  store::StoreClient& store;
  store::Spool& spool;
  intake::Intake& intake;
  LaneNotifier& lanes;
  Hub& hub;
  Readiness& readiness;
  MetricsSource* metrics = nullptr;  ///< may be null
  io::Resolver* resolver = nullptr;  ///< for /v1/explain; null: names are judged as far as that goes without
  Pages pages{};                     ///< the dashboard; none: built without
  std::int64_t started_at_ms = 0;
  Uploads uploads{};             ///< the server's own
  Sessions sessions{};           ///< the server's own
  ResendJobs resends{};          ///< the server's own
  std::size_t checks = 0;        ///< first bytes of files that are held now
  std::size_t large_bodies = 0;  ///< JSON bodies over limits::small_body_bytes that are being read now
};

}  // namespace pulter::control
