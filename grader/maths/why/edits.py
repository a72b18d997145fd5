"""Single edits of a formula: the slips that people make, each with the place where it happens.

`mutants` gives every formula that is one slip away from the expected one. Which of them a student's formula
is, `edit_search` finds out; what is said of it stands in `edit_words`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from grader.maths.names import SCALAR, Symbol, Symbols
from grader.maths.tree import Node, bound_name, call, number, value_of, walk

# What is told first where several edits give the same function: from the likeliest slip to the rarest.
ORDER = tuple(
    """
    constant-factor other-layout missing-transpose extra-transpose missing-prime extra-prime
    missing-inverse reciprocal extra-inverse sign missing-square missing-root missing-factor
    missing-division missing-power missing-term mean-for-sum sum-for-mean not-elementwise elementwise
    other-dimension exponent limit number max-for-min brackets not-additive order product-order
    upside-down exchanged everywhere missing-function off-by-one extra-square index name function
    coefficient extra-factor
    extra-term relation branches
    """.split()
)
RANK = {code: rank for rank, code in enumerate(ORDER)}
MOST_EDITS = 1_500  # of one formula; homework has 50 to 400
MOST_NODES = 400
_MOST_TERMS = 6  # of a sum of which two terms may be missing

MINUS_ONE, ONE, TWO = number(-1), number(1), number(2)
_SWAPPED = {
    **{"max": "min", "min": "max", "total": "mean", "mean": "total", "trace": "det", "det": "trace"},
    **{"sin": "cos", "cos": "sin", "sinh": "cosh", "cosh": "sinh", "floor": "ceil", "ceil": "floor"},
    **{"exp": "log", "log": "exp", "tan": "cot", "cot": "tan", "pinv": "transpose", "inv": "transpose"},
}
_ADDITIVE = frozenset(("trace", "total", "mean", "re", "im", "conj", "diag", "transpose", "dag", "diagonal"))
_TURNED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}


class Edit(NamedTuple):
    """One edit: at `path` of the expected tree stands `now` instead of `was`; `about` is what it touches.

    A path counts arguments from 0; below an abbreviation of the rubric, 0 leads into its definition.
    """

    code: str
    path: tuple[int, ...]
    was: Node
    now: Node
    about: Node
    tree: Node


class _Change(NamedTuple):
    code: str
    now: Node
    about: Node


def mutants(node: Node, symbols: Symbols) -> Iterator[Edit]:
    """Every formula one edit away from `node`, in the order of its places.

    They need not conform, and some are the same function as the formula itself.
    """
    count = 0
    for path, here, ancestors in places(node, symbols):
        parent = ancestors[-1] if ancestors else None
        for change in (*_changes(here, parent, symbols), *_other_index(here, ancestors)):
            yield Edit(change.code, path, here, change.now, change.about, put(ancestors, path, change.now))
            count += 1
            if count >= MOST_EDITS:
                return
    yield from _everywhere(node, symbols)


def _everywhere(node: Node, symbols: Symbols) -> Iterator[Edit]:
    """One slip made wherever a name stands: two names exchanged, one taken for another or transposed."""
    counts = Counter(
        str(one.value) for one in walk(node) if one.op == "symbol" and one.value in symbols.table
    )
    used = sorted(counts)[:12]
    for position, name in enumerate(used):
        mine = symbols.table[name]
        own = Node("symbol", (), name)
        for other in used[position + 1 :]:
            if symbols.table[other].shape == mine.shape:
                theirs = Node("symbol", (), other)
                now = _renamed(node, {name: theirs, other: own})
                yield Edit("exchanged", (), node, now, Node("list", (own, theirs)), now)
        if counts[name] < 2:
            continue
        instead = [
            Node("symbol", (), other)
            for other, one in symbols.table.items()
            if one.shape == mine.shape and one.kind != "function"
        ]
        if mine.shape != SCALAR:
            instead.append(Node("transpose", (own,)))
        for theirs in (*instead, Node("negate", (own,))):
            if theirs != own:
                now = _renamed(node, {name: theirs})
                yield Edit("everywhere", (), node, now, Node("list", (own, theirs)), now)


def _renamed(node: Node, names: Mapping[str, Node]) -> Node:
    if node.op == "symbol":
        return names.get(str(node.value), node)
    if node.op == "transpose" and node.args[0].op == "symbol":
        return transposed(_renamed(node.args[0], names))
    return node._replace(args=tuple(_renamed(argument, names) for argument in node.args))


def places(node: Node, symbols: Symbols) -> Iterator[tuple[tuple[int, ...], Node, tuple[Node, ...]]]:
    """Every place of a formula: its path, what stands there, and the nodes above it from the top."""
    stack: list[tuple[tuple[int, ...], Node, tuple[Node, ...]]] = [((), node, ())]
    count = 0
    while stack:
        path, here, above = stack.pop()
        yield path, here, above
        count += 1
        if count > MOST_NODES:
            return
        below = children(here, symbols)
        stack.extend(
            ((*path, k), below[k], (*above, here)) for k in reversed(range(len(below))) if _enters(here, k)
        )


def children(node: Node, symbols: Symbols) -> tuple[Node, ...]:
    """The arguments of a node; the definition of an abbreviation."""
    if node.op != "symbol":
        return node.args
    found = symbols.table.get(str(node.value))
    return (found.definition,) if found is not None and found.definition is not None else ()


def both(one: Edit, other: Edit, node: Node, symbols: Symbols) -> Node | None:
    """The formula with two edits in different places; None where they touch the same one."""
    for first, second in ((one, other), (other, one)):
        if first.code == "missing-term" and second.path[: len(first.path)] == first.path != second.path:
            lost = next((k for k, term in enumerate(first.was.args) if term is first.about), None)
            if lost is None:
                return None
            if second.path[len(first.path)] == lost:
                return None
            terms = at(second.tree, first.path, symbols).args
            rest = terms[:lost] + terms[lost + 1 :]
            return replaced(node, first.path, rest[0] if len(rest) == 1 else Node("sum", rest), symbols)
    shorter = min(len(one.path), len(other.path))
    if one.path[:shorter] == other.path[:shorter]:
        return None
    return replaced(one.tree, other.path, other.now, symbols)


def at(node: Node, path: tuple[int, ...], symbols: Symbols) -> Node:
    """What stands at a path."""
    for position in path:
        node = children(node, symbols)[position]
    return node


def replaced(node: Node, path: tuple[int, ...], now: Node, symbols: Symbols) -> Node:
    """The formula with `now` at a path."""
    above = [node]
    for position in path[:-1]:
        above.append(children(above[-1], symbols)[position])
    return put(tuple(above[: len(path)]), path, now)


def put(ancestors: tuple[Node, ...], path: tuple[int, ...], now: Node) -> Node:
    """The whole formula with `now` at a path."""
    for above, position in zip(reversed(ancestors), reversed(path), strict=True):
        if above.op != "symbol":
            now = above._replace(args=(*above.args[:position], now, *above.args[position + 1 :]))
    return now


def _enters(node: Node, position: int) -> bool:
    """Whether edits are looked for in an argument: plain numbers in exponents are changed from above."""
    return not (node.op == "power" and position == 1 and constant(node.args[1]) is not None)


def _changes(node: Node, parent: Node | None, symbols: Symbols) -> Iterator[_Change]:
    op, args = node.op, node.args
    if op == "sum":
        yield from _of_sum(node)
    elif op == "negate":
        yield _Change("sign", args[0], args[0])
        if args[0].op == "sum":
            first, *rest = args[0].args
            yield _Change("brackets", Node("sum", (negated(first), *rest)), args[0])
    elif op == "product":
        yield from _of_product(node)
    elif op == "hadamard":
        left, right = args
        yield _Change("not-elementwise", Node("product", (left, right)), node)
        yield _Change("not-elementwise", Node("product", (Node("transpose", (left,)), right)), node)
        yield _Change("missing-factor", right, left)
        yield _Change("missing-factor", left, right)
    elif op == "divide":
        yield from _of_quotient(node)
    elif op == "power":
        yield from _of_power(node)
    elif op == "transpose":
        yield _Change("missing-transpose", args[0], args[0])
        if args[0].op == "product":
            turned = tuple(transposed(factor) for factor in args[0].args)
            yield _Change("product-order", Node("product", turned), node)
            yield _Change("brackets", Node("product", (*args[0].args[:-1], turned[-1])), node)
    elif op == "call":
        yield from _of_call(node, symbols)
    elif op == "number":
        value = node.value
        assert isinstance(value, Fraction)
        for other in (value + 1, value - 1):
            yield _Change("number", number(other), node)
    elif op == "symbol":
        yield from _of_symbol(node, symbols)
    elif op in ("fold", "entry", "relation", "cases", "identity"):
        yield from _of_rest(node, symbols)
    if parent is not None and parent.op == "sum" and op != "negate":
        yield _Change("sign", Node("negate", (node,)), node)
    if parent is None or parent.op not in ("transpose", "list", "matrix"):
        yield from _anywhere(node, parent)


def _anywhere(node: Node, parent: Node | None) -> Iterator[_Change]:
    """What a student can add in any place; shapes and values tell where it makes sense."""
    if node.op in ("number", "decimal", "constant", "negate", "identity", "relation", "list", "matrix"):
        return
    inside = parent.op if parent is not None else ""
    if node.op != "transpose" and (parent is not None or node.op in ("symbol", "call")):
        yield _Change("extra-transpose", Node("transpose", (node,)), node)
    if inside != "power" and node.op not in ("power", "divide"):
        if not (node.op == "call" and node.value == ("inv", 0)) and inside not in ("entry", "fold"):
            yield _Change("extra-inverse", call("inv", node), node)
        if node.op in ("symbol", "call", "sum"):
            yield _Change("extra-square", Node("power", (node, TWO)), node)


def _of_sum(node: Node) -> Iterator[_Change]:
    terms = node.args
    for k, term in enumerate(terms):
        rest = terms[:k] + terms[k + 1 :]
        yield _Change("missing-term", rest[0] if len(rest) == 1 else Node("sum", rest), term)
        for later in range(k + 1, len(terms) if len(terms) <= _MOST_TERMS else k + 1):
            kept = tuple(one for place, one in enumerate(terms) if place not in (k, later))
            if kept:
                lost = Node("sum", (term, terms[later]))
                yield _Change("missing-term", kept[0] if len(kept) == 1 else Node("sum", kept), lost)
        for opened in _opened(term):
            yield _Change("brackets", Node("sum", (*terms[:k], *opened, *terms[k + 1 :])), term)


def _opened(term: Node) -> Iterator[tuple[Node, ...]]:
    """The terms that are left when the brackets of one term are forgotten: a - (b + c) as a - b + c."""
    inner = term.args[0] if term.op == "negate" else term
    if inner.op == "product" and inner.args[-1].op == "sum":
        first, *rest = inner.args[-1].args
        head = Node("product", (*inner.args[:-1], first))
        yield ((negated(head) if term.op == "negate" else head), *rest)


def _of_product(node: Node) -> Iterator[_Change]:
    factors = node.args
    for k, factor in enumerate(factors):
        yield _Change("missing-factor", product(*factors[:k], *factors[k + 1 :]), factor)
        if factor.op not in ("number", "divide"):
            below = Node("divide", (product(*factors[:k], *factors[k + 1 :]), factor))
            yield _Change("reciprocal", below, factor)
        if k + 1 < len(factors):
            swapped = (*factors[:k], factors[k + 1], factor, *factors[k + 2 :])
            yield _Change("order", Node("product", swapped), Node("product", (factor, factors[k + 1])))
            split = Node("hadamard", (product(*factors[: k + 1]), product(*factors[k + 1 :])))
            yield _Change("elementwise", split, node)
            if len(factors) > 2:
                pair = Node("hadamard", (factor, factors[k + 1]))
                yield _Change("elementwise", product(*factors[:k], pair, *factors[k + 2 :]), node)
    if factors[-1].op == "sum":
        first, *rest = factors[-1].args
        yield _Change("brackets", Node("sum", (Node("product", (*factors[:-1], first)), *rest)), factors[-1])
    if factors[0].op == "sum":
        *rest, last = factors[0].args
        yield _Change("brackets", Node("sum", (*rest, Node("product", (last, *factors[1:])))), factors[0])


def _of_quotient(node: Node) -> Iterator[_Change]:
    above, below = node.args
    yield _Change("missing-division", above, below)
    yield _Change("reciprocal", Node("product", (above, below)), below)
    if above != ONE:
        yield _Change("missing-factor", Node("divide", (ONE, below)), above)
        yield _Change("upside-down", Node("divide", (below, above)), node)
    if below.op == "product":
        for k in range(1, len(below.args)):
            first = Node("divide", (above, product(*below.args[:k])))
            yield _Change("brackets", product(first, *below.args[k:]), below)
    if below.op == "sum":
        first, *rest = below.args
        yield _Change("brackets", Node("sum", (Node("divide", (above, first)), *rest)), below)
        terms = tuple(Node("divide", (above, term)) for term in below.args)
        yield _Change("not-additive", Node("sum", terms), node)
    if above.op == "sum":
        *rest, last = above.args
        yield _Change("brackets", Node("sum", (*rest, Node("divide", (last, below)))), above)


_POWERS = {Fraction(2): "missing-square", Fraction(1, 2): "missing-root", Fraction(-1): "missing-inverse"}


def _of_power(node: Node) -> Iterator[_Change]:
    base, exponent = node.args
    known = constant(exponent)
    yield _Change(_POWERS.get(known, "missing-power") if known is not None else "missing-power", base, node)
    if known is not None:
        others = [known + 1, known - 1, -known, 2 * known, known / 2]
        for value in dict.fromkeys(others):
            if value not in (0, 1, known):
                changed = Node("power", (base, number(value)), node.value)
                yield _Change("missing-square" if value * 2 == known else "exponent", changed, node)
    else:
        for other in (
            *(Node("sum", (exponent, ONE)), Node("sum", (exponent, MINUS_ONE))),
            Node("product", (TWO, exponent)),
        ):
            yield _Change("exponent", Node("power", (base, other), node.value), node)
    if known == -1:
        yield _Change("function", Node("transpose", (base,)), node)
    if base.op == "product":
        powers = tuple(Node("power", (factor, exponent), node.value) for factor in base.args)
        yield _Change("product-order", Node("product", powers), node)
        yield _Change("brackets", Node("product", (*base.args[:-1], powers[-1])), base)
    if base.op == "sum":
        powers = tuple(Node("power", (term, exponent), node.value) for term in base.args)
        yield _Change("not-additive", Node("sum", powers), node)
        yield _Change("brackets", Node("sum", (*base.args[:-1], powers[-1])), base)
    if base.op == "negate":
        inner = Node("power", (base.args[0], exponent), node.value)
        yield _Change("brackets", negated(inner), base)


def _of_call(node: Node, symbols: Symbols) -> Iterator[_Change]:
    assert isinstance(node.value, tuple)
    name, primes = node.value
    args, first = node.args, node.args[0] if node.args else ONE
    declared = name in symbols.table
    if primes:
        yield _Change("missing-prime", Node("call", args, (name, primes - 1)), node)
    if declared or name in ("logistic", "tanh", "relu"):
        yield _Change("extra-prime", Node("call", args, (name, primes + 1)), node)
    if name in _SWAPPED:
        code = {"total": "sum-for-mean", "mean": "sum-for-mean", "max": "max-for-min", "min": "max-for-min"}
        other = "mean-for-sum" if name == "total" else code.get(name, "function")
        yield _Change(other, Node("call", args, (_SWAPPED[name], primes)), node)
    if len(args) == 1:
        kinds = {"inv": "missing-inverse", "sqrt": "missing-root"}
        yield _Change(kinds.get(name, "missing-function"), first, node)
        if first.op == "sum" and name not in _ADDITIVE:
            terms = tuple(Node("call", (term,), node.value) for term in first.args)
            yield _Change("not-additive", Node("sum", terms), node)
        if name == "sqrt" and first.op == "sum" and all(term.op == "power" for term in first.args):
            yield _Change("not-additive", Node("sum", tuple(term.args[0] for term in first.args)), node)
        if name == "inv" and first.op == "product":
            turned = tuple(Node("call", (factor,), node.value) for factor in first.args)
            yield _Change("product-order", Node("product", turned), node)
    if len(args) == 2 and name not in ("max", "min", "dot", "gcd", "lcm"):
        yield _Change("order", Node("call", (args[1], first), node.value), node)
        yield _Change("missing-function", Node("call", (first,), node.value), args[1])
    if declared:
        for other_name, symbol in symbols.table.items():
            if symbol.kind == "function" and other_name != name:
                yield _Change("function", Node("call", args, (other_name, primes)), node)


def _of_symbol(node: Node, symbols: Symbols) -> Iterator[_Change]:
    mine = symbols.table.get(str(node.value))
    if mine is None:
        return
    for name, other in symbols.table.items():
        if name != mine.name and other.kind != "function" and _alike(mine, other):
            code = "other-dimension" if mine.kind == "dimension" == other.kind else "name"
            yield _Change(code, Node("symbol", (), name), node)
    if mine.kind in ("scalar", "dimension"):
        for step in (ONE, MINUS_ONE):
            yield _Change("off-by-one", Node("sum", (node, step)), node)


def _other_index(node: Node, ancestors: tuple[Node, ...]) -> Iterator[_Change]:
    """Another index of the sums around."""
    if node.op != "symbol":
        return
    bound = dict.fromkeys(name for above in ancestors if (name := bound_name(above)) is not None)
    if node.value in bound:
        for name in bound:
            if name != node.value:
                yield _Change("index", Node("symbol", (), name), node)


def _alike(mine: Symbol, other: Symbol) -> bool:
    """Whether one may stand for the other; a matrix for its neighbour of another shape too."""
    return mine.shape == other.shape or (1 not in mine.shape and 1 not in other.shape)


def _of_rest(node: Node, symbols: Symbols) -> Iterator[_Change]:
    args = node.args
    if node.op == "fold":
        assert isinstance(node.value, tuple)
        for position in (1, 2):
            for step in (1, -1):
                limit = shifted(args[position], step)
                changed = (*args[:position], limit, *args[position + 1 :])
                yield _Change("limit", node._replace(args=changed), node)
        kind = "product" if node.value[0] == "sum" else "sum"
        yield _Change("function", node._replace(value=(kind, node.value[1])), node)
    elif node.op == "entry":
        for position in range(1, len(args)):
            for step in (1, -1):
                changed = (*args[:position], shifted(args[position], step), *args[position + 1 :])
                yield _Change("index", node._replace(args=changed), node)
        if len(args) == 3:
            yield _Change("index", node._replace(args=(args[0], args[2], args[1])), node)
    elif node.op == "relation" and node.value in _TURNED:
        yield _Change("relation", node._replace(value=_TURNED[str(node.value)]), node)
        yield _Change("relation", node._replace(args=(args[1], args[0])), node)
    elif node.op == "cases" and len(args) >= 3:
        yield _Change("branches", node._replace(args=(args[2], args[1], args[0], *args[3:])), node)
    elif node.op == "identity" and node.value is not None:
        for name, symbol in symbols.table.items():
            if symbol.kind == "dimension" and name != node.value:
                yield _Change("other-dimension", node._replace(value=name), node)


def negated(node: Node) -> Node:
    """A formula with the other sign, without two signs in a row."""
    return node.args[0] if node.op == "negate" else Node("negate", (node,))


def transposed(node: Node) -> Node:
    """The transpose, without two in a row."""
    return node.args[0] if node.op == "transpose" else Node("transpose", (node,))


def product(*factors: Node) -> Node:
    """The product of these factors; of one factor, itself."""
    return factors[0] if len(factors) == 1 else Node("product", factors) if factors else ONE


def flat(node: Node) -> Node:
    """The formula without brackets that make no difference, and its terms in one order."""
    args = tuple(map(flat, node.args))
    if node.op in ("product", "sum"):
        args = tuple(inner for one in args for inner in (one.args if one.op == node.op else (one,)))
    return node._replace(args=tuple(sorted(args, key=repr)) if node.op == "sum" else args)


def shifted(node: Node, step: int) -> Node:
    """A whole number or an index one further."""
    if node.op == "number":
        assert isinstance(node.value, Fraction)
        return number(node.value + step)
    return Node("sum", (node, number(step)))


def constant(node: Node) -> Fraction | None:
    """The value of a written number, with a sign or as a fraction; None for anything else."""
    if node.op == "number":
        assert isinstance(node.value, Fraction)
        return node.value
    if node.op == "decimal":
        return value_of(node)
    if node.op == "negate":
        inner = constant(node.args[0])
        return None if inner is None else -inner
    if node.op == "divide":
        above, below = map(constant, node.args)
        return above / below if above is not None and below else None
    return None
