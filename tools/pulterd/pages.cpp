#include "tools/pulterd/pages.h"

#include <vector>

#include "tools/dashboard/embedded.h"

const pulter::control::Pages& built_in_pages() {
  static const std::vector<pulter::control::PageFile> files = [] {
    std::vector<pulter::control::PageFile> all;
    for (const pulter::dashboard::EmbeddedFile& file : pulter::dashboard::embedded_files())
      all.push_back({file.path, file.content_type, file.etag, file.bytes, file.immutable});
    return all;
  }();
  static const pulter::control::Pages pages{files, pulter::dashboard::content_security_policy};
  return pages;
}
