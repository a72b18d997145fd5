"""A small web server on loopback that gives every request to one function, and can break off anywhere."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qs, urlsplit


class Request(NamedTuple):
    """What a client asked: `form` holds the fields of query and body, `files` the uploaded ones by field."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, list[str]]
    files: dict[str, tuple[str, bytes]]
    json: Any
    body: bytes
    order: tuple[str, ...] = ()

    def one(self, name: str, otherwise: str = "") -> str:
        return self.form.get(name, [otherwise])[0]


class Reply(NamedTuple):
    """What the server says; `drop` closes the connection instead."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = {}  # noqa: RUF012 - a named tuple, never changed
    drop: bool = False


class Site:
    """The server, running in threads while in a `with`, which gives its address."""

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                reply = answer(_request(self))
                if reply.drop:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
                data = b"" if reply.body is None else text.encode()
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = _serve

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> str:
        self._thread.start()
        return self.url

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that is killed while it is answered is what the tests are about


def _request(handler: BaseHTTPRequestHandler) -> Request:
    parts = urlsplit(handler.path)
    length = int(handler.headers.get("Content-Length") or 0)
    body = handler.rfile.read(length)
    form = parse_qs(parts.query, keep_blank_values=True)
    kind = handler.headers.get("Content-Type", "")
    files: dict[str, tuple[str, bytes]] = {}
    order: list[str] = []
    given: Any = None
    if kind.startswith("application/x-www-form-urlencoded"):
        for name, values in parse_qs(body.decode(), keep_blank_values=True).items():
            form.setdefault(name, []).extend(values)
    elif kind.startswith("multipart/form-data"):
        message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=HTTP)
        for part in message.iter_parts():
            name = str(part.get_param("name", header="content-disposition"))
            order.append(name)
            data = cast(bytes, part.get_payload(decode=True))
            if part.get_filename() is None:
                form.setdefault(name, []).append(data.decode())
            else:
                files[name] = (str(part.get_filename()), data)
    elif kind.startswith("application/json"):
        given = json.loads(body)
    headers = {name.lower(): value for name, value in handler.headers.items()}
    return Request(handler.command, parts.path, headers, form, files, given, body, tuple(order))
