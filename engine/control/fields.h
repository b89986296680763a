#pragma once

#include <initializer_list>
#include <string_view>

#include "codec/base/result.h"
#include "codec/json/reader.h"
#include "engine/control/request.h"
#include "engine/store/store.h"

namespace pulter::control {

/// Reads a whole body as one JSON object; an empty body is the empty object.
/// Errors: bad_json, bad_value (no object), payload_too_large, timed_out, limit_reached.
io::Task<Result<json::Value>> read_object(Context& context);

/// `limit` and `cursor` of a list. Errors: bad_value naming the parameter.
[[nodiscard]] Result<store::Page> read_page(const Request& request);

/// A time in a query, in Unix milliseconds; 0 when it is not given. Errors: bad_value naming the parameter.
[[nodiscard]] Result<std::int64_t> time_parameter(const Request& request, std::string_view name);
/// `order`: asc or desc, the default. Errors: bad_value.
[[nodiscard]] Result<bool> oldest_first_parameter(const Request& request);
/// `since`, `until` and `order` of a list (ListImports, ListEvents).
template <class List>
[[nodiscard]] Result<> read_span(const Request& request, List& list) {
  auto since = time_parameter(request, "since");
  if (!since) return std::unexpected(std::move(since.error()));
  auto until = time_parameter(request, "until");
  if (!until) return std::unexpected(std::move(until.error()));
  list.since_ms = *since;
  list.until_ms = *until;
  auto oldest_first = oldest_first_parameter(request);
  if (!oldest_first) return std::unexpected(std::move(oldest_first.error()));
  list.oldest_first = *oldest_first;
  return {};
}

/// Refuses parameters that the call does not know, by name.
[[nodiscard]] Result<> only_parameters(const Request& request, std::initializer_list<std::string_view> known);

/// A whole number in a query. Errors: bad_value naming the parameter.
[[nodiscard]] Result<std::uint64_t> number_parameter(const Request& request, std::string_view name,
                                                     std::uint64_t otherwise, std::uint64_t most);

/// An error about one field: the name in quotes, then `why`, a predicate with its full stop.
[[nodiscard]] std::unexpected<Error> refuse_field(ErrorCode code, std::string_view field, std::string why);

/// Refuses texts that are too long or hold control characters (names end up in logs, headers and file
/// dialogs).
[[nodiscard]] Result<> check_text(std::string_view field, std::string_view text, std::size_t bytes_max);

}  // namespace pulter::control
