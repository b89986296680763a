#include "io/task.h"

#include <array>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define PULTER_PLAIN_FRAMES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PULTER_PLAIN_FRAMES 1
#endif
#endif

namespace pulter::io {
namespace {

constexpr std::size_t step_bytes = 64;
constexpr std::size_t largest_bytes = 4096;

struct FreeFrame {
  FreeFrame* next;
};

/// Frames that nobody uses, one list per size class. They live as long as their thread.
struct FreeFrames {
  std::array<FreeFrame*, largest_bytes / step_bytes> lists{};

  FreeFrames() = default;
  FreeFrames(const FreeFrames&) = delete;
  FreeFrames& operator=(const FreeFrames&) = delete;
  ~FreeFrames() {
    for (FreeFrame*& list : lists) {
      while (list != nullptr) ::operator delete(std::exchange(list, list->next));
    }
  }
};

thread_local FreeFrames free_frames;

std::size_t size_class(std::size_t bytes) {
  return (bytes + step_bytes - 1) / step_bytes - 1;
}

// AddressSanitizer sees a use after free only when the memory really is given back.
bool is_pooled(std::size_t bytes) {
#ifdef PULTER_PLAIN_FRAMES
  static_cast<void>(bytes);
  return false;
#else
  return bytes != 0 && bytes <= largest_bytes;
#endif
}

}  // namespace

void* allocate_frame(std::size_t bytes) {
  if (!is_pooled(bytes)) return ::operator new(bytes);
  const std::size_t index = size_class(bytes);
  FreeFrame*& list = free_frames.lists[index];
  if (list != nullptr) return std::exchange(list, list->next);
  return ::operator new((index + 1) * step_bytes);
}

void free_frame(void* frame, std::size_t bytes) noexcept {
  if (!is_pooled(bytes)) return ::operator delete(frame);
  FreeFrame*& list = free_frames.lists[size_class(bytes)];
  list = new (frame) FreeFrame{list};
}

}  // namespace pulter::io
