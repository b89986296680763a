#include "engine/delivery/lane.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/unit/engine/delivery/lane_fixture.h"

// Whole imports through intake, store, lanes and the wire, in virtual time.

namespace pulter::delivery {
namespace {

const std::string url = place();

std::string people(std::size_t rows) {
  std::string csv = "name,age\n";
  for (std::size_t row = 1; row <= rows; ++row) {
    csv += "\"n" + std::to_string(row) + ", \"\"x\"\"\"," + std::to_string(row % 90) + "\n";
  }
  return csv;
}

std::string answer(int status, const std::string& headers = "", const std::string& body = "") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

intake::ImportRequest in_batches_of(std::uint32_t batch_size) {
  intake::ImportRequest request;
  request.webhook_url = url;
  request.batch_size = batch_size;
  return request;
}

class Lanes : public testing::Test {
 protected:
  explicit Lanes(config::Durability durability = config::Durability::strict) : engine_(7, durability) {
    webhook_ = engine_.make_webhook(url, secret);
  }

  std::string start(std::size_t rows, std::uint32_t batch_size) {
    return start_import(engine_, people(rows), url, batch_size);
  }
  ImportState state(const std::string& id) { return state_of(engine_, id); }
  /// One letter a batch, as views show it.
  std::string marks(const std::string& id) {
    return engine_.ask(store::ListBatchMarks{id, webhook_.id}).value.value_or("none");
  }
  bool reach(const std::string& id, ImportState wanted) {
    return engine_.run_until([&] { return state(id) == wanted; });
  }
  std::set<std::string> bodies() {
    std::set<std::string> all;
    for (const Receipt& receipt : receiver_.history()) all.insert(receipt.webhook_id + receipt.body);
    return all;
  }
  /// First receipts come in order, batch after batch, and every receipt of an id has the same body.
  void expect_in_order(std::uint64_t count) {
    std::uint64_t next = 1;
    std::set<std::string> seen;
    for (const Receipt& receipt : receiver_.history()) {
      EXPECT_TRUE(receipt.verified) << receipt.webhook_id;
      if (!seen.insert(receipt.webhook_id).second) continue;
      EXPECT_NE(receipt.body.find("\"index\":" + std::to_string(next) +
                                  ",\"count\":" + std::to_string(count) + ","),
                std::string::npos)
          << receipt.body.substr(0, 200);
      ++next;
    }
    EXPECT_EQ(next, count + 1);
    EXPECT_EQ(bodies().size(), seen.size());
    EXPECT_EQ(receiver_.in_flight_max(), 1u);
  }

