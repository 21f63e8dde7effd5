// SPDX-License-Identifier: Apache-2.0
// Counts and durations of requests, and the text in which monitoring systems read figures.
// Source: Prometheus, "Text-based format", version 0.0.4.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/http/observer.h"

namespace virga::http {

/// Text of figures, a family after the other.
class FigureText {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

  /// Begins a family. @param type "counter", "gauge" or "histogram"
  void family(std::string_view name, std::string_view type, std::string_view help);
  void sample(std::string_view name, double value, const Labels& labels = {});
  /// A family of one sample without labels.
  void single(std::string_view name, std::string_view type, std::string_view help, double value) {
    family(name, type, help);
    sample(name, value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// Counts each answer by route and class of status, and its duration by route. Counting takes a few
/// atomic additions.
class RequestFigures final : public Observer {
 public:
  /// The routes must all be there.
  explicit RequestFigures(const Router& router);

  void answered(const Exchange& exchange) noexcept override;
  /// virga_http_requests_total and virga_http_request_duration_seconds.
  void write(FigureText& out) const;

 private:
  static constexpr std::array<std::int64_t, 12> kBounds{
      250,    500,     1'000,   2'500,     5'000,     10'000,
      25'000, 100'000, 250'000, 1'000'000, 5'000'000, 30'000'000};  // microseconds

  struct alignas(64) One {
    std::string service;
    std::string method;
    std::string route;
    std::array<std::atomic<std::uint64_t>, 6> by_class{};  // 1xx to 5xx; [0]: others
    std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> by_duration{};
    std::atomic<std::uint64_t> total_us{0};

    std::uint64_t count() const;
  };
  void write_durations(FigureText& out, const One& one) const;

  std::unordered_map<const Route*, std::unique_ptr<One>> routes_;
  One unknown_;  // requests that found no route
};

}  // namespace virga::http
