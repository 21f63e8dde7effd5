# SPDX-License-Identifier: Apache-2.0
"""usage: crowds.py idle|loris: many clients that ask for nothing, or for a little very slowly."""
import statistics
import sys

from figures import figure, resident_mib

from load import ROUNDS, control_plane, crowd, paced_p99, raise_descriptor_limit

COUNT = 10_000
TARGET = "/identity/v3/auth/tokens"
PAUSE = 4  # seconds between two bytes of a slow client
RATE = 1000  # good requests per second
SECONDS = 20  # long enough that slow clients reach the limit of a header


def idle(cloud):
    pid = cloud.daemons["virgad"].pid
    before = resident_mib(pid)
    with crowd("idle", cloud.admin.url.port, COUNT, TARGET, cloud.admin.token) as gathered:
        held = resident_mib(pid)
    if gathered.last_word != str(COUNT):
        raise SystemExit(f"virgad holds {gathered.last_word} connections, not {COUNT}")
    figure("idle_connections", held, "MiB", 480, target="<= 480", connections=COUNT,
           kib_each=round((held - before) * 1024 / COUNT, 2))


def loris(cloud):
    slow, quiet, refused = [], [], []
    for _ in range(ROUNDS):
        quiet.append(paced_p99(cloud, TARGET, RATE, SECONDS))
        with crowd("loris", cloud.admin.url.port, COUNT, PAUSE) as gathered:
            slow.append(paced_p99(cloud, TARGET, RATE, SECONDS))
        refused.append(int(gathered.last_word))
    figure("get_p99_among_slow_clients", statistics.median(slow), "ms", statistics.median(quiet),
           statistics.median(s / q for s, q in zip(slow, quiet)), target="ratio <= 2",
           slow_clients=COUNT, ended=refused)


def main():
    raise_descriptor_limit()
    with control_plane() as cloud:
        {"idle": idle, "loris": loris}[sys.argv[1]](cloud)


main()
