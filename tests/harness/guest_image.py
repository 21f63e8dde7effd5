# SPDX-License-Identifier: Apache-2.0
"""The test guest's disk, built when what it is made from has changed, else taken from the cache."""
import hashlib
import pathlib
import subprocess

from harness.host import CACHE

TOOLS = pathlib.Path(__file__).resolve().parent.parent.parent / "tools" / "guest-image"


def fingerprint():
    digest = hashlib.sha256()
    for file in sorted(TOOLS.rglob("*")):
        if file.is_file():
            digest.update(str(file.relative_to(TOOLS)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def path():
    """The image's path. Call it outside of the private host first: building needs the network."""
    CACHE.mkdir(parents=True, exist_ok=True)
    image = CACHE / f"guest-{fingerprint()}.qcow2"
    if not image.exists():
        for old in CACHE.glob("guest-*.qcow2"):
            old.unlink()
        subprocess.run([str(TOOLS / "build"), str(image)], check=True)
    return image
