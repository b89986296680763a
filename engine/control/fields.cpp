#include "engine/control/fields.h"

#include <algorithm>
#include <charconv>

#include "codec/base/time_text.h"
#include "engine/control/services.h"
#include "engine/limits.h"

namespace pulter::control {
namespace {

/// Counts one large body for as long as it is being read.
class LargeBody {
 public:
  explicit LargeBody(std::size_t& count) : count_(count) {}
  LargeBody(const LargeBody&) = delete;
  LargeBody& operator=(const LargeBody&) = delete;
  ~LargeBody() {
    if (counted_) --count_;
  }
  [[nodiscard]] bool admit() {
    if (counted_) return true;
    if (count_ >= limits::large_bodies_max) return false;
    ++count_;
    counted_ = true;
    return true;
  }

 private:
  std::size_t& count_;
  bool counted_ = false;
};

io::Task<Result<std::string>> read_text(Context& context, LargeBody& large) {
  std::string text;
  const io::Instant until = context.services.io.now() + limits::json_body_time_max;
  while (true) {
    Result<std::string_view> piece = co_await context.request.body.read();
    if (!piece) co_return std::unexpected(std::move(piece.error()));
    if (piece->empty()) co_return text;
    if (text.size() + piece->size() > limits::json_body_bytes_max) {
      co_return fail(ErrorCode::payload_too_large,
                     "A JSON body may have at most 1 MiB; send a CSV as text/csv.");
    }
    if (text.size() + piece->size() > limits::small_body_bytes && !large.admit()) {
      co_return fail(ErrorCode::limit_reached, "Too many large requests are being read; try again.");
    }
    text.append(*piece);
    if (context.services.io.now() > until) {
      co_return fail(ErrorCode::timed_out, "The request's body did not come to its end within 30 s.");
    }
  }
}

}  // namespace

std::unexpected<Error> refuse_field(ErrorCode code, std::string_view field, std::string why) {
  return std::unexpected(Error{code, -1, "\"" + std::string(field) + "\" " + why, std::string(field)});
}

io::Task<Result<json::Value>> read_object(Context& context) {
  LargeBody large(context.services.large_bodies);
  Result<std::string> text = co_await read_text(context, large);
  if (!text) co_return std::unexpected(std::move(text.error()));
  if (text->find_first_not_of(" \t\r\n") == std::string::npos) {
    json::Value empty;
    empty.type = json::Type::object;
    co_return empty;
  }
  Result<json::Value> value = json::parse(*text, limits::json_body_bytes_max);
  if (value && value->type != json::Type::object) {
    co_return fail(ErrorCode::bad_value, "The body must be one JSON object.");
  }
  co_return value;
}

Result<std::uint64_t> number_parameter(const Request& request, std::string_view name, std::uint64_t otherwise,
                                       std::uint64_t most) {
  const std::string* text = request.parameter(name);
  if (text == nullptr) return otherwise;
  std::uint64_t number = 0;
  const char* end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc{} || rest != end || number > most) {
    return refuse_field(ErrorCode::bad_value, name,
                        "must be a whole number, at most " + std::to_string(most) + ".");
  }
  return number;
}

Result<store::Page> read_page(const Request& request) {
  store::Page page;
  auto limit = number_parameter(request, "limit", limits::list_items_default, limits::list_items_max);
  if (!limit) return std::unexpected(std::move(limit.error()));
  if (*limit == 0) return refuse_field(ErrorCode::bad_value, "limit", "must be at least 1.");
  page.limit = static_cast<std::uint32_t>(*limit);
  if (const std::string* cursor = request.parameter("cursor")) page.cursor = *cursor;
  if (page.cursor.size() > 256)
    return refuse_field(ErrorCode::bad_value, "cursor", "is not one that a list gave.");
  return page;
}

Result<> only_parameters(const Request& request, std::initializer_list<std::string_view> known) {
  for (const http::QueryParameter& each : request.query) {
    if (std::find(known.begin(), known.end(), each.name) != known.end()) continue;
    return std::unexpected(
        Error{ErrorCode::unknown_field, -1, "This call has no parameter \"" + each.name + "\".", each.name});
  }
  return {};
}

Result<std::int64_t> time_parameter(const Request& request, std::string_view name) {
  const std::string* text = request.parameter(name);
  if (text == nullptr) return 0;
  if (const auto ns = parse_rfc3339(*text)) return *ns / 1'000'000;
  return refuse_field(ErrorCode::bad_value, name, "must be a time such as 2026-01-31T12:00:00.000Z.");
}

Result<bool> oldest_first_parameter(const Request& request) {
  const std::string* text = request.parameter("order");
  if (text == nullptr || *text == "desc") return false;
  if (*text == "asc") return true;
  return refuse_field(ErrorCode::bad_value, "order", "must be asc or desc.");
}

Result<> check_text(std::string_view field, std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return refuse_field(ErrorCode::bad_value, field,
                        "may have at most " + std::to_string(bytes_max) + " bytes.");
  }
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      return refuse_field(ErrorCode::bad_value, field, "may not hold control characters.");
    }
  }
  return {};
}

}  // namespace pulter::control
