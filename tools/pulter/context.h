#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "tools/pulter/http_client.h"

namespace pulter::tool {

/// Where the daemon listens unless --socket or PULTER_SOCKET say otherwise; pulterd has the same default.
inline constexpr const char* default_socket = "/run/pulter/pulter.sock";

/// What every command is given: how to reach the daemon and how to print.
struct Context {
  HttpClient client;
  bool json = false;  ///< one JSON document on standard output, nothing else
};

inline void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}
inline void print_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace pulter::tool
