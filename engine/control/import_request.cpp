#include "engine/control/import_request.h"

#include <algorithm>
#include <array>

#include "codec/csv/dialect.h"
#include "codec/text/encoding.h"
#include "engine/control/fields.h"
#include "engine/control/url_check.h"
#include "engine/limits.h"

namespace pulter::control {
namespace {

constexpr std::array<std::string_view, 3> number_fields{"batchSize", "maxRecords", "maxFileSize"};
constexpr std::array<std::string_view, 2> flag_fields{"dataSync", "dropUnmapped"};
constexpr std::array<std::string_view, 3> object_fields{"user", "metadata", "columns"};

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A parameter's text as the JSON value that its field expects; a text that is none stays a string, and is
/// refused with the field's own words.
json::Value value_of_parameter(const http::QueryParameter& parameter) {
  json::Value value;
  value.type = json::Type::string;
  value.text = parameter.value;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (is_one_of(number_fields, parameter.name)) {
    const bool number = !value.text.empty() && std::all_of(value.text.begin(), value.text.end(), is_digit) &&
                        (value.text.size() == 1 || value.text[0] != '0');
    if (number) value.type = json::Type::number;
  } else if (is_one_of(flag_fields, parameter.name)) {
    if (value.text != "true" && value.text != "false") return value;
    value.type = json::Type::boolean;
    value.boolean = value.text == "true";
  } else if (is_one_of(object_fields, parameter.name)) {
    if (auto parsed = json::parse(parameter.value, limits::json_body_bytes_max)) return std::move(*parsed);
  }
  return value;
}

void read_user_json(json::ObjectReader& fields, std::string_view name, std::string& out) {
  auto text = fields.object_text(name);
  if (!text) return;
  if (text->size() > limits::user_json_bytes_max) {
    fields.refuse(name, "may have at most 64 KiB: it is repeated in every batch");
  }
  out = std::move(*text);
}

void read_source(json::ObjectReader& fields, ImportSource* source) {
  if (source == nullptr) return;
  const json::Value* value = fields.value("source");
  if (value == nullptr || value->type == json::Type::null) return;
  const json::Value* path = value->find("path");
  const json::Value* fd = value->find("fd");
  const json::Value* upload = value->find("upload");
  if (value->members.size() == 1 && path != nullptr && path->type == json::Type::string) {
    source->kind = ImportSource::Kind::path;
    source->path = path->text;
    if (!path->text.starts_with('/'))
      fields.refuse("source", "must give an absolute path, such as /srv/contacts.csv");
    if (path->text.find('\0') != std::string::npos) fields.refuse("source", "has a path with a NUL in it");
  } else if (value->members.size() == 1 && fd != nullptr && fd->type == json::Type::boolean && fd->boolean) {
    source->kind = ImportSource::Kind::passed_fd;
  } else if (value->members.size() == 1 && upload != nullptr && upload->type == json::Type::string) {
    source->kind = ImportSource::Kind::upload;
    source->upload_id = upload->text;
  } else {
    fields.refuse("source", R"(must be {"path":"/abs/file.csv"}, {"fd":true} or {"upload":"upl_…"})");
  }
}

void read_reading(json::ObjectReader& fields, intake::ImportRequest& request) {
  if (auto text = fields.string("delimiter")) {
    if (text->size() != 1 || !csv::can_delimit(text->front())) {
      fields.refuse(
          "delimiter",
          "must be one ASCII character and no quote or line end, such as , ; | or a tab (%09 in a query)");
    }
    request.delimiter = std::move(*text);
  }
  if (auto text = fields.string("encoding")) request.encoding = std::move(*text);
  if (auto count = fields.unsigned_integer("maxRecords")) request.max_rows = *count;
  if (auto size = fields.unsigned_integer("maxFileSize")) request.max_bytes = *size;
  if (auto text = fields.string("ragged")) {
    if (*text != "reject" && *text != "keep") fields.refuse("ragged", "must be \"keep\" or \"reject\"");
    request.reject_ragged = *text == "reject";
  }
  request.columns = fields.string_map("columns");
  request.drop_unmapped = fields.boolean("dropUnmapped");
}

}  // namespace

json::Value object_of_query(std::span<const http::QueryParameter> query) {
  json::Value object;
  object.type = json::Type::object;
  for (const http::QueryParameter& each : query)
    object.members.push_back({each.name, value_of_parameter(each)});
  return object;
}

Result<intake::ImportRequest> read_import_request(const json::Value& value, const config::Config& config,
                                                  ImportSource* source) {
  json::ObjectReader fields(value);
  intake::ImportRequest request;
  if (auto id = fields.string("templateId")) request.template_id = std::move(*id);
  const auto url = fields.string("webhookUrl");
  if (auto name = fields.string("fileName")) request.file_name = std::move(*name);
  if (auto size = fields.unsigned_integer("batchSize", 1, limits::batch_rows_max)) {
    request.batch_size = static_cast<std::uint32_t>(*size);
  }
  request.data_sync = fields.boolean("dataSync");
  read_reading(fields, request);
  read_user_json(fields, "user", request.user_json);
  read_user_json(fields, "metadata", request.metadata_json);
  read_source(fields, source);
  if (auto ok = fields.finish(); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = check_text("fileName", request.file_name, limits::file_name_bytes_max); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  if (!request.encoding.empty() && !text::find_encoding(request.encoding)) {
    return refuse_field(ErrorCode::unknown_encoding, "encoding",
                        "must be one of " + text::known_encodings() + "; leave it out to have it detected");
  }
  if (!url) return request;
  auto checked = check_url(*url, config, "webhookUrl");
  if (!checked) return std::unexpected(std::move(checked.error()));
  request.webhook_url = std::move(*checked);
  return request;
}

}  // namespace pulter::control
