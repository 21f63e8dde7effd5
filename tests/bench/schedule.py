# SPDX-License-Identifier: Apache-2.0
"""Decisions of the scheduler with all filters on, against a bare grid with three filters and no
bookkeeping: as fast as an exact best fit can be."""
import os
import statistics
import subprocess

from figures import TOP, figure

ROUNDS = int(os.environ.get("VIRGA_BENCH_ROUNDS", "5"))
BIN = os.environ.get("VIRGA_BIN", str(TOP / "build/release/bin"))
SECONDS = "1"
SIZES = {1000: None, 10000: 100000, 100000: 30000}  # hosts: decisions a core-second that are wanted


def run(program, *arguments):
    return [float(word) for word in
            subprocess.run([f"{BIN}/{program}", *arguments], check=True, capture_output=True,
                           text=True).stdout.split()]


def medians(results):
    return [statistics.median(column) for column in zip(*results)]


def main():
    for hosts, wanted in SIZES.items():
        ours, limits = [], []
        for _ in range(ROUNDS):
            ours.append(run("schedule", str(hosts), SECONDS, "pack"))
            limits.append(run("schedule_limit", str(hosts), SECONDS))
        rate, p50, p99, explain, found = medians(ours)
        limit_rate, _, limit_p99 = medians(limits)
        figure(f"schedule_{hosts}", rate, "decisions/core-s", limit_rate,
               target=f"value >= {wanted}" if wanted else None, found=round(found, 4))
        figure(f"schedule_{hosts}_p50", p50, "us")
        figure(f"schedule_{hosts}_p99", p99, "us", limit_p99,
               target="value <= 50" if hosts == 10000 else None)
        figure(f"schedule_{hosts}_explain", explain, "ms")
    weighed = medians([run("schedule", "10000", SECONDS, "weigh") for _ in range(ROUNDS)])
    figure("schedule_10000_weighers", weighed[0], "decisions/core-s")


main()
