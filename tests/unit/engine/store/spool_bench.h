#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "codec/base/check.h"
#include "codec/csv/plan.h"
#include "engine/store/spool.h"
#include "engine/store/store_client.h"
#include "io/io.h"

namespace pulter::store {

template <class T>
io::Task<> keep_result(io::Task<T> task, std::optional<T>& out) {
  T value = co_await std::move(task);
  out.emplace(std::move(value));
}

/// Turns the scope's Io, and `client` where there is one, until the task has ended.
template <class T>
T await_task(io::Scope& scope, io::Task<T> task, StoreClient* client = nullptr) {
  std::optional<T> result;
  scope.spawn(keep_result(std::move(task), result));
  io::Io& io = scope.io();
  const io::Instant end = io.now() + std::chrono::seconds(20);
  while (!result) {
    PULTER_CHECK(io.now() < end);
    if (client == nullptr || !client->drain()) io.run_once(end);
  }
  return std::move(*result);
}

/// Uploads `content` in pieces.
inline model::SpoolFile put_into(Spool& spool, io::Scope& scope, std::string_view content, std::size_t piece,
                                 StoreClient* client = nullptr) {
  auto upload = await_task(scope, spool.begin(scope, 0), client);
  EXPECT_TRUE(upload.has_value());
  for (std::string_view rest = content; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size()))) {
    EXPECT_TRUE(await_task(scope, (*upload)->append(scope, rest.substr(0, piece)), client).has_value());
  }
  auto file = await_task(scope, (*upload)->finish(scope), client);
  EXPECT_TRUE(file.has_value());
  return *file;
}

inline void expect_reads(const OpenFile& file, std::string_view content) {
  EXPECT_EQ(file.bytes(), content);
  EXPECT_FALSE(file.failed());
  const char* padding = file.bytes().data() + file.bytes().size();
  EXPECT_TRUE(std::all_of(padding, padding + csv::padding_bytes, [](char c) { return c == '\0'; }));
}

/// Bytes that differ from place to place.
inline std::string some_content(std::size_t size) {
  std::string content(size, 'x');
  for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 31 % 251);
  return content;
}

}  // namespace pulter::store
