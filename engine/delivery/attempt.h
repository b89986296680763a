#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codec/net/url.h"
#include "engine/config/config.h"
#include "engine/delivery/connection.h"
#include "engine/delivery/dialer.h"
#include "engine/delivery/outcome.h"
#include "engine/delivery/outgoing.h"
#include "engine/model/event.h"
#include "engine/model/webhook.h"
#include "engine/shard/body_pool.h"
#include "io/scope.h"

namespace pulter::delivery {

/// One HTTP request for one event: `connect`, then it goes out with `send`, and its answer comes with
/// `settle`. Between the last two the lane renders the batch that follows. What happened is kept as the line
/// of the response log.
class AttemptRun {
 public:
  AttemptRun(io::Scope& scope, Connection& connection, Dialer& dialer, shard::BodyPool& bodies,
             const config::Config& config, const model::Webhook& webhook, const net::Url& url);

  /// Begins the attempt, and opens the connection where it is not open. False: it could not be, or no socket
  /// was to be had; there is nothing to send then. A receiver that cannot be reached holds no memory that
  /// another lane wants: the body's is lent meanwhile, and given back on failure.
  io::Task<bool> connect(Outgoing& outgoing, model::Trigger trigger);
  /// Sends the request. Gives the body's memory back as soon as the last byte left, and while a receiver does
  /// not read.
  io::Task<> send(BodySource& source, Outgoing& outgoing);
  /// Waits for the answer; afterwards `attempt` and `facts` are complete.
  io::Task<> settle(const Outgoing& outgoing);

  [[nodiscard]] const ExchangeFacts& facts() const { return facts_; }
  /// After `connect`: this process could open no socket, so nothing was tried. There is nothing to settle.
  [[nodiscard]] bool found_no_descriptor() const {
    return facts_.error && facts_.error->code == ErrorCode::limit_reached && attempt_.phases.send_us < 0;
  }
  [[nodiscard]] model::Attempt& attempt() { return attempt_; }
  /// Rows that the answer refused, once settled.
  [[nodiscard]] std::vector<model::RowError>& row_errors() { return row_errors_; }

 private:
  io::Task<Result<>> dial();
  io::Task<Result<>> send_windows(BodySource& source, Outgoing& outgoing, std::string_view head);
  [[nodiscard]] Error send_error(std::int32_t result) const;
  void write_head(const Outgoing& outgoing, std::uint32_t number);
  void log_answer(const model::Event& event);

  io::Scope& scope_;
  Connection& connection_;
  Dialer& dialer_;
  shard::BodyPool& bodies_;
  const config::Config& config_;
  const model::Webhook& webhook_;
  const net::Url& url_;
  model::Attempt attempt_;
  ExchangeFacts facts_;
  std::string head_;
  std::vector<model::RowError> row_errors_;
  io::Instant started_;
  io::Instant deadline_;
  io::Instant sent_at_;
};

}  // namespace pulter::delivery
