#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "io/scope.h"

namespace pulter::control {

/// What changes, as it changes: who publishes says it once, every listener of /v1/stream gets it, and one
/// that was away for a moment gets what it missed. In memory of the control shard only; nothing depends on it
/// being seen.
class Hub {
 public:
  /// `run` tells the ids of this start from those of the start before: any text without a dash.
  explicit Hub(std::string run) : run_(std::move(run)) {}
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  ~Hub();

  /// `kind` is "import", "event", "attempt", "webhook", "importer", "resend" or "deleted"; `json` one compact
  /// object. Costs nothing but the history's memory when nobody listens. The control shard only.
  void publish(std::string_view kind, std::string_view json);
  /// Something changed that nobody can tell any more: every listener has to look at everything again.
  void lose();

  /// Wakes every listener, so that each looks whether it may still listen.
  void nudge();

  /// Whether anybody would see it: publishers may spare themselves the work of making the JSON. True for some
  /// messages after the last listener left, so that one whose connection broke for a moment misses nothing.
  [[nodiscard]] bool has_listeners() const noexcept { return first_ != nullptr || grace_ > 0; }
  [[nodiscard]] std::size_t listeners() const noexcept { return listener_count_; }

  /// A message as it goes over the wire (HTML standard, server-sent events): id, event, data, empty line.
  struct Message {
    std::uint64_t number = 0;
    std::shared_ptr<const std::string> text;
  };

  /// One listener's place. Must not outlive the hub.
  class Listener {
   public:
    /// Goes on behind `last_id` (a Last-Event-ID header); empty: from now on. Where the messages since then
    /// are no longer there, `missed` tells that the listener has to look at everything again.
    Listener(Hub& hub, std::string_view last_id);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener();

    /// The next message, or null when there is none yet. Falling behind the history also counts as missed.
    [[nodiscard]] std::shared_ptr<const std::string> next();
    /// True once after messages were lost.
    [[nodiscard]] bool take_missed() noexcept { return std::exchange(missed_, false); }
    /// 0: look again. -ETIMEDOUT, -ECANCELED as io::Event::wait.
    io::Task<std::int32_t> wait(io::Scope& scope, io::Instant deadline) {
      return changed_.wait(scope, deadline);
    }

   private:
    friend class Hub;
    Hub& hub_;
    std::uint64_t next_;
    bool missed_ = false;
    io::Event changed_;
    Listener* next_listener_ = nullptr;
    Listener* previous_listener_ = nullptr;
  };

 private:
  [[nodiscard]] std::uint64_t oldest() const noexcept { return next_number_ - history_.size(); }
  void forget_old();

  std::string run_;
  std::deque<Message> history_;
  std::size_t history_bytes_ = 0;
  std::uint64_t next_number_ = 1;
  Listener* first_ = nullptr;
  std::size_t listener_count_ = 0;
  std::size_t grace_ = 0;  ///< messages that are still kept although nobody listens
};

}  // namespace pulter::control
