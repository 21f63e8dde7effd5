// SPDX-License-Identifier: Apache-2.0
// virga doctor: where records and reality differ, for administrators.
#include <CLI/CLI.hpp>
#include <iostream>

#include "tools/cli/commands.h"
#include "tools/cli/failure.h"
#include "tools/cli/json_view.h"

namespace virga::cli {
namespace {

void add_rows(const json::value& answer, const char* member, const char* result, Listing& listing) {
  for (const auto& finding : array_at(answer, member))
    listing.rows.push_back({at(finding, "kind"), at(finding, "object"), at(finding, "detail"),
                            at(finding, "fixable"), json::string(result)});
}

void examine(Context& context, bool fix) {
  const json::value answer =
      fix ? context.session().call({"virga", "POST", "/doctor/fix", json::object{}})
          : context.session().call({"virga", "GET", "/doctor"});
  Listing listing{{"kind", "object", "detail", "fixable", "result"}, {}};
  add_rows(answer, "fixed", "fixed", listing);
  add_rows(answer, "findings", "found", listing);
  context.show(listing);
  const std::size_t left = array_at(answer, "findings").size();
  if (left == 0) {
    std::cerr << "Records and reality agree.\n";
    return;
  }
  throw Failure(Exit::failed, std::to_string(left) + (left == 1 ? " finding" : " findings") +
                                  (fix ? " left." : "; 'virga doctor --fix' repairs the fixable."));
}

}  // namespace

void add_doctor_command(CLI::App& app, Context& context) {
  auto fix = std::make_shared<bool>(false);
  auto* doctor =
      app.add_subcommand("doctor", "Compare records with reality on every host (administrators)");
  doctor->add_flag("--fix", *fix, "Repair what is safely repaired");
  doctor->callback([&context, fix] { examine(context, *fix); });
}

}  // namespace virga::cli
