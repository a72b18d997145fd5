"""One row for each construct: how it is written in LaTeX, plain text and Python, and what is understood."""

from __future__ import annotations

import pytest

from grader.errors import StudentError
from grader.maths.names import NONE, declare, open_symbols
from grader.maths.notation import read, to_text
from grader.maths.tree import Node, call, number, symbol
from grader.types import Notation

LATEX = r"""
\frac1x                                  => 1 / x
\dfrac{1}{2}+\tfrac12                    => 1 / 2 + 1 / 2
a*2\frac{\frac12x}{2}                    => a * 2 * (1 / 2 * x / 2)
\text{speed} = 5                         => speed = 5
2 \text{area}(x)                         => 2 * area * x
x > 2 \text{ or } x < 1                  => x > 2 or x < 1
\begin{cases} 1 & \text{if } x > 2 \\ 0 & \text{otherwise} \end{cases} => {1 if x > 2, 0 otherwise}
\cfrac{1}{1+x}                           => 1 / (1 + x)
\sqrt2                                   => sqrt(2)
\sqrt[3]{x}                              => root(x, 3)
\binom{n}{k}                             => binomial(n, k)
{n \choose k}                            => binomial(n, k)
\begin{pmatrix} a & b \\ c & d \end{pmatrix} => [[a, b], [c, d]]
\begin{array}{cc} a & b \\ c & d \end{array} => [[a, b], [c, d]]
\begin{vmatrix} a & b \\ c & d \end{vmatrix} => det([[a, b], [c, d]])
\begin{cases} x & x>0 \\ 0 & \text{otherwise} \end{cases} => {x if x > 0, 0 otherwise}
\left\{ \begin{array}{ll} x & \text{if } x>0 \\ 0 & x \le 0 \end{array} \right. => {x if x > 0, 0 if x <= 0}
\begin{cases} x+y=1 \\ x-y=3 \end{cases} => [x + y = 1, x - y = 3]
\begin{aligned} y &= x+1 \\ &= 2 \end{aligned} => y = x + 1 = 2
\mathcal{O}(n^2)                         => O(n^2)
\frac{d}{dx} x^2                         => ∂/∂x x^2
\frac{\partial f(x)}{\partial x}         => ∂/∂x f(x)
\frac{d^2}{dx^2} \sin x                  => ∂^2/∂x^2 sin(x)
\frac{\partial^2}{\partial x \partial y} (x y) => ∂/∂x (∂/∂y x * y)
\frac{dy}{dx}                            => dy/dx
\frac{d+1}{d-1}                          => (d + 1) / (d - 1)
\int_a^b f(x)\,dx                        => ∫_{a}^{b} f(x) dx
\int x \mathrm{d}x                       => ∫ x dx
\int \frac{dx}{x} + 3                    => ∫ 1 / x dx + 3
\int_0^1\int_0^1 xy dx dy                => ∫_{0}^{1} ∫_{0}^{1} x * y dx dy
\sum_{i=1}^{n} x_i^2 + c                 => sum_{i = 1}^{n} x_{i}^2 + c
\sum_{i=1}^n \sum_{j=1}^m a_{ij}         => sum_{i = 1}^{n} (sum_{j = 1}^{m} a_{i, j})
x_1 + \sum_{i=2}^n x_i                   => x_{1} + sum_{i = 2}^{n} x_{i}
\prod_{k=1}^n k                          => prod_{k = 1}^{n} k
\lim_{x \to 0^+} \frac{1}{x}             => lim_{x -> 0^+} 1 / x
\lim_{x\to\infty} e^{-x}                 => lim_{x -> ∞} e^-x
x = \pm 2                                => x = ±2
a \mp b                                  => a ∓ b
x \in [1,2] \cup \{3\}                   => x ∈ [1, 2] ∪ {3}
x \notin \mathbb{R}                      => not x ∈ ℝ
\mathbb{R} \setminus \{0\}               => ℝ ∖ {0}
A \cap B                                 => A ∩ B
\emptyset                                => ∅
x>0 \land x<1                            => x > 0 and x < 1
x<0 \lor x>1                             => x < 0 or x > 1
\neg (x=1)                               => not x = 1
x>1 \implies x>0                         => x > 1 => x > 0
x \neq 1                                 => x != 1
\lfloor x \rfloor + \left\lceil y \right\rceil => floor(x) + ceil(y)
(2n)!                                    => factorial(2 * n)
50\%                                     => 50 / 100
90^\circ                                 => 90 * (pi / 180)
a \bmod b                                => mod(a, b)
a \pmod{n}                               => mod(a, n)
\gcd(a,b)                                => gcd(a, b)
\operatorname{lcm}(4,6)                  => lcm(4, 6)
\max\{a,b\}                              => max(a, b)
\log_2 x                                 => log(x, 2)
\log_{10} x                              => log(x, 10)
\lg x                                    => log(x, 10)
\sin^2 x                                 => sin(x)^2
\sin^{-1} x                              => arcsin(x)
\sin 2\pi x                              => sin(2 * pi * x)
\log n \log m                            => log(n) * log(m)
\ln x^2                                  => log(x^2)
\Re z                                    => re(z)
\bar z                                   => z_bar
\overline{z+w}                           => conj(z + w)
\left|x-\left|y\right|\right|            => abs(x - abs(y))
\|x\|_2^2 + \lVert A\rVert_F + \|x\|_1   => norm(x)^2 + norm(A) + norm(x, 1)
\mathbb{1}[x>0]                          => 1[x > 0]
\mathbf{1}_{x>0}                         => 1[x > 0]
x \cdot 1[x>0]                           => x * 1[x > 0]
52{,}444                                 => 52444
52,444,644                               => 52444644
0.\overline{3}                           => 1/3
0.1\dot{6}                               => 1/6
1\frac{2}{3}                             => 1 + 2 / 3
2\cdot 1\frac{1}{2}                      => 2 * (1 + 1 / 2)
3 \times 10^{5}                          => 3 * 10^5
[a,b)                                    => [a, b)
]a,b[                                    => (a, b)
\left(0,1\right]                         => (0, 1]
(-\infty, 3]                             => (-∞, 3]
\{1,2,3\}                                => {1, 2, 3}
0<x\le 1                                 => 0 < x <= 1
x=1, y=2                                 => [x = 1, y = 2]
x=1 \text{ or } x=2                      => x = 1 or x = 2
19, 46, \text{ and } 82                  => [19, 46, 82]
x^2_i                                    => x_i^2
x_{\mathrm{max}}                         => x_max
3+2i                                     => 3 + 2 * i
f'(x+1)                                  => f'(x + 1)
\Gamma(n)                                => Gamma(n)
\langle x, y\rangle                      => dot(x, y)
\boxed{7}                                => 7
"""
PLAIN = """
x₁+x₂ | x1 + x2
1½ | 1 + 1 / 2
2√3 + √(x+1) | 2 * sqrt(3) + sqrt(x + 1)
x ≤ 3 | x <= 3
x·y × z | x * y * z
∑_{i=1}^n x_i | sum_{i = 1}^{n} x_{i}
sum_{i=1}^n x_i^2 | sum_{i = 1}^{n} x_{i}^2
prod_{i=1}^3 i | prod_{i = 1}^{3} i
∫_0^1 xdx | ∫_{0}^{1} x dx
lim_{x->0} sin(x)/x | lim_{x -> 0} sin(x) / x
d/dx x^2 | ∂/∂x x^2
x ∈ (0, 1] | x ∈ (0, 1]
{1, 2} ∪ {3} | {1, 2} ∪ {3}
A ∩ ∅ | A ∩ ∅
3 ± 2 | 3 ± 2
n! | factorial(n)
50% | 50 / 100
max(0,x) | max(0, x)
x * 1[x>0] | x * 1[x > 0]
{x if x>0, 0 otherwise} | {x if x > 0, 0 otherwise}
x if x>0 else 0 | {x if x > 0, 0 otherwise}
x=1 or x=2 | x = 1 or x = 2
x = 1 or 2 | x = 1 or x = 2
2 ln x | 2 * log(x)
||x|| + |x| | norm(x) + abs(x)
log2(n) + log_3 n | log(n, 2) + log(n, 3)
1.5e3 | 1.5e3
x != 1 | x != 1
x>1 => x>0 | x > 1 => x > 0
2 sin x cos x | 2 * sin(x) * cos(x)
xsin(x) | x * sin(x)
x^2y | x^2 * y
2^3^2 | 2^(3^2)
e^(i pi) | e^(i * pi)
(0, oo) | (0, ∞)
f''(x) | f''(x)
x mod 3 | mod(x, 3)
⌊x⌋ | floor(x)
not (x>0) | not x > 0
x = y = z | x = y = z
"""
PYTHON = """
x[0] + x[i - 1] => x_{1} + x_{i}
X[i, j] => X_{i + 1, j + 1}
sum(x[i]**2 for i in range(n)) => sum_{i = 0}^{n - 1} x_{i + 1}^2
sum(i for i in range(1, n + 1)) => sum_{i = 1}^{n} i
x if x > 0 else 0 => {x if x > 0, 0 otherwise}
x > 0 and not y <= 1 => x > 0 and not y <= 1
0 < x <= 1 => 0 < x <= 1
{1, 2} => {1, 2}
factorial(n) + log(x, 10) => factorial(n) + log(x, 10)
math.sqrt(x) + np.abs(y) => sqrt(x) + abs(y)
E**(I*pi) => e^(i * pi)
2j + 1 => 2 * i + 1
Eq(x, 1) => x = 1
And(x > 0, Ne(x, 1)) => x > 0 and x != 1
Implies(x > 1, x > 0) => x > 1 => x > 0
Interval(a, b, True, False) => (a, b]
Interval.open(0, oo) => (0, ∞)
Union(Interval(0, 1), FiniteSet(3)) => [0, 1] ∪ {3}
Complement(S.Reals, {0}) => ℝ ∖ {0}
Matrix([[1, 2], [3, 4]]) => [[1, 2], [3, 4]]
Integral(f(x), (x, 0, 1)) => ∫_{0}^{1} f(x) dx
diff(x**3, x, 2) => ∂^2/∂x^2 x^3
Derivative(f(x, y), x, y) => ∂/∂y (∂/∂x f(x, y))
Sum(1/k, (k, 1, n)) => sum_{k = 1}^{n} 1 / k
Product(k, (k, 1, n)) => prod_{k = 1}^{n} k
Limit(sin(x)/x, x, 0) => lim_{x -> 0} sin(x) / x
Piecewise((x, x > 0), (0, True)) => {x if x > 0, 0 otherwise}
Max(x, 0) + ceiling(y) + conjugate(z) => max(x, 0) + ceil(y) + conj(z)
acoth(x) + log2(x) => arctanh(1 / x) + log(x, 2)
x % 3 + x // 2 => mod(x, 3) + floor(x / 2)
True => True
"""


