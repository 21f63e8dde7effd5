# SPDX-License-Identifier: Apache-2.0
"""Logins with a password against the bare password checks on as many threads, and what a storm of
logins does to other requests."""
import json
import re
import statistics
import subprocess
import tempfile

from figures import figure

from load import ROUNDS, control_plane, paced_p99, run

THREADS = 2  # that virgad checks passwords on
NICE = 10  # of these threads, so that other work on the machine meets both alike
SECONDS = 6
CONNECTIONS = 16  # of a storm; with those of the storm before, fewer than may wait
RATE = 1000  # other requests per second

STORM = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = %r
"""


def start_storm(cloud, script):
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": "admin", "domain": {"id": "default"}, "password": cloud.password}}}}}
    script.write(STORM % json.dumps(body))
    script.flush()
    return subprocess.Popen(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "30s",
                             "-s", script.name, f"{cloud.url}/identity/v3/auth/tokens"], text=True,
                            stdout=subprocess.PIPE)


def rate_of(storm):
    shown = storm.communicate(timeout=SECONDS + 60)[0]
    if "Non-2xx" in shown or "Socket errors" in shown:
        raise SystemExit(shown)
    return float(re.search(r"Requests/sec:\s*([0-9.]+)", shown)[1])


def login_rate(cloud):
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        return rate_of(start_storm(cloud, script))


def p99_in_storm(cloud, target):
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        storm = start_storm(cloud, script)
        p99 = paced_p99(cloud, target, RATE, SECONDS - 1)
        return p99, rate_of(storm)


def storm_figure(cloud, name, target):
    rounds = [(p99_in_storm(cloud, target), paced_p99(cloud, target, RATE, SECONDS - 1))
              for _ in range(ROUNDS)]
    figure(name, statistics.median(storm for (storm, _), _ in rounds), "ms",
           statistics.median(quiet for _, quiet in rounds),
           statistics.median(storm / quiet for (storm, _), quiet in rounds),
           target="ratio <= 1.2",
           logins=round(statistics.median(logins for (_, logins), _ in rounds), 1))


def main():
    with control_plane() as cloud:
        login_rate(cloud)
        rates = [(login_rate(cloud), float(run("login_limit", THREADS, SECONDS, NICE)))
                 for _ in range(ROUNDS)]
        figure("login", statistics.median(o for o, _ in rates), "logins/s",
               statistics.median(b for _, b in rates), statistics.median(o / b for o, b in rates),
               target="ratio >= 0.9")
        storm_figure(cloud, "get_p99_in_login_storm", "/identity/v3/auth/tokens")
        image = cloud.admin.create_image("bench")  # without bytes: answered by the pool at once
        storm_figure(cloud, "pool_p99_in_login_storm", f"/image/v2/images/{image}/file")


main()
