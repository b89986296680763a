#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codec/json/writer.h"
#include "engine/control/response.h"
#include "engine/model/event.h"
#include "engine/model/import.h"
#include "engine/model/importer.h"
#include "engine/model/webhook.h"
#include "engine/store/store.h"

// How resources look from outside: the field names of contract, section 7.

namespace pulter::control {

/// RFC 3339 with milliseconds; null for 0, which means "not yet".
void write_time(json::Writer& w, std::string_view field, std::int64_t unix_ms);

void write(json::Writer& w, const model::Importer& importer);
/// `rows_per_second`: of an import that runs; left out where it is not known.
void write(json::Writer& w, const model::Import& import, std::optional<double> rows_per_second = {});
/// `figures`: what is shown with it, left out where it is not known.
void write(json::Writer& w, const model::Event& event, const store::EventFigures* figures = nullptr);
void write(json::Writer& w, const model::Attempt& attempt);

enum class WithSecret : bool { no, yes };
/// `now_ms` decides which old secrets still sign.
void write(json::Writer& w, const model::Webhook& webhook, std::int64_t now_ms, WithSecret with_secret);

/// The rows that have reached every webhook which wants rows.
[[nodiscard]] std::uint64_t rows_delivered(const model::Import& import);

/// When the last of the older secrets stops signing; 0: there is none any more.
[[nodiscard]] std::int64_t old_secret_until_ms(const model::Webhook& webhook, std::int64_t now_ms);

/// One resource as a whole answer.
template <class T>
[[nodiscard]] Response resource_response(int status, const T& resource) {
  std::string body;
  json::Writer w(body);
  write(w, resource);
  return json_response(status, std::move(body));
}

/// `total` and `counts` of a list.
void write(json::Writer& w, const store::Totals& totals);

/// {"data": […], "next": cursor|null}, and the totals where they are given.
template <class T, class WriteOne>
[[nodiscard]] Response list_response(const store::Listing<T>& listing, WriteOne write_one,
                                     const store::Totals* totals = nullptr) {
  std::string body;
  json::Writer w(body);
  w.begin_object().key("data").begin_array();
  for (const T& each : listing.items) write_one(w, each);
  w.end_array();
  if (listing.next.empty()) {
    w.field_null("next");
  } else {
    w.field("next", listing.next);
  }
  if (totals != nullptr) write(w, *totals);
  w.end_object();
  return json_response(200, std::move(body));
}

}  // namespace pulter::control
