// A request to the control API, cut anywhere: read the same way, its query and its JSON without a crash, and
// what was read can be written and read again.
#include <string>

#include "codec/base/utf8.h"
#include "codec/http/query.h"
#include "codec/http/request_reader.h"
#include "codec/json/reader.h"
#include "engine/control/import_request.h"
#include "tests/fuzz/target.h"

namespace pulter::fuzz {
namespace {

struct Read {
  std::string said;
  std::string query;
  std::string body;
};

/// The first request on a connection, as events.
Read read_request(std::string_view bytes, std::string_view pattern) {
  http::RequestReader reader({.head_bytes = 4096, .header_count = 32, .chunk_overhead_bytes = 4096});
  Read read;
  bool complete = false;
  for (std::string_view piece : pieces(bytes, pattern)) {
    while (!complete) {
      const auto step = reader.feed(piece);
      if (!step) {
        // Of two faults it depends on the cut which one is met first.
        read.said += " refused";
        return read;
      }
      require(step->consumed <= piece.size(), "no more is taken than came");
      piece.remove_prefix(step->consumed);
      read.body += step->body;
      if (step->event == http::RequestEvent::head) {
        read.said += std::string(reader.method()) + " " + std::string(reader.path());
        read.query = std::string(reader.query());
        for (const http::HeaderField& field : reader.headers()) {
          read.said += "\n" + std::string(field.name) + ":" + std::string(field.value);
        }
      }
      complete = step->event == http::RequestEvent::complete;
      if (step->event == http::RequestEvent::need_more) break;
    }
    if (complete) break;
  }
  read.said += complete ? " complete" : " open";
  return read;
}

void check_import_request(const json::Value& value) {
  config::Config config;
  config.allow_http = true;
  control::ImportSource source;
  const auto request = control::read_import_request(value, config, &source);
  if (!request) {
    require(!request.error().detail.empty(), "a refusal has a reason");
    return;
  }
  require(!request->batch_size || *request->batch_size >= 1, "a batch has a row");
  require(is_utf8(request->user_json) && is_utf8(request->metadata_json), "what goes into bodies is UTF-8");
}

}  // namespace
}  // namespace pulter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pulter;
  fuzz::Input input(data, size);
  const std::string_view pattern = input.take(1U + input.byte() % 8U);
  const fuzz::Read whole = fuzz::read_request(input.rest(), {});
  const fuzz::Read cut = fuzz::read_request(input.rest(), pattern);
  fuzz::require(whole.said == cut.said && whole.query == cut.query, "every cut gives the same request");
  // After an error it depends on the cut how much of the body was handed out before.
  if (whole.said.ends_with(" complete"))
    fuzz::require(whole.body == cut.body, "every cut gives the same body");

  if (const auto parameters = http::parse_query(whole.query)) {
    for (const http::QueryParameter& each : *parameters)
      fuzz::require(is_utf8(each.value), "a parameter is UTF-8");
    fuzz::check_import_request(control::object_of_query(*parameters));
  }
  const auto value = json::parse(whole.body, 1U << 20U);
  if (!value) return 0;
  const std::string text = json::to_text(*value);
  const auto again = json::parse(text, text.size());
  fuzz::require(again.has_value(), "what was read can be read again");
  fuzz::require(json::to_text(*again) == text, "and is the same");
  if (value->type == json::Type::object) fuzz::check_import_request(*value);
  return 0;
}
