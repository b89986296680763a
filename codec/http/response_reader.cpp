#include "codec/http/response_reader.h"

#include <string>
#include <utility>

#include "codec/base/check.h"
#include "codec/http/message_parser.h"

namespace pulter::http {

namespace {

// Larger bodies are rare; their memory is not kept while a lane waits for its next answer.
constexpr std::size_t kept_body_bytes = 16 * 1024;

}  // namespace

struct ResponseReader::State {
  explicit State(ResponseLimits l)
      : limits(l), message(MessageKind::response, {l.header_bytes, l.header_count, l.chunk_overhead_bytes}) {}

  Result<> take(std::string_view& rest);

  ResponseLimits limits;
  MessageParser message;
  std::string body;
  std::size_t informational = 0;
  std::uint64_t bytes_after = 0;
  bool truncated = false;
  bool broken = false;
  bool done = false;
};

// Takes one step from the front of `rest`.
Result<> ResponseReader::State::take(std::string_view& rest) {
  const auto taken = message.step(rest);
  if (!taken) return fail(taken.error());
  rest.remove_prefix(*taken);
  const std::string_view piece = message.body_piece();
  const std::size_t room = limits.body_bytes - body.size();
  body.append(piece.substr(0, room));
  if (piece.size() > room) truncated = done = true;
  if (!message.message_complete()) return {};
  if (message.status() >= 200) {
    done = true;
    return {};
  }
  if (++informational > limits.informational) {
    return fail(ErrorCode::response_too_large, static_cast<std::int64_t>(message.bytes_taken()),
                "The receiver sent more than " + std::to_string(limits.informational) +
                    " interim answers (1xx) and no final one.");
  }
  message.next_message();
  return {};
}

ResponseReader::ResponseReader(ResponseLimits limits) : state_(std::make_unique<State>(limits)) {}
ResponseReader::~ResponseReader() = default;
ResponseReader::ResponseReader(ResponseReader&&) noexcept = default;
ResponseReader& ResponseReader::operator=(ResponseReader&&) noexcept = default;

void ResponseReader::reset() noexcept {
  state_->message.reset();
  if (state_->body.capacity() > kept_body_bytes) state_->body = {};
  state_->body.clear();
  state_->informational = 0;
  state_->bytes_after = 0;
  state_->truncated = state_->broken = state_->done = false;
}

Result<ResponseProgress> ResponseReader::feed(std::string_view bytes) {
  PULTER_CHECK(!state_->broken);
  while (!bytes.empty() && !state_->done) {
    if (auto good = state_->take(bytes); !good) {
      state_->broken = true;
      return fail(std::move(good.error()));
    }
  }
  // What follows a body that was cut is more of it, and not a stray answer.
  if (!state_->truncated) state_->bytes_after += bytes.size();
  return state_->done ? ResponseProgress::complete : ResponseProgress::need_more;
}

Result<ResponseProgress> ResponseReader::end_of_stream() {
  PULTER_CHECK(!state_->broken);
  if (!state_->done && !state_->message.end_of_stream()) {
    state_->broken = true;
    const std::uint64_t bytes = bytes_received();
    return fail(ErrorCode::connection_closed, static_cast<std::int64_t>(bytes),
                bytes == 0 ? "The receiver closed the connection without an answer."
                           : "The receiver closed the connection in the middle of its answer, after " +
                                 std::to_string(bytes) + " bytes.");
  }
  state_->done = true;
  return ResponseProgress::complete;
}

bool ResponseReader::complete() const noexcept {
  return state_->done;
}

int ResponseReader::status() const noexcept {
  const int status = state_->message.status();
  return status >= 200 && status <= 599 ? status : 0;
}

std::span<const HeaderField> ResponseReader::headers() const noexcept {
  return state_->message.fields();
}

std::optional<std::string_view> ResponseReader::header(std::string_view name) const noexcept {
  const HeaderField* field = find_field(headers(), name);
  return field == nullptr ? std::nullopt : std::optional(field->value);
}

std::string_view ResponseReader::body() const noexcept {
  return state_->body;
}

bool ResponseReader::body_truncated() const noexcept {
  return state_->truncated;
}

bool ResponseReader::trailing() const noexcept {
  return state_->bytes_after > 0;
}

bool ResponseReader::keep_alive() const noexcept {
  return state_->done && !state_->truncated && !trailing() && state_->message.keep_alive();
}

std::uint64_t ResponseReader::bytes_received() const noexcept {
  return state_->message.bytes_taken() + state_->bytes_after;
}

}  // namespace pulter::http
