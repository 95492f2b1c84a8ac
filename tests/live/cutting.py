"""A proxy between the tool and Label Studio that loses the answer to an import."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

DROPPED = {"connection", "transfer-encoding", "content-length", "host"}


@contextmanager
def losing_answers(url: str, times: int) -> Iterator[tuple[str, list[str]]]:
    """Forward everything, but hang up instead of answering the first `times` imports.

    Gives the proxy's address and the list of imports that reached the server.
    """
    target = urlsplit(url)
    imports: list[str] = []

    class Forward(BaseHTTPRequestHandler):
        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {k: v for k, v in self.headers.items() if k.lower() not in DROPPED}
            upstream = http.client.HTTPConnection(target.hostname, target.port, timeout=60)
            upstream.request(self.command, self.path, body=body, headers=headers)
            answer = upstream.getresponse()
            content = answer.read()
            upstream.close()
            if self.command == "POST" and "/import" in self.path:
                imports.append(self.path)
                if len(imports) <= times:
                    self.close_connection = True
                    self.connection.close()
                    return
            self.send_response(answer.status)
            for key, value in answer.getheaders():
                if key.lower() not in DROPPED:
                    self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = forward  # noqa: N815 - the names that http.server calls

        def log_message(self, *_arguments: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Forward) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}", imports
        listening.shutdown()
        thread.join()
