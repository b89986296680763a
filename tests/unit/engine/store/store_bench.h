#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/store/core/core.h"
#include "engine/store/inline_store.h"
#include "engine/store/sqlite_schema.h"
#include "engine/store/store_client.h"

namespace pulter::store {

/// A Core on a database in memory, asked one request at a time, with short words for what tests need often.
class StoreBench : public testing::Test {
 protected:
  StoreBench() : StoreBench(":memory:") {}
  explicit StoreBench(const std::string& path) { open(path); }

  void open(const std::string& path);

  /// One request as a group of its own.
  Answer run(Request request);
  static void expect_done(Status status, const std::string& detail);

  template <class R>
  Reply<typename R::Answer> ask(R request) {
    Answer answer = run(Request(std::move(request)));
    Reply<typename R::Answer> reply{answer.status, std::move(answer.detail), {}};
    if (auto* value = std::get_if<typename R::Answer>(&answer.value)) reply.value = std::move(*value);
    return reply;
  }
  /// The value of a request that must be done.
  template <class R>
  typename R::Answer must(R request) {
    Reply<typename R::Answer> reply = ask(std::move(request));
    expect_done(reply.status, reply.detail);
    return reply.value ? std::move(*reply.value) : typename R::Answer{};
  }

  static model::Webhook a_webhook(std::string id, std::vector<std::string> events = {"all"});
  static model::Import an_import(std::string id, std::uint64_t count = 3);
  static model::Event an_event(const std::string& import_id, std::uint64_t cursor);

  void make_webhook(const std::string& id, std::vector<std::string> events = {"all"});
  model::Import make_import(const std::string& id, std::uint64_t count = 3);
  LaneKey lane(const std::string& webhook_id);
  LaneWork next_work(const std::string& webhook_id);
  model::Event open_event(const std::string& import_id, const std::string& webhook_id, std::uint64_t cursor);
  Record a_record(const model::Event& event, Disposition disposition, std::uint64_t count = 3);
  /// Opens and delivers one batch.
  Recorded deliver(const std::string& import_id, const std::string& webhook_id, std::uint64_t cursor,
                   std::uint64_t count = 3);
  std::string state(const std::string& import_id);
  /// As the lists see it: the stored derivation must be the same.
  std::string listed_state(const std::string& import_id);
  std::int64_t count_rows(const std::string& table);

  /// As a busy daemon does it: what may wait for its commit waits.
  Durability durability = Durability::journal;
  std::int64_t now_ms = 1'700'000'000'000;
  int attempts = 0;
  std::unique_ptr<Core> core;
};

}  // namespace pulter::store
