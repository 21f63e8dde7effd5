# SPDX-License-Identifier: Apache-2.0
"""Where everything of a lab lies, and what it remembers between calls."""
import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import secrets
import struct

TOP = pathlib.Path(__file__).resolve().parents[3]
DIRECTORY = pathlib.Path(os.environ.get("VIRGA_LAB_DIR", TOP / "build/lab")).resolve()
BIN = pathlib.Path(os.environ.get("VIRGA_BIN", TOP / "build/release/bin")).resolve()
# Outlives `down`: the guest image with what it is made from, and what libvirt knows of QEMU.
CACHE = pathlib.Path(os.environ.setdefault("VIRGA_TEST_CACHE", str(DIRECTORY / "cache"))).resolve()
os.environ.setdefault("VIRGA_GUEST_CACHE", str(CACHE / "packages"))
TAG = hashlib.sha256(str(DIRECTORY).encode()).hexdigest()[:6]  # another clone has another one
LINK = f"vlab{TAG}"  # the only device on the machine itself
MOST_HOSTS = 100  # their underlay addresses begin at .11
API_PORT = 8774
LINK_PORT = 8775


class LabError(Exception):
    """A sentence for who called the tool."""


@contextlib.contextmanager
def locked():
    """One change of the lab at a time."""
    while True:
        DIRECTORY.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(Descriptor(os.open(DIRECTORY, os.O_RDONLY))) as folder:
            fcntl.flock(folder.number, fcntl.LOCK_EX)
            if DIRECTORY.is_dir() and os.stat(DIRECTORY).st_ino == os.fstat(folder.number).st_ino:
                yield
                return


class Descriptor:
    def __init__(self, number):
        self.number = number

    def close(self):
        os.close(self.number)


def replace(path, text, mode=0o644):
    """Writes a file whole or not at all."""
    part = path.with_name(path.name + ".new")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as out:
        out.write(text)
    part.replace(path)


def routes():
    """(network, mask) of the machine's IPv4 routes, default routes excepted."""
    for line in pathlib.Path("/proc/net/route").read_text().splitlines()[1:]:
        fields = line.split()
        # The kernel prints addresses in the machine's byte order.
        network, mask = (struct.unpack(">I", struct.pack("=I", int(fields[at], 16)))[0]
                         for at in (1, 7))
        if mask:
            yield network, mask


def choose_ranges():
    """The upper three bytes of the underlay and of the provider network: neighbours that no route
    of this machine touches. The search begins elsewhere for each lab."""
    taken = list(routes())
    pair_mask = 0xFFFFFE00
    begin = int(TAG, 16)
    for step in range(64 * 128):
        at = (begin + step) % (64 * 128)
        pair = (10 << 24) | ((64 + at // 128) << 16) | ((at % 128) << 9)
        if all((pair ^ network) & mask & pair_mask for network, mask in taken):
            upper = f"10.{64 + at // 128}."
            low = (at % 128) * 2
            return f"{upper}{low}", f"{upper}{low + 1}"
    raise LabError("routes of this machine cover 10.64.0.0 to 10.127.255.255: no range is free")


class Settings:
    """Chosen once for a lab; `down` forgets them."""
    file = DIRECTORY / "settings.json"

    def __init__(self, values):
        self.underlay = values["underlay"]
        self.provider = values["provider"]
        self.admin_password = values["admin_password"]
        self.demo_password = values["demo_password"]
        self.kvm = values["kvm"]
        self.url = f"http://{self.underlay}.1:{API_PORT}"

    @classmethod
    def load(cls):
        """None when there is no lab."""
        return cls(json.loads(cls.file.read_text())) if cls.file.exists() else None

    @classmethod
    def ensure(cls, kvm):
        if not cls.file.exists():
            underlay, provider = choose_ranges()
            values = {"underlay": underlay, "provider": provider, "kvm": kvm,
                      "admin_password": secrets.token_hex(16),
                      "demo_password": secrets.token_hex(16)}
            replace(cls.file, json.dumps(values, indent=2) + "\n", 0o600)
        return cls.load()
