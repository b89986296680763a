// What a delivery allocates: nothing for a row, and for the body of a batch its digest and its signature,
// which the log keeps.
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "codec/csv/plan.h"
#include "engine/delivery/body_source.h"
#include "engine/delivery/outgoing.h"
#include "tests/unit/codec/json/allocation_count.h"
#include "tests/unit/engine/delivery/lane_fixture.h"

namespace pulter::delivery {
namespace {

constexpr std::size_t batches = 30;
/// An even one has all files in the spool, whatever their length (SimEngine).
constexpr std::uint64_t seed = 2;

std::string rows(std::size_t count, const std::string& cell) {
  std::string csv = "name\n";
  for (std::size_t i = 0; i < count; ++i) csv += cell + "\n";
  return csv;
}

struct Delivered {
  std::size_t allocations = 0;
  std::size_t body_bytes = 0;  ///< of all requests
};

/// Delivers a file in a world of its own; everything is counted from its acceptance to its last answer: lane,
/// wire, store and log, and the receiver's end too.
Delivered deliver(std::size_t batch_rows, const std::string& cell) {
  SimEngine engine(seed);
  SimReceiver receiver(engine.world(), first_port, secret);
  engine.make_webhook(place(), secret);
  const std::string csv = rows(batches * batch_rows, cell);
  const std::string id = start_import(engine, csv, place(), static_cast<std::uint32_t>(batch_rows));
  const std::size_t before = allocation_count();
  // The import is looked at when it should be over, for that allocates too.
  const bool over = engine.run_until([&] { return receiver.history().size() == batches; }, 1h);
  Delivered done{.allocations = allocation_count() - before, .body_bytes = 0};
  EXPECT_TRUE(over);
  for (const Receipt& receipt : receiver.history()) {
    EXPECT_TRUE(receipt.verified);
    done.body_bytes += receipt.body.size();
  }
  EXPECT_TRUE(completes(engine, id, 1h));
  return done;
}

// Bodies of the same length, so that all buffers and texts on the way have the same sizes: 20 rows of 32
// characters are as long as 30 of one.
TEST(DeliveryAllocations, ARowCostsNone) {
  deliver(1, "what a program makes once: frames of coroutines, kept for the next ones");
  const Delivered few = deliver(20, std::string(32, 'x'));
  const Delivered many = deliver(30, "x");
  ASSERT_EQ(few.body_bytes, many.body_bytes) << "the two are not alike";
  EXPECT_EQ(few.allocations, many.allocations);
}

io::Task<> open_into(io::Scope& scope, store::Spool& spool, const model::Import& import,
                     const std::string& plan, std::shared_ptr<BodySource>& out) {
  auto source = co_await BodySource::open(scope, spool, import, plan);
  EXPECT_TRUE(source) << (source ? "" : source.error().detail);
  if (source) out = std::move(*source);
}

/// The source of an import's bodies, as a lane has it.
std::shared_ptr<BodySource> open_source(SimEngine& engine, const std::string& csv, std::uint32_t batch_size) {
  const model::Import import = engine.look(start_import(engine, csv, place(), batch_size));
  std::string padded = csv + std::string(csv::padding_bytes, '\0');
  csv::PlanSettings settings;
  settings.batch_size = batch_size;
  const auto plan = csv::make_plan(std::string_view(padded).substr(0, csv.size()), settings);
  EXPECT_TRUE(plan);
  const std::string encoded = csv::encode(*plan);
  std::shared_ptr<BodySource> source;
  engine.world().spawn(open_into(engine.world(), engine.spool(), import, encoded, source));
  EXPECT_TRUE(engine.run_until([&] { return source != nullptr; }, 1h));
  return source;
}

model::Event batch_event(std::uint64_t index) {
  model::Event event;
  event.id = "evt_01HF7YAT00000000000000000A";
  event.name = "all";
  event.index = index;
  return event;
}

TEST(DeliveryAllocations, ABodyCostsTheTwoTextsThatTheLogKeeps) {
  for (const std::size_t batch_rows : {10u, 1000u}) {
    SimEngine engine(seed);
    engine.make_webhook(place(), secret);
    const auto source = open_source(engine, rows(batches * batch_rows, "a \"cell\", as they are"),
                                    static_cast<std::uint32_t>(batch_rows));
    ASSERT_NE(source, nullptr);
    shard::BodyPool pool(1, 1024, std::size_t{256} * 1024);
    const std::vector<sign::Secret> secrets{*sign::Secret::parse(secret)};
    // The first body of all warms up what a program makes once.
    ASSERT_TRUE(prepare(*source, batch_event(1), 1, secrets, 1'767'225'600, pool.try_take()));
    for (std::uint64_t index = 1; index <= source->plan().batch_count; ++index) {
      model::Event event = batch_event(index);
      const std::size_t before = allocation_count();
      const auto outgoing =
          prepare(*source, std::move(event), index, secrets, 1'767'225'600, pool.try_take());
      ASSERT_EQ(allocation_count() - before, 2u) << "batch " << index << " of " << batch_rows << " rows";
      ASSERT_TRUE(outgoing);
      ASSERT_GT(outgoing->in_buffer, batch_rows * 60);
    }
  }
}

}  // namespace
}  // namespace pulter::delivery
