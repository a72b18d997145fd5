"""The Hessian of L = x'v v'x, its product with a vector, and what forming or avoiding it costs.

Costs are sums with one term for each product of an a x b and a b x c matrix: a b c multiplications.
"""

from collections.abc import Sequence
from fractions import Fraction

# The data of the sheet.
V = (4, 2, 3)  # of the Hessian
V_OF_PRODUCT, Y = (1, 2, 3), (1, 1, 1)  # of the product with a vector

Matrix = tuple[tuple[int, ...], ...]
Vector = tuple[Fraction, ...]
Product = tuple[str, str, str]
Shape = tuple[str, str]


def _outer(factor: int) -> Matrix:
    return tuple(tuple(factor * a * b for b in V) for a in V)


def hessian() -> Matrix:
    """H[i, j] = 2 v_i v_j, 3 x 3: the second derivatives of (v'x)^2, whatever x is."""
    return _outer(2)


def hessian_of_half() -> Matrix:
    """v v', the Hessian when the loss is read as (1/2) x'v v'x."""
    return _outer(1)


def hessian_as_inner_product() -> int:
    """2 v'v, the scalar that comes of reading v v' as an inner product."""
    return 2 * sum(entry * entry for entry in V)


def hessian_diagonal() -> Matrix:
    """Only the second derivatives in one coordinate."""
    return tuple(
        tuple(entry if i == j else 0 for j, entry in enumerate(row)) for i, row in enumerate(hessian())
    )


def _scaled(factor: int) -> Vector:
    return tuple(Fraction(factor * entry) for entry in V_OF_PRODUCT)


def _dot(a: Sequence[int], b: Sequence[int]) -> int:
    return sum(p * q for p, q in zip(a, b, strict=True))


def product() -> Vector:
    """z = v (v'y), 3 numbers: H = v v', as the sheet writes the product."""
    return _scaled(_dot(V_OF_PRODUCT, Y))


def product_doubled() -> Vector:
    """2 v (v'y), with the Hessian 2 v v' of the loss."""
    return _scaled(2 * _dot(V_OF_PRODUCT, Y))


def product_with_squared_norm() -> Vector:
    """(v'v) v: the vector y is left out of the scalar."""
    return _scaled(_dot(V_OF_PRODUCT, V_OF_PRODUCT))


# What it costs: products in the order they are formed.

HESSIAN: tuple[Product, ...] = (("n", "1", "n"),)  # v v'
REVERSE: tuple[Product, ...] = (("1", "n", "1"), ("n", "1", "1"))  # v'y, then v times it
FORWARD: tuple[Product, ...] = (("n", "1", "n"), ("n", "n", "1"))  # v v', then H y
REVERSE_MATRIX: tuple[Product, ...] = (("n", "1", "m"), ("1", "n", "m"), ("n", "1", "m"))
FORWARD_MATRIX: tuple[Product, ...] = (("n", "1", "n"), ("n", "n", "1"), ("n", "1", "m"))
# Other orders of Z = v v'y1 y2': the scalar first; v (v'y1) first; H times the matrix y1 y2'.
SCALAR_FIRST: tuple[Product, ...] = (("1", "n", "1"), ("1", "1", "m"), ("n", "1", "m"))
VECTOR_FIRST: tuple[Product, ...] = (("1", "n", "1"), ("n", "1", "1"), ("n", "1", "m"))
HESSIAN_TIMES_MATRIX: tuple[Product, ...] = (("n", "1", "n"), ("n", "1", "m"), ("n", "n", "m"))


def multiplications(products: Sequence[Product]) -> str:
    """The multiplications of a chain of products as a sum: a b c for a x b times b x c."""
    return " + ".join("*".join(sizes) for sizes in products)


def entries(products: Sequence[Product], given: Sequence[Shape]) -> str:
    """The numbers kept when the given arrays and every product stay in memory, as a sum."""
    kept = [*given, *((rows, columns) for rows, _, columns in products)]
    return " + ".join("*".join(shape) for shape in kept)


_VECTORS: tuple[Shape, ...] = (("n", "1"), ("n", "1"))  # v, y
_ALL: tuple[Shape, ...] = (*_VECTORS, ("m", "1"))  # v, y1, y2


def hessian_time() -> str:
    """Multiplications to form H."""
    return multiplications(HESSIAN)


def hessian_memory() -> str:
    """Numbers kept: v and H."""
    return entries(HESSIAN, _VECTORS[:1])


def reverse_time() -> str:
    """Multiplications of z = v (v'y)."""
    return multiplications(REVERSE)


def reverse_memory() -> str:
    """Numbers kept for z = v (v'y)."""
    return entries(REVERSE, _VECTORS)


def forward_time() -> str:
    """Multiplications of z = (v v') y."""
    return multiplications(FORWARD)


def forward_memory() -> str:
    """Numbers kept for z = (v v') y."""
    return entries(FORWARD, _VECTORS)


def reverse_time_of_matrix() -> str:
    """Multiplications of Z = v (v'(y1 y2'))."""
    return multiplications(REVERSE_MATRIX)


def reverse_memory_of_matrix() -> str:
    """Numbers kept for Z = v (v'(y1 y2'))."""
    return entries(REVERSE_MATRIX, _ALL)


def forward_time_of_matrix() -> str:
    """Multiplications of Z = ((v v') y1) y2'."""
    return multiplications(FORWARD_MATRIX)


def forward_memory_of_matrix() -> str:
    """Numbers kept for Z = ((v v') y1) y2'."""
    return entries(FORWARD_MATRIX, _ALL)


def forward_time_of_matrix_product() -> str:
    """Multiplications of Z = (v v')(y1 y2')."""
    return multiplications(HESSIAN_TIMES_MATRIX)


def forward_is_cheaper() -> str:
    """Where the forward order needs fewer multiplications: 2 n^2 + n m < 3 n m, divided by 2 n > 0."""
    return "m > n"
