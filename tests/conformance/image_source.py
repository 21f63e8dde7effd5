# SPDX-License-Identifier: Apache-2.0
"""A web server with one image, for the tests in which a cloud fetches one by its URL."""
import contextlib
import http.server
import threading


@contextlib.contextmanager
def serving(data):
    """@return the URL, which answers GET and HEAD with the data while the context lasts"""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()

        def do_GET(self):
            self.do_HEAD()
            self.wfile.write(data)

        def log_message(self, format, *arguments):
            """Nobody reads it."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/image"
    finally:
        server.shutdown()
        server.server_close()
