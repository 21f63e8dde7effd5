# SPDX-License-Identifier: Apache-2.0
"""What several figures share: a cloud that is ready to be measured, yardsticks, and loads."""
import contextlib
import os
import pathlib
import re
import resource
import statistics
import subprocess

from figures import cpu_seconds, figure

from harness.cloud import Cloud, free_port
from harness.waiting import wait_for

BIN = pathlib.Path(os.environ["VIRGA_BIN"])
ROUNDS = int(os.environ.get("VIRGA_BENCH_ROUNDS", "5"))


def raise_descriptor_limit():
    """For this process and those it starts."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextlib.contextmanager
def control_plane(pinned=False, host=False):
    """A virgad, with a host when asked for; `pinned`: with one thread for connections, and on the
    first core."""
    cloud = Cloud()
    text = cloud.config.read_text().replace("log_level: debug", "log_level: info")
    if pinned:
        text = text.replace("api: {", "api: {io_threads: 1, ")
        cloud.daemons["virgad"].argv[:0] = ["taskset", "-c", "0"]
    cloud.config.write_text(text)
    try:
        yield cloud.start_all() if host else cloud.start_control()
    finally:
        cloud.stop()


@contextlib.contextmanager
def limit_server(program, path, *arguments):
    """A yardstick that serves HTTP on the first core. @return its process and URL"""
    port = free_port()
    process = subprocess.Popen(["taskset", "-c", "0", str(BIN / program), str(port), *arguments])
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: subprocess.run(["curl", "-sf", "-o", "/dev/null", url + path],
                                        check=False).returncode == 0, 10, f"{program} answers")
        yield process, url
    finally:
        process.kill()
        process.wait()


def run(program, *arguments, core=None):
    """@return what a program of ours printed"""
    pin = [] if core is None else ["taskset", "-c", str(core)]
    return subprocess.run([*pin, str(BIN / program), *map(str, arguments)], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def wrk(url, *headers, connections=64, seconds=3):
    """A client on the second core that always asks for more. @return requests per second"""
    named = [word for header in headers for word in ("-H", header)]
    shown = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}",
                            f"-d{seconds}s", *named, url],
                           check=True, text=True, capture_output=True).stdout
    if "Non-2xx" in shown:
        raise SystemExit(shown)
    return float(re.search(r"Requests/sec:\s*([0-9.]+)", shown)[1])


def measure(pid, url, *headers, connections=64, seconds=3):
    """@return requests per second, and per second of the server's processor time"""
    before = cpu_seconds(pid)
    rate = wrk(url, *headers, connections=connections, seconds=seconds)
    return rate, rate * seconds / (cpu_seconds(pid) - before)


def compare_rates(name, ours, bare, target, rounds=ROUNDS):
    """Two lines: ours() and bare() are measured in turn, so that a change of the machine's speed
    meets both. @return the pairs"""
    pairs = [(ours(), bare()) for _ in range(rounds)]
    for index, unit in enumerate(("requests/s", "requests/core-s")):
        figure(name, statistics.median(o[index] for o, _ in pairs), unit,
               statistics.median(b[index] for _, b in pairs),
               statistics.median(o[index] / b[index] for o, b in pairs), target=target)
    return pairs


def paced_p99(cloud, target, rate, seconds):
    """GETs at a steady rate. @return the 99th percentile of their milliseconds"""
    words = run("paced", cloud.admin.url.port, target, cloud.admin.token, rate, seconds).split()
    return float(words[3])


@contextlib.contextmanager
def crowd(*arguments):
    """Connections that are there while the block runs. `last_word` is what crowd says at the
    end."""
    process = subprocess.Popen([str(BIN / "crowd"), *map(str, arguments)], text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.last_word = None
    try:
        if process.stdout.readline() != "ready\n":
            raise SystemExit("the crowd did not gather")
        yield process
        process.last_word = process.communicate(timeout=30)[0].strip()
    finally:
        process.kill()
        process.wait()
