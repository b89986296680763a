// Bytes as gzip, cut anywhere, into output that is cut anywhere: the same content or the same refusal, within
// every bound; and text that is packed here comes back.
#include <zlib.h>

#include <string>

#include "codec/gzip/unpacker.h"
#include "tests/fuzz/target.h"

namespace pulter::fuzz {
namespace {

// The ratio is out of reach: when it is asked depends on the cut.
constexpr gzip::UnpackLimits limits{.ratio_max = 2000, .free_bytes = 4096, .bytes_max = 1u << 20};

struct Unpacked {
  bool good = true;
  std::string text;
  std::string error;
};

void refuse(Unpacked& result, const Error& error) {
  result.good = false;
  result.error = std::string(name(error.code)) + " at " + std::to_string(error.at);
}

/// `step`: bytes that are asked for at a time.
Unpacked unpack(std::string_view packed, std::string_view pattern, std::size_t step) {
  gzip::Unpacker unpacker(limits);
  Unpacked result;
  for (std::string_view piece : pieces(packed, pattern)) {
    while (!piece.empty()) {
      std::string out;
      const auto taken = unpacker.feed(piece, out, step);
      require(out.size() <= step, "no more is given than was asked for");
      result.text += out;
      if (!taken) {
        refuse(result, taken.error());
        return result;
      }
      require(*taken > 0 || !out.empty(), "each call gets on");
      piece.remove_prefix(*taken);
    }
  }
  const auto finished = unpacker.finish();
  if (!finished) refuse(result, finished.error());
  return result;
}

std::string packed_here(std::string_view text, int level) {
  z_stream stream{};
  constexpr int gzip_window_bits = 15 + 16;
  require(deflateInit2(&stream, level, Z_DEFLATED, gzip_window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK,
          "zlib can pack");
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  std::string copy(text);
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib packs all of it");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace
}  // namespace pulter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pulter;
  fuzz::Input input(data, size);
  const int level = input.byte() % 10;
  const std::size_t step = 1U + input.byte() * 16U;
  const std::string_view pattern = input.take(1U + input.byte() % 8U);
  const std::string_view bytes = input.rest();

  const fuzz::Unpacked whole = fuzz::unpack(bytes, {}, 1U << 16U);
  const fuzz::Unpacked cut = fuzz::unpack(bytes, pattern, step);
  fuzz::require(whole.good == cut.good, "every cut unpacks, or none does: " + whole.error + ", " + cut.error);
  fuzz::require(!whole.good || whole.text == cut.text, "every cut unpacks to the same");
  fuzz::require(!whole.good || gzip::is_gzip(bytes), "what was unpacked is known by its head");

  const std::string packed = fuzz::packed_here(bytes, level);
  const fuzz::Unpacked back = fuzz::unpack(packed + packed, pattern, step);
  fuzz::require(back.good, "what was packed is unpacked: " + back.error);
  fuzz::require(back.text == std::string(bytes) + std::string(bytes), "two members are one content");
  return 0;
}
