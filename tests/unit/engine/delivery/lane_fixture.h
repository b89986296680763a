#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/sim_engine.h"
#include "tests/support/sim_receiver.h"

// What the tests of lanes share: whole imports through intake, store, lanes and the wire, in virtual time.

namespace pulter::delivery {

using namespace std::chrono_literals;
using model::ImportState;
using tests::Reaction;
using tests::Receipt;
using tests::SimEngine;
using tests::SimReceiver;

inline constexpr const char* secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
inline constexpr std::uint16_t first_port = 9000;

/// The URL of the receiver on port 9000 + `number` of this machine.
inline std::string place(std::size_t number = 0) {
  return "http://127.0.0.1:" + std::to_string(first_port + number) + "/hook";
}

/// Imports `csv` to `url`, in batches of so many rows. The import's id; a failure of the test where it is not
/// taken.
inline std::string start_import(SimEngine& engine, std::string_view csv, const std::string& url,
                                std::uint32_t batch_size) {
  intake::ImportRequest request;
  request.webhook_url = url;
  request.batch_size = batch_size;
  auto import = engine.import(csv, request);
  EXPECT_TRUE(import) << (import ? "" : import.error().detail);
  return import ? import->id : std::string();
}

inline ImportState state_of(SimEngine& engine, const std::string& id) {
  return model::state_of(engine.look(id));
}

/// Lets time pass until the import is completed; false when it is not within `limit`.
inline bool completes(SimEngine& engine, const std::string& id, io::Duration limit = 72h) {
  return engine.run_until([&] { return state_of(engine, id) == ImportState::completed; }, limit);
}

}  // namespace pulter::delivery