def rows(table: str) -> list[tuple[str, str]]:
    """The rows of a table; what is understood may contain an arrow too."""
    parts = (line.partition("=>") for line in table.strip().splitlines())
    return [(typed.strip(), understood.strip()) for typed, _, understood in parts]


@pytest.mark.parametrize(("typed", "understood"), rows(LATEX))
def test_every_construct_of_latex_is_understood(typed: str, understood: str) -> None:
    assert to_text(read(typed, NONE, "latex", undeclared=True)) == understood


@pytest.mark.parametrize(
    ("typed", "understood"), [line.rsplit(" | ", 1) for line in PLAIN.strip().splitlines()]
)
def test_every_construct_of_plain_text_is_understood(typed: str, understood: str) -> None:
    assert to_text(read(typed, NONE, "plain", undeclared=True)) == understood


@pytest.mark.parametrize(("typed", "understood"), rows(PYTHON))
def test_every_construct_of_python_is_understood(typed: str, understood: str) -> None:
    assert to_text(read(typed, NONE, "python", undeclared=True)) == understood


DECLARED = declare(
    {
        "X": {"matrix": ["n", "d"]},
        "W1": {"matrix": ["d", "d"], "also": ["W^{(1)}"]},
        "a": {"vector": "n"},
        "w": {"vector": "d"},
        "z": {"scalar": "complex"},
    },
    [{"n": 3, "d": 5}],
)


