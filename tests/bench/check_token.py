# SPDX-License-Identifier: Apache-2.0
"""The check of a token, as other services do it for each request, against a bare Beast server that
builds a like document."""
from load import compare_rates, control_plane, limit_server, measure

TARGET = "25000 requests/core-s, or ratio >= 0.5"


def main():
    with control_plane(pinned=True) as cloud, limit_server("http_limit", "/token") as (bare, url):
        pid = cloud.daemons["virgad"].pid
        headers = (f"X-Auth-Token: {cloud.admin.token}", f"X-Subject-Token: {cloud.admin.token}")
        for name, ours, limit in (("token", "", "/token"),
                                  ("token_nocatalog", "?nocatalog", "/token_nocatalog")):
            compare_rates(name,
                          lambda o=ours: measure(pid, f"{cloud.url}/identity/v3/auth/tokens{o}",
                                                 *headers),
                          lambda b=limit: measure(bare.pid, url + b), TARGET)


main()
