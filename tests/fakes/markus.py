"""A small MarkUs: groups of one assignment with marks, feedback files, annotations and a marking state."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fakes.web import Reply, Request

KEY = "test-key="
COURSE, ASSIGNMENT = 2, 9


@dataclass
class Markus:
    """`files[group]` are name, kind and bytes by their number."""

    groups: dict[str, int]
    criteria: tuple[str, ...] = ("1.1", "2.1", "3")
    fault: Callable[[str, int], str | None] = lambda tail, number: None
    marks: dict[int, dict[str, float]] = field(default_factory=dict)
    files: dict[int, dict[int, tuple[str, str, bytes]]] = field(default_factory=dict)
    annotations: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    complete: set[int] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def answer(self, request: Request) -> Reply:
        with self.lock:
            if request.headers.get("authorization") != f"MarkUsAuth {KEY}":
                return _said(403, "Forbidden")
            found = re.fullmatch(
                rf"/api/courses/{COURSE}/assignments/{ASSIGNMENT}/groups(/.*)?\.json", request.path
            )
            if not found:
                return _said(404, "Not Found")
            tail = found[1] or ""
            kind = f"{request.method} {re.sub('/[0-9]+', '', tail)}"
            number = self.counts.get(kind, 0)
            self.counts[kind] = number + 1
            fault = self.fault(kind, number)
            if fault == "fail before":
                return _said(500, "Internal Server Error")
            if fault == "drop before":
                return Reply(drop=True)
            reply = self._do(request, tail)
            if fault == "fail after":
                return _said(500, "Internal Server Error")
            return Reply(drop=True) if fault == "drop after" else reply

    def _do(self, request: Request, tail: str) -> Reply:
        if tail == "/group_ids_by_name":
            return Reply(200, self.groups)
        found = re.fullmatch(r"/(\d+)/(\w+)(?:/(\d+))?", tail)
        if not found or int(found[1]) not in self.groups.values():
            return _said(404, "Not Found")
        group, what, number = int(found[1]), found[2], found[3]
        if what == "feedback_files":
            return self._files(request, group, int(number) if number else None)
        if what == "update_marks" and request.method == "PUT":
            if group in self.complete or not set(request.json) <= set(self.criteria):
                return _said(404, "Not Found")
            self.marks.setdefault(group, {}).update(request.json)
            return _said(200, "OK")
        if what == "update_marking_state" and request.method == "PUT":
            wanted = request.one("marking_state")
            (self.complete.add if wanted == "complete" else self.complete.discard)(group)
            return _said(200, "OK")
        if what == "add_annotations" and request.method == "POST":
            self.annotations.setdefault(group, []).extend(request.json["annotations"])
            return _said(200, "OK")
        if what == "annotations":
            return Reply(200, self.annotations.get(group, []))
        return _said(404, "Not Found")

    def _files(self, request: Request, group: int, number: int | None) -> Reply:
        there = self.files.setdefault(group, {})
        if request.method == "GET" and number is None:
            return Reply(200, [{"id": one, "filename": name} for one, (name, _, _) in there.items()])
        if request.method == "GET" and number in there:
            return Reply(200, there[number][2].decode(), {"Content-Type": there[number][1]})
        name, data = request.one("filename"), request.files["file_content"][1]
        if request.method == "POST":
            if any(name == other for other, _, _ in there.values()):
                return _said(409, "A feedback file with that name already exists")
            number = 1 + sum(len(files) for files in self.files.values())
        elif number not in there:
            return _said(404, "Not Found")
        assert number is not None
        there[number] = (name, request.one("mime_type"), data)
        return _said(201 if request.method == "POST" else 200, "OK")


def _said(status: int, text: str) -> Reply:
    return Reply(status, {"code": str(status), "description": text})
