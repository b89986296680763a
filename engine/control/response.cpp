#include "engine/control/response.h"

#include "codec/json/writer.h"

namespace pulter::control {

std::string_view status_title(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Unknown";
  }
}

int status_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::bad_json:
    case ErrorCode::bad_request:
    case ErrorCode::usage:
      return 400;
    case ErrorCode::unauthorized:
      return 401;
    case ErrorCode::forbidden:
      return 403;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::method_not_allowed:
      return 405;
    case ErrorCode::timed_out:
      return 408;
    case ErrorCode::conflict:
    case ErrorCode::gone:
      return 409;
    case ErrorCode::payload_too_large:
    case ErrorCode::file_too_large:
      return 413;
    case ErrorCode::headers_too_large:
      return 431;
    case ErrorCode::not_supported:
      return 501;
    case ErrorCode::limit_reached:
    case ErrorCode::store_unavailable:
    case ErrorCode::fenced:
    case ErrorCode::cancelled:
      return 503;
    case ErrorCode::disk_full:
      return 507;
    case ErrorCode::io_failed:
    case ErrorCode::store_corrupt:
    case ErrorCode::file_read_failed:
      return 500;
    default:
      return 422;  // what was asked for is understood and cannot be done: the file, the URL, a value
  }
}

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

namespace {

/// Details are written as parts of sentences by many hands; here they become whole ones.
std::string sentence(std::string_view text) {
  std::string out(text);
  if (out.empty()) return out;
  if (out.front() >= 'a' && out.front() <= 'z') out.front() = static_cast<char>(out.front() - 'a' + 'A');
  if (out.back() != '.' && out.back() != '!' && out.back() != '?') out += '.';
  return out;
}

}  // namespace

void append_problem(std::string& out, int status, std::string_view code, std::string_view detail,
                    std::string_view field) {
  json::Writer w(out);
  w.begin_object().field("type", "about:blank").field("title", status_title(status)).field("status", status);
  w.field("code", code).field("detail", sentence(detail));
  if (!field.empty()) w.field("field", field);
  w.end_object();
}

Response problem(int status, std::string_view code, std::string_view detail, std::string_view field) {
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  append_problem(response.body, status, code, detail, field);
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response problem(const Error& error) {
  return problem(status_of(error.code), name(error.code), error.detail, error.field);
}

Response store_problem(store::Status status, const std::string& detail, std::string_view what) {
  const auto say = [&](std::string_view otherwise) {
    return detail.empty() ? std::string(what).append(otherwise) : detail;
  };
  switch (status) {
    case store::Status::not_found:
      return problem(404, "not_found", say(" does not exist"));
    case store::Status::conflict:
      return problem(409, "conflict", say(" is not in a state that allows this"));
    case store::Status::disk_full:
      return problem(507, "disk_full", say(": the disk is full; nothing was changed"));
    case store::Status::unreadable:
      return problem(500, "file_read_failed", say(" could not be read from its disk"));
    case store::Status::unavailable:
      return problem(503, "store_unavailable",
                     say(": the store cannot write at present; nothing was changed"));
    default:
      return problem(503, "store_unavailable",
                     say(": the store did not answer for certain; look before you repeat"));
  }
}

}  // namespace pulter::control
