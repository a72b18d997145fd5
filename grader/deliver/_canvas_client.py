"""canvasapi as we use it: requests that end, and waiting where Canvas is busy."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import requests
from canvasapi.exceptions import CanvasException, InvalidAccessToken
from canvasapi.requester import Requester

from grader.deliver import NotDelivered, _addresses, _web
from grader.errors import StaffError

_TRIES: Final = 6
_T = TypeVar("_T")


class Client(Requester):  # type: ignore[misc]  # canvasapi has no types
    """A requester with a time limit, which never shows the token to another site."""

    def __init__(self, url: str, token: str, *, timeout_s: float, backoff_s: float) -> None:
        super().__init__(url, token)
        self._session = _web.session(timeout_s)
        self._backoff_s = backoff_s

    def close(self) -> None:
        """Ends the connections."""
        self._session.close()

    def request(self, method: str, endpoint: str | None = None, **more: Any) -> Any:
        """One request, as canvasapi makes it.

        Raises:
            StaffError: the token is refused.
        """
        if (url := more.get("_url")) and not _addresses.is_private(url):
            raise StaffError(f"Canvas wants the report to be put at {url[:80]}, where others could read it")
        self._cache.clear()
        try:
            return super().request(method, endpoint, **more)
        except InvalidAccessToken:
            raise StaffError(
                f"{self.original_url} refused the access token: make a new one in Canvas under Account, "
                "Settings, and put it into GRADER_CANVAS_TOKEN or the keyring"
            ) from None

    def last(self) -> requests.Response | None:
        """The last response, None if there was none."""
        return self._cache[0] if self._cache else None

    def throttled(self) -> bool:
        """Whether the last request was turned away, undone, because there were too many."""
        last = self.last()
        if last is None or last.status_code not in (403, 429):
            return False
        # Until 2025 it was a 403 that says so.
        return last.status_code == 429 or "rate limit exceeded" in last.text.lower()

    def patiently(self, ask: Callable[[], _T]) -> _T:
        """What is asked for, tried again while Canvas is busy or silent; only for what may be done twice.

        Raises:
            NotDelivered: Canvas did not answer for long.
            CanvasException: Canvas refused it.
        """
        for attempt in range(_TRIES):
            try:
                return ask()
            except CanvasException as error:
                if not self.throttled() and type(error) is not CanvasException:
                    raise
                said = "is busy" if self.throttled() else f"failed: {_web.plain(error)}"
            except requests.RequestException as error:
                said = f"did not answer: {_web.plain(error)}"
            if attempt < _TRIES - 1:
                time.sleep(min(60.0, max(_web.wait_s(self.last()), self._backoff_s * 2**attempt)))
        raise NotDelivered(f"Canvas {said}", again=True)
