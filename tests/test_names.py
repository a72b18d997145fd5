"""Spellings of one name meet, and a rubric's declarations are checked."""

from __future__ import annotations

import pytest

from grader.maths.names import SymbolFault, declare, normal


@pytest.mark.parametrize(
    "spellings",
    [
        ("\\eta", "eta", "η"),
        ("w_0", "w_{0}", "w0", "w₀", "\\mathbf{w}_0", "\\boldsymbol{w}_{0}"),
        ("eta_star", "\\eta^*", "η*", "eta*", "\\eta^{\\star}"),
        ("\\hat{w}", "w_hat", "what", "\\hat{\\mathbf w}"),
        ("\\bar y", "ybar", "y_bar", "\\overline{y}"),
        ("\\varepsilon", "epsilon", "ϵ"),
    ],
)
def test_spellings_of_one_name_meet(spellings: tuple[str, ...]) -> None:
    assert len({normal(spelling) for spelling in spellings}) == 1


def test_case_tells_names_apart() -> None:
    assert normal("W") != normal("w")


@pytest.mark.parametrize(
    ("symbols", "sizes", "path", "meant"),
    [
        ({"x": {"scaler": "real"}}, {}, ("x",), "scalar"),
        ({"x": {"scalar": "reel"}}, {}, ("x", "scalar"), "did you mean 'real'?"),
        ({"X": {"matrix": "n"}}, {"n": 3}, ("X", "matrix"), "two dimensions"),
        ({"X": {"matrix": ["n", "m"]}}, {"n": 3}, ("X",), "one of n"),
        ({"X": {"matrix": ["n", "n"], "structure": "orthogonl"}}, {"n": 3}, ("X", "structure"), "orthogonal"),
        ({"x": {"scalar": "real"}, "y": {"scalar": "real", "also": ["x"]}}, {}, ("y",), "not 'x' already"),
        ({"x": {"is": "q + 1"}}, {}, ("x", "is"), "names above it"),
        ({"x": {"scalar": "real", "rnk": "full"}}, {}, ("x", "rnk"), "rank"),
        ({}, {"n": 1}, ("n",), "at least 2"),
        ({}, {"n": 3, "d": 3}, (), "all different"),
    ],
)
def test_a_declaration_that_cannot_be_used_is_a_fault_with_its_path(
    symbols: dict[str, object], sizes: dict[str, int], path: tuple[str, ...], meant: str
) -> None:
    with pytest.raises(SymbolFault) as fault:
        declare(symbols, [sizes] if sizes else [])
    assert fault.value.path == path
    assert meant in fault.value.meant


def test_further_sizes_keep_the_order_of_the_given_ones() -> None:
    sizes = declare({}, [{"n": 3, "d": 5}]).dimensions
    assert len(sizes) == 3
    assert all(each["n"] < each["d"] for each in sizes)
    assert len({tuple(each.items()) for each in sizes}) == 3
