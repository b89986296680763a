#include "tools/pulter/command_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "codec/json/writer.h"
#include "tools/pulter/command_offline.h"
#include "tools/pulter/follow.h"
#include "tools/pulter/json_fields.h"

namespace pulter::tool {
namespace {

std::string user_json(const ImportOptions& options) {
  if (options.user_id.empty()) return "";
  std::string out;
  json::Writer(out).begin_object().field("id", options.user_id).end_object();
  return out;
}

std::string metadata_json(const ImportOptions& options) {
  if (options.metadata_json.empty()) return "";
  Result<std::string> compact = json::minify_object(options.metadata_json, 1 << 20);
  if (compact) return *std::move(compact);
  throw Failure(ExitCode::usage,
                "--metadata must be a JSON object such as {\"campaign\":7}: " + compact.error().detail);
}

std::string delimiter_text(const ImportOptions& options) {
  const std::optional<char> delimiter = delimiter_of(options.delimiter);
  return delimiter ? std::string(1, *delimiter) : std::string();
}

std::string request_body(const ImportOptions& options) {
  std::string out;
  json::Writer body(out);
  body.begin_object().key("source").begin_object().field("fd", true).end_object();
  body.field("fileName", std::filesystem::path(options.file).filename().string());
  if (!options.template_id.empty()) body.field("templateId", options.template_id);
  if (!options.webhook_url.empty()) body.field("webhookUrl", options.webhook_url);
  if (options.batch_size) body.field("batchSize", *options.batch_size);
  if (options.max_records) body.field("maxRecords", *options.max_records);
  if (options.data_sync) body.field("dataSync", *options.data_sync);
  if (const std::string delimiter = delimiter_text(options); !delimiter.empty())
    body.field("delimiter", delimiter);
  if (!options.encoding.empty()) body.field("encoding", options.encoding);
  if (const std::string user = user_json(options); !user.empty()) body.field_raw("user", user);
  if (const std::string data = metadata_json(options); !data.empty()) body.field_raw("metadata", data);
  body.end_object();
  return out;
}

Answer hand_over_file(Context& context, const ImportOptions& options) {
  const std::string body = request_body(options);
  const io::blocking::Descriptor file = value_or_throw(io::blocking::open_for_reading(options.file));
  if (!io::blocking::is_regular_file(file)) {
    throw Failure(ExitCode::failed, options.file + " is no ordinary file. Pipe it in instead: cat " +
                                        options.file + " | pulter import -");
  }
  return context.client.send({.method = "POST",
                              .target = "/v1/imports",
                              .body = body,
                              .idempotency_key = options.idempotency_key,
                              .passed_descriptor = file.number()});
}

Answer stream_standard_input(Context& context, const ImportOptions& options) {
  const auto number_text = [](const std::optional<std::uint64_t>& number) {
    return number ? std::to_string(*number) : std::string();
  };
  const std::string query = query_text({
      {"templateId", options.template_id},
      {"webhookUrl", options.webhook_url},
      {"batchSize", number_text(options.batch_size)},
      {"maxRecords", number_text(options.max_records)},
      {"dataSync", options.data_sync ? (*options.data_sync ? "true" : "false") : ""},
      {"delimiter", delimiter_text(options)},
      {"encoding", options.encoding},
      {"user", user_json(options)},
      {"metadata", metadata_json(options)},
      {"fileName", "standard input"},
  });
  return context.client.upload({.method = "POST",
                                .target = "/v1/imports" + query,
                                .content_type = "text/csv",
                                .idempotency_key = options.idempotency_key},
                               io::blocking::standard_input);
}

}  // namespace

ExitCode run_import(Context& context, const ImportOptions& options) {
  const auto is_visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::ranges::all_of(options.idempotency_key, is_visible)) {
    throw Failure(ExitCode::usage, "--idempotency-key takes letters, digits and signs, and no spaces.");
  }
  const Answer answer =
      options.file == "-" ? stream_standard_input(context, options) : hand_over_file(context, options);
  if (!answer.ok()) {
    const std::string what = options.file == "-" ? std::string("standard input") : options.file;
    throw Failure(ExitCode::failed, what + " was not taken: " + problem_text(answer));
  }
  const json::Value accepted = value_or_throw(json::parse(answer.body, 16u << 20));
  const std::string id = text_of(accepted, "id");
  if (!options.detach) return follow_import(context, id, options.file);
  if (context.json) {
    print(answer.body + "\n");
  } else {
    print(fmt::format("{}\nThe daemon delivers it on its own. Follow it with: pulter imports watch {}\n", id,
                      id));
  }
  return ExitCode::delivered;
}

ExitCode run_watch(Context& context, const std::string& import_id) {
  return follow_import(context, import_id, import_id);
}

}  // namespace pulter::tool
