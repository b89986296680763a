#include "codec/http/message_parser.h"

#include <algorithm>

#include "codec/base/check.h"

namespace pulter::http {

namespace {

bool is_all_digits(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_control(char c) noexcept {
  return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f';
}

}  // namespace

MessageParser::MessageParser(MessageKind kind, MessageLimits limits) noexcept : kind_(kind), limits_(limits) {
  reset();
}

void MessageParser::reset() noexcept {
  bytes_taken_ = 0;
  header_bytes_ = header_count_ = chunk_overhead_ = 0;
  next_message();
}

void MessageParser::next_message() noexcept {
  llhttp_init(&parser_, kind_ == MessageKind::request ? HTTP_REQUEST : HTTP_RESPONSE, &callbacks());
  parser_.data = this;
  fields_.clear();
  trailers_.clear();
  fields_view_ = {};
  target_.clear();
  method_ = {};
  status_ = 0;
  content_length_.reset();
  body_piece_ = {};
  body_left_ = 0;
  last_ = '\n';
  at_start_ = true;
  in_request_line_ = kind_ == MessageKind::request;
  head_complete_ = message_complete_ = keep_alive_ = last_chunk_ = false;
  fault_ = nullptr;
}

const llhttp_settings_t& MessageParser::callbacks() noexcept {
  static const llhttp_settings_t table = [] {
    llhttp_settings_t s;
    llhttp_settings_init(&s);
    s.on_url = [](llhttp_t* p, const char* at, std::size_t size) {
      of(p).target_.append(at, size);
      return 0;
    };
    s.on_header_field = [](llhttp_t* p, const char* at, std::size_t size) {
      of(p).open_fields().add_name({at, size});
      return 0;
    };
    s.on_header_field_complete = [](llhttp_t* p) {
      of(p).open_fields().end_name();
      return 0;
    };
    s.on_header_value = [](llhttp_t* p, const char* at, std::size_t size) {
      of(p).open_fields().add_value({at, size});
      return 0;
    };
    s.on_header_value_complete = [](llhttp_t* p) { return of(p).on_field_complete(); };
    s.on_headers_complete = [](llhttp_t* p) { return of(p).on_head_complete(); };
    s.on_chunk_header = [](llhttp_t* p) {
      of(p).body_left_ = p->content_length;
      of(p).last_chunk_ = p->content_length == 0;
      return 0;
    };
    s.on_body = [](llhttp_t* p, const char* at, std::size_t size) {
      of(p).body_piece_ = {at, size};
      return 0;
    };
    s.on_message_complete = [](llhttp_t* p) {
      of(p).message_complete_ = true;
      of(p).keep_alive_ = p->http_minor == 1 && llhttp_should_keep_alive(p) != 0;
      return 0;
    };
    return s;
  }();
  return table;
}

std::unexpected<Error> MessageParser::refuse(ErrorCode code, std::string_view why) const {
  const std::string_view what = kind_ == MessageKind::request ? "The request" : "The receiver's answer";
  return fail(code, static_cast<std::int64_t>(bytes_taken_),
              std::string(what) + " is refused after " + std::to_string(bytes_taken_) +
                  " bytes: " + std::string(why) + ".");
}

Result<std::size_t> MessageParser::step(std::string_view input) {
  PULTER_CHECK(!input.empty() && !message_complete_);
  body_piece_ = {};
  std::string_view piece = input;
  if (body_left_ > 0) {
    piece = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, input.size())));
    if (body_left_ != until_closed) body_left_ -= piece.size();
  } else {
    if (const std::size_t end = input.find('\n'); end != std::string_view::npos)
      piece = input.substr(0, end + 1);
    if (auto good = check_line(piece); !good) return fail(std::move(good.error()));
  }
  if (auto good = execute(piece); !good) return fail(std::move(good.error()));
  bytes_taken_ += piece.size();
  return piece.size();
}

// Counts and checks a piece of one line; what llhttp leaves open is closed here.
Result<> MessageParser::check_line(std::string_view piece) {
  const ErrorCode malformed =
      kind_ == MessageKind::request ? ErrorCode::bad_request : ErrorCode::bad_response;
  const bool in_chunks = head_complete_ && !last_chunk_;
  std::size_t& counter = in_chunks ? chunk_overhead_ : header_bytes_;
  counter += piece.size();
  if (counter > (in_chunks ? limits_.chunk_overhead_bytes : limits_.header_bytes)) {
    const ErrorCode too_large =
        kind_ == MessageKind::request ? ErrorCode::headers_too_large : ErrorCode::response_too_large;
    return refuse(too_large, in_chunks ? "too many bytes are spent on chunk sizes" : "its head is too long");
  }
  if (std::exchange(at_start_, false)) {
    const bool good =
        kind_ == MessageKind::response ? piece.front() == 'H' : piece.front() >= 'A' && piece.front() <= 'Z';
    if (!good) return refuse(malformed, "it does not begin like HTTP/1.1");
  }
  for (const char c : piece) {
    if (last_ == '\r' && c != '\n') return refuse(malformed, "a CR stands alone");
    if (c == '\n' && last_ != '\r') return refuse(malformed, "a line ends with a bare LF");
    if (last_ == '\n' && (c == ' ' || c == '\t')) return refuse(malformed, "a line begins with white space");
    if (in_request_line_ && last_ == ' ' && c == ' ')
      return refuse(malformed, "its first line has two spaces in a row");
    if (c == '\n') in_request_line_ = false;
    if (is_control(c) && c != '\r' && c != '\n')
      return refuse(malformed, "a control character stands in its head");
    last_ = c;
  }
  return {};
}

