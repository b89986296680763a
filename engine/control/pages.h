#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/control/request.h"
#include "engine/control/response.h"

namespace pulter::control {

/// One file of the dashboard, compiled in. Everything lives as long as the program.
struct PageFile {
  std::string_view path;          ///< begins with "/"
  std::string_view content_type;  ///< with its charset
  std::string_view etag;          ///< with its quotes
  std::span<const std::uint8_t> bytes;
  bool immutable = false;  ///< the path carries a hash of the bytes
};

/// The dashboard as the TCP listener serves it. Empty: built without, and the page addresses say so.
struct Pages {
  std::span<const PageFile> files;
  std::string_view content_security_policy = "default-src 'none'";
};

/// The answer where the path is one of the dashboard's; nothing where it is the API's. No token is needed:
/// the files hold no data. A path is looked up, never joined to a folder.
[[nodiscard]] std::optional<Response> page_response(const Pages& pages, const Request& request);

}  // namespace pulter::control
