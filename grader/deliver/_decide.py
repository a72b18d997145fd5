"""What a person decides about deliveries that may or may not have arrived."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from grader.deliver._ledger import Ledger, State
from grader.errors import StaffError


def assume_sent(ledger: Ledger, target: str, assignment: str, students: Iterable[str]) -> None:
    """Writes down that these students have what was open.

    Raises:
        StaffError: nothing is open for one of them; nothing is written then.
    """
    histories = ledger.histories(target, assignment)
    last = {student: histories[student][-1] for student in students if student in histories}
    wrong = [
        student
        for student in students
        if student not in last or last[student].state not in (State.UNKNOWN, State.SENDING)
    ]
    if wrong:
        raise StaffError(
            f"there is no open delivery to {', '.join(wrong)}; only an open one can be assumed sent"
        )
    for entry in last.values():
        ledger.add(replace(entry, state=State.SENT, detail="a person says it arrived"), after=entry.id)
