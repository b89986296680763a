#include "codec/base/result.h"

#include "codec/base/check.h"

namespace pulter {

std::string_view name(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::unclosed_quote: return "unclosed_quote";
    case ErrorCode::row_too_long: return "row_too_long";
    case ErrorCode::too_many_columns: return "too_many_columns";
    case ErrorCode::ragged_row: return "ragged_row";
    case ErrorCode::not_csv: return "not_csv";
    case ErrorCode::unknown_encoding: return "unknown_encoding";
    case ErrorCode::bad_encoding: return "bad_encoding";
    case ErrorCode::too_many_rows: return "too_many_rows";
    case ErrorCode::file_too_large: return "file_too_large";
    case ErrorCode::file_read_failed: return "file_read_failed";
    case ErrorCode::body_too_large: return "body_too_large";
    case ErrorCode::bad_compression: return "bad_compression";
    case ErrorCode::bad_json: return "bad_json";
    case ErrorCode::bad_request: return "bad_request";
    case ErrorCode::unknown_field: return "unknown_field";
    case ErrorCode::bad_value: return "bad_value";
    case ErrorCode::missing_field: return "missing_field";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::unauthorized: return "unauthorized";
    case ErrorCode::forbidden: return "forbidden";
    case ErrorCode::method_not_allowed: return "method_not_allowed";
    case ErrorCode::payload_too_large: return "payload_too_large";
    case ErrorCode::headers_too_large: return "headers_too_large";
    case ErrorCode::bad_signature: return "bad_signature";
    case ErrorCode::bad_secret: return "bad_secret";
    case ErrorCode::bad_config: return "bad_config";
    case ErrorCode::usage: return "usage";
    case ErrorCode::bad_url: return "bad_url";
    case ErrorCode::address_refused: return "address_refused";
    case ErrorCode::name_not_found: return "name_not_found";
    case ErrorCode::name_lookup_failed: return "name_lookup_failed";
    case ErrorCode::connect_failed: return "connect_failed";
    case ErrorCode::tls_failed: return "tls_failed";
    case ErrorCode::send_failed: return "send_failed";
    case ErrorCode::receive_failed: return "receive_failed";
    case ErrorCode::connection_closed: return "connection_closed";
    case ErrorCode::bad_response: return "bad_response";
    case ErrorCode::response_too_large: return "response_too_large";
    case ErrorCode::timed_out: return "timed_out";
    case ErrorCode::cancelled: return "cancelled";
    case ErrorCode::io_failed: return "io_failed";
    case ErrorCode::disk_full: return "disk_full";
    case ErrorCode::store_unavailable: return "store_unavailable";
    case ErrorCode::store_corrupt: return "store_corrupt";
    case ErrorCode::fenced: return "fenced";
    case ErrorCode::limit_reached: return "limit_reached";
    case ErrorCode::not_supported: return "not_supported";
    case ErrorCode::gone: return "gone";
    case ErrorCode::no_daemon: return "no_daemon";
  }
  check_failed(__FILE__, __LINE__, "ErrorCode has no name");
}

}  // namespace pulter
