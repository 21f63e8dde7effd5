# SPDX-License-Identifier: Apache-2.0
"""Logins with a password against the bare password checks on as many threads, and what a storm of
logins does to other requests."""
import json
import os
import re
import statistics
import subprocess
import tempfile

from figures import figure

from load import ROUNDS, control_plane, paced_p99, run

THREADS = 2  # that virgad checks passwords on
NICE = int(os.environ.get("VIRGA_BENCH_NICE", "0"))
SECONDS = 6
CONNECTIONS = 32
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


def p99_in_storm(cloud):
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        storm = start_storm(cloud, script)
        p99 = paced_p99(cloud, "/identity/v3/auth/tokens", RATE, SECONDS - 1)
        return p99, rate_of(storm)


def main():
    with control_plane() as cloud:
        login_rate(cloud)
        rates = [(login_rate(cloud), float(run("login_limit", THREADS, SECONDS, NICE)))
                 for _ in range(ROUNDS)]
        figure("login", statistics.median(o for o, _ in rates), "logins/s",
               statistics.median(b for _, b in rates), statistics.median(o / b for o, b in rates),
               target="ratio >= 0.9")
        times = [(p99_in_storm(cloud), paced_p99(cloud, "/identity/v3/auth/tokens", RATE,
                                                 SECONDS - 1)) for _ in range(ROUNDS)]
        figure("get_p99_in_login_storm", statistics.median(s for (s, _), _ in times), "ms",
               statistics.median(q for _, q in times),
               statistics.median(s / q for (s, _), q in times), target="ratio <= 1.2",
               logins=round(statistics.median(r for (_, r), _ in times), 1))


main()
