// What a day's work in C++ gives: one thread, libcurl, OpenSSL, RapidJSON, a scalar CSV parser. It reads a
// CSV and posts it in the same batches, with the same keys and the same signature as Pulter. It keeps
// nothing: no log, no retries, no resume. It is here to be measured against, and shares no code with Pulter.
//
//   rival_cpp firehose FILE URL BATCH_SIZE SECRET     delivers FILE to URL, in order, one request at a time
//   rival_cpp fanout FILE LIST BATCH_SIZE SECRET      delivers FILE to each URL in LIST, all at once; prints
//   "ready"
//                                                     and begins when a line comes in

#include <curl/curl.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "rapidjson/stringbuffer.h"
#include "rapidjson/writer.h"

namespace {

[[noreturn]] void die(const std::string& text) {
  std::fprintf(stderr, "rival_cpp: %s\n", text.c_str());
  std::exit(1);
}

std::string_view map_file(const char* path) {
  const int file = open(path, O_RDONLY);
  struct stat status {};
  if (file < 0 || fstat(file, &status) != 0) die(std::string("cannot open ") + path);
  const auto size = static_cast<std::size_t>(status.st_size);
  void* bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (bytes == MAP_FAILED) die(std::string("cannot map ") + path);
  madvise(bytes, size, MADV_SEQUENTIAL);
  close(file);
  return {static_cast<const char*>(bytes), size};
}

// Reads one row after the other; cells point into the file, or into `unquoted` where quotes had to be undone.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool next(std::vector<std::string_view>& cells) {
    cells.clear();
    if (at_ == end_) return false;
    unquoted_used_ = 0;
    while (true) {
      cells.push_back(at_ != end_ && *at_ == '"' ? quoted() : plain());
      if (at_ == end_) return true;
      const char separator = *at_++;
      if (separator == ',') {
        if (at_ == end_) cells.emplace_back();
        if (at_ == end_) return true;
        continue;
      }
      if (separator == '\r' && at_ != end_ && *at_ == '\n') ++at_;
      return true;
    }
  }

 private:
  std::string_view plain() {
    const char* begin = at_;
    while (at_ != end_ && *at_ != ',' && *at_ != '\n' && *at_ != '\r') ++at_;
    return {begin, static_cast<std::size_t>(at_ - begin)};
  }

  std::string_view quoted() {
    const char* begin = ++at_;
    while (at_ != end_ && *at_ != '"') ++at_;
    if (at_ == end_) die("a quote is not closed");
    if (at_ + 1 == end_ || at_[1] != '"') return {begin, static_cast<std::size_t>(at_++ - begin)};
    if (unquoted_used_ == unquoted_.size()) unquoted_.emplace_back();
    std::string& cell = unquoted_[unquoted_used_++];
    cell.assign(begin, at_);
    while (true) {
      if (*at_ != '"') {
        cell += *at_++;
      } else if (at_ + 1 != end_ && at_[1] == '"') {
        cell += '"';
        at_ += 2;
      } else {
        ++at_;
        return cell;
      }
      if (at_ == end_) die("a quote is not closed");
    }
  }

  const char* at_;
  const char* end_;
  std::vector<std::string> unquoted_ = std::vector<std::string>(1024);
  std::size_t unquoted_used_ = 0;
};

std::uint64_t count_rows(std::string_view text) {
  CsvReader reader(text);
  std::vector<std::string_view> cells;
  std::uint64_t rows = 0;
  while (reader.next(cells)) ++rows;
  return rows - 1;
}

void write_uuid(std::mt19937_64& random, char* out) {
  static const char* digits = "0123456789abcdef";
  const std::uint64_t parts[2] = {random(), random()};
  int nibble = 0;
  for (int i = 0; i < 36; ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      out[i] = '-';
      continue;
    }
    out[i] = digits[(parts[nibble / 16] >> (4 * (nibble % 16))) & 15];
    ++nibble;
  }
  out[14] = '4';
  out[19] = digits[8 + (parts[1] & 3)];
}

std::string base64(const unsigned char* bytes, int size) {
  std::string out(static_cast<std::size_t>(4 * ((size + 2) / 3)), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes, size);
  return out;
}

std::string signature(const std::string& secret, const std::string& id, const std::string& timestamp,
                      std::string_view body) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  std::size_t size = 0;
  char hash[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash, 0),
                                   OSSL_PARAM_construct_end()};
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* hmac = EVP_MAC_CTX_new(mac);
  EVP_MAC_init(hmac, reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), parameters);
  const std::string prefix = id + "." + timestamp + ".";
  EVP_MAC_update(hmac, reinterpret_cast<const unsigned char*>(prefix.data()), prefix.size());
  EVP_MAC_update(hmac, reinterpret_cast<const unsigned char*>(body.data()), body.size());
  EVP_MAC_final(hmac, digest, &size, sizeof(digest));
  EVP_MAC_CTX_free(hmac);
  return "v1," + base64(digest, static_cast<int>(size));
}

