#include <algorithm>

#include "codec/text/encoding.h"

namespace pulter::text {

std::unexpected<Error> Decoder::invalid(std::uint64_t at, std::string_view what) {
  return fail(ErrorCode::bad_encoding, static_cast<std::int64_t>(at), std::string(what));
}

Result<> Decoder::feed(std::string_view bytes, std::string& out) {
  const std::size_t before = out.size();
  Result<> done = convert(bytes, out);
  return counted(std::move(done), std::string_view(out).substr(before));
}

Result<> Decoder::finish(std::string& out) {
  const std::size_t before = out.size();
  Result<> done = end(out);
  return counted(std::move(done), std::string_view(out).substr(before));
}

Result<> Decoder::counted(Result<> done, std::string_view text) {
  feeds_ += static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
  returns_ += static_cast<std::uint64_t>(std::ranges::count(text, '\r'));
  if (done) return done;
  Error& error = done.error();
  error.detail = "The file is not " + std::string(name_) + ": " + error.detail + " at byte " +
                 std::to_string(error.at) + ", on line " +
                 std::to_string((feeds_ > 0 ? feeds_ : returns_) + 1) +
                 ". Declare its real encoding with \"encoding\".";
  return done;
}

}  // namespace pulter::text
