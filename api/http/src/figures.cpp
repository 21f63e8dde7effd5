// SPDX-License-Identifier: Apache-2.0
#include "api/http/figures.h"

#include <algorithm>
#include <charconv>

namespace virga::http {
namespace {

void append_number(std::string& out, double value) {
  char digits[32];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
}

std::string seconds(std::int64_t us) {
  std::string text;
  append_number(text, static_cast<double>(us) / 1e6);
  return text;
}

}  // namespace

void FigureText::family(std::string_view name, std::string_view type, std::string_view help) {
  text_.append("# HELP ").append(name).append(" ").append(help);
  text_.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void FigureText::sample(std::string_view name, double value, const Labels& labels) {
  text_ += name;
  char before = '{';
  for (const auto& [key, label] : labels) {
    text_ += before;
    text_.append(key).append("=\"");
    append_escaped(text_, label);
    text_ += '"';
    before = ',';
  }
  if (!labels.empty()) text_ += '}';
  text_ += ' ';
  append_number(text_, value);
  text_ += '\n';
}

std::uint64_t RequestFigures::One::count() const {
  std::uint64_t sum = 0;
  for (const auto& n : by_class) sum += n.load(std::memory_order_relaxed);
  return sum;
}

RequestFigures::RequestFigures(const Router& router) {
  router.each_route([this](const Route& route, const Service* service) {
    auto one = std::make_unique<One>();
    one->service = service == nullptr ? "virga" : service->prefix.substr(1);
    one->method = route.method;
    one->route = route.pattern;
    routes_.emplace(&route, std::move(one));
  });
}

void RequestFigures::answered(const Exchange& exchange) noexcept {
  One* one = &unknown_;
  if (const auto it = routes_.find(exchange.match.asked); it != routes_.end())
    one = it->second.get();
  const int status_class = exchange.status / 100;
  const std::size_t index =
      status_class >= 1 && status_class <= 5 ? static_cast<std::size_t>(status_class) : 0;
  const auto us = exchange.took.count();
  const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), us) - kBounds.begin();
  one->by_class[index].fetch_add(1, std::memory_order_relaxed);
  one->by_duration[static_cast<std::size_t>(bound)].fetch_add(1, std::memory_order_relaxed);
  one->total_us.fetch_add(static_cast<std::uint64_t>(us), std::memory_order_relaxed);
}

void RequestFigures::write_durations(FigureText& out, const One& one) const {
  constexpr std::string_view kBucket = "virga_http_request_duration_seconds_bucket";
  FigureText::Labels labels{{"service", one.service}, {"method", one.method}, {"route", one.route}};
  std::uint64_t below = 0;
  for (std::size_t i = 0; i <= kBounds.size(); ++i) {
    below += one.by_duration[i].load(std::memory_order_relaxed);
    const std::string bound = i == kBounds.size() ? "+Inf" : seconds(kBounds[i]);
    labels.emplace_back("le", bound);
    out.sample(kBucket, static_cast<double>(below), labels);
    labels.pop_back();
  }
  out.sample("virga_http_request_duration_seconds_sum",
             static_cast<double>(one.total_us.load(std::memory_order_relaxed)) / 1e6, labels);
  out.sample("virga_http_request_duration_seconds_count", static_cast<double>(below), labels);
}

void RequestFigures::write(FigureText& out) const {
  std::vector<const One*> used;  // routes that nobody used are not shown
  for (const auto& [route, one] : routes_)
    if (one->count() > 0) used.push_back(one.get());
  std::sort(used.begin(), used.end(), [](const One* a, const One* b) {
    return std::tie(a->route, a->method) < std::tie(b->route, b->method);
  });
  used.push_back(&unknown_);
  out.family("virga_http_requests_total", "counter", "Answered requests.");
  for (const One* one : used)
    for (std::size_t i = 0; i < one->by_class.size(); ++i) {
      const auto n = one->by_class[i].load(std::memory_order_relaxed);
      const std::string status = std::to_string(i) + "xx";
      if (n > 0)
        out.sample("virga_http_requests_total", static_cast<double>(n),
                   {{"service", one->service},
                    {"method", one->method},
                    {"route", one->route},
                    {"status", status}});
    }
  out.family("virga_http_request_duration_seconds", "histogram",
             "From the end of a request's head to the end of its answer.");
  for (const One* one : used)
    if (one->count() > 0) write_durations(out, *one);
}

}  // namespace virga::http
