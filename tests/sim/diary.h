#pragma once

#include <array>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "io/time.h"

namespace pulter::sim {

/// The last things that happened in a run, for whoever has to explain it, and the first that were wrong.
class Diary {
 public:
  void note(io::Instant at, std::string text) {
    lines_[next_ % lines_.size()] = {at, std::move(text)};
    ++next_;
    if (aloud_) print_line(stdout, lines_[(next_ - 1) % lines_.size()]);
  }
  void fault(io::Instant at, std::string text) {
    note(at, "WRONG: " + text);
    if (first_fault_.empty()) first_fault_ = std::move(text);
    ++faults_;
  }
  /// Every line is printed as it is written.
  void speak() { aloud_ = true; }
  [[nodiscard]] std::size_t faults() const { return faults_; }
  [[nodiscard]] const std::string& first_fault() const { return first_fault_; }

  void print(std::FILE* out) const {
    const std::size_t first = next_ > lines_.size() ? next_ - lines_.size() : 0;
    for (std::size_t i = first; i < next_; ++i) print_line(out, lines_[i % lines_.size()]);
  }

 private:
  struct Line {
    io::Instant at{};
    std::string text;
  };
  static void print_line(std::FILE* out, const Line& line) {
    const double seconds = std::chrono::duration<double>(line.at.time_since_epoch()).count() - 3600.0;
    std::fprintf(out, "  %14.6f  %s\n", seconds, line.text.c_str());
  }

  std::array<Line, 80> lines_;
  std::size_t next_ = 0;
  std::size_t faults_ = 0;
  std::string first_fault_;
  bool aloud_ = false;
};

}  // namespace pulter::sim
