#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/json/reader.h"
#include "codec/net/ip_text.h"
#include "engine/control/http_server.h"
#include "engine/control/hub.h"
#include "engine/control/services.h"
#include "engine/store/inline_store.h"
#include "engine/store/memory_spool.h"
#include "io/scope.h"
#include "io/sim/sim_io.h"

namespace pulter::control::test {

/// Where the TCP listener is.
inline const net::Endpoint tcp_address = *net::parse_endpoint("127.0.0.1:8080");

using Headers = std::vector<std::pair<std::string, std::string>>;

/// What came back for one request.
struct Got {
  int status = 0;
  Headers headers;
  std::string body;
  bool closed = false;  ///< the server closed the connection afterwards

  [[nodiscard]] std::string header(std::string_view name) const;
  /// The body as JSON; a null where it is none.
  [[nodiscard]] json::Value json() const;
  /// A member's text, "true"/"false", a number's spelling, or the compact JSON of anything else.
  [[nodiscard]] std::string text(std::string_view member) const;
};

class Lanes final : public LaneNotifier {
 public:
  void poke(std::string_view webhook_id) override { poked.emplace_back(webhook_id); }
  std::vector<std::string> poked;
};

/// A whole control shard over a simulated machine: HTTP in, SQLite in memory, files in memory.
class World : public testing::Test {
 protected:
  explicit World(io::SimSettings settings = {});
  ~World() override;

  /// Sends the bytes on a fresh connection, `piece` bytes at a time (0: all at once), and reads one answer.
  Got exchange(std::string_view bytes, std::size_t piece = 0, std::string_view method = "GET",
               int passed_fd = -1);
  Got request(std::string_view method, std::string_view target, std::string_view body = {},
              Headers headers = {});
  /// As `request`, over the TCP listener; a Host header is put first unless `headers` has one.
  Got over_tcp(std::string_view method, std::string_view target, std::string_view body = {},
               Headers headers = {});
  Got get(std::string_view target) { return request("GET", target); }
  Got post(std::string_view target, std::string_view json) {
    return request("POST", target, json, {{"Content-Type", "application/json"}});
  }
  Got post_csv(std::string_view target, std::string_view csv) {
    return request("POST", target, csv, {{"Content-Type", "text/csv"}});
  }
  /// Turns until `task` has ended; fails the test when it does not within ten minutes of virtual time.
  void run(io::Task<> task);
  /// Turns for so long.
  void pass(io::Duration time);

  /// An importer's webhook, made through the API; its id.
  std::string make_webhook(std::string_view url = "https://hooks.example.com/a");

  io::SimIo io_;
  std::unique_ptr<store::Core> core_;
  std::unique_ptr<store::InlineStore> store_;
  std::unique_ptr<store::StoreClient> client_;
  store::MemorySpool spool_;
  config::Config config_;
  std::unique_ptr<intake::Intake> intake_;
  Lanes lanes_;
  Hub hub_{"run"};
  Readiness readiness_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<io::Scope> scope_;
  std::unique_ptr<HttpServer> server_;
  int listener_ = -1;
  int tcp_listener_ = -1;
  bool through_tcp_ = false;  ///< where exchange connects
};

/// Parses one answer out of raw bytes; status 0 where there is none. `method` HEAD has no body.
Got parse_answer(std::string_view bytes, std::string_view method);

}  // namespace pulter::control::test
