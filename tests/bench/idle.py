# SPDX-License-Identifier: Apache-2.0
"""What a settled cloud of one host holds in memory, and how soon virgad answers after its start."""
import http.client
import statistics
import time

from figures import figure, resident_mib

from harness import host
from harness.cloud import Cloud

SETTLE = 12  # seconds: the agent gives start-up memory back after five, then reports twice
STARTS = 10


def ready_seconds(cloud):
    cloud.daemons["virgad"].stop()
    port = cloud.admin.url.port
    start = time.monotonic()
    cloud.daemons["virgad"].start()
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/identity/v3")
            if connection.getresponse().status == 200:
                return time.monotonic() - start
        except OSError:
            if time.monotonic() - start > 20:
                raise
            time.sleep(0.002)  # the step of the measurement


def main():
    host.require_inside()
    cloud = Cloud("libvirt").start_all()
    try:
        time.sleep(SETTLE)  # what is measured is a cloud at rest
        figure("idle_virgad", resident_mib(cloud.daemons["virgad"].pid), "MiB", 30)
        figure("idle_virga_agent", resident_mib(cloud.daemons["virga-agent"].pid), "MiB", 20)
        figure("virgad_ready", statistics.median(ready_seconds(cloud) for _ in range(STARTS)), "s",
               0.5)
    finally:
        cloud.stop()


main()