@pytest.mark.parametrize(
    ("typed", "notation", "understood"),
    [
        (r"\sum_{i=1}^n a_i X_{i,1}", "latex", "sum_{i = 1}^{n} a_{i} * X_{i, 1}"),
        (r"\sum_i a_i^2", "latex", "sum_{i = 1}^{n} a_{i}^2"),
        (r"X_{12} + a_2", "latex", "X_{1, 2} + a_{2}"),
        (r"\sum_{j=1}^{d} W^{(1)}_{jj}", "latex", "sum_{j = 1}^{d} W1_{j, j}"),
        (r"(X^\top X)_{1,2}", "latex", "(X' * X)_{1, 2}"),
        (r"\bar z + \overline{z}", "latex", "conj(z) + conj(z)"),
        (r"\int_0^1 t\,dt", "latex", "∫_{0}^{1} t dt"),
        ("sum_{k=1}^n k a_k", "plain", "sum_{k = 1}^{n} k * a_{k}"),
        ("a[0] * z", "python", "a_{1} * z"),
    ],
)
def test_bound_names_are_known_inside_only(typed: str, notation: Notation, understood: str) -> None:
    assert to_text(read(typed, DECLARED, notation)) == understood


@pytest.mark.parametrize("typed", [r"\sum_{i=1}^n a_i + i_2", r"\sum_{k=1}^n a_k + k", r"\int_0^1 t dt + t"])
def test_a_bound_name_is_unknown_outside(typed: str) -> None:
    with pytest.raises(StudentError, match="unknown name"):
        read(typed, DECLARED, "latex")


