#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/pulter/context.h"
#include "tools/pulter/failure.h"

// The commands that need no daemon: each does its work by the daemon's own code.

namespace pulter::tool {

struct VerifyOptions {
  std::vector<std::string> secrets;
  std::string id;
  std::string timestamp;
  std::string signature;
  bool any_time = false;  ///< accept any timestamp
};
/// Checks the signature of a body on standard input. Exit 0 when it is right, 1 when not.
[[nodiscard]] ExitCode run_verify(Context& context, const VerifyOptions& options);

struct ExplainOptions {
  std::string url;
  std::string config_file;
  std::vector<std::string> allow_networks;
  std::vector<std::string> allowed_ports;
  bool allow_http = false;
};
/// Says whether a request would be sent to a URL, and by which rule. Exit 0 allowed, 1 refused.
[[nodiscard]] ExitCode run_explain(Context& context, const ExplainOptions& options);

/// How a file is to be read, where it is not to be found out.
struct ReadOptions {
  std::string file;  ///< "-" is standard input
  std::string delimiter;
  std::string encoding;
  std::uint32_t batch_size = 5000;
};
/// Prints what Pulter reads in a file. Exit 1 when it could not be imported.
[[nodiscard]] ExitCode run_check(Context& context, const ReadOptions& options);
/// Writes the rows as JSON lines.
[[nodiscard]] ExitCode run_convert(Context& context, const ReadOptions& options, bool with_index);

/// ',' of "," and a tab of "tab"; nothing of "". A Failure with a usage exit for anything else.
[[nodiscard]] std::optional<char> delimiter_of(const std::string& text);

}  // namespace pulter::tool
