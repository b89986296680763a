#include "engine/model/event.h"

#include "codec/base/check.h"

namespace pulter::model {

std::string_view name(EventState state) {
  switch (state) {
    case EventState::pending:
      return "pending";
    case EventState::delivering:
      return "delivering";
    case EventState::delivered:
      return "delivered";
    case EventState::halted:
      return "halted";
    case EventState::cancelled:
      return "cancelled";
  }
  check_failed(__FILE__, __LINE__, "EventState has no name");
}

std::optional<EventState> parse_event_state(std::string_view text) {
  for (const EventState state : {EventState::pending, EventState::delivering, EventState::delivered,
                                 EventState::halted, EventState::cancelled}) {
    if (name(state) == text) return state;
  }
  return std::nullopt;
}

std::string_view name(Trigger trigger) {
  switch (trigger) {
    case Trigger::delivery:
      return "delivery";
    case Trigger::retry:
      return "retry";
    case Trigger::resend:
      return "resend";
    case Trigger::test:
      return "test";
  }
  check_failed(__FILE__, __LINE__, "Trigger has no name");
}

std::optional<Trigger> parse_trigger(std::string_view text) {
  for (const Trigger trigger : {Trigger::delivery, Trigger::retry, Trigger::resend, Trigger::test}) {
    if (name(trigger) == text) return trigger;
  }
  return std::nullopt;
}

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::delivered:
      return "delivered";
    case Outcome::refused:
      return "refused";
    case Outcome::unreachable:
      return "unreachable";
    case Outcome::unknown:
      return "unknown";
  }
  check_failed(__FILE__, __LINE__, "Outcome has no name");
}

std::optional<Outcome> parse_outcome(std::string_view text) {
  for (const Outcome outcome :
       {Outcome::delivered, Outcome::refused, Outcome::unreachable, Outcome::unknown}) {
    if (name(outcome) == text) return outcome;
  }
  return std::nullopt;
}

}  // namespace pulter::model
