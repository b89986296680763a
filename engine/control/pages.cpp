#include "engine/control/pages.h"

#include <algorithm>
#include <array>

namespace pulter::control {
namespace {

constexpr std::array<std::string_view, 7> sections{"/imports", "/events", "/webhooks", "/importers",
                                                   "/upload",  "/signin", "/"};

/// The addresses that the page itself knows: each is answered with the page.
bool is_page_address(std::string_view path) {
  return std::ranges::any_of(sections, [path](std::string_view section) {
    if (path == section) return true;
    return section.size() > 1 && path.starts_with(section) && path[section.size()] == '/';
  });
}

const PageFile* find_file(const Pages& pages, std::string_view path) {
  const auto found = std::ranges::find(pages.files, path, &PageFile::path);
  return found == pages.files.end() ? nullptr : &*found;
}

void add_page_headers(const Pages& pages, Response& response) {
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  response.headers.emplace_back("Content-Security-Policy", std::string(pages.content_security_policy));
}

Response no_dashboard(const Pages& pages) {
  Response response;
  response.status = 404;
  response.content_type = "text/html; charset=utf-8";
  response.body =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Pulter</title><h1>Pulter</h1>"
      "<p>This pulterd was built without its dashboard. The API answers under /v1 as usual; for the "
      "dashboard, build again with Node.js and npm installed.</p></html>";
  add_page_headers(pages, response);
  return response;
}

Response file_response(const Pages& pages, const PageFile& file, const Request& request) {
  Response response;
  response.content_type = file.content_type;
  response.cache_control = file.immutable ? "public, max-age=31536000, immutable" : "no-cache";
  response.headers.emplace_back("ETag", std::string(file.etag));
  add_page_headers(pages, response);
  if (request.header("if-none-match").value_or("").find(file.etag) != std::string_view::npos) {
    response.status = 304;
  } else {
    response.body.assign(reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size());
  }
  return response;
}

}  // namespace

std::optional<Response> page_response(const Pages& pages, const Request& request) {
  const bool page = is_page_address(request.path);
  const PageFile* file = find_file(pages, page ? "/index.html" : request.path);
  if (!page && file == nullptr) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") {
    Response refusal = problem(405, "method_not_allowed",
                               "the dashboard's files are for GET and HEAD; the API is under /v1");
    refusal.headers.emplace_back("Allow", "GET, HEAD");
    return refusal;
  }
  return file == nullptr ? no_dashboard(pages) : file_response(pages, *file, request);
}

}  // namespace pulter::control
