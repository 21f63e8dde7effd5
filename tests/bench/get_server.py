# SPDX-License-Identifier: Apache-2.0
"""GET of one server with token check, policy, database and JSON, against a bare Beast server that
builds a like document. Both have one thread on one core; the load has the other core. The two are
measured in turn, so that a change of the machine's speed meets both."""
import os
import re
import statistics
import subprocess

from figures import TOP, cpu_seconds, figure

from harness.cloud import Cloud, free_port
from harness.waiting import wait_for

ROUNDS = 5
SECONDS = 3
CONNECTIONS = 64


def load(url, token=None):
    """@return requests per second"""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s"]
    if token:
        command += ["-H", f"X-Auth-Token: {token}"]
    shown = subprocess.run([*command, url], check=True, text=True, capture_output=True).stdout
    if "Non-2xx" in shown:
        raise SystemExit(shown)
    return float(re.search(r"Requests/sec:\s*([0-9.]+)", shown)[1])


def measure(pid, url, token=None):
    """@return requests per second, and per second of the server's processor time"""
    before = cpu_seconds(pid)
    rate = load(url, token)
    return rate, rate * SECONDS / (cpu_seconds(pid) - before)


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
    limit_port = free_port()
    limit = subprocess.Popen(["taskset", "-c", "0", f"{os.environ['VIRGA_BIN']}/http_limit",
                              str(limit_port)])
    cloud = Cloud()
    text = cloud.config.read_text().replace("log_level: debug", "log_level: info")
    cloud.config.write_text(text.replace("api: {", "api: {io_threads: 1, "))
    cloud.daemons["virgad"].argv[:0] = ["taskset", "-c", "0"]
    try:
        cloud.start_all()
        server = f"{cloud.url}/compute/v2.1/servers/{one_server(cloud)}"
        show = f"http://127.0.0.1:{limit_port}/show"
        wait_for(lambda: subprocess.run(["curl", "-sf", "-o", "/dev/null", show],
                                        check=False).returncode == 0, 10, "the limit program answers")
        ours, bare = [], []
        for _ in range(ROUNDS):
            ours.append(measure(cloud.daemons["virgad"].pid, server, cloud.admin.token))
            bare.append(measure(limit.pid, show))
        for index, unit in enumerate(("requests/s", "requests/core-s")):
            figure("http_get_server", statistics.median(r[index] for r in ours), unit,
                   statistics.median(r[index] for r in bare),
                   statistics.median(o[index] / b[index] for o, b in zip(ours, bare)))
    finally:
        cloud.stop()
        limit.kill()


main()
