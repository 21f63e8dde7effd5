# SPDX-License-Identifier: Apache-2.0
"""How figures are printed, and what several of them share."""
import json
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests"))


def figure(name, value, unit, limit=None, ratio=None, target=None, **more):
    """One line of JSON. `limit` is what the value is held against, `ratio` = value / limit unless
    given, `target` what is wanted of them."""
    if ratio is None and limit:
        ratio = value / limit
    shown = {"name": name, "value": round(value, 3), "unit": unit,
             "limit": None if limit is None else round(limit, 3),
             "ratio": None if ratio is None else round(ratio, 3), "target": target, **more}
    print(json.dumps(shown), flush=True)


def cpu_seconds(pid):
    """User and system time of a process so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"process {pid} is not running")
