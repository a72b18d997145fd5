"""A small Moodle web service: one course with one assignment, draft files, grades with feedback."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fakes.web import Reply, Request

TOKEN = "0123456789abcdef"  # noqa: S105
COURSE, PAGE, ASSIGNMENT = 5, 77, 301


@dataclass
class Moodle:
    """`told` counts how often a student was notified, which is once for every saving of a grade."""

    students: dict[int, str]
    most: int = 2
    fault: Callable[[str, int], str | None] = lambda function, number: None
    grades: dict[int, float] = field(default_factory=dict)
    comments: dict[int, str] = field(default_factory=dict)
    files: dict[int, tuple[str, ...]] = field(default_factory=dict)
    told: dict[int, int] = field(default_factory=dict)
    drafts: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def answer(self, request: Request) -> Reply:
        with self.lock:
            if request.path == "/webservice/upload.php":
                return self._faulty("upload", request, self._upload)
            if request.path != "/webservice/rest/server.php":
                return Reply(404, "<html>Not found</html>", {"Content-Type": "text/html"})
            if request.one("wstoken") != TOKEN:
                return _exception("invalidtoken", "Invalid token - token not found")
            function = request.one("wsfunction")
            known = {
                "mod_assign_get_assignments": self._assignments,
                "core_enrol_get_enrolled_users": self._users,
                "mod_assign_get_submission_status": self._status,
                "mod_assign_save_grades": self._save,
            }
            if function not in known:
                return _exception("accessexception", "Access control exception")
            return self._faulty(function.rpartition("_")[2], request, known[function])

    def _faulty(self, kind: str, request: Request, do: Callable[[Request], Reply]) -> Reply:
        number = self.counts.get(kind, 0)
        self.counts[kind] = number + 1
        fault = self.fault(kind, number)
        if fault == "busy":
            return Reply(429, "Too many requests", {"Retry-After": "0"})
        if fault == "fail before":
            return Reply(502, "<html>Bad gateway</html>")
        if fault == "drop before":
            return Reply(drop=True)
        if fault == "dml before":
            return _exception("dmlwriteexception", "Error writing to database")
        reply = do(request)
        if fault == "fail after":
            return Reply(502, "<html>Bad gateway</html>")
        if fault == "dml after":
            return _exception("dmlwriteexception", "Error writing to database")
        return Reply(drop=True) if fault == "drop after" else reply

    def _upload(self, request: Request) -> Reply:
        if request.one("token") != TOKEN or request.one("filearea") != "draft":
            return Reply(200, {"error": "Invalid token - token not found", "errorcode": "invalidtoken"})
        [(name, data)] = request.files.values()
        item = request.one("itemid")
        item = str(9000 + len(self.drafts)) if item == "0" else item
        self.drafts.setdefault(item, []).append((name, data))
        return Reply(200, [{"component": "user", "filearea": "draft", "filename": name, "itemid": int(item)}])

    def _assignments(self, request: Request) -> Reply:
        one = {"id": ASSIGNMENT, "cmid": PAGE, "course": COURSE, "grade": self.most, "teamsubmission": 0}
        there = request.one("courseids[0]") == str(COURSE)
        return Reply(
            200, {"courses": [{"id": COURSE, "assignments": [one]}] if there else [], "warnings": []}
        )

    def _users(self, request: Request) -> Reply:
        return Reply(
            200,
            [
                {"id": user, "username": name, "email": f"{name}@example.edu", "fullname": name.title()}
                for user, name in self.students.items()
            ],
        )

    def _status(self, request: Request) -> Reply:
        user = int(request.one("userid"))
        if user not in self.grades:
            return Reply(200, {"lastattempt": {}, "warnings": []})
        field = {"name": "comments", "text": self.comments[user], "format": 1}
        plugins = [{"type": "comments", "editorfields": [field]}, {"type": "file", "editorfields": []}]
        return Reply(200, {"feedback": {"grade": {}, "plugins": plugins}, "warnings": []})

    def _save(self, request: Request) -> Reply:
        if request.one("assignmentid") != str(ASSIGNMENT):
            return _exception("invalidrecord", "Can not find data record in database table assign.")
        user = int(request.one("grades[0][userid]"))
        grade = float(request.one("grades[0][grade]"))
        if grade > self.most:
            return _exception("invalidparameter", "Invalid parameter value detected")
        plugin = "grades[0][plugindata]"
        draft = request.one(f"{plugin}[files_filemanager]")
        self.grades[user] = grade
        self.comments[user] = request.one(f"{plugin}[assignfeedbackcomments_editor][text]")
        self.files[user] = tuple(name for name, _ in self.drafts[draft])
        self.told[user] = self.told.get(user, 0) + 1
        return Reply(200, "null")


def _exception(code: str, message: str) -> Reply:
    body: dict[str, Any] = {"exception": "moodle_exception", "errorcode": code, "message": message}
    return Reply(200, body)
