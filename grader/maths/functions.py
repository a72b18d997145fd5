"""The functions every formula may use, how many arguments they take, and their other spellings."""

from __future__ import annotations

_ONE_ARGUMENT = (
    "exp sqrt abs sign sin cos tan sec csc cot sinh cosh tanh sech csch coth arcsin arccos arctan arcsec "
    "arccsc arccot arcsinh arccosh arctanh floor ceil round factorial gamma re im conj arg relu logistic "
    "softmax erf heaviside inv pinv diag trace det rank transpose dag total mean eye"
).split()
_ANY = tuple(range(1, 100))

# From the canonical name to the numbers of arguments.
FUNCTIONS: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(_ONE_ARGUMENT, (1,)),
    **dict.fromkeys(("log", "norm", "zeros", "ones"), (1, 2)),
    **dict.fromkeys(
        ("root", "arctan2", "binomial", "mod", "dot", "cross", "outer", "solve", "lstsq", "row_of"), (2,)
    ),
    **dict.fromkeys(("max", "min", "gcd", "lcm"), _ANY),
}
_SPELLINGS = {
    "ln": "log",
    "Log": "log",
    "tr": "trace",
    "Tr": "trace",
    "Det": "det",
    "Determinant": "det",
    "Trace": "trace",
    "Transpose": "transpose",
    "Inverse": "inv",
    "rk": "rank",
    "rang": "rank",
    "ReLU": "relu",
    "sgn": "sign",
    "signum": "sign",
    "inverse": "inv",
    "pseudoinverse": "pinv",
    "Diag": "diag",
    "sigmoid": "logistic",
    "Abs": "abs",
    "Max": "max",
    "Min": "min",
    "ceiling": "ceil",
    "fact": "factorial",
    "Gamma": "gamma",
    "binom": "binomial",
    "comb": "binomial",
    "Mod": "mod",
    "Re": "re",
    "Im": "im",
    "Arg": "arg",
    "conjugate": "conj",
    "cosec": "csc",
    "arccosec": "arccsc",
    "atan2": "arctan2",
    "cth": "coth",
    "sh": "sinh",
    "ch": "cosh",
    "th": "tanh",
    "ctg": "cot",
    "tg": "tan",
    "arctg": "arctan",
    "nthroot": "root",
    "Heaviside": "heaviside",
    **{f"a{name}": f"arc{name}" for name in ("sin", "cos", "tan", "sec", "csc", "cot")},
    **{f"a{name}": f"arc{name}" for name in ("sinh", "cosh", "tanh")},
    **{f"ar{name}": f"arc{name}" for name in ("sinh", "cosh", "tanh")},
}
# Functions with a meaning of their own that is not worked out here; as a name of any function they would be
# proved different from what they equal.
NOT_WORKED_OUT = frozenset(
    "LambertW zeta beta sinc Ei Si Ci Shi Chi li Li expint erfc erfi erfinv digamma polygamma loggamma "
    "uppergamma lowergamma besselj bessely besseli besselk airyai airybi hyper meijerg elliptic_k elliptic_e "
    "legendre chebyshevt chebyshevu hermite laguerre jacobi gegenbauer fibonacci lucas bernoulli euler "
    "catalan harmonic subfactorial factorial2 rf ff KroneckerDelta LeviCivita DiracDelta Poly degree LC "
    "isprime prime primepi totient divisors Dirichlet polylog fresnels fresnelc".split()
)
# What `is:` of a declared function may say.
MEANINGS = ("logistic", "tanh", "relu", "exp", "log", "sin", "cos", "softmax")
# f^{-1} is the inverse function for these only.
INVERSES = {name: f"arc{name}" for name in "sin cos tan sec csc cot sinh cosh tanh".split()}
# Functions that are another one: of the reciprocal, or a logarithm to a base.
RECIPROCALS = {
    f"{prefix}{name}": inverse
    for name, inverse in (("sech", "arccosh"), ("csch", "arcsinh"), ("coth", "arctanh"))
    for prefix in ("a", "ar", "arc")
}
LOGARITHMS = {"log2": 2, "log10": 10, "lg": 10, "lb": 2}


def function_named(text: str) -> str | None:
    """The canonical name of a function that needs no declaration, or None.

    The letter gamma is a letter; the function is `Gamma`.

    >>> function_named("ln"), function_named("acosh"), function_named("gamma")
    ('log', 'arccosh', None)
    """
    name = _SPELLINGS.get(text, text)
    return name if name in FUNCTIONS and text != "gamma" else None
