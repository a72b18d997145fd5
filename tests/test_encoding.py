"""What goes into the gradebook as JSON comes out the same."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from grader import encoding
from grader.types import Checklist, Counterexample, EntryMap, Note, Place, Problem

# Any text at all: halves of surrogate pairs and null characters too.
texts = st.text(st.characters(), max_size=20)
credits_ = st.fractions(0, 1) | st.none()
evidence = st.one_of(
    st.builds(
        Counterexample,
        values=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
        got=texts,
        expected=texts,
    ),
    st.builds(
        EntryMap,
        got=st.lists(st.lists(texts, max_size=3).map(tuple), max_size=3).map(tuple),
        right=st.lists(st.lists(st.booleans(), max_size=3).map(tuple), max_size=3).map(tuple),
    ),
    st.builds(Note, kind=st.sampled_from(["convention", "proof", "remark", "hint"]), text=texts),
    st.builds(Checklist, items=st.lists(texts, max_size=3).map(tuple), suggested=credits_),
)
numbers = st.none() | st.integers(1, 10**6)
problems = st.builds(Problem, st.builds(Place, texts, numbers, numbers), texts)


@given(st.lists(evidence, max_size=4).map(tuple))
def test_evidence_comes_back_as_it_was(pieces: tuple[Note, ...]) -> None:
    assert encoding.evidence_from_json(encoding.evidence_to_json(pieces)) == pieces


@given(st.lists(problems, max_size=4).map(tuple))
def test_problems_come_back_as_they_were(found: tuple[Problem, ...]) -> None:
    assert encoding.problems_from_json(encoding.problems_to_json(found)) == found


@given(st.dictionaries(texts, texts, max_size=4))
def test_headings_come_back_in_their_order(headings: dict[str, str]) -> None:
    back = encoding.headings_from_json(encoding.headings_to_json(headings))
    assert list(back.items()) == list(headings.items())


def test_a_suggested_credit_stays_exact() -> None:
    kept = (Checklist(("the sign",), Fraction(1, 3)),)
    assert encoding.evidence_from_json(encoding.evidence_to_json(kept)) == kept
