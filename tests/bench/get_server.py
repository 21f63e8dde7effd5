# SPDX-License-Identifier: Apache-2.0
"""GET of one server with token check, policy, database and JSON, against a bare Beast server that
builds a like document. Both have one thread on one core; the load has the other core."""
from load import compare_rates, control_plane, limit_server, measure


def one_server(cloud):
    admin = cloud.admin
    image = admin.create_image("bench")
    admin.upload(image, bytes(65536), 65536).expect(204)
    flavor = admin.create_flavor("bench")
    admin.create_network("bench", "provider", {"cidr": "10.9.0.0/24"})
    server = admin.create_server("bench", image, flavor)
    cloud.wait_for_status(server, "ACTIVE")
    return server


def main():
    with control_plane(pinned=True, host=True) as cloud, \
            limit_server("http_limit", "/show") as (bare, url):
        pid = cloud.daemons["virgad"].pid
        server = f"{cloud.url}/compute/v2.1/servers/{one_server(cloud)}"
        compare_rates("http_get_server",
                      lambda: measure(pid, server, f"X-Auth-Token: {cloud.admin.token}"),
                      lambda: measure(bare.pid, f"{url}/show"), "ratio >= 0.6")


main()
