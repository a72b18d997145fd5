"""What the targets on the web have in common: sessions with a time limit, waiting when a server is busy."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from grader.deliver import NotDelivered
from grader.html import visible

if TYPE_CHECKING:
    import requests


def session(timeout_s: float) -> requests.Session:
    """A session in which no request waits for ever, and no password file overrules the token."""
    import requests
    from requests.adapters import HTTPAdapter

    class Timed(HTTPAdapter):  # type: ignore[misc]  # requests has no types
        def send(self, *args: Any, **kwargs: Any) -> requests.Response:
            kwargs["timeout"] = kwargs.get("timeout") or timeout_s
            return super().send(*args, **kwargs)

    made = requests.Session()
    made.mount("https://", Timed())
    made.mount("http://", Timed())
    # Without this, requests would put a login of ~/.netrc in the place of the token.
    made.auth = lambda request: request
    return made


def wait_s(response: requests.Response | None) -> float:
    """How long the server asks to wait, 0 if it does not say."""
    given = response.headers.get("Retry-After", "") if response is not None else ""
    return min(float(given), 300.0) if given.isdecimal() else 0.0


def busy(response: requests.Response) -> bool:
    """Whether the server turned a request away, undone, because there were too many."""
    return bool(response.status_code in (429, 503))


def patiently(
    ask: Callable[[], requests.Response], who: str, backoff_s: float, *, tries: int = 6
) -> requests.Response:
    """What the server answers, asked again while it is busy, fails or is silent; for what may be done twice.

    Raises:
        NotDelivered: it did not answer for long.
    """
    import requests

    said = ""
    for attempt in range(tries):
        response = None
        try:
            response = ask()
            if response.status_code < 500 and not busy(response):
                return response
            said = f"{who} failed with status {response.status_code}"
        except requests.RequestException as error:
            said = f"{who} did not answer: {plain(error)}"
        if attempt < tries - 1:
            time.sleep(min(60.0, max(wait_s(response), backoff_s * 2**attempt)))
    raise NotDelivered(said, again=True)


def plain(error: Exception) -> str:
    """What an error says, on one line and not too long."""
    return " ".join(visible(str(error)).split())[:300] or type(error).__name__
