// An answer, cut anywhere: the verdict is the same however its bytes come, and the bounds hold.
#include <string>

#include "codec/http/response_reader.h"
#include "codec/json/reader.h"
#include "tests/fuzz/target.h"

namespace pulter::fuzz {
namespace {

/// All that the reader says of an answer.
std::string read_answer(std::string_view bytes, std::string_view pattern, bool ends) {
  http::ResponseReader reader({.header_bytes = 2048,
                               .header_count = 32,
                               .informational = 4,
                               .body_bytes = 4096,
                               .chunk_overhead_bytes = 1024});
  std::string said;
  for (const std::string_view piece : pieces(bytes, pattern)) {
    if (reader.complete()) break;
    const auto progress = reader.feed(piece);
    if (progress) continue;
    said = "refused";
    break;
  }
  const bool open = said.empty() && !reader.complete();
  if (open && ends) {
    const auto progress = reader.end_of_stream();
    if (!progress) said = "cut short";
  }
  require(reader.status() == 0 || (reader.status() >= 200 && reader.status() <= 599), "a status is final");
  require(reader.body().size() <= 4096, "the body is bounded");
  require(reader.headers().size() <= 32, "the headers are bounded");
  require(!(reader.keep_alive() && !reader.complete()), "only a complete answer keeps its connection");
  // Of a line that is wrong in two ways it depends on the cut which is met first, and how much came before.
  if (said == "refused") return said;
  said += " status " + std::to_string(reader.status()) + (reader.complete() ? " complete" : "");
  for (const http::HeaderField& field : reader.headers()) {
    said += "\n" + std::string(field.name) + ": " + std::string(field.value);
  }
  return said + "\n" + std::string(reader.body());
}

}  // namespace
}  // namespace pulter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pulter;
  fuzz::Input input(data, size);
  const bool ends = (input.byte() & 1U) != 0;
  const std::string_view pattern = input.take(1U + input.byte() % 8U);
  const std::string whole = fuzz::read_answer(input.rest(), {}, ends);
  fuzz::require(fuzz::read_answer(input.rest(), pattern, ends) == whole, "every cut gives the same verdict");
  fuzz::require(fuzz::read_answer(input.rest(), std::string_view("\0", 1), ends) == whole,
                "byte by byte too");
  static_cast<void>(json::read_row_errors(input.rest()));
  return 0;
}
