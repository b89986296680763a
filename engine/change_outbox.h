#pragma once

#include <atomic>
#include <utility>

#include "engine/delivery/changes.h"
#include "engine/limits.h"
#include "engine/shard/mailbox.h"
#include "io/io.h"

namespace pulter::engine {

/// The way of changes from one shard to the control shard: a mailbox that drops what does not fit.
class ChangeOutbox final : public delivery::ChangeSink {
 public:
  [[nodiscard]] bool wanted() const noexcept override {
    return reader_.load(std::memory_order_acquire) != nullptr;
  }
  void changed(delivery::Change change) override {
    if (!mail_.put(std::move(change))) missed_.store(true, std::memory_order_release);
    if (io::Io* reader = reader_.load(std::memory_order_acquire)) reader->wake();
  }

  // The control shard's side.
  /// From now on changes are wanted, and `reader` is woken for each; null: no longer.
  void set_reader(io::Io* reader) noexcept { reader_.store(reader, std::memory_order_release); }
  bool take(delivery::Change& change) { return mail_.take(change); }
  /// True once after changes did not fit.
  bool take_missed() noexcept { return missed_.exchange(false, std::memory_order_acq_rel); }

 private:
  std::atomic<io::Io*> reader_{nullptr};
  std::atomic<bool> missed_{false};
  shard::Mailbox<delivery::Change, limits::mailbox_messages> mail_;
};

}  // namespace pulter::engine