class Sender {
 public:
  Sender(const char* url, std::string secret) : curl_(curl_easy_init()), secret_(std::move(secret)) {
    curl_easy_setopt(curl_, CURLOPT_URL, url);
    curl_easy_setopt(curl_, CURLOPT_POST, 1L);
    curl_easy_setopt(curl_, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(
        curl_, CURLOPT_WRITEFUNCTION,
        +[](char*, std::size_t size, std::size_t count, void*) { return size * count; });
  }
  ~Sender() { curl_easy_cleanup(curl_); }

  void send(const std::string& id, std::string_view body) {
    const std::string timestamp = std::to_string(std::time(nullptr));
    curl_slist* headers = nullptr;
    for (const std::string& header : {std::string("Content-Type: application/json"), std::string("Expect:"),
                                      "webhook-id: " + id, "webhook-timestamp: " + timestamp,
                                      "webhook-signature: " + signature(secret_, id, timestamp, body)}) {
      headers = curl_slist_append(headers, header.c_str());
    }
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    const CURLcode done = curl_easy_perform(curl_);
    long status = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    if (done != CURLE_OK) die(curl_easy_strerror(done));
    if (status != 200) die("answered " + std::to_string(status));
  }

 private:
  CURL* curl_;
  std::string secret_;
};

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void string(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void key(Writer& writer, std::string_view text) {
  writer.Key(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void begin_body(Writer& writer, std::string_view import_id, std::uint64_t index, std::uint64_t count,
                std::uint64_t rows) {
  writer.StartObject();
  key(writer, "id");
  string(writer, import_id);
  key(writer, "templateId");
  string(writer, "default");
  key(writer, "index");
  writer.Uint64(index);
  key(writer, "count");
  writer.Uint64(count);
  key(writer, "totalRows");
  writer.Uint64(rows);
  key(writer, "event_name");
  string(writer, "all");
  key(writer, "data");
  writer.StartArray();
}

void end_body(Writer& writer) {
  writer.EndArray();
  key(writer, "user");
  writer.StartObject();
  key(writer, "id");
  string(writer, "u1");
  writer.EndObject();
  key(writer, "metadata");
  writer.StartObject();
  writer.EndObject();
  writer.EndObject();
}

// Delivers the whole file to one URL.
void deliver(std::string_view text, const char* url, std::uint64_t batch_size, const std::string& secret) {
  const std::string import_id = "imp_01ARZ3NDEKTSV4RRFFQ69G5FAV";
  const std::uint64_t total_rows = count_rows(text);
  const std::uint64_t count = (total_rows + batch_size - 1) / batch_size;
  Sender sender(url, secret);
  CsvReader reader(text);
  std::vector<std::string_view> cells;
  reader.next(cells);
  std::vector<std::string> names(cells.begin(), cells.end());
  std::mt19937_64 random(1);
  rapidjson::StringBuffer buffer;
  for (std::uint64_t index = 1; index <= count; ++index) {
    buffer.Clear();
    Writer writer(buffer);
    begin_body(writer, import_id, index, count, total_rows);
    char row_id[36];
    for (std::uint64_t row = 0; row < batch_size && reader.next(cells); ++row) {
      writer.StartObject();
      for (std::size_t i = 0; i < names.size(); ++i) {
        key(writer, names[i]);
        string(writer, i < cells.size() ? cells[i] : std::string_view());
      }
      write_uuid(random, row_id);
      key(writer, "__index");
      string(writer, {row_id, sizeof(row_id)});
      writer.EndObject();
    }
    end_body(writer);
    sender.send("evt_" + std::to_string(index), {buffer.GetString(), buffer.GetSize()});
  }
}

// Delivers the file to every URL of the list, by as many threads as such a program would have.
void deliver_to_all(std::string_view text, const char* list, std::uint64_t batch_size,
                    const std::string& secret) {
  constexpr int thread_count = 64;
  std::vector<std::string> urls;
  std::ifstream lines(list);
  for (std::string line; std::getline(lines, line);) urls.push_back(line);
  std::puts("ready");
  std::fflush(stdout);
  if (std::getchar() == EOF) die("nobody said go");
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < thread_count; ++i) {
    threads.emplace_back([&] {
      for (std::size_t at = next++; at < urls.size(); at = next++)
        deliver(text, urls[at].c_str(), batch_size, secret);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 6) die("usage: rival_cpp firehose|fanout FILE URL|LIST BATCH_SIZE SECRET");
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::string_view text = map_file(arguments[2]);
  const std::uint64_t batch_size = std::strtoull(arguments[4], nullptr, 10);
  if (std::string_view(arguments[1]) == "firehose") {
    deliver(text, arguments[3], batch_size, arguments[5]);
  } else {
    deliver_to_all(text, arguments[3], batch_size, arguments[5]);
  }
}
