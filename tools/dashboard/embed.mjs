// The C++ source that holds the built files: string literals, which compilers take far faster than lists of numbers.

const lineBytes = 96;

/** Bytes as adjacent string literals. Octal escapes have at most three digits, so that no byte joins the next. */
function literals(bytes) {
  const lines = [];
  for (let from = 0; from < bytes.length; from += lineBytes) {
    let line = "";
    for (const byte of bytes.subarray(from, from + lineBytes)) {
      if (byte === 0x22 || byte === 0x5c) line += `\\${String.fromCharCode(byte)}`;
      else if (byte >= 0x20 && byte < 0x7f && byte !== 0x3f) line += String.fromCharCode(byte);
      else line += `\\${byte.toString(8).padStart(3, "0")}`;
    }
    lines.push(`    "${line}"`);
  }
  return lines.length ? lines.join("\n") : '    ""';
}

export function embed(files) {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const arrays = sorted.map((file, index) => `constexpr char content_${index}[] =\n${literals(file.bytes)};\n`);
  const quoted = (text) => JSON.stringify(text);
  const rows = sorted.map(
    (file, index) =>
      `    {${quoted(file.path)}, ${quoted(file.type)}, ${quoted(file.etag)}, bytes_of(content_${index}), ${file.immutable}},`,
  );
  return `// Made by tools/dashboard/build.mjs. Not edited by hand.
#include "tools/dashboard/embedded.h"

#include <array>
#include <cstddef>

namespace pulter::dashboard {
namespace {

${arrays.join("\n")}
template <std::size_t size>
std::span<const std::uint8_t> bytes_of(const char (&text)[size]) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text), size - 1};
}

}  // namespace

std::span<const EmbeddedFile> embedded_files() noexcept {
  static const std::array<EmbeddedFile, ${sorted.length}> files{{
${rows.join("\n")}
  }};
  return files;
}

}  // namespace pulter::dashboard
`;
}
