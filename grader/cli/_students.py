"""Which student is meant by what somebody typed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.cli._printing import counted
from grader.errors import StaffError


def meant(wanted: str, everyone: Mapping[str, str]) -> str:
    """The key of the student meant by a key, a name, or the beginning of one of its words.

    Raises:
        StaffError: nobody or several are meant, with those who might be.
    """
    from difflib import get_close_matches

    sought = wanted.casefold().strip()
    spelled = {key: (key.casefold(), name.casefold()) for key, name in everyone.items()}
    exact = [key for key, names in spelled.items() if sought in names]
    if wanted in everyone or len(exact) == 1:
        return wanted if wanted in everyone else exact[0]
    begins = exact or [
        key
        for key, names in spelled.items()
        if any(name.startswith(sought) for name in names)
        or any(word.startswith(sought) for name in names for word in _words(name))
    ]
    if len(begins) == 1:
        return begins[0]
    if begins:
        listed = ", ".join(sorted(begins)[:10]) + (", …" if len(begins) > 10 else "")
        raise StaffError(
            f"{wanted!r} may be {counted(len(begins), 'student')}: {listed}; type more of the name"
        )
    words = {word: key for key, names in spelled.items() for name in names for word in (*_words(name), name)}
    near = get_close_matches(sought, words, n=1)
    if near:
        meant = words[near[0]]
        raise StaffError(f"there is no student {wanted!r}; did you mean {meant!r}?")
    raise StaffError(
        f"there is no student {wanted!r} among the {counted(len(everyone), 'student')} with marks"
    )


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", name)
