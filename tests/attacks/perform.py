"""Runs code as it is, with `reply` to send a frame: what stands in for the cells of a notebook."""

from __future__ import annotations

import os
import struct


def perform(request: bytes, reply: int) -> None:
    """Runs the Python code of a request."""

    def send(body: bytes) -> None:
        data = memoryview(struct.pack(">I", len(body)) + body)
        while data:
            data = data[os.write(reply, data) :]

    names = {"__name__": "__main__", "reply": send, "REPLY": reply}
    exec("import os, sys, time, json, ctypes, signal, socket", names)
    exec(compile(request.decode(), "<code>", "exec"), names)
