#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/store/store.h"
#include "io/time.h"
#include "tests/sim/diary.h"
#include "tests/sim/expected.h"
#include "tests/sim/plan.h"

namespace pulter::sim {

/// One whole request as a receiver got it, and what it did with it. No crash touches these.
struct Receipt {
  io::Instant at{};
  std::size_t webhook = 0;
  std::uint32_t life = 0;  ///< of the sender, when it made the connection
  std::string event_id;
  std::uint32_t attempt = 0;
  std::string import_id;
  std::string event_name;
  std::uint64_t index = 0;
  std::string body;
  Kind kind = Kind::ok;
  bool may_count = false;    ///< the answer may be taken for a 2xx
  bool answered = false;     ///< its first byte was handed to the network
  io::Instant not_before{};  ///< Retry-After, where it asked for one
};

/// Believes receivers only: watches each receipt, and what the store says to the lanes, and notes in the
/// diary what breaks a promise (reliability.md, I1 to I4, and the words of contract, section 4).
class Judge {
 public:
  Judge(const Plan& plan, Diary& diary);

  void set_now(io::Instant now, std::int64_t wall_ms) {
    now_ = now;
    wall_ms_ = wall_ms;
  }
  void add_webhook(const std::string& id, const std::string& secret);
  /// From here on another process sends.
  void begin_life();
  [[nodiscard]] std::uint32_t life() const { return life_; }
  void crashed() { ++crashes_; }
  [[nodiscard]] std::uint64_t crashes() const { return crashes_; }

  // What receivers saw.
  std::size_t received(Receipt receipt);
  /// A request ended inside its body, and not by its receiver.
  void received_part(std::uint32_t life, const std::string& event_id, std::uint32_t attempt);
  void answering(std::size_t receipt) { receipts_[receipt].answered = true; }
  void asked_to_wait(std::size_t receipt, io::Instant until);
  /// What leaves to that receiver until then may take bytes that nobody asked for as its answer.
  void answered_uncalled(std::size_t webhook, io::Instant until) { uncalled_until_[webhook] = until; }
  [[nodiscard]] const std::vector<Receipt>& receipts() const { return receipts_; }
  void fault(std::string text) { diary_.fault(now_, std::move(text)); }

  // What the store told the lanes.
  void made_durable(const std::string& event_id) { durable_.insert(event_id); }
  /// What became of a record that was handed over at `submitted` for the first time: as the store knows it,
  /// also where its lane was told something else. `unknown`: it never reached the store.
  void recorded(const store::Record& record, store::Status status, io::Instant submitted);

  // What users asked for, once it was answered.
  void stopped(const std::string& import_id) {
    stopped_[import_id] = {};
    disturbed_.insert(import_id);
  }
  /// Between these two nobody knows whether it was done; a crash leaves that open.
  void asks_to_resume(const std::string& import_id) { resuming_.insert(import_id); }
  void resume_answered(const std::string& import_id, bool is_done);
  void asks_to_resend(const std::string& event_id) { resending_.insert(event_id); }
  void resend_answered(const std::string& event_id, bool is_done);
  /// Whether a resend of that event stands in its lane; asked only where it would be an excuse.
  void set_waiting_resends(std::function<bool(const std::string&)> waits) {
    waits_for_resend_ = std::move(waits);
  }
  void enabled(std::size_t webhook) { disabled_.erase(webhook); }
  /// Times that were promised on the wall's clock hold no longer.
  void wall_jumped() {
    not_before_.clear();
    wall_jumped_at_ = now_;
  }

  /// After a crash and at the end: what the store says was delivered was taken by its receiver (I1).
  void check_cursor(const model::Import& import);
  /// At the end: an import that is completed came whole, in order, once it is counted without repeats.
  void check_whole(const model::Import& import);
  /// At the end: in each lane, imports that nothing stopped came in the order of their acceptance.
  void check_lanes(const std::vector<model::Import>& imports);
  [[nodiscard]] std::size_t index_of(const std::string& webhook_id) const { return webhooks_.at(webhook_id); }
  [[nodiscard]] const ExpectedImport& expected(std::size_t file) const { return expected_[file]; }

