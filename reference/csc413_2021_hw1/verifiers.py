"""Hard-coded networks: is a number in a list, is a list a permutation, and sorting four numbers.

The units of the first two fire on small inputs only: their activation is 1 on [-1, 1] and 0 elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations, product
from random import Random

Row = tuple[Fraction, ...]


def fires(z: Fraction = Fraction(0)) -> int:
    """The activation of the sheet: 1 for -1 <= z <= 1, else 0."""
    return int(-1 <= z <= 1)


@dataclass(frozen=True, slots=True)
class Verifier:
    """Four inputs, three hidden units and one output: rows of W1, b1, w2 and b2."""

    hidden: tuple[Row, ...]
    hidden_bias: Row
    output: Row
    output_bias: Fraction

    def answer(self, inputs: Sequence[int]) -> int:
        """1 where the network says that the last input is among the others."""
        h = [
            fires(sum((w * x for w, x in zip(row, inputs, strict=True)), bias))
            for row, bias in zip(self.hidden, self.hidden_bias, strict=True)
        ]
        return fires(sum((w * unit for w, unit in zip(self.output, h, strict=True)), self.output_bias))


def _differences(scale: int, *, query: int = 3) -> tuple[Row, ...]:
    """Rows that give `scale` times the query minus each of the other inputs."""
    others = [position for position in range(4) if position != query]
    return tuple(
        tuple(Fraction(scale * ((at == query) - (at == other))) for at in range(4)) for other in others
    )


# At most one of three distinct numbers equals the fourth, so at most one hidden unit is 1: the output
# sees -2 without it and -1 with it.
MEMBER = Verifier(
    _differences(2),
    (Fraction(0),) * 3,
    (Fraction(1),) * 3,
    Fraction(-2),
)


def hidden_weights() -> tuple[Row, ...]:
    """W1, 3 x 4: twice the difference of x4 and each list entry, which is 0 or at least 2 away from it."""
    return MEMBER.hidden


def hidden_bias() -> Row:
    """b1, three zeros."""
    return MEMBER.hidden_bias


def output_weights() -> Row:
    """w2, three ones."""
    return MEMBER.output


def output_bias() -> Fraction:
    """b2 = -2."""
    return MEMBER.output_bias


# Networks that many write instead.
NEIGHBOURS = replace(MEMBER, hidden=_differences(1))  # fires on x4 = xi + 1 and xi - 1 as well
ALWAYS = replace(MEMBER, output_bias=Fraction(-1))  # -1 is inside [-1, 1]
NEVER = replace(MEMBER, output=(Fraction(-2),) * 3)  # -2 without a member, -4 with one
FIRST = replace(MEMBER, hidden=_differences(2, query=0))  # asks for x1 among x2, x3, x4
UNBIASED = replace(MEMBER, output=(Fraction(2),) * 3, output_bias=Fraction(0))  # 0 is inside [-1, 1]


def member_inputs() -> tuple[tuple[int, ...], ...]:
    """All inputs of integers from -4 to 4 whose first three are distinct: 4536."""
    return tuple(x for x in product(range(-4, 5), repeat=4) if len(set(x[:3])) == 3)


def verifier_inputs() -> tuple[tuple[int, ...], ...]:
    """The same, and 3000 of large integers: queries at a number of the list, next to it, and far from it."""
    draw = Random(413)  # noqa: S311 - no secret, only numbers
    large = []
    for _ in range(300):
        size = 10 ** draw.randint(2, 9)
        first, second, third = draw.sample(range(-size, size), 3)
        near = [entry + step for entry in (first, second, third) for step in (0, 1, -1)]
        large += [(first, second, third, query) for query in (*near, draw.randint(-2 * size, 2 * size))]
    return (*member_inputs(), *large)


def is_member(inputs: Sequence[int] = (0, 0, 0, 0)) -> int:
    """1 where the last of four numbers is among the others."""
    return int(inputs[-1] in inputs[:-1])


def is_adjacent(inputs: Sequence[int] = (0, 0, 0, 0)) -> bool:
    """Whether the last number is next to one of the others."""
    return any(abs(inputs[-1] - entry) == 1 for entry in inputs[:-1])


def _weights(network: Verifier) -> tuple[object, ...]:
    """W1, b1, w2 and b2, with a row of weights for each unit."""
    return (network.hidden, network.hidden_bias, (network.output,), (network.output_bias,))


def member_network() -> tuple[object, ...]:
    """Weights that find a number in a list."""
    return _weights(MEMBER)


def neighbours_network() -> tuple[object, ...]:
    """Weights that fire on adjacent integers as well."""
    return _weights(NEIGHBOURS)


def always_network() -> tuple[object, ...]:
    """Weights that fire for every input."""
    return _weights(ALWAYS)


def never_network() -> tuple[object, ...]:
    """Weights that never fire."""
    return _weights(NEVER)


def first_network() -> tuple[object, ...]:
    """Weights that look for the first number among the others."""
    return _weights(FIRST)


def unbiased_network() -> tuple[object, ...]:
    """Weights without biases."""
    return _weights(UNBIASED)


# Permutations of three distinct numbers.


def equal_pairs(first: Sequence[int], second: Sequence[int]) -> list[int]:
    """Nine hidden units: 1 where an entry of the first list equals one of the second."""
    return [fires(Fraction(2 * (a - b))) for a in first for b in second]


def is_permutation_by_count(first: Sequence[int], second: Sequence[int]) -> int:
    """The output fires where three of the nine units do: the sum minus 3, doubled."""
    return fires(Fraction(2 * (sum(equal_pairs(first, second)) - 3)))


def is_permutation_by_members(first: Sequence[int], second: Sequence[int]) -> int:
    """Three copies of the network above, one for each entry of the second list; all of them fire."""
    return fires(Fraction(2 * (sum(MEMBER.answer((*first, entry)) for entry in second) - 3)))


def is_permutation_by_cases(first: Sequence[int], second: Sequence[int]) -> int:
    """One unit for each of the six orders, which fires where its three pairs are equal; one of them does."""
    pairs = equal_pairs(first, second)
    orders = [
        fires(Fraction(2 * (sum(pairs[3 * row + column] for row, column in enumerate(order)) - 3)))
        for order in permutations(range(3))
    ]
    return fires(Fraction(2 * (sum(orders) - 1)))


# Sorting four numbers.

COMPARATORS = ((0, 1), (2, 3), (0, 2), (1, 3), (1, 2))


def sort_four(
    numbers: Sequence[Fraction], comparators: Sequence[tuple[int, int]] = COMPARATORS
) -> list[Fraction]:
    """The numbers after each comparator put a pair in order, by ReLU units alone.

    The smaller of a and b is a - relu(a - b), the larger is b + relu(a - b).
    """
    sorted_ = list(numbers)
    for low, high in comparators:
        excess = max(Fraction(0), Fraction(sorted_[low] - sorted_[high]))
        sorted_[low], sorted_[high] = sorted_[low] - excess, sorted_[high] + excess
    return sorted_
