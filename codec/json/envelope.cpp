#include "codec/json/envelope.h"

#include <string_view>

#include "codec/base/row_id.h"
#include "codec/json/escape.h"

namespace pulter::json {
namespace {

constexpr std::size_t digits_max = 20;

std::string whole_body(const Envelope& envelope, std::string_view index, std::string_view rows) {
  const EnvelopeText text = make_envelope_text(envelope);
  std::string body = text.head;
  body += index;
  body += text.after_index;
  body += rows;
  body += text.tail;
  return body;
}

}  // namespace

EnvelopeText make_envelope_text(const Envelope& envelope) {
  EnvelopeText text;
  text.head = R"({"id":")";
  append_escaped(text.head, envelope.import_id);
  text.head += R"(","templateId":")";
  append_escaped(text.head, envelope.template_id);
  text.head += R"(","index":)";
  text.after_index = R"(,"count":)" + std::to_string(envelope.count) + R"(,"totalRows":)" +
                     std::to_string(envelope.total_rows) + R"(,"event_name":")";
  append_escaped(text.after_index, envelope.event_name);
  text.after_index += R"(","data":[)";
  text.tail = R"(],"user":)" + envelope.user_json + R"(,"metadata":)" + envelope.metadata_json + "}";
  return text;
}

std::uint64_t envelope_bytes_max(const Envelope& envelope) {
  Envelope uncounted = envelope;
  uncounted.count = uncounted.total_rows = 0;
  const EnvelopeText text = make_envelope_text(uncounted);
  // Three numbers, two of which stand as one digit.
  return text.head.size() + text.after_index.size() + text.tail.size() + 3 * digits_max - 2;
}

std::string lifecycle_body(const Envelope& envelope) {
  return whole_body(envelope, "0", "");
}

std::string test_body(const Envelope& envelope) {
  Envelope counted = envelope;
  counted.count = counted.total_rows = 1;
  char id[row_id_size];
  write_row_id(row_id_seed(envelope.import_id), 1, id);
  std::string row = R"({"first_name":"Ada","last_name":"Lovelace","email":"ada@example.com","__index":")";
  row.append(id, sizeof id);
  row += R"("})";
  return whole_body(counted, "1", row);
}

}  // namespace pulter::json
