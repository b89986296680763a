#pragma once

#include <cstddef>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "engine/limits.h"

namespace pulter::store {

/// Small files that were just stored or read, at most limits::small_files_recent_bytes_max of memory
/// together: most are rendered right after they came, and need not be read back. Who is looked for stays
/// longest. A cache: what is not here is in the store, and what the store removed has to be erased here.
///
/// Any thread. The lock is taken once for an import's file, not for each of its batches while its lane is
/// busy.
class RecentFiles {
 public:
  using Content = std::shared_ptr<const std::string>;

  /// What one file takes beside its key and its content: its places in the list and in the map, the control
  /// block of the content, and what the allocator adds to each of the five pieces.
  static constexpr std::size_t entry_bytes = 256;

  void put(const std::string& key, Content content) {
    const std::scoped_lock lock(mutex_);
    if (places_.contains(key)) return;
    bytes_ += bytes_of(key, *content);
    files_.push_front({key, std::move(content)});
    places_.emplace(files_.front().key, files_.begin());
    while (bytes_ > limits::small_files_recent_bytes_max) forget(std::prev(files_.end()));
  }
  /// Null: not here.
  [[nodiscard]] Content find(std::string_view key) {
    const std::scoped_lock lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    files_.splice(files_.begin(), files_, found->second);
    return found->second->content;
  }
  /// Forgetting what is not here is no error.
  void erase(std::string_view key) {
    const std::scoped_lock lock(mutex_);
    const auto found = places_.find(key);
    if (found != places_.end()) forget(found->second);
  }

 private:
  struct File {
    std::string key;
    Content content;
  };

  [[nodiscard]] static std::size_t bytes_of(const std::string& key, const std::string& content) {
    return key.capacity() + content.capacity() + entry_bytes;
  }
  void forget(std::list<File>::iterator file) {
    bytes_ -= bytes_of(file->key, *file->content);
    places_.erase(file->key);
    files_.erase(file);
  }

  std::mutex mutex_;
  std::list<File> files_;  ///< the last that was looked for first
  std::map<std::string_view, std::list<File>::iterator> places_;
  std::size_t bytes_ = 0;
};

}  // namespace pulter::store
