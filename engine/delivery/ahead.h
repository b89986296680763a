#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "codec/sign/secret.h"
#include "codec/sign/signature.h"
#include "engine/delivery/body_source.h"
#include "engine/delivery/outgoing.h"
#include "engine/delivery/renderer.h"
#include "io/scope.h"

namespace pulter::delivery {

/// Bodies of one group: as many as are signed side by side. More would only cool the caches.
inline constexpr std::size_t bodies_ahead_max = sign::bodies_together_max;

/// The bodies that follow the one in flight, in order: rendered and signed while it flies, in groups, each by
/// this shard or by another one that has nothing to do. A small window: what is held is the pool's affair.
///
/// Finished bodies are lent (shard::BodyBuffer::lend): an answer may take minutes, and they can be rendered
/// again. One lane's, on its shard.
class Ahead {
 public:
  /// `scope` is the lane's, and both outlive this.
  Ahead(io::Scope& scope, Renderer& renderer) : scope_(scope), renderer_(renderer) {}

  /// Starts rendering `jobs`, 1 to bodies_ahead_max of them, which follow all that are in here. `source` is
  /// theirs. Their secrets are kept.
  void render(std::vector<BodyJob> jobs, std::shared_ptr<const BodySource> source, bool elsewhere);
  /// The step that the last of them is for; `none` when nothing is in here.
  [[nodiscard]] std::uint64_t last_cursor(std::uint64_t none) const;
  /// Whether something can leave at once, or will be rendered by this shard in this very turn.
  [[nodiscard]] bool is_served_here() const;

  /// Waits until the first one is rendered. False: nothing is in here, it could not be rendered (all that was
  /// in here is forgotten then: the failure is met again, and told, when its turn comes), or the scope was
  /// cancelled.
  io::Task<bool> wait();
  /// The first one's event, when it is rendered; or null.
  [[nodiscard]] const model::Event* first() const;
  /// Takes the first one out, when it is rendered.
  [[nodiscard]] std::optional<Outgoing> take();
  [[nodiscard]] bool is_empty() const { return groups_.empty(); }
  /// Nothing is in here, and nothing is being rendered: not what was forgotten either.
  [[nodiscard]] bool is_idle() const { return groups_.empty() && working_ == 0; }
  /// Forgets all. What is being rendered ends by itself.
  void clear() { groups_.clear(); }

 private:
  struct Group {
    std::vector<BodyJob> jobs;
    std::vector<sign::Secret> secrets;
    std::shared_ptr<const BodySource> source;
    std::size_t taken = 0;
    bool is_elsewhere = false;
    bool is_done = false;
  };
  io::Task<> work(std::shared_ptr<Group> group);

  io::Scope& scope_;
  Renderer& renderer_;
  std::deque<std::shared_ptr<Group>> groups_;
  std::size_t working_ = 0;  ///< groups that are being rendered, the forgotten ones too
  io::Event group_done_;
};

}  // namespace pulter::delivery