 private:
  void resumed(const std::string& import_id);
  /// A resend was asked for, and nobody said that it was done.
  [[nodiscard]] bool is_resent(const std::string& event_id) const;
  void hurried(const std::string& event_id);
  using AttemptKey = std::pair<std::string, std::uint32_t>;
  struct Seen {
    std::size_t webhook;
    std::size_t first_receipt;
  };
  struct Progress {
    std::uint64_t step = 0;
    bool any = false;
  };
  [[nodiscard]] std::uint64_t step_of(const Receipt& receipt, std::uint64_t count) const;
  void check_body(const Receipt& receipt, std::uint64_t count);
  void check_order(const Receipt& receipt, std::uint64_t count);
  void check_pace(const Receipt& receipt);
  void check_outstanding(const Receipt& receipt);
  void check_repeat(const Receipt& receipt);
  void check_delivered(const store::Record& record, const Receipt* receipt);
  void check_part(const AttemptKey& key);
  void check_free(std::size_t webhook, const store::Record& record);
  void promise(std::size_t webhook, const store::Record& record, const Receipt* receipt,
               io::Instant submitted);
  [[nodiscard]] io::Instant earliest_retry(std::size_t webhook, const store::Record& record,
                                           const Receipt* receipt, io::Instant submitted);
  [[nodiscard]] bool is_excused(const store::Record& record) const;
  [[nodiscard]] bool was_taken(std::size_t webhook, std::string_view import_id, std::string_view event_name,
                               std::uint64_t index) const;
  [[nodiscard]] const Receipt* find_receipt(const AttemptKey& key) const;

  const Plan& plan_;
  Diary& diary_;
  std::vector<ExpectedImport> expected_;
  std::map<std::string, std::size_t> webhooks_;
  std::vector<std::string> secrets_;
  io::Instant now_{};
  std::int64_t wall_ms_ = 0;
  std::uint32_t life_ = 0;
  std::uint64_t crashes_ = 0;
  std::vector<Receipt> receipts_;
  std::map<std::string, Seen> seen_;
  std::map<std::pair<std::size_t, std::string>, Progress> progress_;
  std::set<std::string> durable_;
  std::map<std::size_t, std::set<AttemptKey>> outstanding_;  ///< of this life, by webhook
  std::set<AttemptKey> settled_;                             ///< in the store, and that was told in this life
  std::set<AttemptKey> settled_before_;                      ///< the same of earlier lives
  std::map<AttemptKey, int> came_;                           ///< in this life
  std::set<AttemptKey> came_in_part_;                        ///< in this life
  std::set<AttemptKey> said_whole_;           ///< in this life: logged as sent whole, without an answer
  std::map<AttemptKey, int> may_come_again_;  ///< in this life: their record was not taken by the store
  std::map<std::string, std::pair<std::uint32_t, io::Instant>> not_before_;
  std::map<std::string, std::map<std::string, std::size_t>>
      spent_;                                   ///< attempts of a budget, by import, by event
  std::map<std::size_t, std::string> free_of_;  ///< the last attempt of that lane, where it cost nothing
  io::Instant wall_jumped_at_{};
  std::map<std::string, std::map<std::size_t, int>> stopped_;  ///< what came since, by webhook
  std::set<AttemptKey> lost_;                                  ///< nobody knows whether they are in the log
  std::multiset<std::string> resuming_;
  std::multiset<std::string> resending_;  ///< asked for and not answered
  std::function<bool(const std::string&)> waits_for_resend_;
  std::map<std::string, io::Instant> hurried_at_;  ///< when a retry was last told not to wait
  std::map<std::size_t, io::Instant> uncalled_until_;
  std::set<std::tuple<std::size_t, std::string, std::uint64_t>> excused_;  ///< webhook, import, step
  std::set<std::string> disturbed_;  ///< imports whose turn was taken from them
  std::map<std::size_t, int> disabled_;
};

}  // namespace pulter::sim
