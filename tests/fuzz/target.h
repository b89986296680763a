#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

// What every fuzz target is: one function over bytes that aborts when a promise is broken. libFuzzer calls it
// where it is linked in; replay_main.cpp calls it with the files of a corpus in every build.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace pulter::fuzz {

/// Stops the program when a promise is broken; the text says which.
inline void require(bool kept, const std::string& promise) {
  if (kept) return;
  std::fprintf(stderr, "broken: %s\n", promise.c_str());
  std::abort();
}

/// The input, taken apart from its front: first decisions, then the text they are about.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::string_view take(std::size_t count) {
    const std::string_view part = rest_.substr(0, count);
    rest_.remove_prefix(part.size());
    return part;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

/// The text behind a UTF-8 byte order mark, if it begins with one.
inline std::string_view without_mark(std::string_view text) {
  return text.substr(text.starts_with("\xef\xbb\xbf") ? 3 : 0);
}

/// Cuts `text` into pieces whose sizes follow `pattern` (bytes, repeated; an empty one: one piece).
inline std::vector<std::string_view> pieces(std::string_view text, std::string_view pattern) {
  std::vector<std::string_view> all;
  for (std::size_t i = 0; !text.empty(); ++i) {
    std::size_t size = text.size();
    if (!pattern.empty()) size = 1 + static_cast<std::uint8_t>(pattern[i % pattern.size()]) % 40U;
    all.push_back(text.substr(0, size));
    text.remove_prefix(all.back().size());
  }
  return all;
}

}  // namespace pulter::fuzz