@pytest.mark.parametrize(
    ("typed", "notation", "code"),
    [
        (r"f^{-1}(x)", "latex", "ambiguous"),
        (r"x \% 3", "latex", "syntax"),
        (r"x!!", "latex", "syntax"),
        (r"1, 2, \dots, n", "latex", "dots"),
        (r"\iint x", "latex", "unknown-command"),
        (r"\sum_i x_i", "latex", "syntax"),
        (r"\frac13 \text{meters}", "latex", "unit"),
        (r"x = 5\,\text{ cm}", "latex", "unit"),
        (r"12 \text{ m}^2", "latex", "unit"),
        (r"9.8 \mathrm{~m} / \mathrm{s}^2", "latex", "unit"),
        (r"\frac{x}{2} \text{ hours}.", "latex", "unit"),
        (r"5 \text{ meters per second}", "latex", "words"),
        # a colon: a label, a range, a set, a time, a sum that it could end at
        ("eta: 1/4", "plain", "character"),
        ("f: x", "plain", "character"),
        ("x[1:2]", "plain", "character"),
        (r"\{x : x>0\}", "latex", "character"),
        ("12:00", "latex", "character"),
        ("1:2:3", "plain", "character"),
        ("1:2 + 3", "plain", "ambiguous"),
        ("3 - 1:2", "latex", "ambiguous"),
        ("x^2", "python", "syntax"),
        ("LambertW(x)", "python", "unknown-name"),
        ("0x1f", "python", "syntax"),
        ("x[-1]", "python", "syntax"),
    ],
)
def test_what_could_mean_two_things_is_refused(typed: str, notation: Notation, code: str) -> None:
    with pytest.raises(StudentError) as error:
        read(typed, NONE, notation, undeclared=True)
    assert error.value.code == code


def test_open_symbols_say_what_each_free_name_is() -> None:
    tree = read(r"\sum_{i=1}^{m-1} x_i f(y) + \binom{k}{2} z", NONE, "latex", undeclared=True)
    table = open_symbols([tree], domain="positive").table
    kinds = {name: (found.kind, found.domain) for name, found in table.items()}
    assert kinds["m"] == kinds["k"] == ("scalar", "integer")
    assert kinds["y"] == kinds["z"] == ("scalar", "positive")
    assert kinds["f"][0] == "function"
    assert "i" not in kinds


def test_open_symbols_keep_what_is_declared() -> None:
    tree = read("X a + b", DECLARED, "plain", undeclared=True)
    found = open_symbols([tree], DECLARED)
    assert found.table["X"].kind == "matrix"
    assert found.find("b") is not None


def test_a_letter_with_an_index_is_one_name_in_every_notation() -> None:
    spellings: list[tuple[str, Notation]] = [
        ("x_{1}", "latex"),
        ("x_1", "plain"),
        ("x₁", "plain"),
        ("x_1", "python"),
    ]
    assert {read(text, NONE, notation, undeclared=True) for text, notation in spellings} == {symbol("x1")}


def test_logarithms_to_a_base_and_functions_of_reciprocals_are_written_out() -> None:
    assert read("lg x", NONE, "plain", undeclared=True) == call("log", symbol("x"), number(10))
    assert read("arcsech(x)", NONE, "plain", undeclared=True) == call(
        "arccosh", Node("divide", (number(1), symbol("x")))
    )
