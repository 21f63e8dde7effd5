# SPDX-License-Identifier: Apache-2.0
"""1 GiB into an image, against a socket whose bytes go into a file and SHA-256 on one thread; and
what virgad holds in memory meanwhile."""
import contextlib
import statistics
import subprocess

from figures import figure, resident_mib

from load import BIN, control_plane, run

SIZE = 1 << 30
ROUNDS = 3


@contextlib.contextmanager
def limit_port(directory, kind):
    process = subprocess.Popen([str(BIN / "upload_limit"), "serve", str(directory), kind],
                               text=True, stdout=subprocess.PIPE)
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def send(port, target="/", token="none"):
    """@return MiB per second"""
    return SIZE / (1 << 20) / float(run("upload_limit", "send", port, target, token, SIZE))


def upload(cloud):
    """@return MiB per second, and the MiB of memory that were taken for it"""
    image = cloud.admin.create_image("bench")
    daemon = cloud.daemons["virgad"]
    daemon.reset_peak()
    before = resident_mib(daemon.pid)
    rate = send(cloud.admin.url.port, f"/image/v2/images/{image}/file", cloud.admin.token)
    grown = daemon.resident_peak() / (1 << 20) - before
    cloud.admin.delete(f"/image/v2/images/{image}").expect(204)
    for file in (cloud.directory / "control/images").glob("??/*"):
        file.unlink()  # not the collector's time, but the disk's room
    return rate, grown


def main():
    with control_plane() as cloud, \
            limit_port(cloud.directory, "plain") as plain, \
            limit_port(cloud.directory, "durable") as durable:
        rounds = [(upload(cloud), send(plain), send(durable)) for _ in range(ROUNDS)]
        for name, index in (("upload", 1), ("upload_durable", 2)):
            figure(name, statistics.median(r[0][0] for r in rounds), "MiB/s",
                   statistics.median(r[index] for r in rounds),
                   statistics.median(r[0][0] / r[index] for r in rounds), target="ratio >= 0.8")
        figure("upload_memory", max(r[0][1] for r in rounds), "MiB", 16,
               target="<= 16: constant, whatever the size")


main()
