#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/store/inline_store.h"
#include "io/sim/sim_io.h"
#include "tests/sim/judge.h"
#include "tests/sim/plan.h"

namespace pulter::sim {

/// Stands between lanes and store: tells the judge what the store said to whom, and loses answers where the
/// plan says so (`unknown`: written or not, nobody knows).
class WatchedStore final : public store::Store {
 public:
  /// All of it outlives this.
  WatchedStore(store::InlineStore& inner, io::SimIo& io, Judge& judge, const WorldFaults& faults);

  store::PortId open_port(store::Waker waker) override;
  void close_port(store::PortId port) override { inner_.close_port(port); }
  void submit(store::PortId port, std::uint64_t id, store::Request request) override;
  bool take(store::PortId port, store::Answer& answer) override;
  [[nodiscard]] std::string trouble() const override { return inner_.trouble(); }

 private:
  /// What a write of a lane asked for, until it is answered.
  struct Asked {
    bool is_record = false;
    bool may_get_lost = false;
    store::Record record;
    io::Instant submitted{};   ///< the first time, where it was handed over more than once
    std::string opened_event;  ///< durable once it is done
  };
  struct Port {
    store::Waker waker;
    std::deque<store::Answer> lost;
    std::map<std::uint64_t, Asked> asked;
  };
  void tell(Port& port, store::Answer& answer);
  void lose(store::Answer& answer);

  store::InlineStore& inner_;
  io::SimIo& io_;
  Judge& judge_;
  const WorldFaults& faults_;
  io::SimRandom chance_;
  std::vector<Port> ports_;
  std::map<std::string, io::Instant> first_submitted_;  ///< of records, by the attempt's id
};

}  // namespace pulter::sim