  SimEngine engine_;
  SimReceiver receiver_{engine_.world(), 9000, secret};
  model::Webhook webhook_;
};

class RelaxedLanes : public Lanes {
 protected:
  RelaxedLanes() : Lanes(config::Durability::relaxed) {}
};

TEST_F(Lanes, DeliverAWholeImportInOrder) {
  const std::string id = start(1000, 100);
  ASSERT_TRUE(reach(id, ImportState::completed));
  expect_in_order(10);
  EXPECT_EQ(receiver_.history().size(), 10u);
  const model::Import import = engine_.look(id);
  EXPECT_EQ(import.total_rows, 1000u);
  EXPECT_EQ(import.deliveries.front().batches_delivered, 10u);
  EXPECT_EQ(import.deliveries.front().rows_delivered, 1000u);
  EXPECT_GT(import.started_at_ms, 0);
  EXPECT_GE(import.completed_at_ms, import.started_at_ms);
}

TEST_F(Lanes, SendTheBytesOfTheContract) {
  intake::ImportRequest request = in_batches_of(5000);
  request.user_json = R"({"id":"u1"})";
  auto import = engine_.import("last_name,age\nRodmann,44\n", request);
  ASSERT_TRUE(import);
  ASSERT_TRUE(reach(import->id, ImportState::completed));
  ASSERT_EQ(receiver_.history().size(), 1u);
  const std::string& body = receiver_.history()[0].body;
  const std::string start =
      "{\"id\":\"" + import->id +
      "\",\"templateId\":\"default\",\"index\":1,\"count\":1,\"totalRows\":1,\"event_name\":\"all\","
      "\"data\":[{\"last_name\":\"Rodmann\",\"age\":\"44\",\"__index\":\"";
  EXPECT_EQ(body.substr(0, start.size()), start);
  EXPECT_EQ(body.substr(start.size() + 36), "\"}],\"user\":{\"id\":\"u1\"},\"metadata\":{}}");
}

TEST_F(RelaxedLanes, DeliverAWholeImportInOrder) {
  const std::string id = start(1000, 100);
  ASSERT_TRUE(reach(id, ImportState::completed));
  expect_in_order(10);
  EXPECT_EQ(receiver_.history().size(), 10u);
}

TEST_F(Lanes, RetryOnTheScheduleWithTheSameIdAndBytes) {
  receiver_.set_script([](const Receipt&, std::size_t number) {
    return number == 2 || number == 3 ? Reaction{.answer = answer(503)} : Reaction{};
  });
  const std::string id = start(300, 100);
  ASSERT_TRUE(reach(id, ImportState::completed));
  expect_in_order(3);
  const auto& history = receiver_.history();
  ASSERT_EQ(history.size(), 5u);
  EXPECT_EQ(history[1].webhook_id, history[2].webhook_id);
  EXPECT_EQ(history[2].webhook_id, history[3].webhook_id);
  EXPECT_EQ(history[1].attempt, "1");
  EXPECT_EQ(history[2].attempt, "2");
  EXPECT_EQ(history[3].attempt, "3");
  EXPECT_GE(history[2].at - history[1].at, 5s);
  EXPECT_LE(history[2].at - history[1].at, 6100ms);
  EXPECT_GE(history[3].at - history[2].at, 30s);
  EXPECT_NE(history[2].timestamp, history[1].timestamp);
}

TEST_F(Lanes, ShowARetryThatIsUnderWayAsDelivering) {
  receiver_.set_script([](const Receipt&, std::size_t number) {
    Reaction reaction;
    if (number == 1) reaction.answer = answer(503);
    if (number == 2) reaction.delay = 10s;
    return reaction;
  });
  const std::string id = start(10, 100);
  ASSERT_TRUE(engine_.run_until([&] { return receiver_.history().size() == 1; }));
  engine_.run_for(1s);
  const std::string event_id = receiver_.history()[0].webhook_id;
  EXPECT_EQ(engine_.ask(store::GetEvent{event_id}).value->state, model::EventState::pending);
  ASSERT_TRUE(engine_.run_until([&] { return receiver_.history().size() == 2; }));
  engine_.run_for(1s);
  EXPECT_EQ(engine_.ask(store::GetEvent{event_id}).value->state, model::EventState::delivering);
  ASSERT_TRUE(reach(id, ImportState::completed));
  EXPECT_EQ(engine_.ask(store::GetEvent{event_id}).value->state, model::EventState::delivered);
}

TEST_F(Lanes, HoldNoConnectionWhileTheyWaitForARetry) {
  receiver_.set_script([](const Receipt&, std::size_t number) {
    return number < 3 ? Reaction{.answer = answer(503)} : Reaction{};
  });
  const std::string id = start(100, 100);
  ASSERT_TRUE(engine_.run_until([&] { return receiver_.history().size() == 2; }));
  engine_.run_for(10s);  // of the 30 s until the third attempt
  EXPECT_EQ(engine_.io().open_descriptors(), 1u) << "only the receiver's listener";
  ASSERT_TRUE(reach(id, ImportState::completed));
}

TEST_F(Lanes, LogWhereARequestWentAlsoOnAKeptConnection) {
  const std::string id = start(200, 100);
  ASSERT_TRUE(reach(id, ImportState::completed));
  for (const Receipt& receipt : receiver_.history()) {
    auto attempts = engine_.ask(store::ListAttempts{receipt.webhook_id, {}});
    ASSERT_TRUE(attempts.done());
    ASSERT_EQ(attempts.value->items.size(), 1u);
    EXPECT_EQ(attempts.value->items[0].remote_address, "127.0.0.1:9000");
  }
}

TEST_F(Lanes, HonourRetryAfterAsAFloor) {
  receiver_.set_script([](const Receipt&, std::size_t number) {
    return number == 1 ? Reaction{.answer = answer(429, "Retry-After: 90\r\n")} : Reaction{};
  });
  const std::string id = start(100, 100);
  ASSERT_TRUE(reach(id, ImportState::completed));
  ASSERT_EQ(receiver_.history().size(), 2u);
  EXPECT_GE(receiver_.history()[1].at - receiver_.history()[0].at, 90s);
}

TEST_F(Lanes, HaltWhenTheScheduleIsSpentAndResumeWhereTheyStopped) {
  bool is_broken = true;
  receiver_.set_script([&](const Receipt& receipt, std::size_t) {
    const bool second = receipt.body.find("\"index\":2,") != std::string::npos;
    return second && is_broken ? Reaction{.answer = answer(500)} : Reaction{};
  });
  const std::string id = start(300, 100);
  ASSERT_TRUE(reach(id, ImportState::halted));
  EXPECT_EQ(receiver_.history().size(), 1u + 8u);
  const model::Import halted = engine_.look(id);
  EXPECT_EQ(halted.deliveries.front().batches_delivered, 1u);
  const std::string event_id = halted.deliveries.front().halted_event_id;
  EXPECT_EQ(event_id, receiver_.history()[1].webhook_id);
  engine_.run_for(24h);
  EXPECT_EQ(receiver_.history().size(), 9u);

  is_broken = false;
  auto resumed = engine_.ask(store::CommandImport{id, store::ImportCommand::resume});
  ASSERT_TRUE(resumed.done()) << resumed.detail;
  engine_.poke(webhook_.id);
  ASSERT_TRUE(reach(id, ImportState::completed));
  expect_in_order(3);
  EXPECT_EQ(receiver_.history()[9].webhook_id, event_id);
  EXPECT_EQ(receiver_.history()[9].attempt, "9");
}

TEST_F(Lanes, HaltAtOnceOn4xxAndGoOnWithTheNextImport) {
  receiver_.set_script([](const Receipt&, std::size_t number) {
    return number == 1 ? Reaction{.answer = answer(422, "", "no")} : Reaction{};
  });
  const std::string first = start(100, 100);
  const std::string second = start(100, 100);
  ASSERT_TRUE(reach(second, ImportState::completed));
  EXPECT_EQ(state(first), ImportState::halted);
  EXPECT_EQ(receiver_.history().size(), 2u);
}

TEST_F(Lanes, DisableTheWebhookOn410) {
  receiver_.set_script([](const Receipt&, std::size_t) { return Reaction{.answer = answer(410)}; });
  const std::string first = start(100, 100);
  const std::string second = start(100, 100);
  ASSERT_TRUE(reach(first, ImportState::halted));
  engine_.run_for(1h);
  EXPECT_EQ(receiver_.history().size(), 1u);
  EXPECT_EQ(state(second), ImportState::queued);
  auto webhook = engine_.ask(store::GetWebhook{webhook_.id});
  ASSERT_TRUE(webhook.done());
  EXPECT_FALSE(webhook.value->enabled);
  EXPECT_FALSE(webhook.value->disabled_reason.empty());
}

TEST_F(Lanes, TryAgainAtOnceOnAStaleConnection) {
  // The receiver ends the kept-alive connection after each second answer, right when the next request comes.
  receiver_.set_script([](const Receipt&, std::size_t number) {
    return number == 2 ? Reaction{.answer = "", .delay = {}, .close_after = true} : Reaction{};
  });
  const std::string id = start(300, 100);
  const io::Instant begin = engine_.io().now();
  ASSERT_TRUE(reach(id, ImportState::completed));
  EXPECT_LT(engine_.io().now() - begin, 4s);
  ASSERT_EQ(receiver_.history().size(), 4u);
  EXPECT_EQ(receiver_.history()[1].webhook_id, receiver_.history()[2].webhook_id);
}

TEST_F(Lanes, NeverTakeAStrayAnswerForTheNextOne) {
  receiver_.set_script([](const Receipt&, std::size_t number) {
    return number == 1 ? Reaction{.answer = answer(200) + answer(200)} : Reaction{.answer = answer(500)};
  });
  const std::string id = start(200, 100);
  ASSERT_TRUE(reach(id, ImportState::halted));
  EXPECT_EQ(engine_.look(id).deliveries.front().batches_delivered, 1u);
}

TEST_F(Lanes, GiveUpOnAnAnswerThatDoesNotCome) {
  receiver_.set_script([](const Receipt&, std::size_t number) {
    return number == 1 ? Reaction{.answer = answer(200), .delay = 2h} : Reaction{};
  });
  const std::string id = start(100, 100);
  ASSERT_TRUE(reach(id, ImportState::completed));
  ASSERT_EQ(receiver_.history().size(), 2u);
  EXPECT_GE(receiver_.history()[1].at - receiver_.history()[0].at, 600s);
  const std::string event_id = receiver_.history()[0].webhook_id;
  auto attempts = engine_.ask(store::ListAttempts{event_id, {}});
  ASSERT_TRUE(attempts.done());
  ASSERT_EQ(attempts.value->items.size(), 2u);
  EXPECT_EQ(attempts.value->items[0].outcome, model::Outcome::unknown);
  EXPECT_EQ(attempts.value->items[1].outcome, model::Outcome::delivered);
}

TEST_F(Lanes, PauseStopsBetweenBatchesAndResumeGoesOn) {
  receiver_.set_script(
      [](const Receipt&, std::size_t) { return Reaction{.answer = answer(200), .delay = 1s}; });
  const std::string id = start(1000, 100);
  ASSERT_TRUE(engine_.run_until([&] { return receiver_.history().size() == 3; }));
  ASSERT_TRUE(engine_.ask(store::CommandImport{id, store::ImportCommand::pause}).done());
  engine_.poke(webhook_.id);
  engine_.run_for(1h);
  EXPECT_EQ(receiver_.history().size(), 3u);
  EXPECT_EQ(state(id), ImportState::paused);
  ASSERT_TRUE(engine_.ask(store::CommandImport{id, store::ImportCommand::resume}).done());
  engine_.poke(webhook_.id);
  ASSERT_TRUE(reach(id, ImportState::completed));
  expect_in_order(10);
  EXPECT_EQ(receiver_.history().size(), 10u);
}

TEST_F(Lanes, APausedImportShowsInFlightWhatIs) {
  receiver_.set_script(
      [](const Receipt&, std::size_t) { return Reaction{.answer = answer(200), .delay = 1s}; });
  const std::string id = start(500, 100);
  ASSERT_TRUE(engine_.run_until([&] { return receiver_.history().size() == 2; }));
  ASSERT_TRUE(engine_.ask(store::CommandImport{id, store::ImportCommand::pause}).done());
  EXPECT_EQ(marks(id), "df...") << "its answer is awaited";
  engine_.run_for(1500ms);
  EXPECT_EQ(marks(id), "dd...") << "the third is ready and was not sent";
  engine_.crash(true);
  engine_.restart();
  engine_.run_for(1s);
  EXPECT_EQ(marks(id), "dd...");
  EXPECT_EQ(receiver_.history().size(), 2u);
}

TEST_F(Lanes, WhatWasInFlightWhenAPausedImportsProcessDiedIsSoNoLonger) {
  receiver_.set_script(
      [](const Receipt&, std::size_t) { return Reaction{.answer = answer(200), .delay = 1h}; });
  const std::string id = start(500, 100);
  ASSERT_TRUE(engine_.run_until([&] { return receiver_.history().size() == 1; }));
  ASSERT_TRUE(engine_.ask(store::CommandImport{id, store::ImportCommand::pause}).done());
  EXPECT_EQ(marks(id), "f....");
  engine_.crash(true);
  engine_.restart();
  engine_.run_for(1s);
  EXPECT_EQ(marks(id), ".....");
}

TEST_F(RelaxedLanes, APausedImportShowsInFlightWhatIs) {
  receiver_.set_script(
      [](const Receipt&, std::size_t) { return Reaction{.answer = answer(200), .delay = 1s}; });
  const std::string id = start(500, 100);
  ASSERT_TRUE(engine_.run_until([&] { return receiver_.history().size() == 2; }));
  ASSERT_TRUE(engine_.ask(store::CommandImport{id, store::ImportCommand::pause}).done());
  // The third leaves beside the commit that would have said so.
  ASSERT_TRUE(engine_.run_until([&] { return receiver_.history().size() == 3; }));
  engine_.run_for(100ms);
  EXPECT_EQ(marks(id), "ddf..");
  engine_.run_for(1h);
  EXPECT_EQ(marks(id), "ddd..");
  EXPECT_EQ(receiver_.history().size(), 3u);
}

TEST_F(Lanes, CancelEndsTheImport) {
  receiver_.set_script(
      [](const Receipt&, std::size_t) { return Reaction{.answer = answer(200), .delay = 1s}; });
  const std::string id = start(1000, 100);
  ASSERT_TRUE(engine_.run_until([&] { return receiver_.history().size() == 2; }));
  ASSERT_TRUE(engine_.ask(store::CommandImport{id, store::ImportCommand::cancel}).done());
  engine_.poke(webhook_.id);
  engine_.run_for(1h);
  EXPECT_EQ(receiver_.history().size(), 2u);
  EXPECT_EQ(state(id), ImportState::cancelled);
}

TEST_F(Lanes, ResendTakesItsTurnAndLeavesTheCursor) {
  const std::string id = start(300, 100);
  ASSERT_TRUE(reach(id, ImportState::completed));
  const std::string event_id = receiver_.history()[1].webhook_id;
  const std::string body = receiver_.history()[1].body;
  auto added = engine_.ask(store::AddLaneTask{store::LaneTaskKind::resend, event_id, {}});
  ASSERT_TRUE(added.done()) << added.detail;
  engine_.poke(webhook_.id);
  ASSERT_TRUE(engine_.run_until([&] { return receiver_.history().size() == 4; }));
  EXPECT_EQ(receiver_.history()[3].webhook_id, event_id);
  EXPECT_EQ(receiver_.history()[3].body, body);
  EXPECT_EQ(receiver_.history()[3].attempt, "2");
  EXPECT_TRUE(receiver_.history()[3].verified);
  engine_.run_for(1h);
  EXPECT_EQ(receiver_.history().size(), 4u);
  EXPECT_EQ(state(id), ImportState::completed);
}

TEST_F(Lanes, ResendAYearOldEventWithItsIdAndBytesAndANewSignature) {
  const std::string id = start(300, 100);
  ASSERT_TRUE(reach(id, ImportState::completed));
  const Receipt first = receiver_.history()[2];
  engine_.run_for(365 * 24h);
  engine_.crash(true);
  engine_.restart();
  auto added = engine_.ask(store::AddLaneTask{store::LaneTaskKind::resend, first.webhook_id, {}});
  ASSERT_TRUE(added.done()) << added.detail;
  engine_.poke(webhook_.id);
  ASSERT_TRUE(engine_.run_until([&] { return receiver_.history().size() == 4; }));
  const Receipt& again = receiver_.history()[3];
  EXPECT_EQ(again.webhook_id, first.webhook_id);
  EXPECT_EQ(again.body, first.body);
  EXPECT_TRUE(again.verified);
  EXPECT_GE(again.at - first.at, 365 * 24h);
}

TEST_F(Lanes, ResendAHaltedEventOnceAndLeaveItsImportHalted) {
  receiver_.set_script([](const Receipt&, std::size_t number) {
    return number == 2 ? Reaction{.answer = answer(422, "", "no")} : Reaction{};
  });
  const std::string id = start(300, 100);
  ASSERT_TRUE(reach(id, ImportState::halted));
  const std::string event_id = engine_.look(id).deliveries.front().halted_event_id;
  const std::string body = receiver_.history()[1].body;
  auto added = engine_.ask(store::AddLaneTask{store::LaneTaskKind::resend, event_id, {}});
  ASSERT_TRUE(added.done()) << added.detail;
  engine_.poke(webhook_.id);
  ASSERT_TRUE(engine_.run_until([&] { return receiver_.history().size() == 3; }));
  EXPECT_EQ(receiver_.history()[2].webhook_id, event_id);
  EXPECT_EQ(receiver_.history()[2].body, body);
  engine_.run_for(1h);
  EXPECT_EQ(receiver_.history().size(), 3u);
  EXPECT_EQ(state(id), ImportState::halted) << "going on is what resume is for";
  ASSERT_TRUE(engine_.ask(store::CommandImport{id, store::ImportCommand::resume}).done());
  engine_.poke(webhook_.id);
  ASSERT_TRUE(reach(id, ImportState::completed));
}

TEST_F(Lanes, RowErrorsAreStoredWithTheirRows) {
  receiver_.set_script([](const Receipt& receipt, std::size_t) {
    const std::size_t at = receipt.body.find("__index\":\"") + 10;
    const std::string body = "{\"errors\":[{\"__index\":\"" + receipt.body.substr(at, 36) +
                             "\",\"field\":\"age\",\"message\":\"too old\"}]}";
    return Reaction{.answer = answer(200, "Content-Type: application/json\r\n", body)};
  });
  const std::string id = start(200, 100);
  ASSERT_TRUE(reach(id, ImportState::completed));
  EXPECT_EQ(engine_.look(id).deliveries.front().row_errors, 2u);
  auto errors = engine_.ask(store::ListRowErrors{id, {}});
  ASSERT_TRUE(errors.done());
  ASSERT_EQ(errors.value->items.size(), 2u);
  EXPECT_EQ(errors.value->items[0].row, 1u);
  EXPECT_EQ(errors.value->items[1].row, 101u);
  EXPECT_EQ(errors.value->items[1].message, "too old");
}

TEST_F(Lanes, HoldTheirAnswerWhileTheStoreCannotWrite) {
  receiver_.set_script([this](const Receipt&, std::size_t number) {
    if (number == 2) engine_.store().set_trouble("the disk is full");
    return Reaction{};
  });
  const std::string id = start(500, 100);
  ASSERT_TRUE(engine_.run_until([&] { return receiver_.history().size() == 2; }));
  engine_.run_for(1h);
  EXPECT_EQ(receiver_.history().size(), 2u) << "nothing may leave while the answer before it is not durable";
  engine_.store().set_trouble("");
  ASSERT_TRUE(reach(id, ImportState::completed));
  expect_in_order(5);
  EXPECT_EQ(receiver_.history().size(), 5u);
}

TEST_F(Lanes, HaltWithTheReasonWhenTheFileCannotBeRead) {
  engine_.shard().files().set_small_max(0);
  receiver_.set_script([this](const Receipt&, std::size_t number) {
    if (number == 2) engine_.spool().set_failing(true);
    return Reaction{};
  });
  const std::string id = start(500, 100);
  ASSERT_TRUE(reach(id, ImportState::halted));
  const model::Delivery stood = engine_.look(id).deliveries.front();
  EXPECT_NE(stood.last_status_text.find("could not be read"), std::string::npos) << stood.last_status_text;
  engine_.spool().set_failing(false);
  ASSERT_TRUE(engine_.ask(store::CommandImport{id, store::ImportCommand::resume}).done());
  engine_.poke(webhook_.id);
  ASSERT_TRUE(reach(id, ImportState::completed));
  expect_in_order(5);
}

TEST_F(Lanes, OpenAnewAnEventThatCouldNotBeRenderedAtFirst) {
  engine_.shard().files().set_small_max(0);
  const std::string id = start(250, 100);
  engine_.spool().set_failing(true);
  ASSERT_TRUE(reach(id, ImportState::halted));
  const std::string event_id = engine_.look(id).deliveries.front().halted_event_id;
  auto unsent = engine_.ask(store::GetEvent{event_id});
  ASSERT_TRUE(unsent.done());
  EXPECT_EQ(unsent.value->index, 1u);
  EXPECT_EQ(unsent.value->body_digest, "");
  EXPECT_EQ(engine_.ask(store::AddLaneTask{store::LaneTaskKind::resend, event_id, {}}).status,
            store::Status::conflict)
      << "its digest would not be in the store before its first byte leaves";
  engine_.spool().set_failing(false);
  ASSERT_TRUE(engine_.ask(store::CommandImport{id, store::ImportCommand::resume}).done());
  engine_.poke(webhook_.id);
  ASSERT_TRUE(reach(id, ImportState::completed));
  expect_in_order(3);
  EXPECT_EQ(receiver_.history().front().webhook_id, event_id);
  EXPECT_EQ(receiver_.history().front().attempt, "2");
  auto sent = engine_.ask(store::GetEvent{event_id});
  ASSERT_TRUE(sent.done());
  EXPECT_EQ(sent.value->rows, 100u);
  EXPECT_EQ(sent.value->first_row, 1u);
  EXPECT_NE(sent.value->body_digest, "");
  EXPECT_EQ(engine_.look(id).deliveries.front().rows_delivered, 250u);
}

/// I1 to I4 over crashes: strict repeats at most one batch per crash, relaxed at most two.
void crash_often(std::uint64_t seed, config::Durability durability, std::size_t repeats_per_crash) {
  SimEngine engine(seed, durability);
  SimReceiver receiver(engine.world(), 9000, secret);
  engine.make_webhook(url, secret);
  auto import = engine.import(people(2000), in_batches_of(50));
  ASSERT_TRUE(import);
  std::size_t crashes = 0;
  const auto completed = [&] { return model::state_of(engine.look(import->id)) == ImportState::completed; };
  while (!completed()) {
    engine.run_for(io::Duration(static_cast<std::int64_t>(engine.io().chance().next() % 8'000'000)));
    if (crashes == 20) continue;
    ++crashes;
    engine.crash(engine.io().chance().next() % 2 == 0);
    engine.restart();
  }
  std::set<std::string> ids;
  std::set<std::string> bodies;
  std::uint64_t next = 1;
  for (const Receipt& receipt : receiver.history()) {
    ASSERT_TRUE(receipt.verified);
    bodies.insert(receipt.webhook_id + receipt.body);
    if (!ids.insert(receipt.webhook_id).second) continue;
    ASSERT_NE(receipt.body.find("\"index\":" + std::to_string(next) + ","), std::string::npos) << seed;
    ++next;
  }
  EXPECT_EQ(ids.size(), 40u) << seed;
  EXPECT_EQ(bodies.size(), 40u) << seed;
  EXPECT_LE(receiver.history().size(), 40u + crashes * repeats_per_crash) << seed;
}

TEST(LanesOverCrashes, StrictRepeatsAtMostOneBatchPerCrash) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) crash_often(seed, config::Durability::strict, 1);
}

TEST(LanesOverCrashes, RelaxedRepeatsAtMostTwoBatchesPerCrash) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) crash_often(seed, config::Durability::relaxed, 2);
}

}  // namespace
}  // namespace pulter::delivery
