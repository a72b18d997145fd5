"""The fields of a form: under a limit, only from forms this page made, and never an address elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException

from grader.review import guard

if TYPE_CHECKING:
    from starlette.requests import Request

_LARGEST: Final = 200_000
_MOST_FIELDS: Final = 2_000

Form = Mapping[str, Sequence[str]]


async def fields(request: Request, token: str) -> Form:
    """The fields of a form that this page made.

    Raises:
        HTTPException: it is too large, of another kind, or does not bear the token.
    """
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        raise HTTPException(415, "A form of this page is meant.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise HTTPException(413, "The form is too large.")
    try:
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise HTTPException(413, "The form has too many fields.") from None
    if not guard.is_form_token(one(form, "token"), token):
        raise HTTPException(403, "The form is not of this page; load the page again.")
    return form


def one(form: Form, name: str) -> str:
    """The first value of a field; empty if there is none."""
    return form.get(name, [""])[0]


def ids(texts: Sequence[str]) -> tuple[int, ...]:
    """The ids of marks, as a form names them.

    Raises:
        HTTPException: these are none.
    """
    if not texts or not all(text.isdecimal() and len(text) < 19 for text in texts):
        raise HTTPException(400, "The form names no marks.")
    return tuple(map(int, texts))


def chosen(form: Form, name: str, count: int) -> tuple[int, ...]:
    """Which of a number of boxes are ticked, in their order."""
    numbers = {int(text) for text in form.get(name, ()) if text.isdecimal() and len(text) < 5}
    return tuple(sorted(one for one in numbers if one < count))


def own_address(text: str) -> str:
    """An address of this page, or its start: never one that leads elsewhere."""
    ours = (
        text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable() and len(text) < 300
    )
    return text if ours else "/"
