"""Random edits of formulas, for fuzz.py: tokens dropped, doubled, nested, or put in from elsewhere."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from typing import Final

from grader.types import Notation

SEEDS: Final[dict[Notation, Sequence[str]]] = {
    "plain": (
        "2/n X' (X w - t)",
        "n norm(X' a)^2 / (2 norm(X X' a)^2)",
        "max(0, x) + |x - 1|",
        "(x^2 - 1)/(x - 1)",
        "2XᵀXw + ½λ²·√(x+1) ≤ 3",
        "sum_{i=1}^n x_i^2",
        "{1, 2, 3} ∪ [0, 1)",
        "x = 1 or x = -1",
        "ln(1 + e^x) - x/2",
        "5% + 3! + 1 000,5 × 10^-3",
        "[[1, 2], [3, x]]",
        "f'(x) + g(h(x))^2",
        "(1, 2) + t (3, 4)",
        "a' (A + p I)^-1 a",
        "O(n log n)",
        "1/0 + 0^0 + inf + nan",
        "x⁻¹ + x₁₂ ± √2 - ∞",
        "3 < x <= 5 and y != 2",
    ),
    "latex": (
        r"\frac{2}{n}\mathbf{X}^\top\left(\mathbf{X}\mathbf{w}-\mathbf{t}\right)",
        r"\sum_{i=1}^{n} \frac{x_i^{2}}{i!} + \prod_{k=0}^{3} (x+k)",
        r"\begin{pmatrix} 1 & 2 \\ 3 & x \end{pmatrix}^{-1}",
        r"\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}",
        r"\int_0^1 x^2 \, dx + \frac{d}{dx} \sin^2 x",
        r"\lim_{x \to 0^+} \frac{\sin x}{x}",
        r"\left\{ x \mid x^2 = 1 \right\} \cup \emptyset",
        r"\lVert X w \rVert_2^2 + \sqrt[3]{x} + \binom{n}{k}",
        r"\hat{W}^{(1)} \odot \sigma'(z) \cdot \log_2 8",
        r"x \in [0, 1) \cup (2, \infty)",
        r"\boxed{\frac12} \quad \text{and} \quad \dfrac{1}{3}\%",
        r"-2 \le x \le 7, \; \pm 3, \; 12{,}345",
        r"\lfloor x \rfloor + |{-x}| + \operatorname{tr}(A) \bmod 3",
        r"\mathcal{O}(n^{2}\log n)",
        r"(6 \ 12 \ 18) \times 10^{-3} \div \frac{\partial L}{\partial w}",
    ),
    "python": (
        "X.T @ np.linalg.inv(X @ X.T + p*np.eye(3)) @ a",
        "np.linalg.norm(X.T @ a)**2 / 2",
        "Eq(x**2 - 1, 0) | (x < 3)",
        "Matrix([[1, 2], [3, x]])*Matrix([x, 1])",
        "Integral(sin(x)**2, (x, 0, pi)) + Sum(1/k**2, (k, 1, oo))",
        "Piecewise((x, x > 0), (0, True))",
        "Or(And(x >= 1, 2*x < x - 1), Ne(x, 3))",
        "Interval.Ropen(0, 1) + FiniteSet(2, 3)",
        "np.array([[1., 2e-3], [3, 4]]).sum(axis=0)[1:]",
        "lambda x: x if x > 0 else -x",
        "Derivative(f(x), x) + Limit(a, x, 3, dir='+')",
        "max(x, 0) % 3 // 2 ** -1 + 0x1f + 1_000 + 1j",
        "log(x, 2) + sqrt(x**2)*Abs(x) - factorial(k)",
        "np.where(x > 0, x, 0.1*x)",
    ),
}

_TOKEN: Final = re.compile(r"\\[a-zA-Z]+|\\.|[A-Za-z_]+|\d+|\s+|.", re.DOTALL)
_ODD: Final = (
    *("", "(", ")", "[", "]", "{", "}", "|", "||", "\\left(", "\\right.", "\\left|", "\\{", "\\}"),
    *("^", "^{", "_", "_{", "'", "''", "**", "//", "!", "!!", "%", "°", "=", "==", "!=", "<=", "≤", "<"),
    *("+", "-", "--", "±", "*", "/", "×", "÷", "·", "\\cdot ", "\\over ", "&", "\\\\", "~", "\\,", ",", ";"),
    *("0", "1", "-1", "1/0", "0^0", "9^9^9", "1e999", "1e-400", "0.1", "10^(10^9)", "99999999999999999999"),
    *("inf", "nan", "oo", "∞", "i", "e", "pi", "π", "I", "E", "j", "x", "X", "a", "n", "σ", "λ", "\\lambda "),
    *("sqrt(", "√", "log(", "ln ", "exp(", "sin ", "sin^-1 ", "abs(", "max(", "norm(", "floor(", "f(", "O("),
    *("\\frac", "\\frac{", "\\sqrt[", "\\sum_", "\\int ", "\\lim_{x \\to 0}", "\\text{", "\\begin{cases}"),
    *(
        "\\end{cases}",
        "\\begin{pmatrix}",
        "\\end{pmatrix}",
        "\\mathbf{",
        "\\hat ",
        "\\partial ",
        "dx",
        "\\in ",
    ),
    *(
        ".T",
        "@",
        "np.",
        "np.linalg.inv(",
        "Eq(",
        "Matrix([",
        "lambda x: ",
        " if ",
        " else ",
        "for",
        "[0]",
        ":",
    ),
    *(" or ", " and ", "∪", "∩", "∈", "ℝ", "where x = ", "é", "\u202e", "\0", "\ud800", "💥", "１", "x̂", "ﬁ"),
)


def mutated(text: str, draw: random.Random, pool: Sequence[str], edits: int) -> str:
    """The text after so many random edits."""
    tokens = _TOKEN.findall(text)
    for _ in range(edits):
        tokens = _edited(tokens, draw, pool)
    return "".join(tokens)[:20_000]


def _edited(tokens: list[str], draw: random.Random, pool: Sequence[str]) -> list[str]:
    at = draw.randrange(len(tokens) + 1)
    to = min(len(tokens), at + draw.choice((1, 1, 2, 4, 9)))
    match draw.randrange(9):
        case 0:
            return tokens[:at] + tokens[to:]
        case 1:
            return tokens[:at] + tokens[at:to] * draw.choice((2, 2, 3, 300)) + tokens[to:]
        case 2:
            return tokens[:at] + tokens[at:to][::-1] + tokens[to:]
        case 3 | 4:
            return [*tokens[:at], draw.choice(_ODD), *tokens[at:]]
        case 5:
            return [*tokens[:at], draw.choice(_ODD), *tokens[to:]]
        case 6:
            other = _TOKEN.findall(draw.choice(pool))
            start = draw.randrange(len(other) + 1)
            return tokens[:at] + other[start : start + draw.choice((1, 3, 9, 99))] + tokens[to:]
        case 7:
            depth = draw.choice((1, 1, 1, 2, 60, 2_000))
            left, right = draw.choice(
                (("(", ")"), ("{", "}"), ("|", "|"), ("sqrt(", ")"), ("-", ""), ("", "^2"))
            )
            return [*tokens[:at], left * depth, *tokens[at:to], right * depth, *tokens[to:]]
        case _:
            return [*tokens[:at], str(draw.choice((0, 1, 2, 3, 7, 10**6, 10**30, 0.5))), *tokens[to:]]


def smaller(text: str) -> Iterator[str]:
    """The text with a piece left out: halves first, then less and less, then with simpler tokens."""
    tokens = _TOKEN.findall(text)
    size = len(tokens) // 2
    while size:
        for at in range(0, len(tokens), size):
            yield "".join(tokens[:at] + tokens[at + size :])
        size //= 2
    if len(tokens) < 200:
        for at, token in enumerate(tokens):
            for simple in ("1", "x"):
                if token not in ("1", "x") and (token.isalnum() or token.startswith("\\")):
                    yield "".join([*tokens[:at], simple, *tokens[at + 1 :]])
