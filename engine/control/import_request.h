#pragma once

#include <span>

#include "codec/base/result.h"
#include "codec/http/query.h"
#include "codec/json/reader.h"
#include "engine/config/config.h"
#include "engine/intake/intake.h"

namespace pulter::control {

/// Where the content of an import comes from.
struct ImportSource {
  enum class Kind : std::uint8_t { none, path, passed_fd, upload };
  Kind kind = Kind::none;
  std::string path;
  std::string upload_id;
};

/// An import's settings as a JSON object, however they came: query parameters are turned into the same
/// object, so that both are read by one function and refused with the same words.
[[nodiscard]] json::Value object_of_query(std::span<const http::QueryParameter> query);

/// Reads the settings of contract, section 6. With `source` null a "source" is refused by name.
/// Errors: unknown_field, bad_value, bad_url, address_refused, each with its field.
[[nodiscard]] Result<intake::ImportRequest> read_import_request(const json::Value& value,
                                                                const config::Config& config,
                                                                ImportSource* source);

}  // namespace pulter::control
