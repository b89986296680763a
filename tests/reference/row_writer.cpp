#include "tests/reference/row_writer.h"

#include <cstdio>

namespace pulter::reference {
namespace {

std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9u;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebu;
  x ^= x >> 31;
  return x;
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    char buffer[8];
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(c));
          out += buffer;
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

std::string row_id(std::uint64_t low, std::uint64_t high, std::uint64_t row) {
  const std::uint64_t first = mix(low + row * 0x9e3779b97f4a7c15u);
  const std::uint64_t second = mix(high + row * 0xd1b54a32d192ed03u);
  char hex[33];
  std::snprintf(hex, sizeof hex, "%016llx%016llx", static_cast<unsigned long long>(first),
                static_cast<unsigned long long>(second));
  std::string id;
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) id += '-';
    id += hex[i];
  }
  id[14] = '4';
  id[19] = "89ab"[(second >> 60) & 3];
  return id;
}

std::string json_row(const std::vector<std::string>& cells, const std::vector<Key>& keys,
                     std::size_t header_cells, bool extra, std::string_view id) {
  std::vector<std::string> members;
  for (const Key& key : keys) {
    members.push_back(json_string(key.name) + ":" +
                      json_string(key.cell < cells.size() ? cells[key.cell] : ""));
  }
  if (extra && cells.size() > header_cells) {
    std::string list = "\"__extra\":[";
    for (std::size_t i = header_cells; i < cells.size(); ++i) {
      list += (i == header_cells ? "" : ",") + json_string(cells[i]);
    }
    members.push_back(list + "]");
  }
  if (!id.empty()) members.push_back("\"__index\":" + json_string(id));
  std::string out = "{";
  for (std::size_t i = 0; i < members.size(); ++i) out += (i == 0 ? "" : ",") + members[i];
  return out + "}";
}

}  // namespace pulter::reference
