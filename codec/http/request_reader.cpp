#include "codec/http/request_reader.h"

#include <string>

#include "codec/base/check.h"
#include "codec/http/message_parser.h"

namespace pulter::http {

struct RequestReader::State {
  explicit State(RequestLimits limits)
      : message(MessageKind::request, {limits.head_bytes, limits.header_count, limits.chunk_overhead_bytes}) {
  }

  MessageParser message;
  std::string_view path;
  std::string_view query;
  bool head_given = false;
  bool complete_given = false;
  bool broken = false;
};

namespace {

// The part of a request target from the path on; nothing for a form that is not served (RFC 9112, 3.2).
std::optional<std::string_view> origin_form(std::string_view target) noexcept {
  if (target.starts_with('/')) return target;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!same_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    const std::size_t slash = target.find('/', scheme.size());
    return slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  return std::nullopt;
}

}  // namespace

RequestReader::RequestReader(RequestLimits limits) : state_(std::make_unique<State>(limits)) {}
RequestReader::~RequestReader() = default;
RequestReader::RequestReader(RequestReader&&) noexcept = default;
RequestReader& RequestReader::operator=(RequestReader&&) noexcept = default;

Result<RequestStep> RequestReader::feed(std::string_view bytes) {
  State& s = *state_;
  PULTER_CHECK(!s.broken && !s.complete_given);
  RequestStep step;
  while (!(s.message.head_complete() && !s.head_given) && !s.message.message_complete() &&
         step.consumed < bytes.size()) {
    const auto taken = s.message.step(bytes.substr(step.consumed));
    if (!taken) {
      s.broken = true;
      return fail(taken.error());
    }
    step.consumed += *taken;
    step.body = s.message.body_piece();
    if (!step.body.empty()) {
      step.event = RequestEvent::body;
      return step;
    }
  }
  if (s.message.head_complete() && !s.head_given) {
    const auto target = origin_form(s.message.target());
    if (!target) {
      s.broken = true;
      return fail(ErrorCode::bad_request, "The request's target must be a path such as \"/v1/imports\".");
    }
    const std::size_t question = target->find('?');
    s.path = target->substr(0, question);
    s.query = question == std::string_view::npos ? std::string_view() : target->substr(question + 1);
    s.head_given = true;
    step.event = RequestEvent::head;
  } else if (s.message.message_complete()) {
    s.complete_given = true;
    step.event = RequestEvent::complete;
  }
  return step;
}

void RequestReader::next() noexcept {
  PULTER_CHECK(state_->complete_given);
  state_->message.reset();
  state_->path = state_->query = {};
  state_->head_given = state_->complete_given = false;
}

bool RequestReader::in_request() const noexcept {
  return state_->message.bytes_taken() > 0 && !state_->complete_given;
}

std::string_view RequestReader::method() const noexcept {
  return state_->message.method();
}
std::string_view RequestReader::path() const noexcept {
  return state_->path;
}
std::string_view RequestReader::query() const noexcept {
  return state_->query;
}
std::span<const HeaderField> RequestReader::headers() const noexcept {
  return state_->message.fields();
}

std::optional<std::string_view> RequestReader::header(std::string_view name) const noexcept {
  const HeaderField* field = find_field(headers(), name);
  return field == nullptr ? std::nullopt : std::optional(field->value);
}

std::optional<std::uint64_t> RequestReader::content_length() const noexcept {
  return state_->message.content_length();
}

bool RequestReader::expects_continue() const noexcept {
  return same_ignoring_case(header("expect").value_or(""), "100-continue");
}

bool RequestReader::keep_alive() const noexcept {
  return state_->message.keep_alive();
}

}  // namespace pulter::http
