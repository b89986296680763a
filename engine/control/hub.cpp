#include "engine/control/hub.h"

#include <charconv>

#include "codec/base/check.h"
#include "engine/limits.h"

namespace pulter::control {
namespace {

/// A page that reloads or a connection that breaks is back after far fewer changes.
constexpr std::size_t messages_kept_for_nobody = 256;

}  // namespace

Hub::~Hub() {
  PULTER_CHECK(first_ == nullptr);
}

void Hub::publish(std::string_view kind, std::string_view json) {
  if (!has_listeners()) return;
  if (first_ == nullptr && --grace_ == 0) return lose();
  std::string text = "id: " + run_ + "-" + std::to_string(next_number_) + "\nevent: ";
  text.append(kind).append("\ndata: ").append(json).append("\n\n");
  history_bytes_ += text.size();
  history_.push_back({next_number_++, std::make_shared<const std::string>(std::move(text))});
  forget_old();
  for (Listener* each = first_; each != nullptr; each = each->next_listener_) each->changed_.set();
}

void Hub::lose() {
  history_.clear();
  history_bytes_ = 0;
  ++next_number_;  // a gap: whoever has seen a number before it has missed something
  for (Listener* each = first_; each != nullptr; each = each->next_listener_) each->changed_.set();
}

void Hub::nudge() {
  for (Listener* each = first_; each != nullptr; each = each->next_listener_) each->changed_.set();
}

void Hub::forget_old() {
  while (history_.size() > 1 && (history_.size() > limits::stream_history_messages ||
                                 history_bytes_ > limits::stream_history_bytes)) {
    history_bytes_ -= history_.front().text->size();
    history_.pop_front();
  }
}

Hub::Listener::Listener(Hub& hub, std::string_view last_id) : hub_(hub), next_(hub.next_number_) {
  next_listener_ = hub.first_;
  if (next_listener_ != nullptr) next_listener_->previous_listener_ = this;
  hub.first_ = this;
  ++hub.listener_count_;
  if (last_id.empty()) return;
  const std::size_t dash = last_id.find('-');
  std::uint64_t number = 0;
  const bool of_this_run = dash != std::string_view::npos && last_id.substr(0, dash) == hub.run_;
  if (of_this_run) {
    const std::string_view digits = last_id.substr(dash + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
  }
  if (number == 0 || number >= hub.next_number_ || number + 1 < hub.oldest()) {
    missed_ = true;
  } else {
    next_ = number + 1;
  }
}

Hub::Listener::~Listener() {
  if (next_listener_ != nullptr) next_listener_->previous_listener_ = previous_listener_;
  (previous_listener_ != nullptr ? previous_listener_->next_listener_ : hub_.first_) = next_listener_;
  --hub_.listener_count_;
  if (hub_.listener_count_ == 0) hub_.grace_ = messages_kept_for_nobody;
}

std::shared_ptr<const std::string> Hub::Listener::next() {
  if (next_ == hub_.next_number_) return nullptr;
  if (next_ < hub_.oldest()) {
    // A slow reader is told to look again, instead of being fed what it cannot keep up with.
    missed_ = true;
    next_ = hub_.next_number_;
    return nullptr;
  }
  return hub_.history_[next_++ - hub_.oldest()].text;
}

}  // namespace pulter::control
