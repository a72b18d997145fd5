"""A small Canvas: submissions, grades, comments with files, paging, throttling, and faults on demand."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fakes.web import Reply, Request

TOKEN = "7~test-token"  # noqa: S105
COURSE, ASSIGNMENT = 17, 4711

Fault = Callable[[str, int], str | None]
"""From the kind of a request and how many of it there were: throttle, forbid, fail before, fail after,
drop before, drop after, or late (it is done only after the client has gone)."""


@dataclass
class Canvas:
    """One course with one assignment; `comments[user]` are (text, names of files) as students see them."""

    students: dict[int, str]
    points_possible: float | None = 2.0
    page: int = 2
    fault: Fault = lambda kind, number: None
    url: str = ""
    store: str = ""
    grades: dict[int, str] = field(default_factory=dict)
    comments: dict[int, list[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)
    pending: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    files: dict[int, tuple[int, str, bytes]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    throttled: list[float] = field(default_factory=list)
    delay_s: Callable[[], float] = lambda: 0.0
    late_s: float = 0.3
    keep: Callable[[int, str], None] = lambda user, text: None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def answer(self, request: Request) -> Reply:
        if request.path.startswith("/upload/"):
            return self._faulty("upload", lambda: self._upload(request))
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            body = {"errors": [{"message": "Invalid access token."}]}
            return Reply(401, body, {"WWW-Authenticate": 'Bearer realm="canvas-lms"'})
        base = f"/api/v1/courses/{COURSE}"
        here = f"{base}/assignments/{ASSIGNMENT}"
        if request.path == base:
            return Reply(200, {"id": COURSE, "name": "Learning"})
        if request.path == here:
            return Reply(
                200,
                {
                    "id": ASSIGNMENT,
                    "course_id": COURSE,
                    "name": "HW",
                    "points_possible": self.points_possible,
                },
            )
        if request.path == f"{here}/submissions" and request.method == "GET":
            return self._faulty("list", lambda: self._page(request, here))
        found = re.fullmatch(rf"{here}/submissions/(\d+)(/comments/files)?", request.path)
        if found and int(found[1]) in self.students:
            user = int(found[1])
            if found[2]:
                return self._faulty("token", lambda: self._token(user, request))
            if request.method == "PUT":
                return self._faulty("put", lambda: self._put(user, request))
            return self._faulty("get", lambda: Reply(200, self._shown(user)))
        return Reply(404, {"errors": [{"message": "The specified resource does not exist."}]})

    def _faulty(self, kind: str, do: Callable[[], Reply]) -> Reply:
        with self.lock:
            number = self.counts.get(kind, 0)
            self.counts[kind] = number + 1
        fault = self.fault(kind, number)
        if fault == "throttle":
            self.throttled.append(time.monotonic())
            return Reply(429, "429 Too Many Requests (Rate Limit Exceeded)\n", {"Retry-After": "0"})
        if fault == "forbid":
            self.throttled.append(time.monotonic())
            return Reply(403, "403 Forbidden (Rate Limit Exceeded)\n", {"X-Rate-Limit-Remaining": "0.0"})
        if fault == "fail before":
            return Reply(500, {"errors": [{"message": "An error occurred."}]})
        if fault == "drop before":
            return Reply(drop=True)
        if fault == "late":
            threading.Timer(self.late_s, do).start()
            return Reply(504, "gateway time-out")
        time.sleep(self.delay_s())
        with self.lock:
            reply = do()
        time.sleep(self.delay_s())
        if fault == "fail after":
            return Reply(500, {"errors": [{"message": "An error occurred."}]})
        return Reply(drop=True) if fault == "drop after" else reply

    def _page(self, request: Request, here: str) -> Reply:
        at = int(request.one("page", "bookmark:0").removeprefix("bookmark:"))
        users = sorted(self.students)
        shown = [self._shown(user) for user in users[at : at + self.page]]
        links = [f'<{self.url}{here}/submissions?page=bookmark:0&per_page={self.page}>; rel="first"']
        if at + self.page < len(users):
            url = f"{self.url}{here}/submissions?page=bookmark:{at + self.page}&per_page={self.page}"
            url += "".join(f"&include[]={name}" for name in request.form.get("include[]", []))
            links.append(f'<{url}>; rel="next"')
        if "submission_comments" not in request.form.get("include[]", []):
            for one in shown:
                del one["submission_comments"]
        return Reply(200, shown, {"Link": ",".join(links)})

    def _shown(self, user: int) -> dict[str, Any]:
        comments = [
            {"id": 10 * user + number, "comment": text, "attachments": [{"display_name": n} for n in names]}
            for number, (text, names) in enumerate(self.comments.get(user, []))
        ]
        return {
            "id": 900 + user,
            "user_id": user,
            "assignment_id": ASSIGNMENT,
            "grade": self.grades.get(user),
            "user": {"id": user, "name": self.students[user], "sortable_name": self.students[user]},
            "submission_comments": comments,
        }

    def _token(self, user: int, request: Request) -> Reply:
        token = f"t{len(self.pending)}"
        self.pending[token] = (user, request.one("name"), int(request.one("size")))
        params = {"key": token, "filename": request.one("name"), "content_type": "text/html"}
        return Reply(200, {"upload_url": f"{self.store or self.url}/upload/{token}", "upload_params": params})

    def _upload(self, request: Request) -> Reply:
        token = request.path.removeprefix("/upload/")
        if token not in self.pending or request.one("key") != token or request.order[-1] != "file":
            return Reply(400, {"message": "the parameters, and the file last, are wanted"})
        if "authorization" in request.headers:
            return Reply(400, {"message": "the token was shown to the store"})
        user, name, size = self.pending[token]
        data = request.files["file"][1]
        if len(data) != size:
            return Reply(400, {"message": "half a file"})
        number = 5000 + len(self.files)
        self.files[number] = (user, name, data)
        return Reply(201, {"id": number, "url": f"{self.url}/files/{number}", "display_name": name})

    def _put(self, user: int, request: Request) -> Reply:
        numbers = [int(text) for text in request.form.get("comment[file_ids][]", [])]
        if any(number not in self.files or self.files[number][0] != user for number in numbers):
            return Reply(400, {"errors": [{"message": "no such file"}]})
        grade = request.one("submission[posted_grade]")
        if grade:
            self.grades[user] = grade
        text = request.one("comment[text_comment]")
        if text or numbers:
            names = tuple(self.files[number][1] for number in numbers)
            self.comments.setdefault(user, []).append((text, names))
            self.keep(user, text)
        return Reply(200, self._shown(user))
