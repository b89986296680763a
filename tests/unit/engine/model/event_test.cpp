#include "engine/model/event.h"

#include <gtest/gtest.h>

namespace pulter::model {
namespace {

TEST(Event, EveryNameReadsBack) {
  for (const auto state : {EventState::pending, EventState::delivering, EventState::delivered,
                           EventState::halted, EventState::cancelled}) {
    EXPECT_EQ(parse_event_state(name(state)), state);
  }
  for (const auto trigger : {Trigger::delivery, Trigger::retry, Trigger::resend, Trigger::test}) {
    EXPECT_EQ(parse_trigger(name(trigger)), trigger);
  }
  for (const auto outcome : {Outcome::delivered, Outcome::refused, Outcome::unreachable, Outcome::unknown}) {
    EXPECT_EQ(parse_outcome(name(outcome)), outcome);
  }
}

TEST(Event, OtherWordsAreNoState) {
  for (const char* word : {"", "Pending", "pending ", "queued"}) {
    EXPECT_EQ(parse_event_state(word), std::nullopt) << word;
    EXPECT_EQ(parse_trigger(word), std::nullopt) << word;
    EXPECT_EQ(parse_outcome(word), std::nullopt) << word;
  }
}

}  // namespace
}  // namespace pulter::model
