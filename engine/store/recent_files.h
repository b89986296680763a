#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "engine/limits.h"

namespace pulter::store {

/// Small files that were just stored or read, at most limits::small_files_recent_bytes_max together: most are
/// rendered right after they came, and need not be read back. Who is looked for stays longest. A cache: what
/// is not here is in the store.
///
/// Any thread. The lock is taken once for an import's file, not for each of its batches while its lane is
/// busy.
class RecentFiles {
 public:
  using Content = std::shared_ptr<const std::string>;

  void put(const std::string& key, Content content) {
    const std::scoped_lock lock(mutex_);
    if (places_.contains(key)) return;
    bytes_ += content->size();
    files_.push_front({key, std::move(content)});
    places_.emplace(files_.front().key, files_.begin());
    while (bytes_ > limits::small_files_recent_bytes_max) forget_last();
  }
  /// Null: not here.
  [[nodiscard]] Content find(std::string_view key) {
    const std::scoped_lock lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    files_.splice(files_.begin(), files_, found->second);
    return found->second->content;
  }

 private:
  struct File {
    std::string key;
    Content content;
  };

  void forget_last() {
    bytes_ -= files_.back().content->size();
    places_.erase(files_.back().key);
    files_.pop_back();
  }

  std::mutex mutex_;
  std::list<File> files_;  ///< the last that was looked for first
  std::map<std::string_view, std::list<File>::iterator> places_;
  std::size_t bytes_ = 0;
};

}  // namespace pulter::store
