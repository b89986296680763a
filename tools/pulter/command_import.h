#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/pulter/context.h"
#include "tools/pulter/failure.h"

namespace pulter::tool {

/// What `pulter import` was given; nothing means that the daemon decides.
struct ImportOptions {
  std::string file;  ///< "-" is standard input
  std::string template_id;
  std::string webhook_url;
  std::optional<std::uint64_t> batch_size;
  std::optional<std::uint64_t> max_records;
  std::string user_id;
  std::string metadata_json;
  std::string delimiter;
  std::string encoding;
  std::optional<bool> data_sync;
  std::string idempotency_key;  ///< visible ASCII
  bool detach = false;
};

/// Hands a file to the daemon by descriptor (standard input is streamed) and follows its delivery.
[[nodiscard]] ExitCode run_import(Context& context, const ImportOptions& options);

/// Follows an import that was accepted before, as `import` does after its hand-over.
[[nodiscard]] ExitCode run_watch(Context& context, const std::string& import_id);

}  // namespace pulter::tool
