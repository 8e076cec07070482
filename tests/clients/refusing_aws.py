"""An AWS that answers every request with one error, on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

REQUEST_ID = "AWS-REQUEST-ID"


@contextmanager
def refusing_aws(error: str) -> Iterator[str]:
    """Answers every request to DynamoDB and Secrets Manager with `error`, during the body; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(
                {"__type": f"com.amazonaws#{error}", "message": "User: arn:aws:sts::1:x may not"}
            ).encode()
            self.send_response(400)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("x-amzn-requestid", REQUEST_ID)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
