"""Times as platforms write them, and what is not taken for one."""

from __future__ import annotations

import pytest

from grader.times import read_time

READ = {
    "2024-02-01 10:11:12.123 -08:00": "2024-02-01T10:11:12-08:00",
    "2015-02-02 14:58:23.948203 America/Los_Angeles": "2015-02-02T14:58:23-08:00",
    "2015-07-02 14:58:23.948203 America/Los_Angeles": "2015-07-02T14:58:23-07:00",
    "2015-02-02 14:58:23.948203 UTC": "2015-02-02T14:58:23+00:00",
    "2024-02-01T10:11:12Z": "2024-02-01T10:11:12+00:00",
    "2021-02-11-23-59-58": "2021-02-11T23:59:58",
    "Friday, 12 February 2021, 11:59 PM": "2021-02-12T23:59:00",
    "12 February 2021, 12:05 AM": "2021-02-12T00:05:00",
    "Oct 10, 2025 1022 AM": "2025-10-10T10:22:00",
    "Oct 1, 2025 922 PM": "2025-10-01T21:22:00",
    "Friday, February 12, 2021 11:59:00 PM EST": "2021-02-12T23:59:00",
}


@pytest.mark.parametrize("text", READ)
def test_a_time_of_a_platform_is_read(text: str) -> None:
    read = read_time(text)
    assert read is not None
    assert read.isoformat() == READ[text]


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "yesterday", "2024-13-01 10:11:12", "Freitag, 12. Februarius 2021", "9" * 500),
        *("31 February 2021, 11:00 AM", "12 February 2021, 13:00 PM", "2024-02-01 10:11:12 and more"),
    ],
)
def test_what_is_no_time_is_not_guessed_at(text: str) -> None:
    assert read_time(text) is None
