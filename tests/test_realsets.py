"""Unions of points and intervals."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from grader.maths.sameness.realsets import (
    EVERYTHING,
    NOTHING,
    End,
    RealSet,
    combine,
    compare_ends,
    complement,
    difference,
    intersection,
    interval,
    member,
    points,
    roots_of,
    simplest_between,
    union,
)

ROOTS = [*roots_of((-2, 0, 1)), *roots_of((1, -3, 0, 1)), *roots_of((-3, 0, 1))]
fractions = st.fractions(min_value=-5, max_value=5, max_denominator=6)
ends = fractions.map(End) | st.sampled_from(ROOTS)
intervals = st.builds(interval, st.none() | ends, st.none() | ends, st.tuples(st.booleans(), st.booleans()))
sets = st.lists(intervals | st.lists(ends, max_size=3).map(points), max_size=4).map(
    lambda parts: union(*parts) if parts else NOTHING
)


def same(one: RealSet, other: RealSet) -> bool:
    return combine((one, other), lambda flags: flags[0] != flags[1]).empty


def contains(one: RealSet, value: Fraction) -> bool:
    return not intersection(one, points([End(value)])).empty


@given(sets)
def test_the_complement_of_the_complement_is_the_set(one: RealSet) -> None:
    assert complement(complement(one)) == one
    assert same(union(one, complement(one)), EVERYTHING)
    assert intersection(one, complement(one)).empty


@given(sets, sets)
def test_equal_sets_have_one_normal_form(one: RealSet, other: RealSet) -> None:
    assert union(one, other) == union(other, one)
    assert same(one, other) == (union(one, NOTHING) == union(other, NOTHING))


@given(sets, sets, fractions)
def test_operations_mean_what_they_say_for_every_number(one: RealSet, other: RealSet, x: Fraction) -> None:
    left, right = contains(one, x), contains(other, x)
    assert contains(union(one, other), x) == (left or right)
    assert contains(intersection(one, other), x) == (left and right)
    assert contains(difference(one, other), x) == (left and not right)


@given(sets)
def test_a_member_is_in_the_set(one: RealSet) -> None:
    found = member(one)
    assert (found is None) == one.empty
    if found is not None:
        assert not intersection(one, points([found])).empty


@given(sets)
def test_a_whole_member_is_whole_and_in_the_set(one: RealSet) -> None:
    found = member(one, integers=True)
    wholes = [value for value in range(-7, 8) if contains(one, Fraction(value))]
    assert (found is None) == (not wholes)
    if found is not None:
        assert found.fraction is not None
        assert found.fraction.denominator == 1
        assert contains(one, found.fraction)


@given(ends, ends, ends)
def test_ends_are_in_one_order(a: End, b: End, c: End) -> None:
    assert compare_ends(a, b) == -compare_ends(b, a)
    if compare_ends(a, b) <= 0 and compare_ends(b, c) <= 0:
        assert compare_ends(a, c) <= 0


@given(st.fractions(), st.fractions(min_value=Fraction(1, 10**6), max_value=3))
def test_the_simplest_fraction_between_two_has_the_smallest_denominator(
    low: Fraction, width: Fraction
) -> None:
    high = low + width
    found = simplest_between(low, high)
    assert low < found < high
    for denominator in range(1, min(found.denominator, 200)):
        above = low * denominator // 1 + 1
        assert not Fraction(above, denominator) < high


def test_sets_are_shown_as_people_write_them() -> None:
    half_open = interval(End(Fraction(1)), End(Fraction(3)), (True, False))
    assert str(half_open) == "[1, 3)"
    assert str(complement(half_open)) == "(-infinity, 1) or [3, infinity)"
    assert str(union(half_open, points([End(Fraction(5))]))) == "[1, 3) or {5}"
    assert str(NOTHING) == "{}"
    assert str(points(roots_of((-2, 0, 1)))) == "{-1.41421} or {1.41421}"