Result<> MessageParser::execute(std::string_view piece) {
  const llhttp_errno_t outcome = llhttp_execute(&parser_, piece.data(), piece.size());
  if (fault_ != nullptr) return refuse(fault_code_, fault_);
  // After the last byte of a message llhttp may stop by itself; nothing more is fed.
  if (outcome == HPE_OK || message_complete_) return {};
  if (kind_ == MessageKind::response)
    return refuse(ErrorCode::bad_response, llhttp_get_error_reason(&parser_));
  if (outcome == HPE_INVALID_METHOD) return refuse(ErrorCode::method_not_allowed, "its method is not known");
  return refuse(ErrorCode::bad_request, llhttp_get_error_reason(&parser_));
}

int MessageParser::on_field_complete() {
  fault_code_ = kind_ == MessageKind::request ? ErrorCode::bad_request : ErrorCode::bad_response;
  if (!open_fields().end_value()) {
    fault_ = "a header has a bad name";
    return -1;
  }
  if (++header_count_ > limits_.header_count) {
    fault_code_ =
        kind_ == MessageKind::request ? ErrorCode::headers_too_large : ErrorCode::response_too_large;
    fault_ = "it has too many headers";
    return -1;
  }
  trailers_.clear();
  return 0;
}

int MessageParser::on_head_complete() {
  head_complete_ = true;
  fields_view_ = fields_.fields();
  status_ = kind_ == MessageKind::response ? parser_.status_code : 0;
  if (kind_ == MessageKind::request) {
    method_ = llhttp_method_name(static_cast<llhttp_method_t>(parser_.method));
  }
  if (const char* fault = find_head_fault(); fault != nullptr) {
    fault_code_ = kind_ == MessageKind::request ? ErrorCode::bad_request : ErrorCode::bad_response;
    fault_ = fault;
    return -1;
  }
  parser_.upgrade = 0;  // Pulter speaks HTTP/1.1 only; the offer is ignored, as RFC 9110, 7.8 allows
  const bool no_body = kind_ == MessageKind::response && (status_ < 200 || status_ == 204 || status_ == 304);
  if (no_body) {
    content_length_ = 0;
    return 1;
  }
  if ((parser_.flags & F_CHUNKED) != 0) return 0;
  if ((parser_.flags & F_CONTENT_LENGTH) != 0 || kind_ == MessageKind::request) {
    content_length_ = body_left_ = parser_.content_length;
  } else {
    body_left_ = until_closed;
  }
  return 0;
}

const char* MessageParser::find_head_fault() const noexcept {
  if (parser_.http_major != 1 || parser_.http_minor > 1) return "its version is not HTTP/1.1 or HTTP/1.0";
  if (const char* fault = find_framing_fault(); fault != nullptr) return fault;
  if (kind_ == MessageKind::response) {
    if (status_ < 100 || status_ > 599) return "its status is not between 100 and 599";
    if (status_ == 101) return "it switches the protocol, which was not asked for";
    return nullptr;
  }
  if (method_ == "CONNECT") return "CONNECT is not served";
  const std::size_t hosts = count_fields(fields_view_, "host");
  if (hosts > 1 || (hosts == 0 && parser_.http_minor == 1)) return "it must have one Host header";
  return nullptr;
}

// One way to find the end of the body, spelled one way: whatever two programs could read differently is
// refused.
const char* MessageParser::find_framing_fault() const noexcept {
  const std::size_t lengths = count_fields(fields_view_, "content-length");
  const std::size_t encodings = count_fields(fields_view_, "transfer-encoding");
  if (lengths > 1) return "it has two Content-Length headers";
  if (encodings > 1) return "it has two Transfer-Encoding headers";
  if (lengths + encodings == 2) return "it has both Content-Length and Transfer-Encoding";
  if (lengths == 1) {
    if (!is_all_digits(find_field(fields_view_, "content-length")->value))
      return "its Content-Length is no number";
  }
  if (encodings == 1) {
    const std::string_view encoding = find_field(fields_view_, "transfer-encoding")->value;
    if (!same_ignoring_case(encoding, "chunked")) return "its Transfer-Encoding is not \"chunked\"";
    if (parser_.http_minor == 0) return "HTTP/1.0 has no Transfer-Encoding";
  }
  return nullptr;
}

bool MessageParser::end_of_stream() noexcept {
  if (message_complete_) return true;
  if (!head_complete_ || body_left_ != until_closed) return false;
  message_complete_ = true;
  return true;
}

}  // namespace pulter::http
