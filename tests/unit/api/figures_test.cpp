// SPDX-License-Identifier: Apache-2.0
#include "api/http/figures.h"

#include "tests/unit/api/api_call.h"

namespace virga::http {
namespace {

TEST(FigureText, EscapesLabels) {
  FigureText out;
  out.single("a_total", "counter", "Help.", 3);
  out.sample("b", 0.25, {{"x", "q\"\\\n"}, {"y", "2"}});
  EXPECT_EQ(out.take(),
            "# HELP a_total Help.\n# TYPE a_total counter\na_total 3\n"
            "b{x=\"q\\\"\\\\\\n\",y=\"2\"} 0.25\n");
}

TEST(RequestFigures, CountByRouteAndClass) {
  test::TestAuthorizer authorizer;
  Router router(authorizer);
  router.add_service({"/svc", identity_error, {}});
  router.get("/svc/things/{id}", "public", [](const Request&) { return empty_response(200); });
  router.get("/svc/unused", "public", [](const Request&) { return empty_response(200); });
  RequestFigures figures(router);
  Request request;
  request.method = "GET";
  request.path = "/svc/things/7";
  Response refusal;
  const Match match = router.route(request, refusal);
  figures.answered({request, match, 200, 0, 0, std::chrono::microseconds(300)});
  figures.answered({request, match, 404, 0, 0, std::chrono::microseconds(2'000'000)});
  figures.answered({request, {}, 404, 0, 0, std::chrono::microseconds(1)});
  FigureText out;
  figures.write(out);
  const std::string text = out.take();
  const std::string labels = "{service=\"svc\",method=\"GET\",route=\"/svc/things/{id}\"";
  for (const std::string& line :
       {"virga_http_requests_total" + labels + ",status=\"2xx\"} 1\n",
        "virga_http_requests_total" + labels + ",status=\"4xx\"} 1\n",
        "virga_http_request_duration_seconds_bucket" + labels + ",le=\"0.00025\"} 0\n",
        "virga_http_request_duration_seconds_bucket" + labels + ",le=\"5e-04\"} 1\n",
        "virga_http_request_duration_seconds_bucket" + labels + ",le=\"+Inf\"} 2\n",
        "virga_http_request_duration_seconds_count" + labels + "} 2\n",
        "virga_http_request_duration_seconds_sum" + labels + "} 2.0003\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  EXPECT_EQ(text.find("unused"), std::string::npos);
}

}  // namespace
}  // namespace virga::http
