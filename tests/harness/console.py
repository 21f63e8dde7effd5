# SPDX-License-Identifier: Apache-2.0
"""A console of a guest, by a WebSocket client that we did not write."""
import struct
import urllib.parse

import websocket

TIMEOUT = 30


def socket_address(url):
    """The WebSocket behind the address that the Compute API gave for a console."""
    parts = urllib.parse.urlsplit(url)
    path = urllib.parse.parse_qs(parts.query).get("path")
    if not path:
        return url
    return f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}/{path[0]}"


class Console:
    """An open console. @throws websocket.WebSocketBadStatusException when it is refused"""

    def __init__(self, url, **options):
        self.socket = websocket.create_connection(
            socket_address(url), timeout=TIMEOUT, subprotocols=["binary"], **options)
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close(timeout=1)

    def read(self, count):
        """Exactly so many bytes."""
        while len(self.rest) < count:
            piece = self.socket.recv()
            if not piece:
                raise EOFError("the console has ended")
            self.rest += piece if isinstance(piece, bytes) else piece.encode()
        data, self.rest = self.rest[:count], self.rest[count:]
        return data

    def read_until(self, wanted):
        """Everything up to these bytes."""
        while wanted not in self.rest:
            piece = self.socket.recv()
            if not piece:
                raise EOFError(f"the console has ended after {self.rest[-400:]!r}")
            self.rest += piece
        end = self.rest.index(wanted) + len(wanted)
        data, self.rest = self.rest[:end], self.rest[end:]
        return data

    def write(self, data):
        self.socket.send_binary(data)

    def ended(self):
        """Waits for the end; what still comes is left aside."""
        try:
            while self.socket.recv():
                pass
        except (websocket.WebSocketConnectionClosedException, ConnectionError):
            pass
        return True

    def shake_hands(self):
        """The handshake of RFB 3.8 without a password.  @return width, height and name"""
        version = self.read(12)
        if version != b"RFB 003.008\n":
            raise AssertionError(f"not RFB 3.8: {version!r}")
        self.write(version)
        kinds = self.read(self.read(1)[0])
        if 1 not in kinds:
            raise AssertionError(f"a password is wanted: {kinds!r}")
        self.write(b"\x01")
        if self.read(4) != bytes(4):
            raise AssertionError("the handshake failed")
        self.write(b"\x01")
        head = self.read(24)
        width, height = struct.unpack(">HH", head[:4])
        return width, height, self.read(struct.unpack(">L", head[20:])[0]).decode()
