#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pulter::model {

inline constexpr std::string_view default_importer_id = "default";

/// A data template, named by `templateId` (contract, section 1).
struct Importer {
  std::string id;
  std::string name;
  std::string webhook_url;  ///< empty: none
  std::uint32_t batch_size = 5000;
  bool data_sync = true;
  std::vector<std::pair<std::string, std::string>> columns;  ///< header in the file → key as sent
  bool drop_unmapped = false;
  std::vector<std::string> allowed_webhook_hosts;
  std::int64_t created_at_ms = 0;  ///< Unix milliseconds, given by the store
};

}  // namespace pulter::model
